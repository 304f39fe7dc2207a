"""Store how rows ended, bind what the cabinet holds now, and tell the others, all in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from catalog_sync.domain.applying import RowState, counts_of
from catalog_sync.domain.outcomes import Outcome
from catalog_sync.domain.rows import Direction
from catalog_sync.ports.records import ApplyRow, BoundItem, Diff
from catalog_sync.ports.repositories import CatalogWork
from catalog_sync.use_cases.tell_bindings import tell_bindings
from smena.contracts.catalog_events import DIFF_APPLIED, DiffApplied
from smena.contracts.envelope import NewEvent


async def record_outcomes(
    work: CatalogWork, run: UUID, diff: Diff, outcomes: Sequence[Outcome], at: datetime, person: str | None = None
) -> None:
    """Rows, bindings and events; the caller commits. Only new, changed or ended bindings are told."""
    await work.apply_rows.finish(
        run,
        [ApplyRow(o.n, o.state, o.item.id if o.item else None, o.message) for o in outcomes],
    )
    written = [o.item for o in outcomes if o.item is not None and o.state in {RowState.CREATED, RowState.UPDATED}]
    if diff.request.direction is Direction.EXPORT:
        await work.cabinets.patch(diff.cabinet, written)
    pairs = [
        BoundItem(ref, o.item, o.row.match.by.value if o.row.match else "created")
        for o in outcomes
        if o.item is not None and (ref := o.item_ref or (o.row.item.ref if o.row.item else None)) is not None
    ]
    rebound = await work.bindings.bind(diff.organization, diff.cabinet, pairs, at, person)
    tell_bindings(work, diff.organization, diff.cabinet, rebound)


async def tell_applied(work: CatalogWork, run: UUID, diff: Diff, counts: Mapping[str, int]) -> None:
    """Tell once that a diff was applied; a run that wrote and bound nothing is no news."""
    if not any(counts.get(state) for state in (RowState.CREATED, RowState.UPDATED, RowState.BOUND)):
        return
    if await work.inbox.first(run, DIFF_APPLIED):
        work.outbox.add(
            NewEvent(
                type=DIFF_APPLIED,
                source=f"/catalog-sync/{diff.organization}",
                partition_key=diff.register,
                subject=str(run),
                data=DiffApplied(
                    organization=diff.organization,
                    register=diff.register,
                    run=str(run),
                    direction=diff.request.direction.value,
                    counts=counts_of(counts),
                ),
            )
        )
