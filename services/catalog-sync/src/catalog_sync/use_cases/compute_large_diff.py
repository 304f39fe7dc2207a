"""Compute a diff of any size: equal pairs stay columns, shown rows pass in chunks from the rule to the table."""

import asyncio
from collections.abc import AsyncIterator, Callable, Collection, Iterable, Iterator
from dataclasses import replace
from typing import Any, TypeVar

from catalog_sync.domain.rows import Counts, DiffRow, Status
from catalog_sync.ports.large_diffs import LargeComparison
from catalog_sync.ports.records import Diff, DiffState, NumberedRow, PackedRow
from catalog_sync.ports.repositories import CatalogWork, OpenWork
from catalog_sync.use_cases.collector import collector_at_rest
from catalog_sync.use_cases.comparison import terms_of
from catalog_sync.use_cases.counting import counts_body
from smena.cabinets.port import Capabilities
from smena.clock import Clock
from smena.config.organizations import Organization

LARGE_FROM_ITEMS = 10_000
"""From so many items of either side on columns are used; below, objects in memory are as fast."""
IDENTICAL_ROWS_KEPT_MAX = 10_000
"""Up to so many identical bound rows are kept for reading; more are only counted. Unbound ones are always kept."""
Chunk = TypeVar("Chunk")


async def compute_large(
    diff: Diff, organization: Organization, capabilities: Capabilities, *, open_work: OpenWork, clock: Clock
) -> dict[str, Any]:
    """Compare what is stored of both sides and store the rows that are kept. Answers the counts."""
    terms = terms_of(diff.request, organization, capabilities)
    async with open_work() as work:
        await work.one_state()
        snapshot = await work.cabinets.snapshot(diff.cabinet)
        erp_version = await work.erp.version(organization.id)
        bindings_version = await work.bindings.version(diff.cabinet)
        comparison = await work.large.compare(diff.request, terms, organization.id, organization.timezone, diff.cabinet)
    async with open_work() as work:
        stored = await _store(work, diff, comparison)
        if stored is None:
            return {"diff": str(diff.id)}
        counts, identical_kept = stored
        finished = replace(
            diff,
            computed_at=clock.now(),
            erp_version=erp_version,
            cabinet_version=snapshot.version if snapshot else None,
            bindings_version=bindings_version,
            counts=counts_body(counts),
            not_compared=tuple(field.value for field in terms.not_compared),
            identical_kept=identical_kept,
        )
        await work.diffs.finish(finished, [])
        await work.commit()
    return {"diff": str(diff.id), **finished.counts}


async def compare_large(
    diff: Diff,
    organization: Organization,
    capabilities: Capabilities,
    keep: Callable[[DiffRow], None],
    *,
    only: Collection[str],
    open_work: OpenWork,
) -> None:
    """Compute the rows with the given keys again, from what is stored now, and hand each to ``keep``."""
    terms = terms_of(diff.request, organization, capabilities)
    async with open_work() as work:
        await work.one_state()
        comparison = await work.large.compare(diff.request, terms, organization.id, organization.timezone, diff.cabinet)
    async for chunk in _ahead(comparison.rows(settled=True, only=only)):
        for row in chunk:
            keep(row)


async def _store(work: CatalogWork, diff: Diff, comparison: LargeComparison) -> tuple[Counts, bool] | None:
    """Store every row that is kept; answers the counts and whether identical bound rows are among them.

    None when another worker has stored the diff before.
    """
    locked = await work.diffs.lock(diff.id)
    if locked is None or locked.state is not DiffState.COMPUTING:
        return None
    counts = Counts(excluded=comparison.excluded)
    kept = await asyncio.to_thread(_identical_kept, comparison)
    if not kept:
        counts.by_status[Status.IDENTICAL] = comparison.equal_and_bound
    async for chunk in _ahead(_numbered(comparison.packed(settled=kept), counts, keep_identical=kept)):
        await work.diffs.add_packed(diff.id, chunk)
    return counts, kept


def _identical_kept(comparison: LargeComparison) -> bool:
    """Whether so few rows are identical and bound that they are kept; rows are made to know only where it is close."""
    if comparison.equal_and_bound > IDENTICAL_ROWS_KEPT_MAX:
        return False
    if comparison.equal_and_bound + comparison.left_to_the_rule <= IDENTICAL_ROWS_KEPT_MAX:
        return True
    further = sum(_settled(row) for chunk in comparison.rows(settled=False) for row in chunk)
    return comparison.equal_and_bound + further <= IDENTICAL_ROWS_KEPT_MAX


def _numbered(
    chunks: Iterable[list[PackedRow]], counts: Counts, *, keep_identical: bool
) -> Iterator[list[NumberedRow]]:
    """Count every row, number the ones that are kept."""
    n = 0
    for chunk in chunks:
        stored = list[NumberedRow]()
        for row in chunk:
            counts.add(row)
            if keep_identical or not _settled(row):
                n += 1
                stored.append((n, row))
        yield stored


def _settled(row: DiffRow | PackedRow) -> bool:
    return row.status is Status.IDENTICAL and row.bound


def _next(chunks: Iterator[Chunk]) -> Chunk | None:
    with collector_at_rest():
        return next(chunks, None)


async def _ahead(chunks: Iterator[Chunk]) -> AsyncIterator[Chunk]:
    """Make the next chunk in a thread while the one before is stored."""
    making = asyncio.create_task(asyncio.to_thread(_next, chunks))
    try:
        while (chunk := await making) is not None:
            making = asyncio.create_task(asyncio.to_thread(_next, chunks))
            yield chunk
    finally:
        making.cancel()
