"""Receipts with their lines."""

from datetime import date
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from sales_ingest.domain.items import Resolution
from sales_ingest.http_api.doors import BASE, Doors, ListFilter, Reader, after_of, filter_of, next_of
from sales_ingest.ports.views import Filter
from smena.cabinets.documents import DocumentKind
from smena.http.auth import Principal
from smena.http.models import ApiModel, Instant, MoneyText, QuantityText
from smena.http.paging import Page, PageQuery, page
from smena.http.standard_problems import not_found


class LineBody(ApiModel):
    """A line; ``resolution`` says how its item was found, ``group`` is what it shares with lines like it.

    ``list_price`` is the price set for its item when the line was decided; null where none is known.
    """

    id: str
    n: int
    name: str
    kind: str
    unit: str
    quantity: QuantityText
    price: MoneyText
    price_source: str
    list_price: MoneyText | None
    gross: MoneyText
    discount: MoneyText
    markup: MoneyText
    amount: MoneyText
    vat_rate: str
    vat_source: str
    vat_amount: MoneyText
    cabinet_item_id: str | None
    barcode: str | None
    article: str | None
    mark: str | None
    item_ref: str | None
    resolution: str
    group: str


class PaymentBody(ApiModel):
    """What came by one payment kind."""

    kind: str
    amount: MoneyText


class ReceiptBody(ApiModel):
    """A fiscal document as it stands now; ``version`` counts how often the cabinet changed it.

    ``payments`` are the fact; ``corrected_payments``, where a person corrected the kinds, count in the documents.
    """

    id: UUID
    version: int
    fiscal_id: str
    organization: str
    register_id: str = Field(alias="register")
    register_number: str
    kind: str
    number: int
    at: Instant
    shift: UUID
    shift_number: int
    business_date: date
    amount: MoneyText
    gross: MoneyText | None
    discount: MoneyText
    markup: MoneyText
    payments: list[PaymentBody]
    corrected_payments: list[PaymentBody] | None
    cashier: str | None
    target_fiscal_id: str | None
    annulled: bool
    lines: list[LineBody]


SEARCH_LENGTH_MAX = 200
ShortText = Annotated[str, Field(min_length=1, max_length=SEARCH_LENGTH_MAX, pattern=r"^[^\x00]+$")]


class ReceiptsFilter(ListFilter):
    """Which receipts.

    ``free_form``: with a line rung by its name alone (свободный чек). ``not_at_list_price``: with a line that is
    more than a kopeck away from quantity × list price before discounts. ``q``: a fiscal id, a document number, a
    barcode, an article, a mark or an item's reference as it is, or a part of a line's name.
    """

    kind: DocumentKind | None = None
    unresolved: bool | None = None
    cashier: ShortText | None = None
    resolution: Resolution | None = None
    free_form: bool | None = None
    not_at_list_price: bool | None = None
    q: ShortText | None = None


class ReceiptsQuery(ReceiptsFilter, PageQuery):
    """A page of these receipts."""


def wanted_receipts(doors: Doors, caller: Principal, query: ReceiptsFilter) -> Filter:
    """The receipts asked for, within what the caller may see."""
    return filter_of(
        doors,
        caller,
        query,
        kind=query.kind.value if query.kind else None,
        unresolved=query.unresolved,
        cashier=query.cashier,
        resolution=query.resolution.value if query.resolution else None,
        free_form=query.free_form,
        not_at_list_price=query.not_at_list_price,
        text=query.q,
    )


def receipt_router(doors: Doors) -> APIRouter:
    """``GET`` of receipts."""
    router = APIRouter(prefix=f"{BASE}/receipts", tags=["receipts"])

    @router.get("", summary="Receipts with their lines, newest first")
    async def list_receipts(query: Annotated[ReceiptsQuery, Query()], caller: Reader) -> Page[ReceiptBody]:
        rows = await doors.views.receipts(wanted_receipts(doors, caller, query), query.limit + 1, after_of(query))
        return page([ReceiptBody(**row) for row in rows[: query.limit]], next_of(rows, query.limit, "at", "id"))

    @router.get("/{receipt_id}", summary="A receipt")
    async def read_receipt(receipt_id: UUID, caller: Reader) -> ReceiptBody:
        row = await doors.views.receipt(receipt_id)
        if row is None or not caller.sees(row["organization"]):
            raise not_found("Чек", "The receipt")
        return ReceiptBody(**row)

    return router
