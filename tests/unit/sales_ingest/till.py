"""A till for tests: rings documents with consecutive numbers and closes shifts with a Z-report of its own sums."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sales_ingest.domain.business_date import BusinessDateRule
from sales_ingest.domain.receipts import RegisterRules
from sales_ingest.domain.registers import RegisterSetup
from smena.cabinets.documents import CabinetDocument, CabinetLine, DocumentKind, PaymentKind, ZReportFigures
from smena.kinds.money import Kopecks, parse_money
from smena.kinds.quantity import Thousandths, quantity_from_number
from smena.kinds.vat import VatRate

NUMBER = "131010705"
MINSK = ZoneInfo("Europe/Minsk")
CLOSED_AT = BusinessDateRule("closed-at", time(6), MINSK)


def setup(
    register: str = "kassa-1",
    number: str = NUMBER,
    *,
    cabinet: str = "wk-main",
    defaults: dict[str, str] | None = None,
    fill: bool = False,
    rule: BusinessDateRule = CLOSED_AT,
    lookback_days: int = 2,
) -> RegisterSetup:
    rules = RegisterRules(VatRate.TWENTY, defaults or {}, fill)
    return RegisterSetup(register, cabinet, "romashka", number, rules, rule, lookback_days)


def money(text: str) -> Kopecks:
    return parse_money(text)


def line(
    amount: str,
    *,
    quantity: str = "1",
    item: str | None = "good-1",
    name: str = "Молоко",
    price: str | None = None,
    vat: str | None = "20",
    **more: object,
) -> CabinetLine:
    return CabinetLine(
        position=1,
        name=name,
        quantity=Thousandths(quantity_from_number(quantity)),
        amount=parse_money(amount),
        price=parse_money(price) if price is not None else None,
        cabinet_item_id=item,
        vat_rate=VatRate(vat) if vat is not None else None,
        **more,  # type: ignore[arg-type]
    )


@dataclass
class Till:
    """``documents`` is what a cabinet would give."""

    number: str = NUMBER
    at: datetime = datetime(2026, 1, 15, 6, 0, tzinfo=UTC)
    shift: int = 1
    next_number: int = 1
    documents: list[CabinetDocument] = field(default_factory=list)
    opened_at: datetime | None = None
    first: int = 1
    names: str = "id"
    """What a document tells of its shift besides the number: the cabinet's id, the opening, or nothing."""

    def __post_init__(self) -> None:
        self.first = self.next_number
        self.opened_at = self.at

    def sale(self, *lines: CabinetLine, by: PaymentKind = PaymentKind.CASH, **more: object) -> CabinetDocument:
        return self._ring(DocumentKind.SALE, lines, by, **more)

    def refund(self, *lines: CabinetLine, by: PaymentKind = PaymentKind.CASH, **more: object) -> CabinetDocument:
        return self._ring(DocumentKind.REFUND, lines, by, **more)

    def annul(self, sale: CabinetDocument) -> CabinetDocument:
        return self._add(DocumentKind.ANNULMENT, sale.payable, target_fiscal_id=sale.fiscal_id)

    def deposit(self, amount: str) -> CabinetDocument:
        return self._add(DocumentKind.DEPOSIT, money(amount))

    def withdraw(self, amount: str) -> CabinetDocument:
        return self._add(DocumentKind.WITHDRAWAL, money(amount))

    def close(self, at: datetime | None = None, **wrong: object) -> CabinetDocument:
        """The Z-report of what was rung; ``wrong`` overrides its figures."""
        if at is not None:
            self.at = at
        figures = replace(z_report_of(self.documents, self.shift, self.opened_at, self._tick()), **wrong)  # type: ignore[arg-type]
        document = self._add(
            DocumentKind.Z_REPORT, figures.sales_sum or Kopecks(0), at=figures.closed_at, z_report=figures
        )
        self.shift += 1
        self.opened_at = self.at
        return document

    def _ring(
        self, kind: DocumentKind, lines: Sequence[CabinetLine], by: PaymentKind, **more: object
    ) -> CabinetDocument:
        numbered = tuple(replace(one, position=place) for place, one in enumerate(lines, start=1))
        gross = sum(one.amount for one in numbered)
        given = {
            "discount": sum(one.discount for one in numbered),
            "markup": sum(one.markup for one in numbered),
            **more,
        }
        payable = Kopecks(gross - given["discount"] + given["markup"])  # type: ignore[operator]
        values: dict[str, object] = {
            "gross": Kopecks(gross),
            "payable": payable,
            "payments": ((by, payable),),
            "lines": numbered,
            **given,
        }
        return self._add(kind, **values)  # type: ignore[arg-type]

    def _tick(self) -> datetime:
        self.at += timedelta(seconds=7)
        return self.at

    def _add(self, kind: DocumentKind, payable: Kopecks, **more: object) -> CabinetDocument:
        number = self.next_number
        self.next_number += 1
        fields: dict[str, object] = {
            "fiscal_id": f"uid-{self.number}-{number}",
            "kind": kind,
            "register_number": self.number,
            "number": number,
            "at": more.pop("at", None) or self._tick(),
            "shift_number": self.shift,
            "shift_external_id": f"shift-{self.number}-{self.shift}" if self.names == "id" else None,
            "shift_opened_at": self.opened_at if self.names == "opening" else None,
            "payable": payable,
            "raw": f'{{"uid": "{self.number}-{number}"}}'.encode(),
            **more,
        }
        document = CabinetDocument(**fields)  # type: ignore[arg-type]
        self.documents.append(document)
        return document


def z_report_of(
    documents: Sequence[CabinetDocument], shift: int, opened_at: datetime | None, closed_at: datetime
) -> ZReportFigures:
    """Added up by hand, apart from the product's own way."""
    own = [one for one in documents if one.shift_number == shift]

    def count(kind: DocumentKind) -> int:
        return len([one for one in own if one.kind is kind])

    def total(kind: DocumentKind) -> Kopecks:
        return Kopecks(sum(one.payable for one in own if one.kind is kind))

    buckets = dict.fromkeys((PaymentKind.CASH, PaymentKind.CASHLESS, PaymentKind.OTHER), Kopecks(0))
    for one in own:
        if one.kind is DocumentKind.SALE:
            for kind, amount in one.payments:
                buckets[kind] = Kopecks(buckets.get(kind, 0) + amount)
    return ZReportFigures(
        opened_at=opened_at,
        closed_at=closed_at,
        first_number=own[0].number if own else None,
        last_number=own[-1].number if own else None,
        sales_count=count(DocumentKind.SALE),
        sales_sum=total(DocumentKind.SALE),
        sales_by_payment=buckets,
        refunds_count=count(DocumentKind.REFUND),
        refunds_sum=total(DocumentKind.REFUND),
        annulments_count=count(DocumentKind.ANNULMENT),
        annulments_sum=total(DocumentKind.ANNULMENT),
        deposits_count=count(DocumentKind.DEPOSIT),
        deposits_sum=total(DocumentKind.DEPOSIT),
        withdrawals_count=count(DocumentKind.WITHDRAWAL),
        withdrawals_sum=total(DocumentKind.WITHDRAWAL),
    )
