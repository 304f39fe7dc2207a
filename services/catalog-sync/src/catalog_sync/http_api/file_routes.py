"""Files in: items, goods receipts, electronic waybills."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Annotated, Any, BinaryIO

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import Response

from catalog_sync.domain.files.headers import ITEMS, RECEIPTS, HeaderMissingError, Layout
from catalog_sync.http_api.access import organization_for
from catalog_sync.http_api.file_bodies import FileBody, encoded
from catalog_sync.ports.files import FilePorts, FileRefusedError
from catalog_sync.use_cases.services import Services
from catalog_sync.use_cases.take_item_file import take_item_file
from catalog_sync.use_cases.take_receipt_file import take_receipt_file, take_waybill_file
from catalog_sync.use_cases.taken_file import TakenFile
from smena.http.auth import Principal, require
from smena.http.language import language_of
from smena.http.models import ApiModel
from smena.http.problems import Problem, Words, declare
from smena.http.route_plans import FILE_BODY_BYTES_MAX, JSON_MEDIA_TYPE
from smena.http.standard_problems import FILE_REFUSED
from smena.http.uploads import file_body, uploaded

FILES_AT_ONCE_MAX = 2
"""Files read at the same time in one process; each may take some hundred megabytes, the others wait."""
WAYBILL_MEDIA_TYPES = ("application/xml", "text/xml")

HEADER_NOT_FOUND = declare("header-not-found", 422, ru="Не найдены заголовки", en="No header row")

Take = Callable[..., Awaitable[TakenFile]]


class FileQuery(ApiModel):
    """Whose catalogue; needed only where the token sees several organisations."""

    organization: str | None = None


def refused(error: FileRefusedError) -> Problem:
    """The answer for a file that is refused as a whole."""
    reason = error.reason
    words = Words(f"Ничего не записано: {reason.ru}.", f"Nothing was stored: {reason.en}.")
    return FILE_REFUSED(words, reason=reason.code, **error.facts)


def no_header(error: HeaderMissingError, layout: Layout) -> Problem:
    """The answer for a file without the columns that must be there."""
    if error.twice:
        named = ", ".join(error.twice)
        words = Words(
            f"Ничего не записано: колонки {named} значат одно и то же, оставьте одну.",
            f"Nothing was stored: the columns {named} mean the same, leave one of them.",
        )
        return HEADER_NOT_FOUND(words, row=error.row, missing=[], twice=list(error.twice))
    named = "; ".join(_names(group, layout) for group in error.missing)
    words = Words(
        f"Ничего не записано: в первых строках нет колонок: {named}. Файл CSV должен быть в UTF-8 или Windows-1251.",
        f"Nothing was stored: the first rows lack the columns: {named}. A CSV file is in UTF-8 or Windows-1251.",
    )
    return HEADER_NOT_FOUND(words, row=error.row, missing=[list(group) for group in error.missing], twice=[])


def _names(group: Sequence[str], layout: Layout) -> str:
    return " / ".join(f"«{layout.names[field][0]}» ({field})" for field in group)


def file_routes(services: Services) -> APIRouter:
    """``POST /item-files``, ``/goods-receipt-files``, ``/waybill-files``."""
    router = APIRouter(prefix="/catalog/v1", tags=["files"])
    writer = Annotated[Principal, Depends(require("catalog:write"))]
    turns = asyncio.Semaphore(FILES_AT_ONCE_MAX)
    options: dict[str, Any] = {"max_body_size": FILE_BODY_BYTES_MAX, "response_model": FileBody}

    async def answer(
        request: Request, query: FileQuery, caller: Principal, take: Take, layout: Layout, *bare: str
    ) -> Response:
        organization = organization_for(services.config, caller, query.organization)
        body: BinaryIO = await uploaded(request, bare)
        ports: FilePorts = services.files
        try:
            async with turns:
                file = await take(organization, body, ports=ports)
        except FileRefusedError as error:
            raise refused(error) from error
        except HeaderMissingError as error:
            raise no_header(error, layout) from error
        content = await asyncio.to_thread(encoded, file, language_of(request.scope))
        return Response(content, media_type=JSON_MEDIA_TYPE)

    @router.post(
        "/item-files",
        openapi_extra=file_body(),
        summary="Take over items from XLSX or CSV (Загрузка из Excel)",
        **options,
    )
    async def take_items(request: Request, query: Annotated[FileQuery, Query()], caller: writer) -> Response:
        return await answer(request, query, caller, take_item_file, ITEMS)

    @router.post(
        "/goods-receipt-files",
        openapi_extra=file_body(),
        summary="Take over goods receipts from XLSX or CSV (Загрузка из Excel)",
        **options,
    )
    async def take_receipts(request: Request, query: Annotated[FileQuery, Query()], caller: writer) -> Response:
        return await answer(request, query, caller, take_receipt_file, RECEIPTS)

    @router.post(
        "/waybill-files",
        openapi_extra=file_body(*WAYBILL_MEDIA_TYPES),
        summary="Make a goods receipt of an electronic waybill (XML)",
        **options,
    )
    async def take_waybill(request: Request, query: Annotated[FileQuery, Query()], caller: writer) -> Response:
        return await answer(request, query, caller, take_waybill_file, RECEIPTS, *WAYBILL_MEDIA_TYPES)

    return router
