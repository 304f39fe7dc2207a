"""Diffs: ask for one, read it, apply it."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import Field, model_validator

from catalog_sync.domain.applying import Route
from catalog_sync.domain.prices import PriceChoice, PriceSource
from catalog_sync.domain.rows import Direction, Status
from catalog_sync.domain.selection import Selection, SelectionKind
from catalog_sync.http_api.access import visible_register
from catalog_sync.http_api.bodies import DiffBody, DiffRowBody, VersionsBody
from catalog_sync.http_api.problems import explain, problem_of
from catalog_sync.ports.records import Diff, DiffState
from catalog_sync.use_cases.describe_register import refusal_of
from catalog_sync.use_cases.pull_erp import EmptyCatalogueError
from catalog_sync.use_cases.refusals import RefusedError, sync_not_allowed
from catalog_sync.use_cases.request_apply import AFTER_SHIFT, AskedApply, request_apply
from catalog_sync.use_cases.request_diff import AskedDiff, AskedPrice, request_diff
from catalog_sync.use_cases.services import Services
from smena.cabinets.port import CabinetError
from smena.erp.errors import ErpError
from smena.http.auth import Principal, require
from smena.http.day import Day
from smena.http.language import language_of
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.standard_problems import not_found
from smena.runs.problems import shown_problem
from smena.runs.routes import run_accepted
from smena.runs.run import Run, RunState

COLLECTION = "/catalog/v1/diffs"
DOCUMENTS_MAX = 1_000
ROWS_NAMED_MAX = 50_000
DocumentRef = Annotated[str, Field(min_length=1, max_length=64)]
RowId = Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]


class SelectionBody(ApiModel):
    """What to take."""

    kind: SelectionKind = SelectionKind.ALL
    group: Annotated[str, Field(min_length=1, max_length=1024)] | None = None
    documents: Annotated[list[DocumentRef], Field(default_factory=list, max_length=DOCUMENTS_MAX)]

    @model_validator(mode="after")
    def _complete(self) -> "SelectionBody":
        if (self.kind is SelectionKind.GROUP) != (self.group is not None):
            raise ValueError("group belongs to kind group, and only there")
        if (self.kind is SelectionKind.GOODS_RECEIPTS) != bool(self.documents):
            raise ValueError("documents belong to kind goods-receipts, and only there")
        return self


class PriceBody(ApiModel):
    """Where a price is taken from; without a price type the register's default."""

    source: PriceSource = PriceSource.PRICE_TYPE
    price_type: Annotated[str, Field(min_length=1, max_length=200)] | None = None


class PricesBody(ApiModel):
    """How prices are filled; ``as_of`` is today unless given."""

    purchase: PriceBody | None = None
    retail: PriceBody | None = None
    as_of: Day | None = None


class NewDiff(ApiModel):
    """A diff to be computed."""

    register_id: str = Field(alias="register")
    direction: Direction
    selection: SelectionBody = SelectionBody()
    prices: PricesBody = PricesBody()


class RowsQuery(PageQuery):
    """Filters of a diff's rows."""

    status: Status | None = None
    q: Annotated[str, Field(max_length=200)] = ""


class StatusesBody(ApiModel):
    """Rows chosen by their status; an identical row is only bound."""

    status: Annotated[list[Literal["missing", "differs", "identical"]], Field(min_length=1, max_length=3)]


class ApplyBody(ApiModel):
    """What to apply: all rows that would be written or bound, the named ones, or those of some statuses.

    ``after-shift`` waits until the register's shift is closed; ``now``, asked for the same rows, ends the waiting.

    By ``route`` ``file`` nothing is called: ``GET /runs/{id}/file`` gives the file for the cabinet's own import, and
    its rows are ``handed-over`` until a reading of the cabinet shows them.
    """

    rows: Literal["all"] | Annotated[list[RowId], Field(min_length=1, max_length=ROWS_NAMED_MAX)] | StatusesBody
    when: Literal["now", "after-shift"] = "now"
    route: Route = Route.CALL

    @property
    def chosen(self) -> list[int] | frozenset[Status] | None:
        """The rows as the use case takes them; None are all."""
        if isinstance(self.rows, StatusesBody):
            return frozenset(map(Status, self.rows.status))
        return None if isinstance(self.rows, str) else [int(row) for row in self.rows]

    @model_validator(mode="after")
    def _fits(self) -> "ApplyBody":
        if self.route is Route.FILE and self.when != "now":
            raise ValueError("a file is made now: when belongs to route call")
        return self


def diff_body(diff: Diff, run: Run | None, language: str) -> DiffBody:
    """A diff as the API shows it; one whose run failed is failed."""
    state = diff.state
    if state is DiffState.COMPUTING and run is not None and run.state in {RunState.FAILED, RunState.CANCELLED}:
        state = DiffState.FAILED
    request = diff.request
    fields: dict[str, Any] = {"register": diff.register}
    return DiffBody(
        id=diff.id,
        state=state.value,
        organization=diff.organization,
        cabinet=diff.cabinet,
        direction=request.direction,
        selection={
            "kind": request.selection.kind.value,
            "group": request.selection.group,
            "documents": list(request.selection.documents),
        },
        prices={"purchase": _price(request.purchase), "retail": _price(request.retail)},
        as_of=request.as_of,
        counts=diff.counts if state is DiffState.READY else None,
        versions=VersionsBody(erp=diff.erp_version, cabinet=diff.cabinet_version),
        not_compared=list(diff.not_compared),
        owned_by_cabinet=sorted(request.owned_by_cabinet) if request.direction is Direction.EXPORT else [],
        identical_rows_listed=diff.identical_kept,
        progress={"done": run.done, "total": run.total} if run else {"done": 0, "total": None},
        error=shown_problem(run.error, language) if run and state is not DiffState.READY else None,
        created_at=diff.created_at,
        computed_at=diff.computed_at,
        **fields,
    )


def _price(choice: PriceChoice | None) -> dict[str, str | None] | None:
    return None if choice is None else {"source": choice.source.value, "price_type": choice.price_type}


def _asked(body: PriceBody | None) -> AskedPrice | None:
    return None if body is None else AskedPrice(body.source, body.price_type)


def diff_routes(services: Services) -> APIRouter:
    """``POST /diffs``, ``GET /diffs/{id}``, its rows, and ``POST /diffs/{id}/apply``."""
    router = APIRouter(prefix=COLLECTION, tags=["diffs"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]
    writer = Annotated[Principal, Depends(require("catalog:write"))]

    async def seen(diff_id: UUID, caller: Principal) -> tuple[Diff, Run | None]:
        async with services.open_work() as work:
            diff = await work.diffs.get(diff_id)
            run = await services.runs.get(work.session, diff.run) if diff else None
        if diff is None or not caller.sees(diff.organization):
            raise not_found("Сравнение", "The diff")
        return diff, run

    @router.post("", status_code=202, response_model=DiffBody, summary="Compute a diff (Заполнить)")
    async def create_diff(body: NewDiff, request: Request, caller: writer) -> JSONResponse:
        register, organization = visible_register(services.config, caller, body.register_id)
        refusal, _ = await refusal_of(register, organization.id, services.kinds)
        try:
            if refusal is not None:
                raise sync_not_allowed(refusal.code, refusal.message)
            diff = await request_diff(
                AskedDiff(
                    direction=body.direction,
                    selection=Selection(body.selection.kind, body.selection.group, tuple(body.selection.documents)),
                    purchase=_asked(body.prices.purchase),
                    retail=_asked(body.prices.retail),
                    as_of=body.prices.as_of,
                ),
                register=register,
                organization=organization,
                owned=services.config.cabinet(register.cabinet).fields.of_cabinet,
                person=caller.person,
                open_work=services.open_work,
                runs=services.runs,
                clock=services.clock,
            )
        except RefusedError as refused:
            raise problem_of(refused) from refused
        shown = diff_body(diff, None, language_of(request.scope)).model_dump(mode="json", by_alias=True)
        return JSONResponse(shown, status_code=202, headers={"Location": f"{COLLECTION}/{diff.id}"})

    @router.get("/{diff_id}", summary="A diff: state, counts, versions of both sides")
    async def read_diff(diff_id: UUID, request: Request, caller: reader) -> DiffBody:
        diff, run = await seen(diff_id, caller)
        return diff_body(diff, run, language_of(request.scope))

    @router.get("/{diff_id}/rows", summary="Rows of a diff")
    async def list_rows(diff_id: UUID, query: Annotated[RowsQuery, Query()], caller: reader) -> Page[DiffRowBody]:
        diff, _ = await seen(diff_id, caller)
        after = int(decode_cursor(query.cursor, int)[0] or 0) if query.cursor else 0
        async with services.open_work() as work:
            rows = await work.diffs.rows(
                diff.id, status=query.status, search=query.q, after=after, limit=query.limit + 1
            )
        shown = rows[: query.limit]
        more = encode_cursor(shown[-1].n) if len(rows) > query.limit else None
        return page([DiffRowBody.of(stored.n, stored.row) for stored in shown], more)

    @router.post(
        "/{diff_id}/apply", status_code=202, summary="Write exactly what the diff shows (Выгрузить, Загрузить)"
    )
    async def apply(diff_id: UUID, body: ApplyBody, request: Request, caller: writer) -> JSONResponse:
        diff, _ = await seen(diff_id, caller)
        try:
            run = await request_apply(
                diff,
                AskedApply(caller.person, body.chosen, body.when == AFTER_SHIFT, body.route),
                config=services.config,
                cabinet_of=services.cabinet_of,
                catalogue_of=services.catalogue_of,
                open_work=services.open_work,
                runs=services.runs,
                clock=services.clock,
            )
        except (RefusedError, CabinetError, ErpError, EmptyCatalogueError) as error:
            raise explain(error) or error from error
        return run_accepted(run, "/catalog/v1/runs", request)

    return router
