"""Accept a diff to be applied: exactly the rows that were shown, or nothing when either side moved."""

from collections.abc import Callable, Sequence
from hashlib import sha256

from catalog_sync.domain.applying import Route
from catalog_sync.domain.rows import Direction
from catalog_sync.ports.records import Diff, DiffState
from catalog_sync.ports.repositories import CatalogWork, OpenWork
from catalog_sync.use_cases.file_refusals import HANDED_ROWS_MAX, file_route_not_offered, file_too_many_rows
from catalog_sync.use_cases.outdated import moved_rows
from catalog_sync.use_cases.read_cabinet import read_cabinet
from catalog_sync.use_cases.refresh_erp import refresh
from catalog_sync.use_cases.refusals import diff_not_ready, diff_outdated, rows_not_applicable
from smena.cabinets.import_files import import_format
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.erp.catalogue import ErpCatalogue
from smena.runs.run import Run
from smena.runs.store import RunStore

APPLY_RUN = "apply"
ROWS_NAMED_MAX = 100
"""So many rows a refusal names; there may be many more."""


async def request_apply(
    diff: Diff,
    wanted: Sequence[int] | None,
    *,
    config: SmenaConfig,
    cabinet_of: Callable[[str], Cabinet],
    catalogue_of: Callable[[str], ErpCatalogue | None],
    open_work: OpenWork,
    runs: RunStore,
    clock: Clock,
    route: Route = Route.CALL,
) -> Run:
    """Queue the writing of all applicable rows, or of the wanted ones; the same rows answer the same run.

    The cabinet, and for an import the ERP that is written to, is read before anything is promised, outside any
    transaction.

    Raises:
        RefusedError: the diff is not ready or outdated, or a row is never written.
        CabinetError, ErpError: the other side gives no answer.
    """
    if diff.state is not DiffState.READY:
        raise diff_not_ready(diff.state.value)
    if route is Route.FILE:
        _refuse_route(diff, config)
    async with open_work() as work:
        numbers = await _applicable(work, diff, wanted)
        if route is Route.FILE and len(numbers) > HANDED_ROWS_MAX:
            raise file_too_many_rows(len(numbers))
        run = await _queue(work, runs, diff, numbers, route)
        if await work.apply_rows.counts(run.id) or not numbers:
            await work.commit()
            return run
    cabinet = cabinet_of(diff.cabinet)
    catalogue = catalogue_of(diff.organization) if diff.request.direction is Direction.IMPORT else None
    if catalogue is not None:
        await refresh(diff.organization, catalogue, open_work)
    reading = await read_cabinet(diff.cabinet, cabinet, open_work=open_work, clock=clock)
    moved = await moved_rows(
        diff, numbers, reading.items, config=config, capabilities=cabinet.capabilities(), open_work=open_work
    )
    if moved:
        raise diff_outdated([str(n) for n in sorted(moved)[:ROWS_NAMED_MAX]])
    async with open_work() as work:
        run = await _queue(work, runs, diff, numbers, route)
        if not await work.apply_rows.counts(run.id):
            await work.apply_rows.plan(run.id, diff.id, numbers)
        await work.commit()
    return run


def _refuse_route(diff: Diff, config: SmenaConfig) -> None:
    operator = config.cabinet(diff.cabinet).operator
    if diff.request.direction is Direction.IMPORT or import_format(operator) is None:
        raise file_route_not_offered(operator)


async def _applicable(work: CatalogWork, diff: Diff, wanted: Sequence[int] | None) -> list[int]:
    """The numbers to apply, in order; a row that is never written is refused by name."""
    applicable = await work.diffs.applicable(diff.id)
    if wanted is None:
        return applicable
    if refused := set(wanted).difference(applicable):
        raise rows_not_applicable([str(n) for n in sorted(refused)[:ROWS_NAMED_MAX]])
    return sorted(set(wanted))


async def _queue(work: CatalogWork, runs: RunStore, diff: Diff, numbers: Sequence[int], route: Route) -> Run:
    """The run of exactly these rows: made now, or by whoever asked first, who is waited for."""
    digest = sha256(",".join(map(str, numbers)).encode()).hexdigest()
    return await runs.create(
        work.session,
        kind=APPLY_RUN,
        payload={"diff": str(diff.id), "rows": len(numbers), "route": route.value},
        organization=diff.organization,
        dedupe=f"apply|{diff.id}|{digest}" if route is Route.CALL else f"apply|{diff.id}|{digest}|{route.value}",
    )
