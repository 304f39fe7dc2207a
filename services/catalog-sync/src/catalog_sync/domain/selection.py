"""Which items of a catalogue a diff is about."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import StrEnum

from smena.erp.catalogue import ErpItem

LEFT_OUT_KINDS = frozenset({"service", "material", "fixed-asset"})
"""Never sold at a till: left out by a preset filter whose count is shown (domain.md, Catalogue)."""


class SelectionKind(StrEnum):
    """The accountant's ways to fill the window."""

    ALL = "all"
    GROUP = "group"
    SYNCED = "synced"
    GOODS_RECEIPTS = "goods-receipts"


@dataclass(frozen=True, slots=True)
class Selection:
    """What to take; ``group`` and ``documents`` belong to their kinds."""

    kind: SelectionKind
    group: str | None = None
    documents: tuple[str, ...] = ()


def in_group(path: str | None, group: str) -> bool:
    """Whether a group path is the group or lies under it."""
    return path is not None and (path == group or path.startswith(group.rstrip("/") + "/"))


def split_left_out(items: Iterable[ErpItem]) -> tuple[list[ErpItem], list[ErpItem]]:
    """The items a till may sell, and the ones left out."""
    kept: list[ErpItem] = []
    left_out: list[ErpItem] = []
    for item in items:
        (left_out if item.kind in LEFT_OUT_KINDS else kept).append(item)
    return kept, left_out


def is_selected(item: ErpItem, selection: Selection, *, synced: Collection[str], received: Collection[str]) -> bool:
    """Whether a diff of this selection shows the item.

    ``synced`` are the refs bound in the cabinet, ``received`` the refs named by the chosen goods receipts.
    """
    match selection.kind:
        case SelectionKind.ALL:
            return True
        case SelectionKind.GROUP:
            return in_group(item.group, selection.group or "")
        case SelectionKind.SYNCED:
            return item.ref in synced
        case SelectionKind.GOODS_RECEIPTS:
            return item.ref in received
