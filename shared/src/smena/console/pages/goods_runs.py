"""A run that writes a catalogue: its progress, the outcome of each row, and taking it back."""

from collections.abc import Mapping
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError, Query
from smena.console.page import Page

ROWS_SHOWN = 100
WRITTEN = ("created", "updated")
ENDED = ("succeeded", "failed", "cancelled")


async def show(page: Page) -> Response:
    """The run as it stands."""
    return await drawn(page)


async def drawn(page: Page, *, words: str = "", status: int = 200) -> Response:
    """The window, with what could not be done."""
    diff = await page.api.get(f"/catalog/v1/diffs/{page.part('diff')}")
    run = await page.api.get(f"/catalog/v1/runs/{page.part('run')}")
    ended = run["state"] in ENDED
    result = run["result"] or {}
    counts = {name: count for name, count in result.items() if isinstance(count, int) and name != "rows"}
    rows: Mapping[str, Any] = {"data": [], "next_cursor": None}
    state = page.query("state") if page.query("state") in counts else ""
    if ended:
        query: Query = {"state": state, "cursor": page.query("cursor"), "limit": ROWS_SHOWN}
        rows = await page.api.get(f"/catalog/v1/runs/{run['id']}/rows", query)
    return page.render(
        "goods_run.html",
        status=status,
        diff=diff,
        run=run,
        ended=ended,
        counts=counts,
        rows=rows,
        state_shown=state,
        exporting=diff["direction"] == "export",
        can_undo=ended and run["kind"] == "apply" and any(counts.get(name) for name in WRITTEN),
        handed_over=bool(counts.get("handed-over")),
        waits_for_shift=page.query("when") == "after-shift",
        words=words,
    )


async def undo(page: Page) -> Response:
    """Вернуть прежнее: put back what the run wrote, but what somebody changed later."""
    diff, run = page.part("diff"), page.part("run")
    try:
        undone = await page.api.post(f"/catalog/v1/runs/{run}/undo", {}, once=page.once)
    except ApiProblemError as problem:
        if problem.status not in {409, 422}:
            raise
        return await drawn(page, words=problem.words, status=problem.status)
    return page.go(f"/goods/diffs/{diff}/runs/{undone['id']}")


WINDOWS = (
    ("GET", "/goods/diffs/{diff:uuid}/runs/{run:uuid}", show),
    ("POST", "/goods/diffs/{diff:uuid}/runs/{run:uuid}/undo", undo),
)
