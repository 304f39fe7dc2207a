"""Storage of shifts, of what people decided, and of what was published."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sales_ingest.domain.aggregation import SoldLine
from sales_ingest.domain.findings import Acceptance
from sales_ingest.domain.receipts import ShiftGroup
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import QuarantinedFact, UnresolvedFact
from sales_ingest.domain.totals import ReceiptFact
from smena.cabinets.documents import ZReportFigures


@dataclass(frozen=True, slots=True)
class GroupSpan:
    """A shift's group as a page of documents shows it."""

    group: ShiftGroup
    first_at: datetime
    last_at: datetime


@dataclass(frozen=True, slots=True)
class ClosedShift:
    """A shift whose opening and closing are known."""

    group_key: str
    number: int
    opened_at: datetime
    closed_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftContents:
    """The documents of a shift."""

    receipts: Sequence[ReceiptFact]
    z_reports: Sequence[ZReportFigures]


@dataclass(frozen=True, slots=True)
class Revision:
    """One published revision; ``body`` is the event's data, byte for byte."""

    shift_seq: int
    number: int
    shift_id: UUID
    event_id: UUID
    sha256: str
    content_sha256: str
    body: bytes
    published_at: datetime


@dataclass(frozen=True, slots=True)
class ShiftDecision:
    """What a person decided about a shift, when and why."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    reason: str
    person: str
    at: datetime


class ShiftStore(Protocol):
    """Shifts of all registers."""

    async def place(self, register: RegisterSetup, spans: Sequence[GroupSpan]) -> dict[str, int]:
        """Find or open the shifts of these groups, and lock them."""
        ...

    async def closed_of(self, register: RegisterSetup, numbers: Sequence[int]) -> list[ClosedShift]:
        """Closed shifts of these numbers, to which a late document may belong."""
        ...

    async def lock(self, seq: int) -> ShiftRecord:
        """One writer per shift until the transaction ends."""
        ...

    async def by_id(self, shift_id: UUID) -> ShiftRecord | None:
        """A shift by its id, or by the one it had before its Z-report."""
        ...

    async def keep_former_id(self, seq: int, former: UUID) -> None:
        """Let an id find the shift that had it while it was open."""
        ...

    async def in_period(self, registers: Sequence[str], first: date, last: date) -> list[ShiftRecord]:
        """Shifts of a period by business date, open ones by the day of their opening; oldest first."""
        ...

    async def ready(self, registers: Sequence[str]) -> list[ShiftRecord]:
        """Shifts that may be published now."""
        ...

    async def contents(self, seq: int) -> ShiftContents:
        """The documents of a shift."""
        ...

    async def quarantined(self, seq: int) -> list[QuarantinedFact]:
        """The documents of a shift that stand in quarantine."""
        ...

    async def unresolved(self, seq: int, annulled: Sequence[UUID]) -> UnresolvedFact:
        """Lines without an item, those of annulled sales left out."""
        ...

    async def acceptances(self, seq: int) -> list[Acceptance]:
        """What people accepted."""
        ...

    async def sold_lines(self, seq: int, annulled: Sequence[UUID]) -> list[tuple[SoldLine, str]]:
        """Lines of the sales and refunds that count, each with its sort (goods, service, certificate …)."""
        ...

    async def save(self, shift: ShiftRecord) -> None:
        """Store the state of a locked shift."""
        ...

    async def decide(
        self, seq: int, kind: str, payload: dict[str, Any], reason: str, person: str, at: datetime
    ) -> None:
        """Write down what a person decided."""
        ...

    async def decisions(self, seq: int) -> list[ShiftDecision]:
        """Everything people decided about a shift, oldest first."""
        ...

    async def add_revision(
        self, revision: Revision, sources: Sequence[tuple[str, Sequence[tuple[UUID, int, int]]]]
    ) -> None:
        """Store a published revision and the receipt lines behind each of its lines."""
        ...
