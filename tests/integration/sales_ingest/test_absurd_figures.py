"""Figures and instants that no column and no calendar holds: their document waits, the rest of the page goes on."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from integration.sales_ingest.shop import Shop
from smena.cabinets.documents import CabinetDocument, UnreadableDocument
from smena.kinds.money import Kopecks
from unit.sales_ingest.till import Till, line

FIGURES: dict[str, Callable[[CabinetDocument], CabinetDocument | UnreadableDocument]] = {
    "price": lambda one: replace(one, lines=(replace(one.lines[0], price=Kopecks(10**30)),)),
    "opened in the last hours that can be counted": lambda one: replace(
        one, shift_opened_at=datetime(9999, 12, 31, 23, tzinfo=UTC), shift_external_id=None
    ),
    "opened before all clocks": lambda one: replace(
        one, shift_opened_at=datetime(1, 1, 1, tzinfo=UTC), shift_external_id=None
    ),
    "unread, of a shift that can't be placed": lambda one: UnreadableDocument(
        "иначе", b"{}", one.register_number, one.fiscal_id, one.number, one.at, 1, None,
        datetime(9999, 12, 31, 23, tzinfo=UTC),
    ),
    "number of its shift": lambda one: replace(one, shift_number=2**31, shift_external_id=None),
}  # fmt: skip


@pytest.mark.parametrize("case", FIGURES)
async def test_a_figure_no_column_holds_keeps_its_document_out_and_not_the_page(shop: Shop, case: str) -> None:
    till = Till()
    till.sale(line("4.10"))
    till.sale(line("4.10"))
    till.close()
    spoilt = till.documents[1]
    shop.cabinet.documents.extend([till.documents[0], FIGURES[case](spoilt), till.documents[2]])

    await shop.pull()

    kept = shop.rows("select fiscal_id from sales_ingest.receipt order by 1")
    assert kept == [(one.fiscal_id,) for one in (till.documents[0], till.documents[2])]
    assert shop.rows("select fiscal_id from sales_ingest.quarantine") == [(spoilt.fiscal_id,)]
