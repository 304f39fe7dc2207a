"""The catalogue behind a file of receipts: each stock code is one real article."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from decimal import ROUND_HALF_UP, Decimal

from smena_sandbox.world import odd_codes
from smena_sandbox.world.barcodes import in_store
from smena_sandbox.world.catalogue_file import CatalogueRow
from smena_sandbox.world.model import CatalogueItem
from smena_sandbox.world.odd_codes import odd_code
from smena_sandbox.world.receipts_file import FileLine
from smena_sandbox.world.refs import stable_number
from smena_sandbox.world.report import LoadReport
from smena_sandbox.world.seeded_items import FIRST_GOOD_ID

NO_GROUP = "Без категории"


class _Uses:
    """What the lines say of one item."""

    def __init__(self, article: str) -> None:
        self.article = article
        self.prices: Counter[Decimal] = Counter()
        self.description = ""


def article_key(stock_code: str) -> str:
    """Codes that differ only in case are one item: 1C compares without case."""
    odd = odd_code(stock_code)
    return (odd.article if odd else stock_code).upper()


def file_items(
    lines: Iterable[FileLine], catalogue: Sequence[CatalogueRow], report: LoadReport
) -> dict[str, CatalogueItem]:
    """Items by ``article_key``; the list price is the most frequent one of the file, the lower at a tie."""
    uses: dict[str, _Uses] = {}
    odd: dict[str, str] = {}
    keys: dict[str, str] = {}
    for line in lines:
        key = keys.get(line.stock_code)
        if key is None:
            key = keys[line.stock_code] = article_key(line.stock_code)
            service = odd_code(line.stock_code)
            if service is not None:
                odd[key] = service.name
            uses.setdefault(key, _Uses(service.article if service else line.stock_code))
        use = uses[key]
        if line.price > 0:
            use.prices[line.price] += 1
        use.description = use.description or line.description
    rows = _assign(sorted(key for key in uses if key not in odd), catalogue)
    found: dict[str, CatalogueItem] = {}
    for n, (key, use) in enumerate(sorted(uses.items())):
        found[key] = _item(n, use, rows.get(key), odd.get(key), report)
    return found


def _assign(keys: Sequence[str], catalogue: Sequence[CatalogueRow]) -> dict[str, CatalogueRow]:
    """A row of its own for each code: where its hash points, or the next free one."""
    assigned: dict[str, CatalogueRow] = {}
    taken: set[int] = set()
    moved: defaultdict[int, int] = defaultdict(int)
    for key in keys[: len(catalogue)]:
        start = place = stable_number(f"catalogue-row:{key}") % len(catalogue)
        place = (place + moved[start]) % len(catalogue)
        while place in taken:
            place = (place + 1) % len(catalogue)
            moved[start] += 1
        taken.add(place)
        assigned[key] = catalogue[place]
    return assigned


def _item(n: int, use: _Uses, row: CatalogueRow | None, service: str | None, report: LoadReport) -> CatalogueItem:
    price = min(use.prices.items(), key=lambda entry: (-entry[1], entry[0]))[0] if use.prices else Decimal("0.01")
    retail = max(1, int((price * 100).to_integral_value(ROUND_HALF_UP)))
    if service is None and row is None:
        report.add("item: more stock codes than catalogue rows", "in-store barcode, name from the file")
    draw = stable_number(f"vat:{use.article.upper()}") % 20
    rate = "20" if service is not None or draw < 14 else "10" if draw < 19 else "0"
    return CatalogueItem(
        name=service or (row.name if row else use.description or use.article),
        unit="шт",
        group=odd_codes.GROUP if service else (row.group if row and row.group else NO_GROUP),
        article=use.article,
        barcode=row.barcode if row else in_store(n + 1),
        vat_rate=rate,
        retail_vat_rate=rate,
        purchase_price=max(1, retail * 6 // 10),
        retail_price=retail,
        good_id=FIRST_GOOD_ID + n,
        service_at_till=service is not None,
    )
