"""Tell the others which ties are new and which ended, in the transaction that changed them."""

from collections.abc import Sequence

import msgspec

from catalog_sync.domain.binding_events import in_events
from catalog_sync.ports.records import BoundItem, Rebound, Tie
from catalog_sync.ports.repositories import CatalogWork
from smena.contracts.catalog_events import BINDINGS_PER_EVENT_MAX, ITEMS_BOUND, Binding, ItemsBound
from smena.contracts.envelope import EVENT_BYTES_MAX, NewEvent
from smena.kinds.money import format_money
from smena.kinds.vat import VatRate

ENVELOPE_BYTES = 4 * 1024
"""Kept free of the event's safe size for its attributes."""


def tell_bindings(work: CatalogWork, organization: str, cabinet: str, rebound: Rebound) -> None:
    """Ended ties go first: who keeps one tie per item of the cabinet ends with the new one."""
    bindings = [unbound(tie) for tie in rebound.ended] + [binding_of(pair) for pair in rebound.told]
    for batch in _in_events(bindings):
        work.outbox.add(
            NewEvent(
                type=ITEMS_BOUND,
                source=f"/catalog-sync/{organization}",
                partition_key=cabinet,
                subject=cabinet,
                data=ItemsBound(organization=organization, cabinet=cabinet, bindings=batch),
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


def unbound(tie: Tie) -> Binding:
    """A tie that ended, as others are told it."""
    return Binding(
        item_ref=tie.item_ref, cabinet_item_id=tie.cabinet_item_id, name="", unit="", vat_rate="", bound=False
    )


def _in_events(bindings: Sequence[Binding]) -> list[list[Binding]]:
    return list(
        in_events(
            bindings,
            count_max=BINDINGS_PER_EVENT_MAX,
            bytes_max=EVENT_BYTES_MAX - ENVELOPE_BYTES,
            size=lambda binding: len(msgspec.json.encode(binding)) + 1,
        )
    )
