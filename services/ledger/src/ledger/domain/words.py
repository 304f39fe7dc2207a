"""What the accountant reads of documents and of figures: in her words, with every place's sum."""

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
PAYMENT = "payment:"


def document_title(document: Document) -> str:
    """A document by its kind and payment kind."""
    title = DOCUMENTS[document.kind]
    return f"{title}, {payment_title(document.payment_kind)}" if document.payment_kind else title


def payment_title(kind: str) -> str:
    """A payment kind; its own name where it is a new one."""
    return PAYMENTS.get(kind, kind).lower()


def figure_title(name: str) -> str:
    """A figure of the comparison."""
    if name.startswith(PAYMENT):
        return f"Оплата, {payment_title(name.removeprefix(PAYMENT))}"
    own = {"net": "Итог смены", "revenue": "Выручка по отчёту"}
    return own.get(name) or FIGURES.get(name, name)


def told(name: str, figures: Mapping[str, str]) -> str:
    """A figure at every place that gives it: «в 1С X, в Z-отчёте Y»."""
    return f"{figure_title(name)}: " + ", ".join(f"{PLACES[one]} {figures[one]}" for one in PLACES if one in figures)
