"""The figures of a shift, once as its receipts add up and once as its Z-report says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from smena.cabinets.documents import DocumentKind, PaymentKind, ZReportFigures


class ZReportField(StrEnum):
    """Every figure a Z-report may give. Sales are gross: annulled ones stand in them and are counted apart."""

    SALES_COUNT = "sales_count"
    SALES_SUM = "sales_sum"
    SALES_CASH = "sales_cash"
    SALES_CARD = "sales_card"
    SALES_OPLATI = "sales_oplati"
    SALES_ERIP = "sales_erip"
    SALES_CERTIFICATE = "sales_certificate"
    SALES_CREDIT = "sales_credit"
    SALES_CASHLESS = "sales_cashless"
    SALES_OTHER = "sales_other"
    REFUNDS_COUNT = "refunds_count"
    REFUNDS_SUM = "refunds_sum"
    ANNULMENTS_COUNT = "annulments_count"
    ANNULMENTS_SUM = "annulments_sum"
    DEPOSITS_COUNT = "deposits_count"
    DEPOSITS_SUM = "deposits_sum"
    WITHDRAWALS_COUNT = "withdrawals_count"
    WITHDRAWALS_SUM = "withdrawals_sum"
    CORRECTIONS_COUNT = "corrections_count"
    CORRECTIONS_SUM = "corrections_sum"

    @property
    def is_count(self) -> bool:
        """Whether the figure counts documents; the others are sums in kopecks."""
        return self.value.endswith("_count")


COUNTED_KINDS = {
    DocumentKind.SALE: "sales",
    DocumentKind.REFUND: "refunds",
    DocumentKind.ANNULMENT: "annulments",
    DocumentKind.DEPOSIT: "deposits",
    DocumentKind.WITHDRAWAL: "withdrawals",
    DocumentKind.CORRECTION: "corrections",
}


BUCKETS = {
    PaymentKind.CARD: PaymentKind.CASHLESS,
    PaymentKind.ERIP: PaymentKind.CASHLESS,
    PaymentKind.OPLATI: PaymentKind.OTHER,
    PaymentKind.CERTIFICATE: PaymentKind.OTHER,
    PaymentKind.CREDIT: PaymentKind.OTHER,
}
"""Where a Z-report counts a payment kind it has no figure of its own for: law and registers know cash, cashless and
other; which kind stands in which of them is assumed (wire.md, iKassa)."""


@dataclass(frozen=True, slots=True)
class ReceiptFact:
    """What the rules of a shift need to know of one stored document.

    ``payments`` are the fact; ``corrected`` is what a person says it should have been, for the documents only.
    """

    id: UUID
    fiscal_id: str
    kind: DocumentKind
    number: int
    payable: int
    payments: Mapping[str, int]
    target_fiscal_id: str | None = None
    corrected: Mapping[str, int] | None = None

    @property
    def effective(self) -> Mapping[str, int]:
        """The payments that count in the documents."""
        return self.payments if self.corrected is None else self.corrected


@dataclass(frozen=True, slots=True)
class PaymentTotals:
    """One payment kind in kopecks: ``sales`` gross, what of them was annulled, and refunds.

    ``corrected`` is what of ``sales`` people's corrections brought here (negative: took away).
    """

    sales: int = 0
    annulled: int = 0
    refunds: int = 0
    corrected: int = 0

    @property
    def corrected_away(self) -> bool:
        """Whether all of it was rung by mistake: nobody paid by this kind."""
        return self.corrected < 0 and not self.sales and not self.refunds

    @property
    def net(self) -> int:
        """What stays of this kind: sales − annulled − refunds."""
        return self.sales - self.annulled - self.refunds


@dataclass(frozen=True, slots=True)
class ShiftTotals:
    """The receipts of a shift, added up: ``figures`` by what was rung, ``payments`` with people's corrections."""

    figures: Mapping[ZReportField, int]
    payments: Mapping[PaymentKind, PaymentTotals]

    def __getitem__(self, field: ZReportField) -> int:
        return self.figures.get(field, 0)

    @property
    def net(self) -> int:
        """Sales − annulments − refunds, in kopecks."""
        return net_of(self.figures)


def net_of(figures: Mapping[ZReportField, int]) -> int:
    """Sales − annulments − refunds; what is absent counts nothing."""
    return (
        figures.get(ZReportField.SALES_SUM, 0)
        - figures.get(ZReportField.ANNULMENTS_SUM, 0)
        - figures.get(ZReportField.REFUNDS_SUM, 0)
    )


def add_up(receipts: Sequence[ReceiptFact], annulled: frozenset[UUID]) -> ShiftTotals:
    """Add the documents of a shift up, per kind and per payment kind."""
    figures = dict.fromkeys(ZReportField, 0)
    rung: dict[str, int] = {}
    sales: dict[str, int] = {}
    taken_back: dict[str, int] = {}
    refunds: dict[str, int] = {}
    for receipt in receipts:
        name = COUNTED_KINDS.get(receipt.kind)
        if name is None:
            continue
        figures[ZReportField(f"{name}_count")] += 1
        figures[ZReportField(f"{name}_sum")] += receipt.payable
        if receipt.kind is DocumentKind.SALE:
            _add(rung, receipt.payments)
            _add(sales, receipt.effective)
            if receipt.id in annulled:
                _add(taken_back, receipt.effective)
        elif receipt.kind is DocumentKind.REFUND:
            _add(refunds, receipt.effective)
    for kind, amount in rung.items():
        figures[ZReportField(f"sales_{kind}")] += amount
    payments = {
        kind: PaymentTotals(
            sales=sales.get(kind, 0),
            annulled=taken_back.get(kind, 0),
            refunds=refunds.get(kind, 0),
            corrected=sales.get(kind, 0) - rung.get(kind, 0),
        )
        for kind in PaymentKind
        if kind in sales or kind in refunds or kind in rung
    }
    return ShiftTotals(figures, payments)


def in_buckets_of(z_report: ZReportFigures, totals: ShiftTotals) -> ShiftTotals:
    """The receipts' figures as this Z-report counts them; payments by kind stay as they are."""
    figures = dict(totals.figures)
    given = z_report.sales_by_payment
    for kind, bucket in BUCKETS.items():
        if kind not in given and bucket in given:
            figures[ZReportField(f"sales_{bucket}")] += figures.get(ZReportField(f"sales_{kind}"), 0)
    return ShiftTotals(figures, totals.payments)


def given_figures(z_report: ZReportFigures) -> dict[ZReportField, int]:
    """The figures this Z-report gives; what it does not give is absent, never 0."""
    figures: dict[ZReportField, int] = {}
    for field in ZReportField:
        value = getattr(z_report, field.value, None)
        if value is not None:
            figures[field] = value
    for kind, amount in z_report.sales_by_payment.items():
        figures[ZReportField(f"sales_{kind.value}")] = amount
    return figures


def _add(into: dict[str, int], payments: Mapping[str, int]) -> None:
    for kind, amount in payments.items():
        into[kind] = into.get(kind, 0) + amount
