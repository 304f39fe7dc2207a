"""Storage of corrected payments."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from smena.cabinets.documents import DocumentKind


@dataclass(frozen=True, slots=True)
class PaidReceipt:
    """A receipt with what was rung and what counts now, in kopecks by payment kind."""

    id: UUID
    register: str
    organization: str
    shift_seq: int
    kind: DocumentKind
    rung: Mapping[str, int]
    standing: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class PaymentCorrection:
    """One correction: what the receipt said, what counts instead, and who says so, when and why.

    ``counts``: no later one took its place, and the receipt still says what it said then.
    """

    id: UUID
    receipt: UUID
    corrected: Mapping[str, int]
    payments: Mapping[str, int]
    reason: str
    person: str
    at: datetime
    counts: bool = True


class CorrectionStore(Protocol):
    """Corrections of all receipts; append-only."""

    async def receipt(self, receipt_id: UUID) -> PaidReceipt | None:
        """A receipt and its payments."""
        ...

    async def add(self, correction: PaymentCorrection) -> None:
        """Write a correction down; it takes the place of the one before."""
        ...

    async def of_receipt(self, receipt_id: UUID) -> Sequence[PaymentCorrection]:
        """All corrections of a receipt, newest first."""
        ...
