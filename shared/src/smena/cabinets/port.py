"""The port to a cabinet: what the use cases ask of any operator."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from smena.cabinets.documents import DocumentPage
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult


class CabinetError(Exception):
    """The cabinet gave no usable answer; the message says what to do."""


class CabinetUnavailableError(CabinetError):
    """Down, slow, too many requests, or an answer that is none (HTML, empty, truncated): try again later.

    ``retry_after_seconds`` is the cabinet's own wish, when it named one.
    """

    def __init__(self, message: str, *, retry_after_seconds: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_seconds = retry_after_seconds


class CabinetOutcomeUnknownError(CabinetError):
    """A write was sent and no clear answer came: it may have happened. Look before sending again."""


class CabinetRefusedError(CabinetError):
    """The cabinet understood and refused (wrong token, unknown register, bad request): a person must act."""


class Provenance(StrEnum):
    """How sure we are of a protocol (wire.md): the maker's documentation, public client code, or ourselves alone."""

    OFFICIAL = "official"
    OBSERVED = "observed"
    ASSUMED = "assumed"


class PortOperation(StrEnum):
    """What the port asks of a cabinet; an adapter may need several calls for one."""

    LIST_REGISTERS = "list_registers"
    LIST_ITEMS = "list_items"
    SAVE_ITEMS = "save_items"
    READ_DOCUMENTS = "read_documents"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of an adapter by one of its calls, how sure we are of that call's protocol, and who says so."""

    operation: PortOperation
    call: str
    provenance: Provenance
    source: str

    @property
    def name(self) -> str:
        """The operation and its call in one line."""
        return f"{self.operation}: {self.call}"


@dataclass(frozen=True, slots=True)
class CabinetRegister:
    """A register as the cabinet names it; ``name`` is what a person called it there."""

    number: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What a cabinet can do. ``writable_fields`` are the compared fields it can hold and we can write."""

    operator: str
    operations: tuple[Operation, ...]
    readable_fields: frozenset[str]
    writable_fields: frozenset[str]
    units: frozenset[str]
    vat_rates: frozenset[str]
    name_length_max: int
    items_per_write_max: int
    window_days_max: int
    notes: tuple[str, ...] = field(default=())

    def can(self, operation: PortOperation) -> bool:
        """Whether the cabinet has this operation at all."""
        return any(found.operation is operation for found in self.operations)


class Cabinet(Protocol):
    """One cabinet of one operator. Every method may raise a ``CabinetError``."""

    def capabilities(self) -> Capabilities:
        """What this cabinet can do, without asking it."""
        ...

    async def list_registers(self) -> Sequence[CabinetRegister]:
        """The registers the cabinet knows.

        Raises:
            CabinetRefusedError: it has no such call; registers come from the configuration alone.
        """
        ...

    def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        """All items, page by page, active and archived."""
        ...

    async def save_items(self, items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        """Write a batch (≤ ``items_per_write_max``); one result per item."""
        ...

    def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        """Every fiscal document of a register with ``start <= at < end``, in pages of growing time.

        A page's ``end`` is where a cursor may be set once the page is durably stored.
        """
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
