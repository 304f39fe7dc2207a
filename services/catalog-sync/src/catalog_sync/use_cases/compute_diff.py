"""Compute a diff: read the cabinet anew, compare, store what a person has to see."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Any
from uuid import UUID

from catalog_sync.domain.fingerprint import row_fingerprint
from catalog_sync.domain.rows import Counts, DiffRow, Status
from catalog_sync.ports.records import DiffState, StoredRow
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.comparison import gather, left_out_count, rows_of
from catalog_sync.use_cases.compute_large_diff import IDENTICAL_ROWS_KEPT_MAX, LARGE_FROM_ITEMS, compute_large
from catalog_sync.use_cases.counting import counts_body
from catalog_sync.use_cases.read_cabinet import read_cabinet
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig


async def compute_diff(
    diff_id: UUID,
    *,
    config: SmenaConfig,
    cabinet_of: Callable[[str], Cabinet],
    open_work: OpenWork,
    clock: Clock,
    progress: Callable[[int], Awaitable[None]],
) -> dict[str, Any]:
    """Compute and store the rows of a diff; doing so again changes nothing. Answers the counts."""
    async with open_work() as work:
        diff = await work.diffs.get(diff_id)
    if diff is None or diff.state is not DiffState.COMPUTING:
        return {"diff": str(diff_id)}
    cabinet = cabinet_of(diff.cabinet)
    reading = await read_cabinet(diff.cabinet, cabinet, open_work=open_work, clock=clock, progress=progress)
    async with open_work() as work:
        large = await work.large.items(diff.organization, diff.cabinet) >= LARGE_FROM_ITEMS
    if large:
        del reading
        return await compute_large(
            diff, config.organization(diff.organization), cabinet.capabilities(), open_work=open_work, clock=clock
        )
    async with open_work() as work:
        sides = await gather(
            work, diff.request, config.organization(diff.organization), diff.cabinet, cabinet.capabilities()
        )
    counts, kept, identical = Counts(), list[DiffRow](), list[DiffRow]()

    def keep(row: DiffRow) -> None:
        counts.add(row)
        if row.status is not Status.IDENTICAL or not row.bound:
            kept.append(row)
        elif len(identical) <= IDENTICAL_ROWS_KEPT_MAX:
            identical.append(row)

    await rows_of(diff.request, sides, reading.items, keep)
    identical_kept = len(identical) <= IDENTICAL_ROWS_KEPT_MAX
    counts.excluded = left_out_count(diff.request, sides)
    rows = sorted([*kept, *identical] if identical_kept else kept, key=_reading_order)
    finished = replace(
        diff,
        computed_at=clock.now(),
        erp_version=sides.version,
        cabinet_version=reading.version,
        bindings_version=sides.bindings_version,
        counts=counts_body(counts),
        not_compared=tuple(field.value for field in sides.terms.not_compared),
        identical_kept=identical_kept,
    )
    stored = [StoredRow(n, row, row_fingerprint(row)) for n, row in enumerate(rows, start=1)]
    async with open_work() as work:
        await work.diffs.finish(finished, stored)
        await work.commit()
    return {"diff": str(diff_id), **finished.counts}


def _reading_order(row: DiffRow) -> tuple[str, str]:
    named = row.item or row.counterpart
    return (named.name.casefold() if named else "", row.key)
