"""Who decided what, when and why; the whole chain as JSON lines, for whoever wants to verify it."""

import json
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Protocol, Self

from fastapi import APIRouter, Depends, Query
from fastapi.responses import StreamingResponse
from pydantic import BaseModel, ConfigDict, Field, model_validator

from smena.audit.chain import AuditEntry
from smena.audit.trail import AuditFilter, AuditTrail
from smena.http.auth import Principal, require
from smena.http.day import Day
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import WrongValueError
from smena.http.standard_problems import not_found

JSON_LINES = "application/x-ndjson"
EXPORT_BATCH_ENTRIES = 500
NAME_LENGTH_MAX = 200

Name = Annotated[str, Field(min_length=1, max_length=NAME_LENGTH_MAX)]


class AuditedWork(Protocol):
    """A transaction with the chain in it."""

    @property
    def trail(self) -> AuditTrail:
        """The chain of what people decided."""
        ...


OpenAudited = Callable[[], AbstractAsyncContextManager[AuditedWork]]
ChainsOf = Callable[[Principal], Sequence[str]]
"""The organisations whose chains a caller may read."""


class AuditQuery(PageQuery):
    """Filters; ``from`` and ``to`` are inclusive days in UTC, the others exact."""

    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    organization: Name | None = None
    who: Name | None = None
    what: Name | None = None
    subject: Name | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise WrongValueError("from позже, чем to: поменяйте даты местами", "from is after to", field="from")
        return self


class ExportQuery(BaseModel):
    """Whose chain; all the caller may see without it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    organization: Name | None = None


class AuditEntryBody(ApiModel):
    """A decision. ``number`` is its place in the organisation's chain.

    ``sha256`` is of everything else here, as JSON with sorted keys and no spaces; ``previous`` is that of the entry
    before it, 64 zeroes for the first.
    """

    number: int
    at: str
    organization: str
    who: str
    what: str
    subject: str
    why: str | None
    details: dict[str, str]
    previous: str
    sha256: str


def audit_router(base: str, scope: str, chains: ChainsOf, open_work: OpenAudited) -> APIRouter:
    """``GET`` of the audit under ``base``, for callers with ``scope``; there is no call that changes it."""
    router = APIRouter(prefix=base, tags=["audit"])
    reading = Depends(require(scope))

    @router.get("/audit", summary="Who decided what, when and why; newest first")
    async def list_entries(query: Annotated[AuditQuery, Query()], caller: Principal = reading) -> Page[AuditEntryBody]:
        before = None
        if query.cursor is not None:
            (before,) = decode_cursor(query.cursor, int)
        seen = chains(caller)
        wanted = AuditFilter(
            organizations=[one for one in seen if query.organization in {None, one}],
            first=None if query.first is None else _midnight(query.first),
            before=None if query.last in {None, date.max} else _midnight(query.last + timedelta(days=1)),
            who=query.who,
            what=query.what,
            subject=query.subject,
        )
        async with open_work() as work:
            found = await work.trail.page(wanted, before, query.limit + 1)  # type: ignore[arg-type]
        shown = found[: query.limit]
        following = encode_cursor(shown[-1][0]) if len(found) > query.limit else None
        return page([_body(entry) for _, entry in shown], following)

    @router.get(
        "/audit.jsonl",
        summary="The chain from its beginning as JSON lines, one organisation after the other",
        response_class=StreamingResponse,
        responses={200: {"content": {JSON_LINES: {"schema": {"type": "string"}}}}},
    )
    async def export(query: Annotated[ExportQuery, Query()], caller: Principal = reading) -> StreamingResponse:
        organizations = list(chains(caller))
        if query.organization is not None:
            if query.organization not in organizations:
                raise not_found("Организация", "The organisation")
            organizations = [query.organization]
        headers = {"Content-Disposition": 'attachment; filename="audit.jsonl"'}
        return StreamingResponse(_lines(organizations, open_work), media_type=JSON_LINES, headers=headers)

    return router


async def _lines(organizations: list[str], open_work: OpenAudited) -> AsyncIterator[bytes]:
    """A transaction for each batch: a slow reader keeps none of them open."""
    for organization in organizations:
        after = 0
        while True:
            async with open_work() as work:
                entries = await work.trail.chain(organization, after, EXPORT_BATCH_ENTRIES)
            if not entries:
                break
            after = entries[-1].number
            yield b"".join(_line(entry) for entry in entries)


def _line(entry: AuditEntry) -> bytes:
    return json.dumps(entry.as_json(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _body(entry: AuditEntry) -> AuditEntryBody:
    return AuditEntryBody(**entry.as_json())


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=UTC)
