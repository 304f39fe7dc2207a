"""What was published, and the receipt lines behind each line."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Response

from sales_ingest.http_api.doors import BASE, Doors, Reader
from sales_ingest.http_api.receipts import LineBody
from smena.http.models import Instant
from smena.http.paging import Page, page
from smena.http.standard_problems import not_found

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
    async def read_line(shift_id: UUID, number: RevisionNumber, key: LineKey, caller: Reader) -> Page[SourceLineBody]:
        shift, _ = await doors.shift(caller, shift_id)
        rows = await doors.views.revision_line(shift.id, number, key)
        if rows is None:
            raise not_found("Строка версии", "The line of the revision")
        return page([SourceLineBody(**row) for row in rows], None)

    return router
