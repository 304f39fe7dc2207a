"""What the adapter looks up in the list of goods is no part of what was rung."""

from dataclasses import replace
from datetime import UTC, datetime

from sales_ingest.domain.fingerprints import fingerprint, has_changed, raw_fingerprint
from smena.cabinets.documents import CabinetDocument, CabinetLine, DocumentKind
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate

LINE = CabinetLine(1, "Молоко", Thousandths(1000), Kopecks(200), price=Kopecks(200), cabinet_item_id="5")
SALE = CabinetDocument(
    "AA", DocumentKind.SALE, "131010705", 1, datetime(2026, 2, 3, tzinfo=UTC), 31, "900", Kopecks(200), b"{}",
    lines=(LINE,),
)  # fmt: skip


def changed(line: CabinetLine, raw: bytes = b"{}") -> bool:
    now = replace(SALE, lines=(line,), raw=raw)
    return has_changed(fingerprint(SALE), raw_fingerprint(SALE.raw), fingerprint(now), raw_fingerprint(now.raw))


def test_a_price_rate_or_kind_edited_in_the_cabinet_later_does_not_change_an_old_receipt() -> None:
    assert not changed(replace(LINE, price=None))
    assert not changed(replace(LINE, price=Kopecks(210), vat_rate=VatRate.TEN, kind="service", article="A"))


def test_another_amount_is_a_change_and_so_is_another_price_in_another_text() -> None:
    assert changed(replace(LINE, amount=Kopecks(201)))
    assert changed(replace(LINE, price=Kopecks(210)), raw=b'{"price": 2.1}')
