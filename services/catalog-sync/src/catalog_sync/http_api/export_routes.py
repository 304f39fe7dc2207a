"""Files out: a diff as a workbook."""

import asyncio
import shutil
import tempfile
from pathlib import Path
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from catalog_sync.http_api.problems import problem_of
from catalog_sync.use_cases.refusals import RefusedError
from catalog_sync.use_cases.services import Services
from catalog_sync.use_cases.write_diff_table import write_diff_table
from smena.http.auth import Principal, require
from smena.http.language import language_of
from smena.http.standard_problems import not_found
from smena.workbooks.answer import WORKBOOKS_AT_ONCE_MAX, XLSX_ANSWER, XLSX_MEDIA_TYPE


def export_routes(services: Services) -> APIRouter:
    """``GET /diffs/{id}.xlsx``."""
    router = APIRouter(prefix="/catalog/v1", tags=["files"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]
    turns = asyncio.Semaphore(WORKBOOKS_AT_ONCE_MAX)

    @router.get(
        "/diffs/{diff_id}.xlsx",
        summary="A diff as a workbook: counts, and every row with what would change",
        response_class=FileResponse,
        responses=XLSX_ANSWER,
    )
    async def read_workbook(diff_id: UUID, request: Request, caller: reader) -> FileResponse:
        async with services.open_work() as work:
            diff = await work.diffs.get(diff_id)
        if diff is None or not caller.sees(diff.organization):
            raise not_found("Сравнение", "The diff")
        folder = Path(tempfile.mkdtemp(prefix="smena-diff-"))
        path = folder / f"{diff_id}.xlsx"
        try:
            async with turns:
                await write_diff_table(diff, path, language_of(request.scope), ports=services.files)
        except BaseException as error:
            shutil.rmtree(folder, ignore_errors=True)
            if isinstance(error, RefusedError):
                raise problem_of(error) from error
            raise
        return FileResponse(
            path,
            media_type=XLSX_MEDIA_TYPE,
            filename=path.name,
            background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
        )

    return router
