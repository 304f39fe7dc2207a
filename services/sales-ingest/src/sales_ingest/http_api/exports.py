"""Turnover, receipts and lines without an item as workbooks."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Annotated

from fastapi import APIRouter, Query, Request
from fastapi.responses import FileResponse

from sales_ingest.http_api.doors import BASE, Doors, ListFilter, Reader, filter_of
from sales_ingest.http_api.receipts import ReceiptsFilter, wanted_receipts
from sales_ingest.http_api.turnover import TurnoverFilter
from sales_ingest.ports.views import Filter
from sales_ingest.use_cases.export_sales import (
    EXPORT_ROWS_MAX,
    ExportTooLargeError,
    export_receipts,
    export_turnover,
    export_unresolved,
)
from smena.http.language import language_of
from smena.http.problems import Words, declare
from smena.workbooks.answer import XLSX_ANSWER, WorkbookAnswers
from smena.workbooks.table import XlsxTable

EXPORT_TOO_LARGE = declare("export-too-large", 422, ru="Слишком много строк для файла", en="Too many rows for a file")


def export_router(doors: Doors) -> APIRouter:
    """``GET /turnover.xlsx``, ``/receipts.xlsx`` and ``/unresolved.xlsx``: what the lists show, whole."""
    router = APIRouter(prefix=BASE, tags=["files"])
    workbooks = WorkbookAnswers()

    @router.get(
        "/turnover.xlsx",
        summary="Turnover as a workbook: by day, by payment kind, by VAT rate",
        response_class=FileResponse,
        responses=XLSX_ANSWER,
    )
    async def read_turnover_table(
        query: Annotated[TurnoverFilter, Query()], request: Request, caller: Reader
    ) -> FileResponse:
        wanted = Filter(doors.visible(caller, query.register_id), query.first, query.last)

        async def write(table: XlsxTable) -> None:
            async with _bounded():
                await export_turnover(table, wanted, language_of(request.scope), views=doors.views)

        return await workbooks.make("turnover.xlsx", write)

    @router.get(
        "/receipts.xlsx",
        summary="Receipts by their lines as a workbook",
        response_class=FileResponse,
        responses=XLSX_ANSWER,
    )
    async def read_receipts_table(
        query: Annotated[ReceiptsFilter, Query()], request: Request, caller: Reader
    ) -> FileResponse:
        wanted = wanted_receipts(doors, caller, query)

        async def write(table: XlsxTable) -> None:
            async with _bounded():
                await export_receipts(
                    table, wanted, language_of(request.scope), views=doors.views, registers=doors.registers
                )

        return await workbooks.make("receipts.xlsx", write)

    @router.get(
        "/unresolved.xlsx",
        summary="Lines without an item as a workbook, with the sums at stake",
        response_class=FileResponse,
        responses=XLSX_ANSWER,
    )
    async def read_unresolved_table(
        query: Annotated[ListFilter, Query()], request: Request, caller: Reader
    ) -> FileResponse:
        wanted = filter_of(doors, caller, query)

        async def write(table: XlsxTable) -> None:
            async with _bounded():
                await export_unresolved(table, wanted, language_of(request.scope), views=doors.views)

        return await workbooks.make("unresolved.xlsx", write)

    return router


@asynccontextmanager
async def _bounded() -> AsyncIterator[None]:
    try:
        yield
    except ExportTooLargeError as error:
        words = Words(
            f"Строк больше {EXPORT_ROWS_MAX}. Укажите период короче или одну кассу.",
            f"More than {EXPORT_ROWS_MAX} rows. Ask for a shorter period or one register.",
        )
        raise EXPORT_TOO_LARGE(words) from error
