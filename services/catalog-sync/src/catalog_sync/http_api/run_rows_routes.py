"""Rows of apply runs, pulls from the ERP, and bindings."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.rows import DiffRow
from catalog_sync.http_api.access import organization_for, visible_cabinet
from catalog_sync.http_api.bodies import ApplyRowBody, BindingBody, CabinetItemBody, RefusedFieldBody
from catalog_sync.http_api.problems import problem_of
from catalog_sync.ports.records import ApplyRow, StoredRow
from catalog_sync.use_cases.refusals import erp_not_connected
from catalog_sync.use_cases.request_apply import APPLY_RUN
from catalog_sync.use_cases.services import Services
from catalog_sync.use_cases.undo_run import UNDO_RUN
from smena.http.auth import Principal, require
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.standard_problems import not_found
from smena.runs.routes import run_accepted

ERP_PULL_RUN = "erp-pull"


class PullBody(ApiModel):
    """Whose ERP to read."""

    organization: str


class RunRowsQuery(PageQuery):
    """Filter of a run's rows."""

    state: RowState | None = None


class BindingsQuery(PageQuery):
    """Whose bindings."""

    cabinet: str


def _row_body(row: ApplyRow, shown: StoredRow | None) -> ApplyRowBody:
    return ApplyRowBody(
        id=str(row.n),
        name=_name(shown.row) if shown else None,
        state=row.state,
        cabinet_item_id=row.cabinet_item_id,
        message=row.message,
        sent_at=row.sent_at,
        before=CabinetItemBody.of(row.before) if row.before else None,
        refused=[RefusedFieldBody(field=one.field, written=one.written, found=one.found) for one in row.refused],
    )


def _name(row: DiffRow) -> str | None:
    item = row.item or row.counterpart
    return item.name if item else None


def run_rows_routes(services: Services) -> APIRouter:
    """``POST /erp-pulls``, ``GET /runs/{id}/rows``, ``GET /bindings``."""
    router = APIRouter(prefix="/catalog/v1", tags=["runs"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]
    writer = Annotated[Principal, Depends(require("catalog:write"))]

    @router.post("/erp-pulls", status_code=202, summary="Read items, prices and goods receipts from the ERP now")
    async def pull(body: PullBody, request: Request, caller: writer) -> JSONResponse:
        organization = organization_for(services.config, caller, body.organization)
        if services.catalogue_of(organization) is None:
            raise problem_of(erp_not_connected(organization))
        async with services.open_work() as work:
            run = await services.runs.create(
                work.session,
                kind=ERP_PULL_RUN,
                payload={"organization": organization},
                organization=organization,
            )
            await work.commit()
        return run_accepted(run, "/catalog/v1/erp-pulls", request)

    @router.get("/runs/{run_id}/rows", summary="How each row of an apply or undo run stands")
    async def list_run_rows(
        run_id: UUID, query: Annotated[RunRowsQuery, Query()], caller: reader
    ) -> Page[ApplyRowBody]:
        after = int(decode_cursor(query.cursor, int)[0] or 0) if query.cursor else 0
        async with services.open_work() as work:
            run = await services.runs.get(work.session, run_id)
            if run is None or run.kind not in {APPLY_RUN, UNDO_RUN} or not all(map(caller.sees, run.organizations)):
                raise not_found("Работа", "The run")
            rows = await work.apply_rows.page(run_id, state=query.state, after=after, limit=query.limit + 1)
            shown = rows[: query.limit]
            of_diff = await work.diffs.rows_by_number(UUID(run.payload["diff"]), [row.n for row in shown])
        return page(
            [_row_body(row, of_diff.get(row.n)) for row in shown],
            encode_cursor(shown[-1].n) if len(rows) > query.limit else None,
        )

    @router.get("/bindings", summary="Item ↔ cabinet item")
    async def list_bindings(query: Annotated[BindingsQuery, Query()], caller: reader) -> Page[BindingBody]:
        cabinet = visible_cabinet(services.config, caller, query.cabinet)
        after = str(decode_cursor(query.cursor, str)[0]) if query.cursor else ""
        async with services.open_work() as work:
            bindings = await work.bindings.page(cabinet, after, query.limit + 1)
        shown = bindings[: query.limit]
        return page(
            [
                BindingBody(
                    cabinet=binding.cabinet,
                    item_ref=binding.item_ref,
                    cabinet_item_id=binding.cabinet_item_id,
                    by=binding.by,
                    bound_at=binding.bound_at,
                    bound_by=binding.bound_by,
                )
                for binding in shown
            ],
            encode_cursor(shown[-1].item_ref) if len(bindings) > query.limit else None,
        )

    return router
