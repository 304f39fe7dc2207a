"""Accounting documents as they go to an ERP, and the port that carries them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate


class ErpDocumentKind(StrEnum):
    """Kinds of documents of a shift (contracts.md)."""

    RETAIL_REPORT = "retail-report"
    RETAIL_REFUND = "retail-refund"
    CARD_PAYMENT = "card-payment"
    CASH_RECEIPT_ORDER = "cash-receipt-order"
    CASH_EXPENSE_ORDER = "cash-expense-order"


@dataclass(frozen=True, slots=True)
class ErpLine:
    """One line; quantity and amounts are positive, ``refund`` says the direction.

    ``name`` is what was sold, for a person who reads why a line was refused; it is not sent.
    """

    item_ref: str
    unit: str
    quantity: Thousandths
    price: Kopecks
    amount: Kopecks
    vat_rate: VatRate
    vat_amount: Kopecks
    refund: bool = False
    name: str = field(default="", compare=False)


@dataclass(frozen=True, slots=True)
class ErpDocument:
    """Everything that is sent for one document.

    ``id`` is the wished ``Ref_Key``; ``marker`` is ``[smena:<key>]`` for the comment; ``date`` is naive local
    time of the ERP (1C speaks nothing else). ``refs`` are the ERP's references by role: ``organization``,
    ``outlet``, ``cash_desk``, ``cash_flow_item``, ``payment_type``, ``acquirer``, ``contract``.
    ``refunds`` is the policy ``negative-lines`` or ``separate-section`` for refund lines of a report.
    """

    id: UUID
    kind: ErpDocumentKind
    marker: str
    date: datetime
    operation: str
    amount: Kopecks
    refs: dict[str, str]
    lines: tuple[ErpLine, ...] = ()
    refunds: str = "negative-lines"
    basis: str = ""


@dataclass(frozen=True, slots=True)
class ErpSnapshot:
    """A document as the ERP holds it now. ``version`` is opaque and changes on every write there.

    ``content`` is normalised (names of fields in our words → text), so that two snapshots, or a snapshot and
    what we sent, compare field by field. ``amount`` stands apart for the reconciliation.
    """

    ref: str
    kind: ErpDocumentKind
    number: str
    posted: bool
    marked: bool
    version: str
    comment: str
    amount: Kopecks
    content: dict[str, str]


@dataclass(frozen=True, slots=True)
class FieldDifference:
    """One field in which the ERP holds something else than was sent."""

    field: str
    sent: str
    found: str


@dataclass(frozen=True, slots=True)
class Found:
    """What a search for one document brought: ours (exact marker or reference), and lookalikes without it."""

    ours: tuple[ErpSnapshot, ...]
    lookalikes: tuple[ErpSnapshot, ...] = ()


class ErpDocuments(Protocol):
    """Carries documents into one base. Every method may raise an ``ErpError`` of ``smena.erp.errors``.

    The caller holds the lease of the shift: there is one writer per document.
    """

    async def fingerprint(self) -> str:
        """What tells this base from another: name and id, stored at first contact."""
        ...

    async def find(self, document: ErpDocument, *, ref: str | None) -> Found:
        """Look for a document: by stored reference, by its ``id``, by its marker; lookalikes in the same query.

        One request on the straight path. A lookalike is of the same kind, day, outlet or cash desk and amount,
        not ours and not marked for deletion.
        """
        ...

    async def create(self, document: ErpDocument, *, permit: Callable[[], None] | None = None) -> ErpSnapshot:
        """Create unposted. The answer's body is returned as a snapshot.

        ``permit`` is called at the last moment, when the request's turn has come and it would leave now; whatever
        it raises reaches the caller, and nothing was sent.

        Raises:
            ErpOutcomeUnknownError: sent, no clear answer.
            ErpRefusedError: the ERP said no.
            ErpUnavailableError: certainly not sent.
        """
        ...

    async def post(self, kind: ErpDocumentKind, ref: str) -> None:
        """Post the document; safe to repeat. Raises as ``create``."""
        ...

    async def unpost(self, kind: ErpDocumentKind, ref: str) -> None:
        """Take its movements away; safe to repeat. Raises as ``create``."""
        ...

    async def mark(self, held: ErpSnapshot) -> None:
        """Mark an unposted document for deletion; safe to repeat, and nothing is ever deleted. Raises as ``create``."""
        ...

    async def rewrite(self, document: ErpDocument, held: ErpSnapshot) -> ErpSnapshot:
        """Write the document over an unposted one of ours, which was read as ``held``; the marker and her words stay.

        A mark for deletion is taken off. The version read goes along where the ERP honours one; the caller compares
        before and reads back after. Raises as ``create``, and ``ErpMovedError`` where the ERP holds a later version.
        """
        ...

    async def movements(self, kind: ErpDocumentKind, refs: Sequence[str]) -> dict[str, int]:
        """How many movements in the accounts each of these documents left; 0 for one that left none.

        Raises:
            ErpSetupError: the ERP does not show its movements.
        """
        ...

    async def read(self, kind: ErpDocumentKind, ref: str) -> ErpSnapshot | None:
        """Read it back; None when the ERP does not know the reference."""
        ...

    async def read_many(
        self, kind: ErpDocumentKind, refs: Sequence[str], *, first: datetime, last: datetime
    ) -> dict[str, ErpSnapshot]:
        """Read several at once where the ERP allows (``first``/``last`` bound their dates); absent = unknown."""
        ...

    async def dated(self, kind: ErpDocumentKind, *, first: date, last: date) -> list[ErpSnapshot]:
        """Every document of a kind whose date lies in these days, whoever wrote it; of this organisation alone."""
        ...

    def differences(self, document: ErpDocument, snapshot: ErpSnapshot) -> tuple[FieldDifference, ...]:
        """Every field sent that the snapshot does not hold as sent; empty when it holds exactly this."""
        ...

    async def close(self) -> None:
        """Let connections go."""
        ...
