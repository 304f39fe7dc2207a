"""Documents: the list, one of them, and what stands behind its lines."""

from collections.abc import Sequence
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field, model_validator

from ledger.domain.documents import DocumentState
from ledger.domain.stored import StoredDocument
from ledger.http_api.bodies import DocumentBody, StateChangeBody, change_body, document_body
from ledger.http_api.doors import BASE, Doors, Reader, RegisterId
from ledger.ports.repositories import DocumentFilter
from ledger.ports.sales_desk import SalesUnavailableError
from ledger.ports.unit_of_work import LedgerWork
from smena.erp.documents import ErpDocumentKind
from smena.http.day import Day
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words, WrongValueError, declare

SALES_UNAVAILABLE = declare("sales-ingest-unavailable", 503, ru="Сервис продаж не отвечает", en="sales-ingest is away")


class DocumentsQuery(PageQuery):
    """Filters of the list; dates are inclusive business dates."""

    kind: ErpDocumentKind | None = None
    register_id: Annotated[RegisterId | None, Field(alias="register")] = None
    first: Annotated[Day | None, Field(alias="from")] = None
    last: Annotated[Day | None, Field(alias="to")] = None
    state: DocumentState | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.first > self.last:
            raise WrongValueError("from позже, чем to: поменяйте даты местами", "from is after to", field="from")
        return self


class SourceBody(ApiModel):
    """A line of a published revision behind a document's line; ``sign`` -1 where it is taken off."""

    revision: int
    key: str
    sign: Literal[1, -1]
    receipts: list[dict[str, Any]]


class TracedLineBody(ApiModel):
    """A line of the document with the receipt lines behind it."""

    n: int
    name: str
    direction: str
    quantity: str
    amount: str
    sources: list[SourceBody]


class TraceBody(ApiModel):
    """Every number of a document down to receipt lines."""

    document: UUID
    key: str
    shift: UUID
    lines: list[TracedLineBody]


async def _stopping(work: LedgerWork, shown: Sequence[StoredDocument]) -> dict[UUID, list[StoredDocument]]:
    """By shift the documents for which those that are still planned may wait."""
    waiting = {one.document.shift for one in shown if one.status.state is DocumentState.PLANNED}
    found: dict[UUID, list[StoredDocument]] = {}
    for stored in await work.documents.stopping(sorted(waiting)) if waiting else ():
        found.setdefault(stored.document.shift, []).append(stored)
    return found


def document_router(doors: Doors) -> APIRouter:
    """``GET`` of documents."""
    router = APIRouter(prefix=f"{BASE}/documents", tags=["documents"])
    rulebook = doors.comparing.rulebook

    @router.get("", summary="Documents by position")
    async def list_documents(query: Annotated[DocumentsQuery, Query()], caller: Reader) -> Page[DocumentBody]:
        after = 0
        if query.cursor is not None:
            (after,) = decode_cursor(query.cursor, int)  # type: ignore[assignment]
        if query.register_id is not None:
            doors.registers(caller, [query.register_id])
        wanted = DocumentFilter(
            organizations=doors.organizations(caller),
            kind=query.kind.value if query.kind else None,
            register=query.register_id,
            first=query.first,
            last=query.last,
            state=query.state.value if query.state else None,
        )
        async with doors.new_work() as work:
            found = await work.documents.page(wanted, after or 0, query.limit + 1)
            stopped = await _stopping(work, found)
        more = len(found) > query.limit
        shown = found[: query.limit]
        bodies = [
            document_body(one, rulebook.delivery_rules(one.document.register), stopped.get(one.document.shift, ()))
            for one in shown
        ]
        return page(bodies, encode_cursor(shown[-1].position) if more else None)

    @router.get("/{document_id}", summary="A document with its lines")
    async def read_document(document_id: UUID, caller: Reader) -> DocumentBody:
        stored = await doors.document(caller, document_id)
        async with doors.new_work() as work:
            stopped = await _stopping(work, [stored])
        rules = rulebook.delivery_rules(stored.document.register)
        return document_body(stored, rules, stopped.get(stored.document.shift, ()))

    @router.get("/{document_id}/history", summary="Every change of its state: when, why, by whom")
    async def read_history(document_id: UUID, caller: Reader) -> Page[StateChangeBody]:
        await doors.document(caller, document_id)
        async with doors.new_work() as work:
            changes = await work.documents.history(document_id)
        return page([change_body(change) for change in changes], None)

    @router.get("/{document_id}/trace", summary="Each line with the receipt lines behind it")
    async def read_trace(document_id: UUID, request: Request, caller: Reader) -> TraceBody:
        stored = await doors.document(caller, document_id)
        authorization = request.headers.get("authorization", "")
        document, lines = stored.document, []
        for n, line in enumerate(document.lines, start=1):
            sources = []
            for source in line.sources:
                try:
                    receipts = await doors.comparing.sales.receipt_lines(
                        document.shift, source.revision, source.key, authorization
                    )
                except SalesUnavailableError as error:
                    raise SALES_UNAVAILABLE(
                        Words(f"{error}. Повторите позже.", "sales-ingest gave no answer. Ask again later.")
                    ) from error
                sign: Literal[1, -1] = 1 if source.sign > 0 else -1
                sources.append(SourceBody(revision=source.revision, key=source.key, sign=sign, receipts=receipts))
            body = document_body(stored, rulebook.delivery_rules(document.register)).lines[n - 1]
            lines.append(
                TracedLineBody(
                    n=n,
                    name=line.name,
                    direction=body.direction,
                    quantity=body.quantity,
                    amount=body.amount,
                    sources=sources,
                )
            )
        return TraceBody(document=stored.id, key=document.key, shift=document.shift, lines=lines)

    return router
