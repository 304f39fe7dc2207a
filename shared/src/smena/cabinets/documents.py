"""What a cabinet says about sales, in our words: pure data, no rule."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from smena.kinds.money import ZERO, Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate


class DocumentKind(StrEnum):
    """Kinds of fiscal documents (domain.md, Receipts and shifts)."""

    SALE = "sale"
    REFUND = "refund"
    ANNULMENT = "annulment"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    Z_REPORT = "z-report"
    CORRECTION = "correction"
    UNKNOWN = "unknown"


class PaymentKind(StrEnum):
    """How money came; an open list, ``CASHLESS`` where the cabinet does not tell cards from the rest."""

    CASH = "cash"
    CARD = "card"
    OPLATI = "oplati"
    ERIP = "erip"
    CERTIFICATE = "certificate"
    CREDIT = "credit"
    CASHLESS = "cashless"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class CabinetLine:
    """One line of a receipt as the cabinet states it.

    Whether ``amount`` is before or after discount is not decided here. ``vat_looked_up``: the receipt names no VAT
    rate, this is the one the cabinet's item has today.
    """

    position: int
    name: str
    quantity: Thousandths
    amount: Kopecks
    discount: Kopecks = ZERO
    markup: Kopecks = ZERO
    price: Kopecks | None = None
    cabinet_item_id: str | None = None
    article: str | None = None
    barcode: str | None = None
    unit: str | None = None
    vat_rate: VatRate | None = None
    kind: str = "goods"
    mark: str | None = None
    vat_looked_up: bool = False


@dataclass(frozen=True, slots=True)
class ZReportFigures:
    """A Z-report as given; None = the cabinet does not give this figure. Sums in kopecks.

    Sales are gross (annulled ones included); annulments are counted apart (wire.md, Webkassa, assumed).
    ``sales_by_payment`` holds only the buckets the cabinet gives.
    """

    opened_at: datetime | None
    closed_at: datetime
    first_number: int | None = None
    last_number: int | None = None
    sales_count: int | None = None
    sales_sum: Kopecks | None = None
    sales_by_payment: dict[PaymentKind, Kopecks] = field(default_factory=dict)
    refunds_count: int | None = None
    refunds_sum: Kopecks | None = None
    annulments_count: int | None = None
    annulments_sum: Kopecks | None = None
    deposits_count: int | None = None
    deposits_sum: Kopecks | None = None
    withdrawals_count: int | None = None
    withdrawals_sum: Kopecks | None = None
    corrections_count: int | None = None
    corrections_sum: Kopecks | None = None


@dataclass(frozen=True, slots=True)
class CabinetDocument:
    """One fiscal document. ``fiscal_id`` is the operator's unique id, ``raw`` its text for the archive.

    ``gross`` is Σ of line values before discounts, ``discount`` and ``markup`` include the line ones,
    ``payable`` = gross − discount + markup, all as the cabinet says; for kinds without lines only ``payable``.
    ``payments`` are net of change.
    """

    fiscal_id: str
    kind: DocumentKind
    register_number: str
    number: int
    at: datetime
    shift_number: int
    shift_external_id: str | None
    payable: Kopecks
    raw: bytes
    shift_opened_at: datetime | None = None
    gross: Kopecks | None = None
    discount: Kopecks = ZERO
    markup: Kopecks = ZERO
    payments: tuple[tuple[PaymentKind, Kopecks], ...] = ()
    lines: tuple[CabinetLine, ...] = ()
    cashier: str | None = None
    target_fiscal_id: str | None = None
    z_report: ZReportFigures | None = None


@dataclass(frozen=True, slots=True)
class UnreadableDocument:
    """A document that could not be understood: kept with its raw text and the reason, never defaulted.

    What could be read of it (id, register, number, shift, instant) is kept so that its number is no gap.
    """

    reason: str
    raw: bytes
    register_number: str
    fiscal_id: str | None = None
    number: int | None = None
    at: datetime | None = None
    shift_number: int | None = None
    shift_external_id: str | None = None
    shift_opened_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class DocumentPage:
    """Documents of one time window ``[start, end)`` of one register.

    ``complete`` is False only inside a window that more pages follow.
    """

    start: datetime
    end: datetime
    documents: tuple[CabinetDocument | UnreadableDocument, ...]
    complete: bool = True
