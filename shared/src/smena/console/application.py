"""The console as one application under ``/console``: the windows, in the order in which they are read."""

from collections.abc import Sequence

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import Route

from smena.console.entrance import Entrance
from smena.console.guard import Desk, SecurityHeaders, Window, guarded
from smena.console.pages import (
    document_periods,
    documents,
    goods,
    goods_bindings,
    goods_diff,
    goods_files,
    goods_pairs,
    goods_runs,
    reconciliation,
    sales,
    sales_days,
    sales_empty,
    sales_month,
    sales_quarantine,
    sales_receipts,
    sales_rules,
    sales_shifts,
    state,
    yesterday,
)
from smena.console.progress import file, progress

WindowRoute = tuple[str, str, Window]
"""Method, path under the console's root, and the function that answers."""

WINDOWS: Sequence[WindowRoute] = (
    *yesterday.WINDOWS,
    *goods.WINDOWS,
    *goods_diff.WINDOWS,
    *goods_pairs.WINDOWS,
    *goods_runs.WINDOWS,
    *goods_files.WINDOWS,
    *goods_bindings.WINDOWS,
    *document_periods.WINDOWS,
    *documents.WINDOWS,
    *sales.WINDOWS,
    *sales_shifts.WINDOWS,
    *sales_receipts.WINDOWS,
    *sales_empty.WINDOWS,
    *sales_rules.WINDOWS,
    *sales_days.WINDOWS,
    *sales_month.WINDOWS,
    *sales_quarantine.WINDOWS,
    *reconciliation.WINDOWS,
    *state.WINDOWS,
    ("GET", "/progress/{run:path}", progress),
    ("GET", "/files/{file:path}", file),
)


def console_app(desk: Desk) -> Starlette:
    """Build the console; it is mounted under ``/console``."""
    windows = [Route(path, guarded(desk, window), methods=[method]) for method, path, window in WINDOWS]
    return Starlette(routes=[*Entrance(desk).routes(), *windows], middleware=[Middleware(SecurityHeaders)])
