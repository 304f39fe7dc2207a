"""A document as a workbook, and as a page to be printed."""

import asyncio
from decimal import Decimal
from uuid import UUID

from fastapi import APIRouter, Request
from fastapi.responses import FileResponse, HTMLResponse

from ledger.domain.stored import StoredDocument
from ledger.domain.words import document_title, payment_title
from ledger.http_api.bodies import DocumentBody, document_body
from ledger.http_api.cells import Cell, numbers, plain, sums
from ledger.http_api.doors import BASE, Doors, Reader
from ledger.http_api.print_words import COMPONENTS, KINDS, STATES, WORDS
from ledger.http_api.printing import HTML_ANSWER, printed
from smena.http.language import language_of
from smena.workbooks.answer import XLSX_ANSWER, WorkbookAnswers
from smena.workbooks.table import XlsxTable

COLUMNS = ("n", "name", "unit", "quantity", "price", "amount", "vat_rate", "vat_amount", "direction", "discount")


def document_file_router(doors: Doors) -> APIRouter:
    """``GET /documents/{id}.xlsx`` and ``/documents/{id}/print``; stands before the routes of a document."""
    router = APIRouter(prefix=f"{BASE}/documents", tags=["files"])
    workbooks = WorkbookAnswers()

    def shown(stored: StoredDocument) -> DocumentBody:
        return document_body(stored, doors.comparing.rulebook.delivery_rules(stored.document.register))

    @router.get(
        "/{document_id}.xlsx",
        summary="A document as a workbook: heading, lines, payments and VAT",
        response_class=FileResponse,
        responses=XLSX_ANSWER,
    )
    async def read_workbook(document_id: UUID, request: Request, caller: Reader) -> FileResponse:
        stored = await doors.document(caller, document_id)
        body, language = shown(stored), language_of(request.scope)
        organization = doors.config.organization(body.organization).name

        async def write(table: XlsxTable) -> None:
            await asyncio.to_thread(_fill, table, stored, body, organization, language)

        return await workbooks.make(f"{document_id}.xlsx", write)

    @router.get(
        "/{document_id}/print",
        summary="A document to be printed (не фискальная копия)",
        response_class=HTMLResponse,
        responses=HTML_ANSWER,
    )
    async def read_page(document_id: UUID, request: Request, caller: Reader) -> HTMLResponse:
        stored = await doors.document(caller, document_id)
        body, language = shown(stored), language_of(request.scope)
        owner, words = doors.config.organization(body.organization), WORDS[language]
        return printed(
            request,
            "document.html",
            _title(stored, language),
            person=caller.person,
            at=doors.comparing.clock.now(),
            timezone=owner.timezone,
            document=body,
            heading=_heading(body, owner.name, language),
            line_titles=[words[name] for name in COLUMNS],
            lines=_rows(body, language),
            sums=[(words[name], rows) for name, rows in _sums(body, language)],
        )

    return router


def _title(stored: StoredDocument, language: str) -> str:
    document = stored.document
    if language == "ru":
        return document_title(document)
    paid = f", {document.payment_kind}" if document.payment_kind else ""
    return f"{KINDS[document.kind.value]}{paid}"


def _heading(body: DocumentBody, organization: str, language: str) -> list[tuple[str, str]]:
    words = WORDS[language]
    found = [
        (words["organization"], organization),
        (words["register"], body.register_id),
        (words["date"], f"{body.business_date:%d.%m.%Y}"),
        (words["revision"], str(body.revision)),
        (words["operation"], body.operation),
        (words["amount"], body.amount),
        (words["state"], STATES[language].get(body.state, body.state)),
        (words["number"], body.erp.number or ""),
        (words["reason"], body.reason or ""),
    ]
    return [(name, text) for name, text in found if text]


def _rows(body: DocumentBody, language: str) -> list[list[Cell]]:
    words = WORDS[language]
    return [
        [
            *sums(str(line.n)),
            *plain(line.name, line.unit),
            *sums(line.quantity, line.price, line.amount, _rate(line.vat_rate, language), line.vat_amount),
            *plain(words[line.direction], words["yes" if line.discount else "no"]),
        ]
        for line in body.lines
    ]


def _sums(body: DocumentBody, language: str) -> list[tuple[str, list[tuple[str, str]]]]:
    russian = language == "ru"
    return [
        ("payments", [(payment_title(one.kind) if russian else one.kind, one.amount) for one in body.payments]),
        ("components", [(_component(one.name, language), one.amount) for one in body.components]),
        ("vat", [(_rate(one.rate, language), one.amount) for one in body.vat]),
    ]


def _component(name: str, language: str) -> str:
    """A component, which may be a payment kind too; one that has no word yet is shown as it is."""
    return COMPONENTS[language].get(name) or (payment_title(name) if language == "ru" else name)


def _rate(rate: str, language: str) -> str:
    return WORDS[language]["without_vat"] if rate == "none" else f"{rate} %"


def _fill(table: XlsxTable, stored: StoredDocument, body: DocumentBody, organization: str, language: str) -> None:
    words = WORDS[language]
    table.begin(words["document"], [words["name"], words["value"]])
    table.add([(_title(stored, language), words["copy"])])
    table.add(
        (name, Decimal(text) if name == words["amount"] else text)
        for name, text in _heading(body, organization, language)
    )
    table.add([("key", body.key), ("sha256", body.sha256)])
    table.begin(words["lines"], [words[name] for name in COLUMNS])
    table.add(numbers(row) for row in _rows(body, language))
    table.begin(words["totals"], [words["figure"], words["name"], words["amount"]])
    for name, rows in _sums(body, language):
        table.add((words[name], what, Decimal(amount)) for what, amount in rows)
