"""Registers as sales-ingest sees them: when they reported, how far they are read, whether they are silent."""

from datetime import date, datetime
from typing import Annotated

from fastapi import APIRouter, Query

from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.http_api.doors import BASE, Doors, Reader
from sales_ingest.ports.calendar import ReadStretch
from sales_ingest.ports.silence import StandingSilence
from smena.http.models import ApiModel, Instant
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page


class SilenceBody(ApiModel):
    """A silence that stands: since the last document, and when it was told of."""

    since: Instant
    raised_at: Instant


class RegisterBody(ApiModel):
    """A register. ``reporting``: ``silent``, ``reporting``, ``never`` (no document yet) or ``not-watched``."""

    id: str
    organization: str
    cabinet: str
    number: str
    active_from: date | None
    active_to: date | None
    auto_pull: str | None
    auto_publish: bool
    last_document_at: Instant | None
    read_from: Instant | None
    read_until: Instant | None
    silence_after_seconds: int | None
    reporting: str
    silence: SilenceBody | None


def register_router(doors: Doors) -> APIRouter:
    """``GET /registers``."""
    router = APIRouter(prefix=f"{BASE}/registers", tags=["registers"])

    @router.get("", summary="Registers: last document, how far the cabinet is read, silence")
    async def list_registers(query: Annotated[PageQuery, Query()], caller: Reader) -> Page[RegisterBody]:
        after = str(decode_cursor(query.cursor, str)[0]) if query.cursor else ""
        names = sorted(name for name in doors.visible(caller) if name > after)
        shown = names[: query.limit]
        async with doors.open_work() as work:
            reports = await work.silences.last_reports(shown)
            silences = await work.silences.standing(shown)
            read = {name: await work.calendar.read(doors.registers[name]) for name in shown}
        bodies = [_body(doors.registers[one], reports.get(one), read[one], silences.get(one)) for one in shown]
        return page(bodies, encode_cursor(shown[-1]) if len(names) > query.limit else None)

    return router


def _body(
    register: RegisterSetup, last_at: datetime | None, read: ReadStretch | None, silence: StandingSilence | None
) -> RegisterBody:
    after = register.silence_after
    return RegisterBody(
        id=register.id,
        organization=register.organization,
        cabinet=register.cabinet,
        number=register.number,
        active_from=register.active_from,
        active_to=register.active_to,
        auto_pull=register.auto_pull,
        auto_publish=register.auto_publish,
        last_document_at=last_at,
        read_from=read.start if read else None,
        read_until=read.end if read else None,
        silence_after_seconds=int(after.total_seconds()) if after else None,
        reporting=_reporting(watched=after is not None, reported=last_at is not None, silent=silence is not None),
        silence=SilenceBody(since=silence.silent_since, raised_at=silence.raised_at) if silence and after else None,
    )


def _reporting(*, watched: bool, reported: bool, silent: bool) -> str:
    if not watched:
        return "not-watched"
    if not reported:
        return "never"
    return "silent" if silent else "reporting"
