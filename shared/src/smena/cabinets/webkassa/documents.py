"""Make documents in our words of what was joined; what does not fit is unreadable with the reason, never dropped."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from smena.cabinets.documents import (
    CabinetDocument,
    CabinetLine,
    DocumentKind,
    PaymentKind,
    UnreadableDocument,
    ZReportFigures,
)
from smena.cabinets.items import CabinetItem
from smena.cabinets.reading import (
    UnreadableError,
    instant,
    instant_or_none,
    money,
    money_from,
    money_or_none,
    money_or_zero,
    whole,
    whole_or_none,
)
from smena.cabinets.webkassa.codes import OWN_KINDS, DocumentKinds
from smena.cabinets.webkassa.joining import Joined, whole_number
from smena.cabinets.webkassa.wire import Contents, Header, Receipt, SoldLine, ZReport
from smena.kinds.money import ZERO, Kopecks, format_money
from smena.kinds.quantity import NotQuantityError, Thousandths, quantity_from_number
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What lines do not say themselves: the goods they name, and the VAT of sold lines by (sale, good)."""

    goods: Mapping[int, CabinetItem] = field(default_factory=dict)
    sold_vat: Mapping[tuple[int, int | None], VatRate] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Body:
    """The part of a document its kind decides."""

    payable: Kopecks
    gross: Kopecks | None = None
    discount: Kopecks = ZERO
    markup: Kopecks = ZERO
    payments: tuple[tuple[PaymentKind, Kopecks], ...] = ()
    lines: tuple[CabinetLine, ...] = ()
    target: str | None = None
    z_report: ZReportFigures | None = None


def document_of(
    joined: Joined, register_number: str, facts: LineFacts, kinds: DocumentKinds = OWN_KINDS
) -> CabinetDocument | UnreadableDocument:
    """One document, or the reason why it is none."""
    try:
        return _readable(joined, register_number, facts, kinds)
    except UnreadableError as error:
        return unreadable(joined, register_number, str(error))


def unreadable(joined: Joined, register_number: str, reason: str) -> UnreadableDocument:
    """A document with the reason it was not understood, and what names it all the same."""
    header = joined.header or Header()
    z_report = (joined.contents.zreport if joined.contents else None) or ZReport()
    shift_id = whole_number(joined.number_of("shiftId"))
    return UnreadableDocument(
        reason=reason,
        raw=joined.raw,
        register_number=register_number,
        fiscal_id=joined.uid,
        number=whole_number(joined.number_of("docNumber")),
        at=_quietly(joined.number_of("docDate")),
        shift_number=whole_number(header.shiftNumber if header.shiftNumber is not None else z_report.shiftNumber),
        shift_external_id=None if shift_id is None else str(shift_id),
        shift_opened_at=_quietly(header.beginDate if header.beginDate is not None else z_report.beginDate),
    )


def _readable(joined: Joined, register_number: str, facts: LineFacts, kinds: DocumentKinds) -> CabinetDocument:
    contents, header = joined.contents, joined.header
    if joined.reason is not None:
        raise UnreadableError(joined.reason)
    kind = _agreed_kind(joined, kinds)
    if contents is None or header is None or joined.uid is None:
        raise UnreadableError(
            "нет заголовка в get-check-history" if header is None else "нет содержания в get-cashdocs-for-period"
        )
    _agree(contents, header, register_number)
    body_of = BODIES.get(kind)
    if body_of is None:
        raise UnreadableError(f"содержание вида {kind} в этом кабинете неизвестно")
    body = body_of(contents, header, facts)
    shift_id = whole_or_none(joined.number_of("shiftId"), "shiftId")
    return CabinetDocument(
        fiscal_id=joined.uid,
        kind=kind,
        register_number=register_number,
        number=whole(joined.number_of("docNumber"), "docNumber"),
        at=instant(joined.number_of("docDate"), "docDate"),
        shift_number=whole(header.shiftNumber, "shiftNumber"),
        shift_external_id=None if shift_id is None else str(shift_id),
        payable=body.payable,
        raw=joined.raw,
        shift_opened_at=instant_or_none(header.beginDate, "beginDate"),
        gross=body.gross,
        discount=body.discount,
        markup=body.markup,
        payments=body.payments,
        lines=body.lines,
        cashier=header.cashierName or None,
        target_fiscal_id=body.target,
        z_report=body.z_report,
    )


def _agreed_kind(joined: Joined, kinds: DocumentKinds) -> DocumentKind:
    if joined.header is None:
        raise UnreadableError("нет заголовка в get-check-history: смена неизвестна")
    kind = kinds.of(joined.header.docTypeName)
    if kind is None:
        raise UnreadableError(f"неизвестный вид документа «{joined.header.docTypeName}»")
    if joined.kind is not None and joined.kind is not kind:
        raise UnreadableError(f"по заголовку это {kind}, а содержание стоит среди {joined.kind}")
    return kind


def _agree(contents: Contents, header: Header, register_number: str) -> None:
    """The two halves must speak of one document of this register."""
    if header.cashRegisterId is not None and str(header.cashRegisterId) != register_number:
        raise UnreadableError(f"документ кассы {header.cashRegisterId}, а не {register_number}")
    for name in ("docNumber", "docDate", "shiftId"):
        ours, theirs = getattr(contents, name), getattr(header, name)
        if ours is not None and theirs is not None and ours != theirs:
            raise UnreadableError(f"{name}: в содержании {ours}, в заголовке {theirs}")


def _sale(contents: Contents, header: Header, facts: LineFacts) -> Body:
    if contents.sale is None:
        raise UnreadableError("продажа без объекта sale")
    return _receipt(contents.sale, contents.sale.saleProducts, header, facts)


def _refund(contents: Contents, header: Header, facts: LineFacts) -> Body:
    if contents.moneyBack is None:
        raise UnreadableError("возврат без объекта moneyBack")
    return _receipt(contents.moneyBack, contents.moneyBack.moneyBackProducts, header, facts)


def _receipt(receipt: Receipt, products: list[SoldLine] | None, header: Header, facts: LineFacts) -> Body:
    gross = money(receipt.subTotalSum, "subTotalSum")
    discount = money_or_zero(receipt.subTotalDiscount, "subTotalDiscount")
    markup = money_or_zero(receipt.subTotalAllowance, "subTotalAllowance")
    payable = Kopecks(gross - discount + markup)
    buckets = (
        (PaymentKind.CASH, money_or_zero(receipt.totalSumCash, "totalSumCash")),
        (PaymentKind.CASHLESS, money_or_zero(receipt.totalSumNoCash, "totalSumNoCash")),
        (PaymentKind.OTHER, money_or_zero(receipt.totalSumOther, "totalSumOther")),
    )
    _fits("totalSum заголовка", money_or_none(header.totalSum, "totalSum"), payable)
    _fits("сумма оплат", Kopecks(sum(amount for _, amount in buckets)), payable)
    if not products:
        raise UnreadableError("чек без строк")
    sale_id = whole_or_none(receipt.saleId, "saleId")
    return Body(
        payable=payable,
        gross=gross,
        discount=discount,
        markup=markup,
        payments=tuple(bucket for bucket in buckets if bucket[1]),
        lines=tuple(_line(place, line, sale_id, facts) for place, line in enumerate(_in_order(products), start=1)),
    )


def _in_order(products: list[SoldLine]) -> list[SoldLine]:
    """Lines as the till had them, however the answer is ordered."""
    if any(line.productOrder is None for line in products):
        return products
    return sorted(products, key=lambda line: line.productOrder or 0)


def _line(place: int, line: SoldLine, sale_id: int | None, facts: LineFacts) -> CabinetLine:
    good_id = whole_or_none(line.goodId, "goodId")
    good = facts.goods.get(good_id) if good_id is not None else None
    if line.quantity is None or line.sum is None:
        raise UnreadableError(f"строка {place}: нет {'количества' if line.quantity is None else 'суммы'}")
    try:
        quantity = quantity_from_number(line.quantity)
    except NotQuantityError as error:
        raise UnreadableError(f"строка {place}: {line.quantity} не количество с тремя знаками") from error
    amount = money_from(line.sum, "sum")
    discount = money_or_zero(line.discount, "discount")
    markup = money_or_zero(line.allowance, "allowance")
    vat_rate = good.vat_rate if good is not None else None
    if vat_rate is None and sale_id is not None and facts.sold_vat:
        vat_rate = facts.sold_vat.get((sale_id, good_id))
    return CabinetLine(
        place,
        line.productName or "",
        quantity,
        amount,
        discount,
        markup,
        _list_price(good, quantity, amount, Kopecks(amount + discount - markup)) if good is not None else None,
        None if good_id is None else str(good_id),
        good.article if good is not None else None,
        good.barcodes[0] if good is not None and good.barcodes else None,
        good.unit if good is not None else None,
        vat_rate,
        good.kind if good is not None else "goods",
        line.markValue or None,
        good is not None and good.vat_rate is not None,
    )


def _list_price(good: CabinetItem, quantity: Thousandths, amount: Kopecks, before: Kopecks) -> Kopecks | None:
    """The good's list price where it explains the line within a kopeck in either reading of its sum, else None."""
    price = good.retail_price
    if price is None:
        return None
    value = quantity * price
    return price if abs(value - before * 1000) <= 1000 or abs(value - amount * 1000) <= 1000 else None


def _annulment(contents: Contents, _header: Header, _facts: LineFacts) -> Body:
    if contents.rollBack is None or not contents.rollBack.targetUid:
        raise UnreadableError("аннулирование без ссылки на продажу")
    return Body(money(contents.rollBack.totalSum, "totalSum"), target=contents.rollBack.targetUid)


def _deposit(contents: Contents, _header: Header, _facts: LineFacts) -> Body:
    if contents.deposit is None:
        raise UnreadableError("внесение без объекта deposit")
    return Body(money(contents.deposit.sum, "sum"))


def _withdrawal(contents: Contents, _header: Header, _facts: LineFacts) -> Body:
    if contents.withdraw is None:
        raise UnreadableError("изъятие без объекта withdraw")
    return Body(money(contents.withdraw.sum, "sum"))


def _z_report(contents: Contents, header: Header, _facts: LineFacts) -> Body:
    z = contents.zreport
    if z is None:
        raise UnreadableError("Z-отчёт без объекта zreport")
    if z.shiftNumber is not None and z.shiftNumber != header.shiftNumber:
        raise UnreadableError(f"смена: в Z-отчёте {z.shiftNumber}, в его заголовке {header.shiftNumber}")
    closed_at = z.endDate if z.endDate is not None else header.endDate
    figures = ZReportFigures(
        opened_at=instant_or_none(z.beginDate if z.beginDate is not None else header.beginDate, "beginDate"),
        closed_at=instant(closed_at if closed_at is not None else contents.docDate, "endDate"),
        first_number=whole_or_none(z.firstDocNumber, "firstDocNumber"),
        last_number=whole_or_none(z.lastDocNumber, "lastDocNumber"),
        sales_count=whole_or_none(z.salesCount, "salesCount"),
        sales_sum=money_or_none(z.salesSum, "salesSum"),
        sales_by_payment=_given(
            {
                PaymentKind.CASH: z.salesSumCash,
                PaymentKind.CASHLESS: z.salesSumNoCash,
                PaymentKind.OTHER: z.salesSumOther,
            }
        ),
        refunds_count=whole_or_none(z.moneyBacksCount, "moneyBacksCount"),
        refunds_sum=money_or_none(z.moneyBacksSum, "moneyBacksSum"),
        annulments_count=whole_or_none(z.rollBacksCount, "rollBacksCount"),
        annulments_sum=money_or_none(z.rollBacksSum, "rollBacksSum"),
        deposits_count=whole_or_none(z.depositsCount, "depositsCount"),
        deposits_sum=money_or_none(z.depositsSum, "depositsSum"),
        withdrawals_count=whole_or_none(z.withdrawsCount, "withdrawsCount"),
        withdrawals_sum=money_or_none(z.withdrawsSum, "withdrawsSum"),
    )
    return Body(ZERO, z_report=figures)


BODIES: dict[DocumentKind, Callable[[Contents, Header, LineFacts], Body]] = {
    DocumentKind.SALE: _sale,
    DocumentKind.REFUND: _refund,
    DocumentKind.ANNULMENT: _annulment,
    DocumentKind.DEPOSIT: _deposit,
    DocumentKind.WITHDRAWAL: _withdrawal,
    DocumentKind.Z_REPORT: _z_report,
}


def _given(buckets: dict[PaymentKind, Decimal | None]) -> dict[PaymentKind, Kopecks]:
    return {kind: money_from(value, "salesSum") for kind, value in buckets.items() if value is not None}


def _fits(what: str, found: Kopecks | None, payable: Kopecks) -> None:
    if found is not None and found != payable:
        raise UnreadableError(
            f"{what} {format_money(found)}, а сумма чека {format_money(payable)} (строки − скидка + наценка)"
        )


def _quietly(value: int | Decimal | None) -> datetime | None:
    try:
        return instant_or_none(value, "")
    except UnreadableError:
        return None
