"""The loader of data files: the sum of the lines is the net of the shift, and nothing is dropped silently."""

import csv
import gzip
from collections import defaultdict
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path
from random import Random

import pytest

from smena_sandbox.clock import MINSK, instant
from smena_sandbox.world.barcodes import with_check_digit
from smena_sandbox.world.files import DataFileError
from smena_sandbox.world.loaded import loaded_world
from smena_sandbox.world.model import Document, Kind
from smena_sandbox.world.onec_start import onec_start
from smena_sandbox.world.world import World

REAL_FILES = Path(__file__).parents[4] / "shared" / "data"
COLUMNS = ("invoice", "stock_code", "description", "quantity", "at", "price", "customer", "country")
UK = "United Kingdom"
DAY = "2010-01-04 10:00:00"
ODD_LINES = (
    ("500001", "20001", "MUG", "2", DAY, "2.55", "13086", UK),
    ("500001", "20002", "", "1", DAY, "1.00", "13086", UK),
    ("500001", "D", "Discount", "-1", DAY, "0.60", "13086", UK),
    ("500002", "20001", "MUG", "1", DAY, "2.555", "", UK),
    ("500002", "POST", "POSTAGE", "1", DAY, "18.00", "", UK),
    ("500003", "20003", "", "-5", DAY, "0", "", UK),
    ("500004", "20001", "FREE", "1", DAY, "0", "13086", UK),
    ("C500005", "20001", "MUG", "-1", DAY, "2.55", "13086", UK),
    ("C500005", "M", "Manual", "1", DAY, "0.55", "13086", UK),
    ("500006", "M", "Manual", "-1", DAY, "5.00", "13086", UK),
    ("500006", "20002", "CARD", "1", DAY, "1.00", "13086", UK),
    ("A500007", "B", "Adjust bad debt", "1", DAY, "-10.00", "", UK),
    ("C500008", "M", "Manual", "1", DAY, "3.73", "13086", UK),
    ("500009", "20002", "CARD", "3", DAY, "0.333", "13085", UK),
    ("500010", "20001", "MUG", "1", DAY, "4.00", "12345", "France"),
    ("500010", "gift_0001_20", "Voucher", "1", DAY, "20.00", "12345", "France"),
    ("500011", "20001", "MUG", "1", "2010-01-05 23:59:59", "1.00", "13085", UK),
    ("500011", "20001", "MUG", "-1", "2010-01-05 23:59:59", "1.00", "13085", UK),
    ("500012", "20001", "TINY", "1", DAY, "0.001", "13086", UK),
    ("500013", "85123a", "LOWER", "1", DAY, "1.5", "13086", UK),
    ("500013", "85123A", "UPPER", "1", DAY, "1.5", "13086", UK),
)


def write(
    folder: Path, lines: Sequence[Sequence[str]], *, header: Sequence[str] = COLUMNS, packed: bool = True
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    opener = gzip.open if packed else open
    suffix = ".gz" if packed else ""
    with opener(folder / f"catalogue.tsv{suffix}", "wt", encoding="utf-8") as text:
        text.write("id\tbarcode\tname\tcategory_path\tbrand\n")
        for n in range(60):
            text.write(f"{n}\t{with_check_digit(f'4811{n:08d}')}\tТовар {n}\tПродукты/Разное\t\n")
        text.write("short row\n\t1234567890123\twrong digit\tA\t\n")
    with opener(folder / f"receipts.csv{suffix}", "wt", encoding="utf-8", newline="") as text:
        csv.writer(text).writerows([header, *lines])
    return folder


def register_of(customer: str, country: str) -> str:
    if country != UK:
        return "kassa-3"
    return "kassa-2" if customer and int(customer) % 2 else "kassa-1"


def expected(lines: Sequence[Sequence[str]]) -> dict[tuple[str, str], int]:
    """Σ half-up(quantity × price, 2) in kopecks per day and register, computed apart from the loader."""
    totals: dict[tuple[str, str], int] = defaultdict(int)
    for _, _, _, quantity, at, price, customer, country in lines:
        amount = (Decimal(quantity) * Decimal(price)).quantize(Decimal("0.01"), ROUND_HALF_UP)
        totals[at[:10], register_of(customer, country)] += int(amount * 100)
    return {key: total for key, total in totals.items() if total}


def net(world: World) -> dict[tuple[str, str], int]:
    """Sales − refunds of the receipts; checked against the Z-report on the way."""
    totals: dict[tuple[str, str], int] = {}
    for till in world.cabinet.tills.values():
        for shift in till.shifts:
            z = shift.documents[-1].z
            assert z is not None
            day = f"{instant(shift.opened).astimezone(MINSK):%Y-%m-%d}"
            assert f"{instant(shift.closed or 0).astimezone(MINSK):%Y-%m-%d}" == day
            assert (day, till.identity) not in totals
            totals[day, till.identity] = z.sales_sum - z.refunds_sum
    return {key: total for key, total in totals.items() if total}


def receipts(world: World) -> list[Document]:
    return [
        document
        for till in world.cabinet.tills.values()
        for document in till.documents
        if document.kind is not Kind.Z_REPORT
    ]


@pytest.mark.parametrize("packed", [True, False])
def test_odd_lines_add_up_to_the_kopeck(tmp_path: Path, packed: bool) -> None:
    world = loaded_world(write(tmp_path, ODD_LINES, packed=packed))

    assert net(world) == expected(ODD_LINES)


def test_each_odd_kind_is_counted_and_named(tmp_path: Path) -> None:
    report = loaded_world(write(tmp_path, ODD_LINES)).report.rows

    assert sum(row.count for kind, row in report.items() if kind.startswith("line:")) == len(ODD_LINES)
    assert report["line: negative inside a sale"].count == 2
    assert report["line: positive inside a refund"].amount == 55 + 100
    assert report["line: zero amount, stock movement"].count == 1
    assert report["line: zero amount, given for nothing"].count == 2
    assert report["of these: price with more than 2 decimals"].count == 3
    assert report["of these: without description"].count == 1
    assert report["of these: code POST"].done == "service «Почтовые услуги»"
    assert report["of these: code GIFT"].count == 1
    assert report["invoice: negative without being named a refund"].count == 2
    assert report["invoice: named a refund, yet positive"].amount == 373
    assert report["invoice: lines cancel out"].count == 1
    assert report["catalogue: malformed row"].count == 1
    assert report["catalogue: barcode with a wrong check digit"].count == 1


def test_a_negative_line_is_a_discount_of_its_receipt(tmp_path: Path) -> None:
    first = receipts(loaded_world(write(tmp_path, ODD_LINES[:3])))[0]

    assert first.kind is Kind.SALE
    assert [(line.name, line.amount) for line in first.lines] == [("MUG", 510), ("20002", 100)]
    assert (first.subtotal, first.discount, first.payable) == (610, 60, 550)


def test_every_line_finds_its_item_by_good_and_article(tmp_path: Path) -> None:
    world = loaded_world(write(tmp_path, ODD_LINES))
    items = {item.good_id: item for item in world.items}

    assert all(line.good_id in items for document in receipts(world) for line in document.lines)
    articles = {item.article for item in world.items}
    assert {"20001", "20002", "POST", "M", "GIFT", "ADJUST", "85123a"} <= articles
    assert "85123A" not in articles
    assert len({item.barcode for item in world.items}) == len(world.items)
    assert {item.article for item in onec_start(world).items} >= articles


def test_a_stock_code_has_the_same_article_in_every_sample(tmp_path: Path) -> None:
    one = loaded_world(write(tmp_path / "one", ODD_LINES))
    two = loaded_world(write(tmp_path / "two", ODD_LINES[:3]))
    names = {item.article: (item.name, item.barcode) for item in one.items}

    assert all(names[item.article] == (item.name, item.barcode) for item in two.items if item.article != "D")


def test_malformed_lines_are_counted_not_fatal(tmp_path: Path) -> None:
    bad: list[Sequence[str]] = [
        ("1", "2"),
        ("500001", "20001", "MUG", "two", DAY, "2.55", "", UK),
        ("500001", "20001", "MUG", "2", "yesterday", "2.55", "", UK),
        ("500001", "20001", "MUG", "2", DAY, "NaN", "", UK),
        ("500001", "20001", "MUG", "2", DAY, "", "", UK),
    ]
    world = loaded_world(write(tmp_path, [*bad, *ODD_LINES]))

    assert net(world) == expected(ODD_LINES)
    assert world.report.rows["line: malformed"].count == 4
    assert world.report.rows["line: wrong number of fields"].count == 1


def test_columns_are_found_by_name(tmp_path: Path) -> None:
    turned = [tuple(reversed(line)) for line in ODD_LINES]

    world = loaded_world(write(tmp_path, turned, header=tuple(reversed(COLUMNS))))

    assert net(world) == expected(ODD_LINES)


def test_a_missing_column_is_a_clear_error(tmp_path: Path) -> None:
    folder = write(tmp_path, [line[:-1] for line in ODD_LINES], header=COLUMNS[:-1])

    with pytest.raises(DataFileError, match="no column country"):
        loaded_world(folder)


def test_a_missing_or_empty_file_is_a_clear_error(tmp_path: Path) -> None:
    with pytest.raises(DataFileError, match=r"neither catalogue\.tsv\.gz nor catalogue\.tsv"):
        loaded_world(tmp_path)
    with pytest.raises(DataFileError, match="no such folder"):
        loaded_world(tmp_path / "nowhere")
    with pytest.raises(DataFileError, match="not one line"):
        loaded_world(write(tmp_path, []))


def test_a_torn_archive_is_a_clear_error(tmp_path: Path) -> None:
    packed = write(tmp_path, ODD_LINES) / "receipts.csv.gz"
    packed.write_bytes(packed.read_bytes()[:-40])

    with pytest.raises(DataFileError, match=r"receipts\.csv\.gz"):
        loaded_world(tmp_path)


def test_days_limits_to_the_first_calendar_days(tmp_path: Path) -> None:
    world = loaded_world(write(tmp_path, ODD_LINES), days=1)

    assert net(world) == expected([line for line in ODD_LINES if line[4] == DAY])
    assert world.report.rows["line: after the days asked for"].count == 2


def generated(folder: Path) -> Path:
    """A larger file of the same columns, every odd kind in it."""
    random = Random(7)
    lines = []
    for number in range(600):
        day = f"2010-0{1 + number % 3}-{1 + number % 28:02d} {random.randint(7, 20):02d}:{random.randint(0, 59):02d}:00"
        customer, country = random.choice(["", "13085", "13086"]), random.choice([UK, UK, "France", "EIRE"])
        refund = random.random() < 0.1
        for _ in range(random.randint(1, 20)):
            code = random.choice(["20001", "20002", "20003A", "POST", "D", "M", "DOT", "BANK CHARGES", "S", "TEST001"])
            sign = -1 if refund or random.random() < 0.05 else 1
            price = random.choice(["0", "0.85", "1.005", "2.55", "10.95", "150"])
            name = random.choice(["", "THING"])
            invoice = f"{'C' if refund else ''}{600000 + number}"
            lines.append((invoice, code, name, str(sign * random.randint(1, 40)), day, price, customer, country))
    return write(folder, lines)


def read_back(folder: Path) -> list[tuple[str, ...]]:
    with gzip.open(folder / "receipts.csv.gz", "rt", encoding="utf-8", newline="") as text:
        return [tuple(row[name] for name in COLUMNS) for row in csv.DictReader(text)]


def test_a_generated_file_adds_up_to_the_kopeck(tmp_path: Path) -> None:
    folder = generated(tmp_path)

    assert net(loaded_world(folder)) == expected(read_back(folder))


def test_the_real_files_add_up_to_the_kopeck(tmp_path: Path) -> None:
    """The real files where they lie beside the repository, else a generated one of the same columns."""
    folder = REAL_FILES if (REAL_FILES / "receipts.csv.gz").exists() else generated(tmp_path)

    world = loaded_world(folder)

    lines = read_back(folder)
    assert net(world) == expected(lines)
    assert sum(row.count for kind, row in world.report.rows.items() if kind.startswith("line:")) == len(lines)
