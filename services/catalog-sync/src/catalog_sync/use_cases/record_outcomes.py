"""Store how rows ended, bind what the cabinet holds now, and tell the others, all in one transaction."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

import msgspec

from catalog_sync.domain.applying import RowState, counts_of
from catalog_sync.domain.binding_events import in_events
from catalog_sync.domain.outcomes import Outcome
from catalog_sync.ports.records import ApplyRow, BoundItem, Diff
from catalog_sync.ports.repositories import CatalogWork
from smena.contracts.catalog_events import (
    BINDINGS_PER_EVENT_MAX,
    DIFF_APPLIED,
    ITEMS_BOUND,
    Binding,
    DiffApplied,
    ItemsBound,
)
from smena.contracts.envelope import EVENT_BYTES_MAX, NewEvent
from smena.kinds.money import format_money
from smena.kinds.vat import VatRate

ENVELOPE_BYTES = 4 * 1024
"""Kept free of the event's safe size for its attributes."""


async def record_outcomes(work: CatalogWork, run: UUID, diff: Diff, outcomes: Sequence[Outcome], at: datetime) -> None:
    """Rows, bindings and events; the caller commits. Only new or changed bindings are told."""
    await work.apply_rows.finish(
        run,
        [ApplyRow(o.n, o.state, o.item.id if o.item else None, o.message) for o in outcomes],
    )
    pairs = [
        BoundItem(o.row.item.ref, o.item, o.row.match.by.value if o.row.match else "created")
        for o in outcomes
        if o.item is not None and o.row.item is not None
    ]
    told = await work.bindings.bind(diff.organization, diff.cabinet, pairs, at)
    bindings = [binding_of(pair) for pair in told]
    for batch in in_events(
        bindings,
        count_max=BINDINGS_PER_EVENT_MAX,
        bytes_max=EVENT_BYTES_MAX - ENVELOPE_BYTES,
        size=lambda binding: len(msgspec.json.encode(binding)) + 1,
    ):
        work.outbox.add(
            NewEvent(
                type=ITEMS_BOUND,
                source=f"/catalog-sync/{diff.organization}",
                partition_key=diff.cabinet,
                subject=diff.cabinet,
                data=ItemsBound(organization=diff.organization, cabinet=diff.cabinet, bindings=batch),
            )
        )


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


def binding_of(pair: BoundItem) -> Binding:
    """A binding as others are told it: the cabinet's values, by which it rings the item."""
    item = pair.item
    return Binding(
        item_ref=pair.item_ref,
        cabinet_item_id=item.id,
        name=item.name,
        unit=item.unit or "",
        vat_rate=(item.vat_rate or VatRate.NONE).value,
        barcodes=list(item.barcodes),
        article=item.article,
        price=None if item.retail_price is None else format_money(item.retail_price),
    )
