"""The accountant's words for figures, places and decisions of the ledger, in both languages."""

import re
from collections.abc import Mapping

from smena.console.state_words import OPERATIONS, PROVENANCE
from smena.console.vocabulary import PAYMENT_KINDS, VOCABULARY, Term
from smena.kinds.figures import FIGURES

PLACES = {
    "z_report": Term("Z-отчёт", "Z-report"),
    "receipts": Term("Чеки", "Receipts"),
    "published": Term("Передано в учёт", "Published"),
    "erp": Term("1С", "1C"),
}
NOT_GIVEN = "not-given"
OF_PAYMENT = {
    "payment:": Term("Оплата", "Payment"),
    "refunds_": Term("Возвраты", "Refunds"),
    "annulments_": Term("Аннулирования", "Annulments"),
    "net_": Term("Итог", "Net"),
    "corrected_": Term("Исправлено, оплата", "Corrected payment"),
}
OWN_FIGURES = {
    "net": Term("Итог смены", "Net of the shift"),
    "net_sum": Term("Итог смены", "Net of the shift"),
    "revenue": Term("Выручка по отчёту", "Revenue of the report"),
}
RATE = re.compile(r"(?P<what>amount_vat|vat)_(?P<rate>.+)")
RATE_WORDS = {
    "amount_vat": Term("Сумма по ставке НДС", "Sum at the VAT rate"),
    "vat": Term("НДС по ставке", "VAT at the rate"),
}
WITHOUT_VAT = Term("без НДС", "without VAT")
DOCUMENT_FIELDS = {
    "date": Term("Дата", "Date"),
    "operation": Term("Вид операции", "Operation"),
    "amount": Term("Сумма", "Amount"),
    "organization": Term("Организация", "Organisation"),
    "outlet": Term("Склад", "Warehouse"),
    "cash_desk": Term("Касса", "Cash desk"),
    "cash_flow_item": Term("Статья движения денег", "Cash flow item"),
    "payment_type": Term("Вид оплаты", "Payment type"),
    "acquirer": Term("Эквайрер", "Acquirer"),
    "contract": Term("Договор", "Contract"),
    "basis": Term("Основание", "Basis"),
    "comment": Term("Комментарий", "Comment"),
    "vat_included": Term("НДС в сумме", "VAT included"),
    "goods": Term("Число строк товаров", "Number of goods lines"),
    "refunds": Term("Число строк возвратов", "Number of refund lines"),
    "item": Term("Номенклатура", "Item"),
    "unit": Term("Единица", "Unit"),
    "quantity": Term("Количество", "Quantity"),
    "price": Term("Цена", "Price"),
    "vat_rate": Term("Ставка НДС", "VAT rate"),
    "vat_amount": Term("Сумма НДС", "VAT amount"),
}
SECTIONS = {"goods": Term("Строка", "Line"), "refunds": Term("Строка возвратов", "Refund line")}
ROW_FIELD = re.compile(r"(?P<item>.+), (?P<rate>[^,]+): (?P<field>quantity|amount|vat_amount)", re.DOTALL)
"""A row of the comparison: item, VAT rate and figure, as ledger.domain.comparison names them."""
NAMELESS = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
UNNAMED_ITEM = Term("Номенклатура, которой у нас нет", "An item we do not have")
LINE_FIELD = re.compile(r"(?P<section>goods|refunds)\[(?P<line>\d+)\]\.(?P<field>\w+)")
COMPONENTS = {
    **PAYMENT_KINDS,
    "certificates-sold": Term("Продано сертификатов", "Certificates sold"),
    "advances-sold": Term("Получено авансов", "Advances received"),
    "certificates-redeemed": Term("Погашено сертификатами", "Redeemed by certificates"),
}
STANDINGS = {
    "matched": Term("Совпадает", "The same", tone="good"),
    "differs": Term("Есть отличия", "Differs", "Смотрите поля", "Look at the fields", "bad"),
    "only-ours": Term("Только у нас", "Only ours", "В 1С её ещё не вводили", "Not entered in 1C by hand", "warn"),
    "only-theirs": Term("Только в 1С", "Only in 1C", "Введён вручную, у нас нет", "By hand, not with us", "warn"),
}
ROLLBACK_STEPS = {
    "unpost-and-mark": Term("Снять проведение и пометить на удаление", "Unpost and mark for deletion"),
    "mark": Term("Пометить на удаление", "Mark for deletion"),
    "cancel": Term("Отменить: в 1С его нет", "Cancel: it is not in 1C"),
    "conflict": Term("Не трогаем: изменён в 1С", "Left alone: changed in 1C", tone="bad"),
    "closed-period": Term("Не трогаем: период закрыт", "Left alone: the period is closed", tone="warn"),
    "not-clear-yet": Term("Не трогаем: ответа 1С ещё нет", "Left alone: no answer from 1C yet", tone="warn"),
    "cancelled": Term("Отменён", "Cancelled", tone="good"),
    "waiting": Term("Ждёт: повторите позже", "Waits: ask again later", tone="warn"),
    "refused": Term("1С отказала", "1C refused", tone="bad"),
}
RUN_STATES = {
    "queued": Term("В очереди", "Queued", tone="busy"),
    "running": Term("Выполняется", "Running", tone="busy"),
    "succeeded": Term("Выполнено", "Done", tone="good"),
    "failed": Term("Не выполнено", "Failed", tone="bad"),
    "cancelled": Term("Прервано", "Stopped", tone="warn"),
}
LETTER_STATES = {
    "open": Term("Ждёт решения", "Waits for a decision", tone="bad"),
    "done": Term("Принято", "Taken", tone="good"),
    "discarded": Term("Отложено", "Laid aside"),
}
DELIVERIES = {
    "pending": Term("Отправляется", "Pending", tone="busy"),
    "delivered": Term("Доставлено", "Delivered", tone="good"),
    "dead": Term("Не доставлено", "Not delivered", "Отправьте снова", "Send it again", "bad"),
    "dropped": Term("Подписка удалена", "Subscription deleted"),
}
HEALTH = {
    "ok": Term("Отвечает", "Answers", tone="good"),
    "failing": Term("Не отвечает", "Fails", tone="bad"),
    "never-read": Term("Ещё не читали", "Never read", tone="plain"),
}
REPORTING = {
    "reporting": Term("Передаёт данные", "Reports", tone="good"),
    "silent": Term("Молчит", "Silent", "Проверьте кассу и связь", "Check the register and its line", "bad"),
    "never": Term("Документов ещё не было", "No document yet", tone="warn"),
    "not-watched": Term("Не отслеживается", "Not watched"),
}
PAYMENT_SYSTEMS = frozenset({"erip", "oplati"})
LEDGER: Mapping[str, Mapping[str, Term]] = {
    "standing": STANDINGS,
    "step": ROLLBACK_STEPS,
    "run": RUN_STATES,
    "letter": LETTER_STATES,
    "delivery": DELIVERIES,
    "health": HEALTH,
    "reporting": REPORTING,
    "place": PLACES,
    "component": COMPONENTS,
    "provenance": PROVENANCE,
    "operation": OPERATIONS,
}


def rate_word(rate: str, language: str) -> str:
    """A VAT rate; «без НДС» for none."""
    if rate == "none":
        return WITHOUT_VAT.word(language)
    return f"{rate}\u00a0%" if rate.isdigit() else rate


def figure_word(name: str, language: str) -> str:
    """A figure of a reconciliation; one that nobody has named yet is shown as it is."""
    if name in OWN_FIGURES:
        return OWN_FIGURES[name].word(language)
    if found := RATE.fullmatch(name):
        return f"{RATE_WORDS[found['what']].word(language)} {rate_word(found['rate'], language)}"
    if name in FIGURES:
        return FIGURES[name] if language == "ru" else name.replace("_", " ").capitalize()
    for beginning, term in OF_PAYMENT.items():
        kind = name.removeprefix(beginning)
        if kind != name:
            return f"{term.word(language)}: {payment_inside(kind, language)}"
    return name


def payment_inside(kind: str, language: str) -> str:
    """A payment kind inside a sentence: names of payment systems keep their capitals."""
    word = PAYMENT_KINDS.get(kind, Term(kind, kind)).word(language)
    return word if kind in PAYMENT_SYSTEMS else word.lower()


def field_word(name: str, language: str) -> str:
    """A field of a document: ``goods[2].amount`` is the sum of its second line."""
    if found := LINE_FIELD.fullmatch(name):
        field = DOCUMENT_FIELDS.get(found["field"])
        of_line = field.word(language).lower() if field else found["field"]
        return f"{SECTIONS[found['section']].word(language)} {found['line']}: {of_line}"
    if found := ROW_FIELD.fullmatch(name):
        item = UNNAMED_ITEM.word(language) if NAMELESS.fullmatch(found["item"]) else found["item"]
        of_row = DOCUMENT_FIELDS[found["field"]].word(language)
        return f"{item}, {rate_word(found['rate'], language)}: {of_row[:1].lower()}{of_row[1:]}"
    term = DOCUMENT_FIELDS.get(name)
    return term.word(language) if term else name


def term_of(area: str, word: str | None) -> Term:
    """A term of the ledger's own areas, else of the console's vocabulary; an unknown word is shown as it is."""
    text = word or "–"
    return (LEDGER.get(area) or VOCABULARY[area]).get(text, Term(text, text))
