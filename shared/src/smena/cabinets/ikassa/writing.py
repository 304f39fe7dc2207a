"""Write items: create takes half of the fields, update the rest, so one batch is up to three calls."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from smena.cabinets.ikassa.api import IkassaApi
from smena.cabinets.ikassa.items import created_fields, new_id, rest_fields, results_of, updated_fields
from smena.cabinets.items import ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetError, CabinetOutcomeUnknownError, CabinetRefusedError

Fields = dict[str, Any]


@dataclass(slots=True)
class _Batch:
    """What is sent, by id: its place in the batch and its fields; and what is known already."""

    places: dict[str, int] = field(default_factory=dict)
    created: dict[str, Fields] = field(default_factory=dict)
    rest: dict[str, Fields] = field(default_factory=dict)
    updated: dict[str, Fields] = field(default_factory=dict)
    results: dict[int, ItemWriteResult] = field(default_factory=dict)

    def tell(self, sku_id: str, status: ItemWriteStatus, message: str | None) -> None:
        index = self.places[sku_id]
        known = None if status is ItemWriteStatus.REJECTED and sku_id in self.created else sku_id
        self.results[index] = ItemWriteResult(index, status, known, message)


async def save_items(api: IkassaApi, items: Sequence[ItemWrite]) -> tuple[ItemWriteResult, ...]:
    """Write a batch; an item the cabinet has no code for is rejected here and the rest is sent.

    Raises:
        CabinetOutcomeUnknownError: something may have happened, all of it or a part: read the items again.
    """
    batch = _sorted_out(items)
    if batch.created:
        made = results_of(await api.save("create", list(batch.created.values())), list(batch.created))
        for sku_id, result in made.items():
            rejected = result.status is ItemWriteStatus.REJECTED
            batch.tell(sku_id, ItemWriteStatus.REJECTED if rejected else ItemWriteStatus.CREATED, result.message)
            if rejected:
                del batch.rest[sku_id]
    for sku_id, result in (await _update(api, batch.rest, half_done=True)).items():
        if result.status is ItemWriteStatus.REJECTED:
            batch.tell(sku_id, ItemWriteStatus.CREATED, result.message)
    for sku_id, result in (await _update(api, batch.updated, half_done=bool(batch.created))).items():
        batch.tell(sku_id, result.status, result.message)
    return tuple(batch.results[index] for index in range(len(items)))


def _sorted_out(items: Sequence[ItemWrite]) -> _Batch:
    batch = _Batch()
    for index, item in enumerate(items):
        sku_id = new_id(item) if item.id is None else item.id
        if sku_id in batch.places:
            batch.results[index] = _rejected(index, item, f"товар «{item.name}» стоит в пакете дважды")
            continue
        try:
            if item.id is None:
                batch.rest[sku_id] = rest_fields(item, sku_id)
                batch.created[sku_id] = created_fields(item, sku_id)
            else:
                batch.updated[sku_id] = updated_fields(item)
        except CabinetRefusedError as error:
            batch.rest.pop(sku_id, None)
            batch.results[index] = _rejected(index, item, str(error))
        else:
            batch.places[sku_id] = index
    return batch


def _rejected(index: int, item: ItemWrite, reason: str) -> ItemWriteResult:
    return ItemWriteResult(index, ItemWriteStatus.REJECTED, item.id, reason)


async def _update(api: IkassaApi, wanted: dict[str, Fields], *, half_done: bool) -> dict[str, ItemWriteResult]:
    """What became of an update; once something was created, its failure leaves the batch half done."""
    if not wanted:
        return {}
    try:
        return results_of(await api.save("update", list(wanted.values())), list(wanted))
    except CabinetOutcomeUnknownError:
        raise
    except CabinetError as error:
        if not half_done:
            raise
        raise CabinetOutcomeUnknownError(f"товары созданы, но не дополнены: {error}") from error
