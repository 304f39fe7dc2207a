"""The header row is found by its names, wherever it stands and however it is written."""

from pathlib import Path

import pytest

from catalog_sync.domain.files.cells import Cell, Sheet, SheetRow
from catalog_sync.domain.files.headers import (
    HEADER_ROWS_MAX,
    ITEMS,
    RECEIPTS,
    HeaderMissingError,
    Layout,
    read_header,
)

PAGE = Path(__file__).parents[4] / "docs" / "reference" / "files.md"


def sheet(*rows: list[Cell]) -> Sheet:
    return Sheet(None, iter([SheetRow(n, cells) for n, cells in enumerate(rows, start=1)]))


def test_titles_above_and_odd_writing_do_not_hide_it() -> None:
    header, rows = read_header(
        sheet(["Прайс"], [], [None, "КОД:", "Наименование\nтовара", "Ед.изм.", "Штрих-код", "GTIN", "Остаток"], [1]),
        ITEMS,
    )

    assert header.row == 3
    assert header.columns == {"code": (1,), "name": (2,), "unit": (3,), "barcodes": (4, 5)}
    assert header.ignored == ("Остаток",)
    assert [row.n for row in rows] == [4]


def test_english_field_names_are_known_as_they_are() -> None:
    header, _ = read_header(sheet(["ref", "Name", "full_name", "retail_vat_rate", "VAT rate"]), ITEMS)

    assert set(header.columns) == {"ref", "name", "full_name", "retail_vat_rate", "vat_rate"}


def test_rows_of_data_before_the_fiftieth_line_are_not_lost() -> None:
    rows: list[list[Cell]] = [["Код", "Наименование"]]
    rows += [[n, "x"] for n in range(200)]

    _, found = read_header(sheet(*rows), ITEMS)

    assert [row.n for row in found] == list(range(2, 202))


def test_a_header_below_the_first_rows_is_not_found() -> None:
    rows: list[list[Cell]] = [["x"]] * HEADER_ROWS_MAX

    with pytest.raises(HeaderMissingError) as found:
        read_header(sheet(*rows, ["Код", "Наименование"]), ITEMS)

    assert found.value.missing == (("ref", "code"), ("name",))


def test_a_changed_header_names_what_it_lacks() -> None:
    with pytest.raises(HeaderMissingError) as found:
        read_header(sheet(["Номер", "Дата", "Товар", "Кол-во", "Сумма"]), RECEIPTS)

    assert found.value.missing == (("item_ref", "barcode", "code", "article"), ("price",))
    assert found.value.row == 1


@pytest.mark.parametrize("layout", [ITEMS, RECEIPTS])
def test_no_name_of_a_column_means_two_fields(layout: Layout) -> None:
    names = [name for names in layout.names.values() for name in names]

    assert len(names) == len(set(names))


@pytest.mark.parametrize("layout", [ITEMS, RECEIPTS])
def test_the_reference_lists_every_field_and_name(layout: Layout) -> None:
    lines = PAGE.read_text(encoding="utf-8").splitlines()

    for field, names in layout.names.items():
        assert f"| `{field}` | {', '.join(names)} |" in lines
