"""Shifts for the tests of the ledger, and the events that publish them."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

import msgspec

from ledger.domain.rules import DocumentRules, PaymentDocument, PaymentRule, RefundPolicy, TimeRule
from ledger.domain.shifts import PaymentTurnover, ShiftKey, ShiftRevision, SoldLine
from smena.contracts.canonical import canonical_sha256
from smena.contracts.sales_events import (
    AcceptedDifference,
    ShiftClosed,
    ShiftComponent,
    ShiftCounts,
    ShiftIdentity,
    ShiftLine,
    ShiftPayment,
)
from smena.kinds.identity import shift_id
from smena.kinds.money import Kopecks, format_money
from smena.kinds.quantity import Thousandths, format_quantity
from smena.kinds.vat import VatRate, vat_inside

OPENED = datetime(2026, 1, 31, 6, 0, tzinfo=UTC)
CLOSED = datetime(2026, 1, 31, 18, 30, 15, tzinfo=UTC)
DAY = date(2026, 1, 31)
NO_COUNTS = dict.fromkeys(ShiftCounts.__struct_fields__, 0)
CASH = PaymentRule(PaymentDocument.CASH_ORDER, refs={"cash_desk": "desk-1", "cash_flow_item": "flow-1"})
CARD = PaymentRule(
    PaymentDocument.CARD_PAYMENT, refs={"payment_type": "type-1", "acquirer": "bank-1", "contract": "contract-1"}
)
CERTIFICATE = PaymentRule(PaymentDocument.NONE, component="certificates-redeemed")


def shift_key(number: int = 17, register: str = "kassa-1", opened_at: datetime = OPENED) -> ShiftKey:
    return ShiftKey(
        id=shift_id("wk-main", "131010705", number, opened_at),
        organization="romashka",
        cabinet="wk-main",
        register=register,
        register_number="131010705",
        number=number,
        opened_at=opened_at,
    )


def rules(**changes: Any) -> DocumentRules:
    given: dict[str, Any] = {
        "operation": "ОтчетНТТОПродажах",
        "refunds": RefundPolicy.NEGATIVE_LINES,
        "time": TimeRule.CLOSED_AT,
        "timezone": "Europe/Minsk",
        "refs": {"organization": "org-1", "outlet": "outlet-1"},
        "payments": {"cash": CASH, "card": CARD, "certificate": CERTIFICATE},
    }
    return DocumentRules(**{**given, **changes})


def line(item: str = "milk", quantity: int = 1000, amount: int = 250, **changes: Any) -> SoldLine:
    rate = changes.pop("vat_rate", VatRate.TEN)
    given: dict[str, Any] = {
        "key": f"{item}-{amount}",
        "item_ref": item,
        "name": f"Товар {item}",
        "unit": "шт",
        "quantity": Thousandths(quantity),
        "price": Kopecks(amount * 1000 // quantity),
        "amount": Kopecks(amount),
        "vat_rate": rate,
        "vat_amount": vat_inside(amount, rate),
    }
    return SoldLine(**{**given, **changes})


def payment(kind: str, sales: int, refunds: int = 0) -> PaymentTurnover:
    return PaymentTurnover(kind, Kopecks(sales), Kopecks(refunds), Kopecks(sales - refunds))


def revision(
    lines: list[SoldLine],
    payments: list[PaymentTurnover],
    *,
    number: int = 1,
    components: tuple[tuple[str, int], ...] = (),
    **changes: Any,
) -> ShiftRevision:
    amount = sum(-one.amount if one.refund else one.amount for one in lines)
    given: dict[str, Any] = {
        "shift": shift_key(),
        "number": number,
        "opened_at": OPENED,
        "closed_at": CLOSED,
        "business_date": DAY,
        "lines": tuple(lines),
        "payments": tuple(payments),
        "components": tuple((name, Kopecks(sum_)) for name, sum_ in components),
        "amount": Kopecks(amount),
        "previous": number - 1 or None,
        "z_report": _z_report(payments),
        "counts": {**NO_COUNTS, "sales": len(lines)},
    }
    return ShiftRevision(**{**given, **changes})


def _z_report(payments: list[PaymentTurnover]) -> dict[str, str]:
    return {
        "sales_sum": format_money(sum(one.sales for one in payments)),
        "annulments_sum": "0.00",
        "refunds_sum": format_money(sum(one.refunds for one in payments)),
    }


def event_of(facts: ShiftRevision) -> bytes:
    """The data of the event that publishes these facts, sealed with its hash."""
    key = facts.shift
    event = ShiftClosed(
        shift=ShiftIdentity(
            id=str(key.id),
            organization=key.organization,
            cabinet=key.cabinet,
            register=key.register,
            register_number=key.register_number,
            number=key.number,
            opened_at=key.opened_at,
        ),
        revision=facts.number,
        previous_revision=facts.previous,
        opened_at=facts.opened_at,
        closed_at=facts.closed_at,
        business_date=facts.business_date,
        lines=[_line(one) for one in facts.lines],
        payments=[
            ShiftPayment(
                kind=one.kind,
                sales=format_money(one.sales),
                refunds=format_money(one.refunds),
                amount=format_money(one.amount),
            )
            for one in facts.payments
        ],
        components=[ShiftComponent(name=name, amount=format_money(sum_)) for name, sum_ in facts.components],
        amount=format_money(facts.amount),
        z_report=facts.z_report,
        counts=ShiftCounts(**facts.counts),
        accepted=[
            AcceptedDifference(field=one.field, receipts=one.receipts, z_report=one.z_report, reason=one.reason)
            for one in facts.accepted
        ],
    )
    sealed = msgspec.structs.replace(event, sha256=canonical_sha256(event, without=("sha256",)))
    return msgspec.json.encode(sealed)


def _line(one: SoldLine) -> ShiftLine:
    return ShiftLine(
        key=one.key,
        item_ref=one.item_ref,
        name=one.name,
        unit=one.unit,
        quantity=format_quantity(one.quantity),
        price=format_money(one.price),
        amount=format_money(one.amount),
        discount_amount="0.00",
        vat_rate=one.vat_rate.value,
        vat_amount=format_money(one.vat_amount),
        direction="refund" if one.refund else "sale",
        discount=one.discount,
        price_derived=one.price_derived,
    )


def shift_uuid(number: int = 17) -> UUID:
    return shift_key(number).id
