"""What became of one row of a batch, from the cabinet's answer for it."""

from dataclasses import dataclass

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.rows import DiffRow
from catalog_sync.domain.writes import written_item
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus

NO_REASON = "Кабинет отклонил товар без объяснения"


@dataclass(frozen=True, slots=True)
class Outcome:
    """The end of one row; ``item`` is the cabinet's item to bind, None where there is none."""

    n: int
    state: RowState
    row: DiffRow
    item: CabinetItem | None = None
    message: str | None = None
    item_ref: str | None = None
    """The ERP's item to bind, where the row of an import made it."""


def answered(n: int, row: DiffRow, write: ItemWrite, result: ItemWriteResult) -> Outcome | None:
    """The outcome the cabinet told; None where its answer leaves open which item it wrote."""
    if result.status is ItemWriteStatus.REJECTED:
        return Outcome(n, RowState.FAILED, row, message=result.message or NO_REASON)
    item_id = result.id or write.id
    if item_id is None:
        return None
    state = RowState.CREATED if write.id is None else RowState.UPDATED
    return Outcome(n, state, row, written_item(item_id, write))


def looked_up(n: int, row: DiffRow, write: ItemWrite, item: CabinetItem) -> Outcome:
    """The outcome of a write nobody answered, found in the cabinet afterwards."""
    return Outcome(n, RowState.CREATED if write.id is None else RowState.UPDATED, row, item)


def bound_only(n: int, row: DiffRow) -> Outcome:
    """A pair that is equal already: nothing to write, only to bind."""
    return Outcome(n, RowState.BOUND, row, row.counterpart)
