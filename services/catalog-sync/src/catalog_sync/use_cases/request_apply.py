"""Accept a diff to be applied: exactly the rows that were shown, or nothing when either side moved.

The sides are read before anything is promised, so that a moved row is answered at once. Where that takes longer
than a person waits, the run is queued unchecked and begins with the same check: it ends as outdated before its
first write, or writes what was shown.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from hashlib import sha256

from catalog_sync.domain.applying import Route
from catalog_sync.domain.rows import Direction, Status
from catalog_sync.ports.records import Diff, DiffState
from catalog_sync.ports.repositories import CatalogWork, OpenWork
from catalog_sync.use_cases.file_refusals import HANDED_ROWS_MAX, file_route_not_offered, file_too_many_rows
from catalog_sync.use_cases.look_again import moved_since
from catalog_sync.use_cases.refusals import (
    after_shift_not_offered,
    diff_not_ready,
    diff_outdated,
    rows_not_applicable,
)
from smena.audit.chain import Deed
from smena.cabinets.import_files import import_format
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.erp.catalogue import ErpCatalogue
from smena.runs.run import Run, RunState
from smena.runs.store import RunStore

APPLY_RUN = "apply"
AFTER_SHIFT = "after-shift"
ROWS_NAMED_MAX = 100
"""So many rows a refusal names; there may be many more."""
ANSWER_WITHIN_SECONDS = 10.0
"""So long the request waits for the check; a longer one is the run's first work."""


@dataclass(frozen=True, slots=True)
class AskedApply:
    """What to apply: all applicable rows, the named ones, or those of some statuses; when, and by which way."""

    person: str
    rows: Sequence[int] | frozenset[Status] | None = None
    after_shift: bool = False
    route: Route = Route.CALL


async def request_apply(
    diff: Diff,
    asked: AskedApply,
    *,
    config: SmenaConfig,
    cabinet_of: Callable[[str], Cabinet],
    catalogue_of: Callable[[str], ErpCatalogue | None],
    open_work: OpenWork,
    runs: RunStore,
    clock: Clock,
) -> Run:
    """Queue the writing; the same rows answer the same run, and asking for "now" hastens one that waits.

    The cabinet, and for an import the ERP that is written to, is read outside any transaction.

    Raises:
        RefusedError: the diff is not ready or outdated, or a row is never written.
        CabinetError, ErpError: the other side gives no answer.
    """
    _refuse(diff, asked, config)
    async with open_work() as work:
        numbers = await _applicable(work, diff, asked.rows)
        if asked.route is Route.FILE and len(numbers) > HANDED_ROWS_MAX:
            raise file_too_many_rows(len(numbers))
        run = await _queue(work, runs, diff, numbers, asked)
        if await work.apply_rows.counts(run.id) or not numbers:
            run = await _hastened(work, runs, run, asked)
            await work.commit()
            return run
    looking = moved_since(
        diff,
        numbers,
        config=config,
        cabinet=cabinet_of(diff.cabinet),
        catalogue=catalogue_of(diff.organization),
        open_work=open_work,
        clock=clock,
    )
    try:
        moved = await asyncio.wait_for(looking, ANSWER_WITHIN_SECONDS)
        checked = True
    except TimeoutError:
        moved, checked = set(), False
    if moved:
        raise outdated(moved)
    async with open_work() as work:
        run = await _queue(work, runs, diff, numbers, asked, checked=checked)
        if not await work.apply_rows.counts(run.id):
            await work.apply_rows.plan(run.id, diff.id, numbers)
            work.trail.record(_deed(diff, run, numbers, asked))
        await work.commit()
    return run


def _deed(diff: Diff, run: Run, numbers: Sequence[int], asked: AskedApply) -> Deed:
    """What a person let be written, as the audit keeps it; the run's rows hold each value before and after."""
    details = {
        "diff": str(diff.id),
        "cabinet": diff.cabinet,
        "direction": diff.request.direction.value,
        "rows": str(len(numbers)),
        "route": asked.route.value,
        "when": AFTER_SHIFT if asked.after_shift else "now",
    }
    return Deed(diff.organization, asked.person, "diff.apply", f"run/{run.id}", details=details)


def outdated(moved: set[int]) -> Exception:
    """The refusal that names the rows that moved."""
    return diff_outdated([str(n) for n in sorted(moved)[:ROWS_NAMED_MAX]])


def _refuse(diff: Diff, asked: AskedApply, config: SmenaConfig) -> None:
    importing = diff.request.direction is Direction.IMPORT
    if diff.state is not DiffState.READY:
        raise diff_not_ready(diff.state.value)
    if importing and asked.after_shift:
        raise after_shift_not_offered()
    operator = config.cabinet(diff.cabinet).operator
    if asked.route is Route.FILE and (importing or import_format(operator) is None):
        raise file_route_not_offered(operator)


async def _applicable(work: CatalogWork, diff: Diff, wanted: Sequence[int] | frozenset[Status] | None) -> list[int]:
    """The numbers to apply, in order; a row that is never written is refused by name."""
    if isinstance(wanted, frozenset):
        return await work.diffs.applicable(diff.id, wanted)
    applicable = await work.diffs.applicable(diff.id)
    if wanted is None:
        return applicable
    if refused := set(wanted).difference(applicable):
        raise rows_not_applicable([str(n) for n in sorted(refused)[:ROWS_NAMED_MAX]])
    return sorted(set(wanted))


async def _queue(
    work: CatalogWork, runs: RunStore, diff: Diff, numbers: Sequence[int], asked: AskedApply, *, checked: bool = True
) -> Run:
    """The run of exactly these rows: made now, or by whoever asked first, who is waited for.

    A decision about the diff's rows makes them other rows than those of an earlier run.
    """
    digest = sha256(",".join(map(str, numbers)).encode()).hexdigest()
    parts = ["apply", str(diff.id), digest]
    parts += [asked.route.value] if asked.route is not Route.CALL else []
    parts += [f"revision {diff.revision}"] if diff.revision else []
    return await runs.create(
        work.session,
        kind=APPLY_RUN,
        payload={
            "diff": str(diff.id),
            "rows": len(numbers),
            "route": asked.route.value,
            "by": asked.person,
            "when": AFTER_SHIFT if asked.after_shift else "now",
            "checked": checked,
        },
        organization=diff.organization,
        dedupe="|".join(parts),
    )


async def _hastened(work: CatalogWork, runs: RunStore, run: Run, asked: AskedApply) -> Run:
    """A run that waits for its shift goes at once when somebody asks for "now"."""
    if asked.after_shift or run.state is not RunState.QUEUED or run.payload.get("when") != AFTER_SHIFT:
        return run
    await runs.hasten(work.session, run.id, {**run.payload, "when": "now"})
    return run
