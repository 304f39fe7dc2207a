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

    RESTORED = "restored"
    PARTLY_RESTORED = "partly-restored"
    ARCHIVED = "archived"
    KEPT = "kept"
    """Every field of the row was changed since: an undo put nothing back."""
    UNCHANGED = "unchanged"
    """Stands as before already: an undo had nothing to do."""

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


UNDO_STATES = (
    RowState.RESTORED,
    RowState.PARTLY_RESTORED,
    RowState.ARCHIVED,
    RowState.KEPT,
    RowState.UNCHANGED,
    RowState.FAILED,
)
"""How the row of an undo may end."""


def counts_of(states: Mapping[str, int]) -> dict[str, int]:
    """How many rows of an apply ended how, every state named."""
    own = set(UNDO_STATES) - {RowState.FAILED}
    return {state.value: states.get(state.value, 0) for state in RowState if state not in own}


def undo_counts_of(states: Mapping[str, int]) -> dict[str, int]:
    """How many rows of an undo ended how."""
    return {state.value: states.get(state.value, 0) for state in UNDO_STATES}
