"""The ERP's side as a person chooses from it: goods receipts and groups."""

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from pydantic import Field

from catalog_sync.http_api.access import organization_for
from catalog_sync.ports.records import ItemGroup, ReceiptHead
from catalog_sync.use_cases.services import Services
from smena.http.auth import Principal, require
from smena.http.day import Day
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words
from smena.http.standard_problems import WRONG_CURSOR


class ReceiptHeadBody(ApiModel):
    """A goods receipt; ``lines`` is how many it has."""

    ref: str
    number: str
    date: date
    supplier: str | None
    lines: int

    @classmethod
    def of(cls, head: ReceiptHead) -> "ReceiptHeadBody":
        """The body of a goods receipt."""
        return cls(ref=head.ref, number=head.number, date=head.date, supplier=head.supplier, lines=head.lines)


class ItemGroupBody(ApiModel):
    """A group path with the number of items in use that stand directly in it."""

    path: str
    items: int

    @classmethod
    def of(cls, group: ItemGroup) -> "ItemGroupBody":
        """The body of a group."""
        return cls(path=group.path, items=group.items)


class GroupsQuery(PageQuery):
    """Whose groups; needed only where the token sees several organisations."""

    organization: str | None = None


class ReceiptsQuery(GroupsQuery):
    """Filters of the goods receipts; ``q`` is looked for in number and supplier."""

    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    q: Annotated[str, Field(max_length=200)] = ""


def catalogue_lists(services: Services) -> APIRouter:
    """``GET /goods-receipts`` and ``GET /item-groups``."""
    router = APIRouter(prefix="/catalog/v1", tags=["catalogue"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]

    @router.get("/goods-receipts", summary="Goods receipts of the ERP as known here, the latest first")
    async def list_receipts(query: Annotated[ReceiptsQuery, Query()], caller: reader) -> Page[ReceiptHeadBody]:
        organization = organization_for(services.config, caller, query.organization)
        async with services.open_work() as work:
            heads = await work.erp.receipt_heads(
                organization,
                search=query.q.strip(),
                first=query.first,
                last=query.last,
                after=_position(query.cursor),
                limit=query.limit + 1,
            )
        shown = heads[: query.limit]
        more = encode_cursor(shown[-1].date.isoformat(), shown[-1].ref) if len(heads) > query.limit else None
        return page([ReceiptHeadBody.of(head) for head in shown], more)

    @router.get("/item-groups", summary="Groups of the ERP's items as known here, with the number of their items")
    async def list_groups(query: Annotated[GroupsQuery, Query()], caller: reader) -> Page[ItemGroupBody]:
        organization = organization_for(services.config, caller, query.organization)
        after = str(decode_cursor(query.cursor, str)[0]) if query.cursor else ""
        async with services.open_work() as work:
            groups = await work.erp.groups(organization, after=after, limit=query.limit + 1)
        shown = groups[: query.limit]
        more = encode_cursor(shown[-1].path) if len(groups) > query.limit else None
        return page([ItemGroupBody.of(group) for group in shown], more)

    return router


def _position(cursor: str | None) -> tuple[date, str] | None:
    """Where a page begins: after the goods receipt a cursor names."""
    if cursor is None:
        return None
    day, ref = decode_cursor(cursor, str, str)
    try:
        return date.fromisoformat(str(day)), str(ref)
    except ValueError as error:
        raise WRONG_CURSOR(Words("Начните без cursor.", "Start without a cursor.")) from error
