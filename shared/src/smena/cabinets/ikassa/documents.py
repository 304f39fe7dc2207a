"""iKassa's documents in our words; what does not fit is unreadable with the reason, never dropped."""

from datetime import datetime

import msgspec

from smena.cabinets.documents import (
    CabinetDocument,
    CabinetLine,
    DocumentKind,
    PaymentKind,
    UnreadableDocument,
    ZReportFigures,
)
from smena.cabinets.ikassa import wire
from smena.cabinets.ikassa.codes import CURRENCY, OWN_CODES, VAT_RATES, DocumentCodes
from smena.cabinets.ikassa.wire import Doc, Item, Modifier, Payment, Report
from smena.cabinets.loose import loosely
from smena.cabinets.reading import (
    UnreadableError,
    kopecks,
    kopecks_or_none,
    moment,
    moment_or_none,
    whole,
    whole_or_none,
)
from smena.kinds.money import ZERO, Kopecks, format_money
from smena.kinds.quantity import QUANTITY_THOUSANDTHS_MAX, Thousandths
from smena.kinds.vat import VatRate

WITH_LINES = frozenset({DocumentKind.SALE, DocumentKind.REFUND})


def document_of(
    raw: bytes, register_number: str, codes: DocumentCodes = OWN_CODES
) -> CabinetDocument | UnreadableDocument:
    """One document, or the reason why it is none."""
    try:
        doc = wire.DOC.decode(raw)
    except msgspec.ValidationError as error:
        return unreadable(raw, register_number, f"документ не читается ({error})")
    try:
        return _readable(doc, raw, register_number, codes)
    except UnreadableError as error:
        return unreadable(raw, register_number, str(error))


def unreadable(raw: bytes, register_number: str, reason: str) -> UnreadableDocument:
    """A document with the reason it was not understood, and what names it all the same."""
    fields = loosely(raw)
    return UnreadableDocument(
        reason=reason,
        raw=raw,
        register_number=register_number,
        fiscal_id=fields.get("uid") if isinstance(fields.get("uid"), str) else None,
        number=_int_or_none(fields.get("number")),
        at=instant_of(raw),
        shift_number=_int_or_none(fields.get("shift")),
    )


def instant_of(raw: bytes) -> datetime | None:
    """When a document was made, if that can be read at all."""
    created = loosely(raw).get("created")
    try:
        return moment_or_none(created if isinstance(created, str) else None, "created")
    except UnreadableError:
        return None


def _readable(doc: Doc, raw: bytes, register_number: str, codes: DocumentCodes) -> CabinetDocument:
    kind = codes.kinds.get(doc.type or "")
    if kind is None:
        raise UnreadableError(f"неизвестный вид документа «{doc.type}»")
    if not doc.uid:
        raise UnreadableError("у документа нет uid")
    if doc.currency not in {None, CURRENCY}:
        raise UnreadableError(f"валюта {doc.currency}, а не {CURRENCY}")
    if kind is DocumentKind.ANNULMENT and not doc.target:
        raise UnreadableError("аннулирование без ссылки на продажу")
    z_report = _z_report(doc.report) if kind is DocumentKind.Z_REPORT else None
    totals = doc.totals or wire.Totals()
    payable = ZERO if z_report is not None else kopecks(totals.payable, "totals.payable")
    receipt = kind in WITH_LINES
    discount = abs(kopecks_or_none(totals.discount, "totals.discount") or 0) if receipt else 0
    return CabinetDocument(
        fiscal_id=doc.uid,
        kind=kind,
        register_number=register_number,
        number=whole(doc.number, "number"),
        at=moment(doc.created, "created"),
        shift_number=_shift_number(doc),
        shift_external_id=None,
        payable=payable,
        raw=raw,
        gross=kopecks(totals.raw, "totals.raw") if receipt else None,
        discount=Kopecks(discount),
        markup=(kopecks_or_none(totals.markup, "totals.markup") or ZERO) if receipt else ZERO,
        payments=_payments(doc.payments or (), totals, payable, codes) if receipt else (),
        lines=_lines(doc.items) if receipt else (),
        cashier=doc.cashier or None,
        target_fiscal_id=doc.target or None,
        z_report=z_report,
    )


def _shift_number(doc: Doc) -> int:
    in_report = doc.report.shiftNumber if doc.report is not None else None
    number = whole(doc.shift if doc.shift is not None else in_report, "shift")
    if in_report is not None and whole_or_none(in_report, "shiftNumber") != number:
        raise UnreadableError(f"смена {number}, а в Z-отчёте {in_report}")
    return number


def _payments(
    payments: list[Payment] | tuple[()], totals: wire.Totals, payable: Kopecks, codes: DocumentCodes
) -> tuple[tuple[PaymentKind, Kopecks], ...]:
    """Payments net of change. Whether ``cash`` is what was given or what was kept is not stated: what fits is taken."""
    found: dict[PaymentKind, int] = {}
    for payment in payments:
        kind = codes.payments.get(payment.type or "")
        if kind is None:
            raise UnreadableError(f"неизвестный вид оплаты «{payment.type}»")
        found[kind] = found.get(kind, 0) + kopecks(payment.sum, "payments.sum")
    change = kopecks_or_none(totals.change, "totals.change") or 0
    paid = sum(found.values())
    if paid != payable and paid - change == payable and found.get(PaymentKind.CASH, 0) >= change:
        found[PaymentKind.CASH] -= change
    elif paid != payable:
        raise UnreadableError(f"сумма оплат {format_money(paid)}, а сумма чека {format_money(payable)}")
    return tuple((kind, Kopecks(amount)) for kind, amount in found.items() if amount)


def _lines(items: list[Item] | None) -> tuple[CabinetLine, ...]:
    if not items:
        raise UnreadableError("чек без строк")
    return tuple(_line(place, item) for place, item in enumerate(items, start=1))


def _line(place: int, item: Item) -> CabinetLine:
    quantity = whole(item.quantity, f"строка {place}: quantity")
    if abs(quantity) >= QUANTITY_THOUSANDTHS_MAX:
        raise UnreadableError(f"строка {place}: quantity {quantity} слишком велико")
    modifiers = [kopecks(each.modifier, f"строка {place}: modifier") for each in _given(item.modifiers)]
    code_type, value = (item.code.type, item.code.value or None) if item.code is not None else (None, None)
    return CabinetLine(
        position=place,
        name=item.name or "",
        quantity=Thousandths(quantity),
        amount=kopecks(item.sum, f"строка {place}: sum"),
        discount=Kopecks(-sum(amount for amount in modifiers if amount < 0)),
        markup=Kopecks(sum(amount for amount in modifiers if amount > 0)),
        price=kopecks_or_none(item.price, f"строка {place}: price"),
        article=value if code_type in {"code", "service"} else None,
        barcode=value if code_type == "gtin" else None,
        vat_rate=_rate(item.tax, place),
        kind="service" if code_type == "service" else "advance" if code_type == "prepayment" else "goods",
    )


def _given(modifiers: list[Modifier] | None) -> list[Modifier]:
    return modifiers or []


def _rate(tax: wire.Number, place: int) -> VatRate | None:
    percent = whole_or_none(tax, f"строка {place}: tax")
    if percent is None:
        return None
    if percent not in VAT_RATES:
        raise UnreadableError(f"строка {place}: неизвестная ставка НДС {percent}")
    return VAT_RATES[percent]


def _z_report(report: Report | None) -> ZReportFigures:
    """The figures it gives.

    Its range of numbers is of sales alone, so it bounds nothing here.
    """
    if report is None:
        raise UnreadableError("Z-отчёт без показателей")
    buckets = {
        PaymentKind.CASH: kopecks_or_none(report.salesCash, "salesCash"),
        PaymentKind.CASHLESS: kopecks_or_none(report.salesCashless, "salesCashless"),
        PaymentKind.OTHER: kopecks_or_none(report.salesOther, "salesOther"),
    }
    return ZReportFigures(
        opened_at=moment_or_none(report.openDate, "openDate"),
        closed_at=moment(report.closed, "closed"),
        sales_count=whole_or_none(report.salesCount, "salesCount"),
        sales_sum=kopecks_or_none(report.salesSum, "salesSum"),
        sales_by_payment={kind: amount for kind, amount in buckets.items() if amount is not None},
        refunds_count=whole_or_none(report.moneyBacksCount, "moneyBacksCount"),
        refunds_sum=kopecks_or_none(report.moneyBacksSum, "moneyBacksSum"),
        annulments_count=whole_or_none(report.rollbacksCount, "rollbacksCount"),
        annulments_sum=kopecks_or_none(report.rollbacksSum, "rollbacksSum"),
        deposits_count=whole_or_none(report.depositsCount, "depositsCount"),
        deposits_sum=kopecks_or_none(report.depositsSum, "depositsSum"),
        withdrawals_count=whole_or_none(report.withdrawsCount, "withdrawsCount"),
        withdrawals_sum=kopecks_or_none(report.withdrawsSum, "withdrawsSum"),
        corrections_count=whole_or_none(report.correctionsCount, "correctionsCount"),
        corrections_sum=kopecks_or_none(report.correctionsSum, "correctionsSum"),
    )


def _int_or_none(value: object) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) else None
