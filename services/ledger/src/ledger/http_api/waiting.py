"""Revisions that came before their predecessor, and what they wait for."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from ledger.http_api.doors import BASE, Doors, Reader
from ledger.ports.repositories import WaitingRevision
from smena.http.models import ApiModel, Instant
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words
from smena.http.standard_problems import WRONG_CURSOR

NOT_COME = "Ждёт версию {} этой смены: если она не принята, она стоит среди непринятых событий, примите её снова"
IN_PLACE = (
    "Перепишет документы смены на месте, когда с ними всё ясно: решите документы этой смены, которые ждут, изменены"
    " в 1С или отклонены"
)


class WaitingQuery(PageQuery):
    """Of the organisations the caller sees."""


class WaitingBody(ApiModel):
    """A revision that is kept and makes no documents yet; ``reason`` says what it waits for and what to do.

    It waits until revision ``waits_for`` has come, or, where it writes the documents anew in place, until nothing
    about those is unclear.
    """

    shift: UUID
    organization: str
    register_id: str = Field(alias="register")
    number: int
    revision: int
    waits_for: int
    reason: str
    received_at: Instant


def waiting_router(doors: Doors) -> APIRouter:
    """``GET /waiting-revisions``."""
    router = APIRouter(prefix=BASE, tags=["dead letters"])

    @router.get("/waiting-revisions", summary="Revisions of shifts that wait for an earlier one")
    async def list_waiting(query: Annotated[WaitingQuery, Query()], caller: Reader) -> Page[WaitingBody]:
        after = None if query.cursor is None else _place(query.cursor)
        async with doors.new_work() as work:
            found = await work.revisions.early(doors.organizations(caller), after, query.limit + 1)
        shown = found[: query.limit]
        following = None
        if len(found) > query.limit:
            following = encode_cursor(str(shown[-1].key.id), shown[-1].number)
        return page([_body(one) for one in shown], following)

    return router


def _body(waiting: WaitingRevision) -> WaitingBody:
    return WaitingBody(
        shift=waiting.key.id,
        organization=waiting.key.organization,
        register=waiting.key.register,
        number=waiting.key.number,
        revision=waiting.number,
        waits_for=waiting.waits_for,
        reason=IN_PLACE if waiting.came else NOT_COME.format(waiting.waits_for),
        received_at=waiting.received_at,
    )


def _place(cursor: str) -> tuple[UUID, int]:
    shift, number = decode_cursor(cursor, str, int)
    try:
        return UUID(str(shift)), int(number or 0)
    except ValueError as error:
        raise WRONG_CURSOR(Words("Начните без cursor.", "Start without a cursor.")) from error
