"""Documents that could not be understood, with the raw text, and looking at them again."""

from datetime import timedelta
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response
from pydantic import Field

from sales_ingest.http_api.doors import BASE, Doors, Reader, Writer, after_of, next_of
from sales_ingest.http_api.period_runs import Asked, start_run
from sales_ingest.ports.views import Filter, Row
from sales_ingest.use_cases.run_kinds import PULL
from smena.http.auth import Principal
from smena.http.models import ApiModel, Instant
from smena.http.paging import Page, PageQuery, page
from smena.http.standard_problems import not_found
from smena.runs.routes import run_accepted

ONE_DOCUMENT = timedelta(seconds=1)
"""A document whose instant is known is read again within this stretch of time."""


class QuarantineBody(ApiModel):
    """A document in quarantine."""

    id: UUID
    organization: str
    cabinet: str
    register_id: str = Field(alias="register")
    register_number: str
    fiscal_id: str | None
    number: int | None
    at: Instant | None
    shift: UUID | None
    reason: str
    raw: str
    stored_at: Instant
    resolved_at: Instant | None


class QuarantineQuery(PageQuery):
    """A register by its id; a document without an instant has no day to ask for."""

    register_id: Annotated[str | None, Field(alias="register", min_length=1, max_length=40)] = None


def quarantine_router(doors: Doors) -> APIRouter:
    """``GET /quarantine`` and ``POST /quarantine/{id}/retry``."""
    router = APIRouter(prefix=f"{BASE}/quarantine", tags=["quarantine"])

    async def seen(entry_id: UUID, caller: Principal) -> Row:
        row = await doors.views.quarantined(entry_id)
        if row is None or not caller.sees(row["organization"]) or row["register"] not in doors.registers:
            raise not_found("Документ в карантине", "The quarantined document")
        return row

    @router.get("", summary="Documents that could not be understood, newest first")
    async def list_quarantine(query: Annotated[QuarantineQuery, Query()], caller: Reader) -> Page[QuarantineBody]:
        wanted = Filter(doors.visible(caller, query.register_id))
        rows = await doors.views.quarantine(wanted, query.limit + 1, after_of(query))
        return page([_body(row) for row in rows[: query.limit]], next_of(rows, query.limit, "stored_at", "id"))

    @router.post("/{entry_id}/retry", status_code=202, summary="Read the document again (Повторить разбор)")
    async def retry(entry_id: UUID, request: Request, caller: Writer) -> Response:
        row = await seen(entry_id, caller)
        start, end = (row["at"], row["at"] + ONE_DOCUMENT) if row["at"] else (row["window_start"], row["window_end"])
        start = start.replace(microsecond=0)
        payload = {"start": start.isoformat(), "end": end.isoformat()}
        asked = Asked(caller.person, "quarantine.retry", f"quarantine/{entry_id}")
        run = await start_run(doors, PULL, [doors.registers[row["register"]]], payload, asked)
        return run_accepted(run, f"{BASE}/pulls", request)

    return router


def _body(row: Row) -> QuarantineBody:
    shown = {name: row[name] for name in row if name not in {"window_start", "window_end"}}
    return QuarantineBody(**{**shown, "raw": bytes(row["raw"]).decode("utf-8", "replace")})
