"""The file an apply run handed over."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from catalog_sync.http_api.problems import problem_of
from catalog_sync.use_cases.file_refusals import file_not_made
from catalog_sync.use_cases.request_apply import APPLY_RUN
from catalog_sync.use_cases.services import Services
from smena.http.auth import Principal, require
from smena.http.standard_problems import not_found


def handed_file_routes(services: Services) -> APIRouter:
    """``GET /runs/{id}/file``."""
    router = APIRouter(prefix="/catalog/v1", tags=["runs"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]

    @router.get(
        "/runs/{run_id}/file",
        summary="The file for the cabinet's own import, of a run that was applied by file",
        response_class=Response,
        responses={200: {"content": {"text/csv": {"schema": {"type": "string", "format": "binary"}}}}},
    )
    async def read_file(run_id: UUID, caller: reader) -> Response:
        async with services.open_work() as work:
            run = await services.runs.get(work.session, run_id)
            if run is None or run.kind != APPLY_RUN or not all(map(caller.sees, run.organizations)):
                raise not_found("Работа", "The run")
            file = await work.handed.get(run_id)
        if file is None:
            raise problem_of(file_not_made(run.payload.get("route"), run.state.value))
        return Response(
            file.body,
            media_type=file.media_type,
            headers={"Content-Disposition": f'attachment; filename="{file.name}"'},
        )

    return router
