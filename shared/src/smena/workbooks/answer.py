"""A workbook as an answer: made in a folder of its own, sent from there, and the folder removed."""

import asyncio
import shutil
import tempfile
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

from fastapi.responses import FileResponse
from starlette.background import BackgroundTask

from smena.workbooks.table import XlsxTable

XLSX_MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
WORKBOOKS_AT_ONCE_MAX = 2
"""Workbooks made at the same time by one router; the others wait."""

XLSX_ANSWER: dict[int | str, dict[str, Any]] = {
    200: {"content": {XLSX_MEDIA_TYPE: {"schema": {"type": "string", "format": "binary"}}}}
}
"""``responses=`` of a route that sends a workbook."""

Write = Callable[[XlsxTable], Awaitable[None]]
"""Fills a workbook's sheets; ``finish`` is not its business."""


class WorkbookAnswers:
    """Makes workbooks, a few at a time."""

    def __init__(self) -> None:
        self._turns = asyncio.Semaphore(WORKBOOKS_AT_ONCE_MAX)

    async def make(self, filename: str, write: Write) -> FileResponse:
        """Fill a workbook and send it; nothing is left behind if that fails."""
        async with self._turns:
            folder = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="smena-workbook-"))
            try:
                table = XlsxTable(folder / "table.xlsx")
                try:
                    await write(table)
                finally:
                    await asyncio.to_thread(table.finish)
            except BaseException:
                shutil.rmtree(folder, ignore_errors=True)
                raise
        return FileResponse(
            folder / "table.xlsx",
            media_type=XLSX_MEDIA_TYPE,
            filename=filename,
            background=BackgroundTask(shutil.rmtree, folder, ignore_errors=True),
        )
