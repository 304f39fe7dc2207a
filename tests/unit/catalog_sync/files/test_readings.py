"""Cells as their columns promise them, however a person or a spreadsheet wrote them."""

from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog_sync.domain.files import readings
from catalog_sync.domain.files.cells import Cell, CellError, column_letters
from smena.kinds.vat import VatRate


def refused(read: object, cell: Cell) -> str:
    with pytest.raises(CellError) as found:
        read(cell)  # type: ignore[operator] # one of the readings
    return found.value.reason.code


@pytest.mark.parametrize(
    ("cell", "kopecks"),
    [
        (12.3, 1230),
        ("12.3", 1230),
        ("12,30", 1230),
        ("1 234,50", 123450),
        ("1\u00a0234,50 руб.", 123450),
        ("1.234,50", 123450),
        ("1,234.50", 123450),
        ("12.30 BYN", 1230),
        (5, 500),
        (1.5000, 150),
        ("1.5000", 150),
        (12.299999999999999, 1230),
        ("", None),
        (None, None),
        ("  ", None),
        (0, 0),
    ],
)
def test_prices_are_read_to_the_kopeck(cell: Cell, kopecks: int | None) -> None:
    assert readings.price(cell) == kopecks


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        ("1.2345", "finer-than-kopeck"),
        (1.2345, "finer-than-kopeck"),
        ("1,234", "finer-than-kopeck"),
        ("-1", "below-zero"),
        ("1,2,3", "no-number"),
        ("1.2.3", "no-number"),
        ("1e5", "no-number"),
        ("двенадцать", "no-number"),
        ("NaN", "no-number"),
        (float("inf"), "no-number"),
        (True, "no-number"),
        (date(2026, 1, 1), "no-number"),
        ("9" * 19, "no-number"),
        (1e17, "finer-than-kopeck"),
    ],
)
def test_what_is_no_price_is_refused_by_name(cell: Cell, code: str) -> None:
    assert refused(readings.price, cell) == code


@given(kopecks=st.integers(0, 10**11), comma=st.booleans(), grouped=st.booleans())
def test_every_price_written_any_way_is_read_as_it_is(kopecks: int, comma: bool, grouped: bool) -> None:
    written = f"{Decimal(kopecks) / 100:,.2f}" if grouped else f"{Decimal(kopecks) / 100:.2f}"
    if comma:
        written = written.replace(",", "\u00a0").replace(".", ",")

    assert readings.price(written) == kopecks
    assert readings.price(kopecks / 100) == kopecks


@pytest.mark.parametrize(
    "cell",
    ["31.01.2026", "31.1.2026", "2026-01-31", "2026-01-31 23:59:59", "31.01.2026 10:30", date(2026, 1, 31),
     datetime(2026, 1, 31, 23, 59), 46053, 46053.99],
)  # fmt: skip
def test_a_day_is_a_date_a_serial_number_or_a_text(cell: Cell) -> None:
    assert readings.day(cell) == date(2026, 1, 31)


@pytest.mark.parametrize("cell", ["31.02.2026", "01/02/2026", "завтра", 20260131, 5, True, "2026-13-01"])
def test_what_is_no_day_is_refused_and_never_guessed(cell: Cell) -> None:
    assert refused(readings.day, cell) == "no-date"


@given(day=st.dates(date(2000, 1, 1), date(2099, 12, 31)))
def test_every_day_is_the_same_as_a_serial_number_and_as_a_text(day: date) -> None:
    serial = (day - date(1899, 12, 30)).days

    assert readings.day(serial) == readings.day(f"{day:%d.%m.%Y}") == readings.day(day.isoformat()) == day


@pytest.mark.parametrize(
    ("cell", "rate"),
    [
        ("20%", VatRate.TWENTY),
        ("20", VatRate.TWENTY),
        (20.0, VatRate.TWENTY),
        (0.2, VatRate.TWENTY),
        ("20.00", VatRate.TWENTY),
        ("НДС 10%", VatRate.TEN),
        (0.1, VatRate.TEN),
        (0.25, VatRate.TWENTY_FIVE),
        (0, VatRate.ZERO),
        ("0%", VatRate.ZERO),
        ("Без НДС", VatRate.NONE),
        ("none", VatRate.NONE),
        ("", None),
    ],
)
def test_vat_rates_are_read_as_people_write_them(cell: Cell, rate: VatRate | None) -> None:
    assert readings.vat_rate(cell) == rate


@pytest.mark.parametrize("cell", ["18%", 18, "НДС", 0.18, True, "20.5", float("nan")])
def test_an_unknown_vat_rate_is_refused(cell: Cell) -> None:
    assert refused(readings.vat_rate, cell) == "unknown-vat-rate"


def test_texts_a_spreadsheet_spoiled_are_named() -> None:
    assert readings.text(123.0, 64) == "123"
    assert readings.text("  Чай ", 64) == "Чай"
    assert refused(lambda cell: readings.text(cell, 64), date(2026, 2, 1)) == "date-in-text"
    assert refused(lambda cell: readings.text(cell, 64), 4.81e20) == "digits-lost"
    assert refused(lambda cell: readings.text(cell, 64), "a\x00b") == "broken-character"
    assert refused(lambda cell: readings.text(cell, 64), "a\ufffdb") == "broken-character"
    assert refused(lambda cell: readings.text(cell, 3), "abcd") == "too-long"
    assert refused(lambda cell: readings.text(cell, 3), True) == "no-text"


def test_barcodes_keep_every_digit_or_are_refused() -> None:
    assert readings.barcodes(4810000000014.0) == ("4810000000014",)
    assert readings.barcodes("4810000000014; 036000291452\n20000017") == ("4810000000014", "036000291452", "20000017")
    assert readings.barcodes(None) == ()
    assert refused(readings.barcodes, "4,81E+12") == "digits-lost"
    assert refused(readings.barcodes, 1e20) == "digits-lost"
    assert refused(readings.barcodes, "нет") == "no-barcode"


def test_quantities_are_above_zero_and_to_the_thousandth() -> None:
    assert readings.quantity("1,234") == 1234
    assert readings.quantity(0.1) == 100
    assert refused(readings.quantity, "1.2345") == "finer-than-thousandth"
    assert refused(readings.quantity, 0) == "not-positive"
    assert refused(readings.quantity, "-3") == "not-positive"


def test_columns_are_named_as_spreadsheets_name_them() -> None:
    assert [column_letters(at) for at in (0, 25, 26, 701, 702)] == ["A", "Z", "AA", "ZZ", "AAA"]
