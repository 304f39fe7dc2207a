"""States of a row under way to the cabinet, and how a write nobody answered is found again."""

from collections.abc import Mapping, Sequence
from enum import StrEnum

from catalog_sync.domain.matching import comparable_all
from catalog_sync.domain.writes import holds
from smena.cabinets.items import CabinetItem, ItemWrite


class RowState(StrEnum):
    """Where a row of an apply run stands. ``SENT`` is the stored intent: it may have been written."""

    PLANNED = "planned"
    SENT = "sent"
    CREATED = "created"
    UPDATED = "updated"
    BOUND = "bound"
    FAILED = "failed"
    OUTDATED = "outdated"
    HANDED_OVER = "handed-over"
    """Stands in a file for the cabinet's own import; no reading of the cabinet has shown it yet."""
    OFFERED = "offered"
    """Stands in the feed; the ERP that fetches it has not answered yet."""

    @property
    def ended(self) -> bool:
        """Whether nothing more happens to the row."""
        return self not in {RowState.PLANNED, RowState.SENT}


class Route(StrEnum):
    """How rows go to the cabinet: by its calls, or as a file that a person uploads."""

    CALL = "call"
    FILE = "file"


class CabinetIndex:
    """The cabinet's items as just read, by id and by barcode."""

    def __init__(self, items: Sequence[CabinetItem]) -> None:
        self.by_id: Mapping[str, CabinetItem] = {item.id: item for item in items}
        self._by_code: dict[str, list[CabinetItem]] = {}
        for item in items:
            for code in comparable_all(item.barcodes):
                self._by_code.setdefault(code, []).append(item)

    def look(self, write: ItemWrite) -> CabinetItem | None:
        """The item in which a write stands in the cabinet; None when it does not.

        A new item is known by its barcode, which no item of the cabinet carried when it was shown as missing.
        """
        if write.id is not None:
            held = self.by_id.get(write.id)
            return held if held and holds(held, write) else None
        for code in comparable_all(write.barcodes):
            for item in self._by_code.get(code, ()):
                return item
        return None


def counts_of(states: Mapping[str, int]) -> dict[str, int]:
    """How many rows ended how, every state named."""
    return {state.value: states.get(state.value, 0) for state in RowState}
