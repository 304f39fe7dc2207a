"""What an accountant looks at again: lines under default items, and what each cashier rang."""

from collections.abc import Sequence
from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import Field

from sales_ingest.http_api.doors import BASE, Doors, ListQuery, Reader, filter_of
from sales_ingest.http_api.turnover import CountAndSum
from sales_ingest.ports.views import Row
from smena.http.models import ApiModel, MoneyText, QuantityText
from smena.http.paging import Page, decode_cursor, encode_cursor, page


class DefaultItemBody(ApiModel):
    """Lines that carry the same and stand under a register's default item; refunds are taken off.

    ``POST /resolutions`` with this ``group`` sorts them; what was published gets a new revision.
    """

    register_id: str = Field(alias="register")
    item_ref: str
    vat_rate: str
    group: str
    name: str
    cabinet_item_id: str | None
    barcode: str | None
    article: str | None
    lines: int
    quantity: QuantityText
    amount: MoneyText


class CashierBody(ApiModel):
    """What a cashier rang; ``GET /receipts?cashier=`` lists it, by ``kind``, ``free_form``, ``not_at_list_price``."""

    register_id: str = Field(alias="register")
    cashier: str | None
    sales: CountAndSum
    refunds: CountAndSum
    annulments: CountAndSum
    free_form: CountAndSum
    not_at_list_price: CountAndSum


def second_look_router(doors: Doors) -> APIRouter:
    """``GET /default-items`` and ``GET /cashiers``."""
    router = APIRouter(prefix=BASE, tags=["items"])

    @router.get("/default-items", summary="What stands under default items, by what the lines carry")
    async def list_default_items(query: Annotated[ListQuery, Query()], caller: Reader) -> Page[DefaultItemBody]:
        wanted = filter_of(doors, caller, query)
        rows = await doors.views.default_item_groups(wanted, query.limit + 1, _after(query))
        shown, following = _cut(rows, query.limit)
        return page([DefaultItemBody(**row) for row in shown], following)

    @router.get("/cashiers", summary="Sales, refunds, annulments and free-form receipts by cashier")
    async def list_cashiers(query: Annotated[ListQuery, Query()], caller: Reader) -> Page[CashierBody]:
        wanted = filter_of(doors, caller, query)
        rows = await doors.views.cashiers(wanted, query.limit + 1, _after(query))
        shown, following = _cut(rows, query.limit)
        return page([CashierBody(**row) for row in shown], following)

    return router


def _after(query: ListQuery) -> str | None:
    return str(decode_cursor(query.cursor, str)[0]) if query.cursor else None


def _cut(rows: Sequence[Row], limit: int) -> tuple[list[Row], str | None]:
    """The rows of a page without their positions, and the cursor of the next one."""
    following = encode_cursor(rows[limit - 1]["position"]) if len(rows) > limit else None
    return [{name: value for name, value in row.items() if name != "position"} for row in rows[:limit]], following
