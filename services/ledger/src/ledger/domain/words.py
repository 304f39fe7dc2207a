"""What the accountant reads of documents and of figures: in her words, with every place's sum."""

import re
from collections.abc import Mapping

from ledger.domain.documents import Document
from smena.erp.documents import ErpDocumentKind
from smena.kinds.figures import FIGURES, PAYMENTS

DOCUMENTS = {
    ErpDocumentKind.RETAIL_REPORT: "Отчёт о розничных продажах",
    ErpDocumentKind.RETAIL_REFUND: "Возврат",
    ErpDocumentKind.CARD_PAYMENT: "Оплата платёжными картами",
    ErpDocumentKind.CASH_RECEIPT_ORDER: "ПКО",
    ErpDocumentKind.CASH_EXPENSE_ORDER: "РКО",
}
PLACES = {
    "erp": "в 1С",
    "z_report": "в Z-отчёте",
    "receipts": "в чеках",
    "published": "в переданной версии",
}
POSTINGS_NOT_READ = "Проводки не проверены: 1С их не показала. Что опубликовать для OData, скажет smena onec probe"
PAYMENT = "payment:"
OF_PAYMENT = {PAYMENT: "Оплата", "refunds_": "Возвраты", "annulments_": "Аннулирования"}
RATE_FIGURE = re.compile(r"(?P<what>amount_vat|vat)_(?P<rate>.+)")
RATE_TITLES = {"amount_vat": "Сумма по ставке НДС ", "vat": "НДС по ставке "}
FIELDS = {
    "date": "дата",
    "operation": "вид операции",
    "amount": "сумма",
    "organization": "организация",
    "outlet": "склад",
    "cash_desk": "касса",
    "cash_flow_item": "статья движения денег",
    "payment_type": "вид оплаты",
    "acquirer": "эквайрер",
    "contract": "договор",
    "basis": "основание",
    "comment": "комментарий",
    "vat_included": "НДС в сумме",
    "goods": "число строк товаров",
    "refunds": "число строк возвратов",
    "item": "номенклатура",
    "unit": "единица",
    "quantity": "количество",
    "price": "цена",
    "vat_rate": "ставка НДС",
    "vat_amount": "сумма НДС",
}
SECTIONS = {"goods": "строка", "refunds": "строка возвратов"}
LINE_FIELD = re.compile(r"(?P<section>goods|refunds)\[(?P<line>\d+)\]\.(?P<field>\w+)")


def unexpected_postings(count: int) -> str:
    """That a document which is to have no postings has some."""
    return f"Есть проводки ({count}), хотя документ не должен их делать: проверьте вид операции, сумма может задвоиться"


def accepted_words(reason: str) -> str:
    """That a person accepted a difference, and why."""
    return f"расхождение принято: «{reason}»"


def document_title(document: Document) -> str:
    """A document by its kind and payment kind."""
    title = DOCUMENTS[document.kind]
    return f"{title}, {payment_title(document.payment_kind)}" if document.payment_kind else title


def payment_title(kind: str) -> str:
    """A payment kind; its own name where it is a new one."""
    title = PAYMENTS.get(kind, kind)
    return title if title.isupper() else title.lower()


def field_title(name: str) -> str:
    """A field of a document; ``goods[2].amount`` is the sum of its second line."""
    if found := LINE_FIELD.fullmatch(name):
        return f"{SECTIONS[found['section']]} {found['line']}, {FIELDS.get(found['field'], found['field'])}"
    return FIELDS.get(name, name)


def figure_title(name: str) -> str:
    """A figure of the comparison."""
    if found := RATE_FIGURE.fullmatch(name):
        return f"{RATE_TITLES[found['what']]}{rate_title(found['rate'])}"
    for beginning, title in OF_PAYMENT.items():
        kind = name.removeprefix(beginning)
        if kind != name and name not in FIGURES:
            return f"{title}, {payment_title(kind)}"
    own = {"net": "Итог смены", "revenue": "Выручка по отчёту"}
    return own.get(name) or FIGURES.get(name, name)


def rate_title(rate: str) -> str:
    """A VAT rate; «без НДС» for none."""
    return "без НДС" if rate == "none" else f"{rate} %" if rate.isdigit() else rate


def told(name: str, figures: Mapping[str, str]) -> str:
    """A figure at every place that gives it: «в 1С X, в Z-отчёте Y»."""
    return f"{figure_title(name)}: " + ", ".join(f"{PLACES[one]} {figures[one]}" for one in PLACES if one in figures)
