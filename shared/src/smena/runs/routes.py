"""Runs over HTTP: one as it stands, and its progress as server-sent events that end with it."""

from collections.abc import AsyncIterator, Awaitable, Callable, Collection
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse
from sse_starlette import EventSourceResponse, ServerSentEvent

from smena.db.database import Database
from smena.db.notifications import Notifications
from smena.http.auth import Principal, require
from smena.http.language import language_of
from smena.http.models import ApiModel, Instant
from smena.http.standard_problems import not_found
from smena.runs.problems import shown_problem
from smena.runs.run import Run
from smena.runs.store import RunStore

LOOK_SECONDS = 1.0
"""A watcher looks at least this often, should a notification be lost."""


class RunProgress(ApiModel):
    """How far a run is; ``total`` is null while it is not known."""

    done: int
    total: int | None


class RunBody(ApiModel):
    """A run as the API shows it."""

    id: UUID
    kind: str
    state: str
    progress: RunProgress
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    created_at: Instant
    finished_at: Instant | None


def run_body(run: Run, language: str) -> RunBody:
    """A run in the caller's language."""
    return RunBody(
        id=run.id,
        kind=run.kind,
        state=run.state.value,
        progress=RunProgress(done=run.done, total=run.total),
        result=run.result,
        error=shown_problem(run.error, language),
        created_at=run.created_at,
        finished_at=run.finished_at,
    )


def run_accepted(run: Run, collection: str, request: Request) -> JSONResponse:
    """202 with the run and its address: ``run_accepted(run, "/sales/v1/pulls", request)``."""
    body = run_body(run, language_of(request.scope)).model_dump(mode="json")
    return JSONResponse(body, status_code=202, headers={"Location": f"{collection}/{run.id}"})


Watched = tuple[Run, str]
"""A run, and what is told of it."""


async def watched(
    look: Callable[[], Awaitable[Watched]], request: Request, notifications: Notifications, channel: str
) -> EventSourceResponse:
    """Tell each change of a run until it ends: events ``progress``, and ``end`` as the last one.

    ``look`` reads the run, and refuses (404) before the stream begins.
    """
    first = await look()

    async def events() -> AsyncIterator[ServerSentEvent]:
        shown, (run, told) = -1, first
        while True:
            if run.version != shown:
                shown = run.version
                yield ServerSentEvent(told, event="end" if run.state.ended else "progress", id=str(shown))
            if run.state.ended or request.app.state.stopping:
                return  # a watcher comes again, to another process
            await notifications.wait(channel, LOOK_SECONDS)
            run, told = await look()

    return EventSourceResponse(events())


def run_routes(
    collection: str,
    scope: str,
    *,
    database: Database,
    store: RunStore,
    notifications: Notifications,
    kinds: Collection[str],
) -> APIRouter:
    """``GET {collection}/{id}`` and ``GET {collection}/{id}/events`` for runs of these kinds.

    ``collection`` is the whole path: ``/sales/v1/pulls``.
    """
    router = APIRouter(prefix=collection, tags=["runs"])

    async def seen(run_id: UUID, caller: Principal) -> Run:
        async with database.session() as session:
            run = await store.get(session, run_id)
        if run is None or run.kind not in kinds or not all(map(caller.sees, run.organizations)):
            raise not_found("Работа", "The run")
        return run

    @router.get("/{run_id}", summary="A run as it stands")
    async def read_run(
        run_id: UUID, request: Request, caller: Annotated[Principal, Depends(require(scope))]
    ) -> RunBody:
        return run_body(await seen(run_id, caller), language_of(request.scope))

    @router.get("/{run_id}/events", response_class=EventSourceResponse, summary="Its progress, as server-sent events")
    async def watch_run(
        run_id: UUID, request: Request, caller: Annotated[Principal, Depends(require(scope))]
    ) -> EventSourceResponse:
        language = language_of(request.scope)

        async def look() -> Watched:
            run = await seen(run_id, caller)
            return run, run_body(run, language).model_dump_json()

        return await watched(look, request, notifications, store.changed_channel)

    return router
