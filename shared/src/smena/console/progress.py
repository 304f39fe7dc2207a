"""The live progress of a run, passed on from the API to the browser, and files of the API for the person."""

import re
from collections.abc import AsyncIterator

from starlette.responses import Response, StreamingResponse

from smena.console.page import Page

RUN_PATH = re.compile(
    r"(catalog/v1/(runs|diffs|erp-pulls)|sales/v1/(pulls|publications)|ledger/v1/(replays|rollbacks))/[0-9a-f-]{36}"
)
FILE_PATH = re.compile(r"(catalog|sales|ledger)/v1/[a-z0-9/-]+(\.xlsx|/file|/print)")
PASSED_ON = ("content-type", "content-disposition", "content-security-policy")
"""The policy of a printable page names its own style sheet and allows nothing else."""


async def progress(page: Page) -> Response:
    """Server-sent events of a run."""
    run = page.part("run")
    if not RUN_PATH.fullmatch(run):
        return Response(status_code=404)

    async def passed() -> AsyncIterator[bytes]:
        async with page.api.events(f"/{run}/events") as chunks:
            async for chunk in chunks:
                yield chunk

    return StreamingResponse(passed(), media_type="text/event-stream", headers={"X-Accel-Buffering": "no"})


async def file(page: Page) -> Response:
    """A workbook or a printable page of the API."""
    path = page.part("file")
    if not FILE_PATH.fullmatch(path):
        return Response(status_code=404)
    answer = await page.api.file(f"/{path}", dict(page.request.query_params))
    headers = {name: answer.headers[name] for name in PASSED_ON if name in answer.headers}
    return Response(answer.content, headers=headers)
