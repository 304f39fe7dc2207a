"""Records that cross the ports."""

from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Any, NamedTuple, TypeAlias
from uuid import UUID

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.prices import PriceChoice
from catalog_sync.domain.rows import DiffRow, Direction, Field, Sort, Status
from catalog_sync.domain.selection import Selection
from catalog_sync.domain.undoing import RefusedField
from smena.cabinets.items import CabinetItem, ItemWrite


class Written(StrEnum):
    """What an upsert did with one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"


class DiffState(StrEnum):
    """State of a diff (contracts.md). A diff whose run failed stays ``COMPUTING`` here and is shown as failed."""

    COMPUTING = "computing"
    READY = "ready"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class DiffRequest:
    """What a diff was asked for, with every default filled in."""

    direction: Direction
    selection: Selection
    purchase: PriceChoice | None
    retail: PriceChoice | None
    as_of: date
    owned_by_cabinet: frozenset[Field] = frozenset()


@dataclass(frozen=True, slots=True)
class Diff:
    """A diff as stored. ``counts``, versions and ``not_compared`` are there once it is ready.

    ``revision`` grows with every decision of a person about its rows.
    """

    id: UUID
    run: UUID
    organization: str
    register: str
    cabinet: str
    request: DiffRequest
    state: DiffState
    created_at: datetime
    created_by: str
    computed_at: datetime | None = None
    erp_version: str | None = None
    cabinet_version: str | None = None
    counts: dict[str, Any] = field(default_factory=dict)
    not_compared: tuple[str, ...] = ()
    identical_kept: bool = True
    bindings_version: str | None = None
    revision: int = 0


@dataclass(frozen=True, slots=True)
class StoredRow:
    """A stored row of a diff under its number."""

    n: int
    row: DiffRow
    fingerprint: bytes


class PackedRow(NamedTuple):
    """A row of a diff ready to be stored: ``body`` is its JSON, ``search`` the text it is searched by."""

    key: str
    status: Status
    sort: Sort | None
    bound: bool
    applicable: bool
    search: str
    fingerprint: bytes
    body: bytes


NumberedRow: TypeAlias = tuple[int, PackedRow]
"""A packed row under its number."""


@dataclass(frozen=True, slots=True)
class BoundItem:
    """A pair to bind, with the cabinet's item as it is now."""

    item_ref: str
    item: CabinetItem
    by: str


@dataclass(frozen=True, slots=True)
class Binding:
    """A stored binding."""

    cabinet: str
    item_ref: str
    cabinet_item_id: str
    by: str
    bound_at: datetime
    bound_by: str | None = None


@dataclass(frozen=True, slots=True)
class Tie:
    """An item of the ERP and the item of the cabinet it was tied to."""

    item_ref: str
    cabinet_item_id: str


@dataclass(frozen=True, slots=True)
class Rebound:
    """What changed among the bindings: pairs that are new or have new content, and ties that ended."""

    told: list[BoundItem] = field(default_factory=list)
    ended: list[Tie] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Intent:
    """What is about to be written, what stands there before it, and what an undo leaves alone."""

    before: CabinetItem | None
    write: ItemWrite
    refused: tuple[RefusedField, ...] = ()


@dataclass(frozen=True, slots=True)
class ApplyRow:
    """One row of an apply or undo run; ``before`` is what stood in the cabinet, ``written`` what was sent.

    ``refused`` are the fields an undo left alone because somebody changed them since.
    """

    n: int
    state: RowState
    cabinet_item_id: str | None = None
    message: str | None = None
    sent_at: datetime | None = None
    before: CabinetItem | None = None
    written: ItemWrite | None = None
    refused: tuple[RefusedField, ...] = ()


@dataclass(frozen=True, slots=True)
class ReceiptHead:
    """A goods receipt in force, without its lines."""

    ref: str
    number: str
    date: date
    supplier: str | None
    lines: int


@dataclass(frozen=True, slots=True)
class ItemGroup:
    """A group path that items stand in directly, and how many of them are in use."""

    path: str
    items: int


@dataclass(frozen=True, slots=True)
class Snapshot:
    """When a cabinet was last read, and how it went since."""

    version: str | None
    items: int
    read_at: datetime | None
    failed_at: datetime | None
    failure: str | None
