"""The progress of a diff that is being computed, as server-sent events."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from sse_starlette import EventSourceResponse

from catalog_sync.http_api.diff_routes import COLLECTION, diff_body
from catalog_sync.use_cases.services import Services
from smena.db.notifications import Notifications
from smena.http.auth import Principal, require
from smena.http.language import language_of
from smena.http.standard_problems import not_found
from smena.runs.routes import Watched, watched


def diff_event_routes(services: Services, notifications: Notifications) -> APIRouter:
    """``GET /diffs/{id}/events``."""
    router = APIRouter(prefix=COLLECTION, tags=["diffs"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]

    @router.get(
        "/{diff_id}/events", response_class=EventSourceResponse, summary="A diff's progress, as server-sent events"
    )
    async def watch_diff(diff_id: UUID, request: Request, caller: reader) -> EventSourceResponse:
        language = language_of(request.scope)

        async def look() -> Watched:
            async with services.open_work() as work:
                diff = await work.diffs.get(diff_id)
                run = await services.runs.get(work.session, diff.run) if diff else None
            if diff is None or run is None or not caller.sees(diff.organization):
                raise not_found("Сравнение", "The diff")
            return run, diff_body(diff, run, language).model_dump_json(by_alias=True)

        return await watched(look, request, notifications, services.runs.changed_channel)

    return router
