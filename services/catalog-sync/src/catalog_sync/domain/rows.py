"""Words of a diff: statuses, fields, changes, problems and the row that carries them."""

from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeAlias

from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem

Value: TypeAlias = str | bool | None
Provenance: TypeAlias = dict[str, dict[str, Value]]


class Direction(StrEnum):
    """Where the diff would write: ``EXPORT`` into the cabinet, ``IMPORT`` into the ERP."""

    EXPORT = "export"
    IMPORT = "import"


class Status(StrEnum):
    """The five statuses of a row (contracts.md)."""

    MISSING = "missing"
    DIFFERS = "differs"
    IDENTICAL = "identical"
    AMBIGUOUS = "ambiguous"
    INVALID = "invalid"


class Sort(StrEnum):
    """How much a difference matters: white space only is cosmetic."""

    SUBSTANTIAL = "substantial"
    COSMETIC = "cosmetic"


class Field(StrEnum):
    """The compared fields (domain.md, Catalogue)."""

    NAME = "name"
    UNIT = "unit"
    GROUP = "group"
    BARCODE = "barcode"
    ARTICLE = "article"
    VAT_RATE = "vat_rate"
    PURCHASE_PRICE = "purchase_price"
    RETAIL_PRICE = "retail_price"
    ACTIVE = "active"


class MatchedBy(StrEnum):
    """How a pair was found; the last three were confirmed by a person in this diff."""

    BINDING = "binding"
    BARCODE = "barcode"
    ARTICLE = "article"
    NAME = "name"
    MANUAL = "manual"


@dataclass(frozen=True, slots=True)
class Match:
    """Why two items are taken for one."""

    by: MatchedBy
    explain: str


@dataclass(frozen=True, slots=True)
class Change:
    """One field that apply would write: what stands there, and what would."""

    field: Field
    before: Value
    after: Value
    sort: Sort = Sort.SUBSTANTIAL


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one field; ``blocking`` makes the row invalid, the rest are warnings."""

    field: Field
    code: str
    message: str
    blocking: bool = True


@dataclass(frozen=True, slots=True)
class DiffRow:
    """One row of a diff; ``key`` names the item whose row it is, the same in every diff of a direction.

    ``candidates`` are the ids on the other side (and, for export, refs of rival items) of an ambiguous row.
    """

    key: str
    status: Status
    item: ErpItem | None
    counterpart: CabinetItem | None
    match: Match | None = None
    changes: tuple[Change, ...] = ()
    problems: tuple[Problem, ...] = ()
    provenance: Provenance = field(default_factory=dict)
    candidates: tuple[str, ...] = ()

    @property
    def sort(self) -> Sort | None:
        """The sort of a row that differs: substantial as soon as one change is."""
        if self.status is not Status.DIFFERS:
            return None
        return Sort.SUBSTANTIAL if any(c.sort is Sort.SUBSTANTIAL for c in self.changes) else Sort.COSMETIC

    @property
    def bound(self) -> bool:
        """Whether the pair stands already in the bindings."""
        return self.match is not None and self.match.by is not MatchedBy.BARCODE


class Counted(Protocol):
    """What is counted of a row."""

    @property
    def status(self) -> Status:
        """The row's status."""
        ...

    @property
    def sort(self) -> Sort | None:
        """The sort of a row that differs."""
        ...


@dataclass(slots=True)
class Counts:
    """How many rows of each status; ``excluded`` were left out by the preset filter."""

    by_status: dict[Status, int] = field(default_factory=lambda: dict.fromkeys(Status, 0))
    by_sort: dict[Sort, int] = field(default_factory=lambda: dict.fromkeys(Sort, 0))
    excluded: int = 0

    def add(self, row: Counted) -> None:
        """Count one row."""
        self.by_status[row.status] += 1
        if (sort := row.sort) is not None:
            self.by_sort[sort] += 1

    def take_back(self, row: Counted) -> None:
        """Count one row no longer."""
        self.by_status[row.status] -= 1
        if row.sort is not None:
            self.by_sort[row.sort] -= 1
