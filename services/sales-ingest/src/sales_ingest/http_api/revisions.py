"""What was published, and the receipt lines behind each line."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query, Response
from pydantic import Field

from sales_ingest.http_api.doors import BASE, Doors, Reader
from sales_ingest.http_api.receipts import LineBody
from sales_ingest.ports.views import SourceMark
from smena.http.models import Instant
from smena.http.paging import PAGE_ROWS_MAX, Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words
from smena.http.standard_problems import WRONG_CURSOR, not_found

RevisionNumber = Annotated[int, Path(ge=1, le=1_000_000)]
LineKey = Annotated[str, Path(min_length=1, max_length=64)]


class SourceLineBody(LineBody):
    """A receipt line behind a published line, with its receipt."""

    version: int
    fiscal_id: str
    receipt: UUID
    receipt_number: int
    receipt_kind: str
    at: Instant


class SourcesQuery(PageQuery):
    """A page of receipt lines; nearly every published line fits on one."""

    limit: Annotated[int, Field(ge=1, le=PAGE_ROWS_MAX)] = PAGE_ROWS_MAX


def revision_router(doors: Doors) -> APIRouter:
    """``GET`` of revisions."""
    router = APIRouter(prefix=f"{BASE}/shifts/{{shift_id}}/revisions", tags=["shifts"])

    @router.get(
        "/{number}",
        summary="A published revision: the data of the event, byte for byte",
        response_class=Response,
        responses={200: {"content": {"application/json": {"schema": {"type": "object"}}}}},
    )
    async def read_revision(shift_id: UUID, number: RevisionNumber, caller: Reader) -> Response:
        shift, _ = await doors.shift(caller, shift_id)
        body = await doors.views.revision(shift.id, number)
        if body is None:
            raise not_found("Версия смены", "The revision")
        return Response(body, media_type="application/json")

    @router.get("/{number}/lines/{key}/receipts", summary="The receipt lines behind one published line")
    async def read_line(
        shift_id: UUID, number: RevisionNumber, key: LineKey, query: Annotated[SourcesQuery, Query()], caller: Reader
    ) -> Page[SourceLineBody]:
        shift, _ = await doors.shift(caller, shift_id)
        rows = await doors.views.revision_line(shift.id, number, key, query.limit + 1, _after(query.cursor))
        if not rows and query.cursor is None:
            raise not_found("Строка версии", "The line of the revision")
        shown = [SourceLineBody(**row) for row in rows[: query.limit]]
        more = len(rows) > query.limit
        last = shown[-1] if more else None
        following = encode_cursor(last.receipt_number, str(last.receipt), last.n) if last else None
        return page(shown, following)

    return router


def _after(cursor: str | None) -> SourceMark | None:
    if cursor is None:
        return None
    number, receipt, position = decode_cursor(cursor, int, str, int)
    try:
        return int(number or 0), UUID(str(receipt)), int(position or 0)
    except ValueError as error:
        words = Words("Возьмите cursor из next_cursor.", "Take the cursor from next_cursor.")
        raise WRONG_CURSOR(words) from error
