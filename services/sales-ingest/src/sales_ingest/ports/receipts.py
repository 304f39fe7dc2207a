"""Storage of receipts, of documents not understood, and of how far reading has got."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from sales_ingest.domain.items import Resolution
from sales_ingest.domain.receipts import ReceiptLine
from sales_ingest.domain.registers import RegisterSetup
from smena.cabinets.documents import CabinetDocument
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class KnownReceipt:
    """What is stored of a document that is read again."""

    id: UUID
    version: int
    content_hash: bytes
    raw_hash: bytes


@dataclass(frozen=True, slots=True)
class ReceiptToStore:
    """A new document, or a new version of a known one."""

    id: UUID
    version: int
    content_hash: bytes
    raw_hash: bytes
    document: CabinetDocument
    lines: tuple[ReceiptLine, ...]
    shift_seq: int


@dataclass(frozen=True, slots=True)
class QuarantineEntry:
    """A document that was not understood."""

    id: UUID
    register: str
    fiscal_id: str | None
    number: int | None
    at: datetime | None
    shift_seq: int | None
    reason: str
    raw: bytes
    window_start: datetime
    window_end: datetime


@dataclass(frozen=True, slots=True)
class PullCounts:
    """What a pull has done with a register's documents."""

    read: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0

    def plus(self, other: "PullCounts") -> "PullCounts":
        """Both together."""
        return PullCounts(
            self.read + other.read,
            self.new + other.new,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.quarantined + other.quarantined,
        )


@dataclass(frozen=True, slots=True)
class PullCursor:
    """How far one pull has got with one register."""

    read_until: datetime
    counts: PullCounts
    done: bool


class ReceiptStore(Protocol):
    """Receipts of a register, stored in bulk."""

    async def lock_register(self, register: RegisterSetup) -> None:
        """Let one worker at a time store documents of a register, until the transaction ends."""
        ...

    async def known(self, register: RegisterSetup, fiscal_ids: Sequence[str]) -> dict[str, KnownReceipt]:
        """Which of these documents are stored."""
        ...

    async def shifts_of(self, receipts: Sequence[UUID]) -> dict[UUID, int]:
        """In which shifts these receipts stand now."""
        ...

    async def filled_items(self, receipts: Sequence[UUID]) -> Mapping[tuple[UUID, str], tuple[str, Resolution]]:
        """Items and stand-ins filled into lines of these receipts, by receipt and line group."""
        ...

    async def sold_rates(self, register: RegisterSetup, fiscal_ids: Sequence[str]) -> Mapping[tuple[str, str], VatRate]:
        """VAT rates of these sales, by fiscal id and line group; absent where one group has two rates."""
        ...

    async def store(self, register: RegisterSetup, receipts: Sequence[ReceiptToStore], at: datetime) -> None:
        """Store new documents and new versions."""
        ...


class QuarantineStore(Protocol):
    """Documents that were not understood."""

    async def open_ids(self, register: RegisterSetup, ids: Sequence[UUID]) -> set[UUID]:
        """Which of these stand in quarantine already."""
        ...

    async def add(self, register: RegisterSetup, entries: Sequence[QuarantineEntry], at: datetime) -> set[int]:
        """Put documents into quarantine, in place of earlier texts of theirs; answers the shifts of those."""
        ...

    async def resolve(
        self, register: RegisterSetup, fiscal_ids: Sequence[str], numbers: Sequence[int], at: datetime
    ) -> set[int]:
        """These documents were understood after all; answers the shifts they had held."""
        ...

    async def attach(self, register: RegisterSetup, start: datetime, end: datetime, shift_seq: int) -> None:
        """Documents of this stretch that named no shift belong to this one."""
        ...


class CursorStore(Protocol):
    """How far reading has got."""

    async def pull(self, run: UUID, register: str) -> PullCursor | None:
        """Where a pull stands with a register."""
        ...

    async def advance(
        self, run: UUID, register: RegisterSetup, start: datetime, end: datetime, counts: PullCounts, *, done: bool
    ) -> None:
        """Everything of this stretch is stored in this very transaction."""
        ...
