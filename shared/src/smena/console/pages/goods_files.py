"""Files in: items and goods receipts from XLSX or CSV, electronic waybills from XML."""

from typing import Any

from starlette.datastructures import UploadFile
from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.page import Page

KINDS = ("item-files", "goods-receipt-files", "waybill-files")
REGISTERS_MAX = 500
REJECTED_SHOWN = 200


async def show(page: Page) -> Response:
    """Choose a file."""
    return await drawn(page)


async def take(page: Page) -> Response:
    """Send the file; its rows are told at once, taken or rejected, and nothing is kept of it."""
    kind = page.field("kind")
    file = page.form.get("file")
    if kind not in KINDS or not isinstance(file, UploadFile) or not file.filename:
        return await drawn(page, words=page.translate("Выберите файл и что в нём."), status=422)
    try:
        taken = await page.api.upload(
            f"/catalog/v1/{kind}",
            (file.filename, file.file, file.content_type or "application/octet-stream"),
            query={"organization": page.field("organization")},
        )
    except ApiProblemError as problem:
        if problem.status not in {413, 415, 422}:
            raise
        return await drawn(page, words=problem.words, status=problem.status)
    return await drawn(page, taken=taken, name=file.filename)


async def drawn(
    page: Page, *, taken: dict[str, Any] | None = None, name: str = "", words: str = "", status: int = 200
) -> Response:
    """The window, with what became of a file."""
    registers = await page.api.every_row("/catalog/v1/registers", at_most=REGISTERS_MAX)
    return page.render(
        "goods_files.html",
        status=status,
        organizations=sorted({one["organization"] for one in registers}),
        kinds=KINDS,
        kind=page.field("kind", KINDS[0]),
        chosen=page.field("organization"),
        taken=taken,
        rejected=taken["rejected"][:REJECTED_SHOWN] if taken else [],
        name=name,
        words=words,
    )


WINDOWS = (
    ("GET", "/goods/files", show),
    ("POST", "/goods/files", take),
)
