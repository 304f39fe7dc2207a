"""A published shift as the ledger reads it: facts, in kopecks and thousandths."""

from dataclasses import dataclass, field
from datetime import date, datetime
from uuid import UUID

from ledger.domain.accepted_differences import AcceptedDifference
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class ShiftKey:
    """Which shift; ``id`` is the same in every service."""

    id: UUID
    organization: str
    cabinet: str
    register: str
    register_number: str
    number: int
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class LineIdentity:
    """What makes two sold lines the same line of a document (domain.md, Documents of a shift).

    ``price`` is None where it is only derived: such lines of one item are one line.
    """

    item_ref: str
    unit: str
    price: Kopecks | None
    vat_rate: VatRate
    discount: bool
    refund: bool


@dataclass(frozen=True, slots=True)
class SoldLine:
    """Receipt lines of one identity; sums and quantity are positive in either direction."""

    key: str
    item_ref: str
    name: str
    unit: str
    quantity: Thousandths
    price: Kopecks
    amount: Kopecks
    vat_rate: VatRate
    vat_amount: Kopecks
    refund: bool = False
    discount: bool = False
    price_derived: bool = False

    @property
    def identity(self) -> LineIdentity:
        """The identity this line is aggregated under."""
        price = None if self.price_derived else self.price
        return LineIdentity(self.item_ref, self.unit, price, self.vat_rate, self.discount, self.refund)


@dataclass(frozen=True, slots=True)
class PaymentTurnover:
    """What one payment kind brought: sales, refunds, and their difference."""

    kind: str
    sales: Kopecks
    refunds: Kopecks
    amount: Kopecks


@dataclass(frozen=True, slots=True)
class ShiftRevision:
    """One immutable revision of a shift, as published.

    ``components`` are sums that came in and are no revenue (certificates and advances sold), by name.
    ``z_report`` holds only the figures the cabinet gives, as text; ``counts`` documents by sort; ``accepted`` what a
    person accepted of the differences between the two.
    """

    shift: ShiftKey
    number: int
    opened_at: datetime
    closed_at: datetime
    business_date: date
    lines: tuple[SoldLine, ...]
    payments: tuple[PaymentTurnover, ...]
    components: tuple[tuple[str, Kopecks], ...]
    amount: Kopecks
    z_report: dict[str, str] = field(default_factory=dict)
    counts: dict[str, int] = field(default_factory=dict)
    previous: int | None = None
    accepted: tuple[AcceptedDifference, ...] = ()


def faults(revision: ShiftRevision) -> tuple[str, ...]:
    """Everything in a published shift that does not add up, in the accountant's words; empty when all does."""
    found = []
    lines = sum(-line.amount if line.refund else line.amount for line in revision.lines)
    money = sum(payment.amount for payment in revision.payments)
    aside = sum(amount for _, amount in revision.components)
    if lines != revision.amount:
        found.append(f"строки смены дают {lines} коп., а её сумма {revision.amount} коп.")
    if money - aside != revision.amount:
        found.append(
            f"оплаты без сертификатов и авансов дают {money - aside} коп., а сумма смены {revision.amount} коп."
        )
    found.extend(
        f"оплата «{payment.kind}»: продажи минус возвраты не равны её сумме"
        for payment in revision.payments
        if payment.sales - payment.refunds != payment.amount
    )
    kinds = [payment.kind for payment in revision.payments]
    found.extend(f"оплата «{kind}» названа дважды" for kind in sorted(set(kinds)) if kinds.count(kind) > 1)
    for line in revision.lines:
        if not line.item_ref:
            found.append(f"строка «{line.name}» без номенклатуры")
        if min(line.amount, line.quantity) < 0 or line.quantity == 0:
            found.append(f"строка «{line.name}»: количество и сумма должны быть положительными")
    return tuple(found)
