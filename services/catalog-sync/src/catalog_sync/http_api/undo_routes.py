"""Take an apply run back (Вернуть прежнее)."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from fastapi.responses import JSONResponse

from catalog_sync.http_api.problems import problem_of
from catalog_sync.use_cases.refusals import RefusedError
from catalog_sync.use_cases.request_apply import APPLY_RUN
from catalog_sync.use_cases.services import Services
from catalog_sync.use_cases.undo_run import UNDO_RUN, request_undo
from smena.http.auth import Principal, require
from smena.http.standard_problems import not_found
from smena.runs.routes import run_accepted


def undo_routes(services: Services) -> APIRouter:
    """``POST /runs/{id}/undo``."""
    router = APIRouter(prefix="/catalog/v1/runs", tags=["runs"])
    writer = Annotated[Principal, Depends(require("catalog:write"))]

    @router.post("/{run_id}/undo", status_code=202, summary="Put back what a run wrote (Вернуть прежнее)")
    async def undo(run_id: UUID, request: Request, caller: writer) -> JSONResponse:
        async with services.open_work() as work:
            run = await services.runs.get(work.session, run_id)
        if run is None or run.kind not in {APPLY_RUN, UNDO_RUN} or not all(map(caller.sees, run.organizations)):
            raise not_found("Работа", "The run")
        try:
            written = any(services.catalogue_of(organization) is not None for organization in run.organizations)
            undone = await request_undo(
                run, caller.person, erp_is_written=written, open_work=services.open_work, runs=services.runs
            )
        except RefusedError as refused:
            raise problem_of(refused) from refused
        return run_accepted(undone, "/catalog/v1/runs", request)

    return router
