"""The accountant's words for what the API says (words.md), in both languages, with a hint of what to do."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Term:
    """A word of the API as a person reads it; ``tone`` is how it looks: good, busy, warn, bad or plain."""

    ru: str
    en: str
    hint_ru: str = ""
    hint_en: str = ""
    tone: str = "plain"

    def word(self, language: str) -> str:
        """The word in a language."""
        return self.ru if language == "ru" else self.en

    def hint(self, language: str) -> str:
        """What to do about it."""
        return self.hint_ru if language == "ru" else self.hint_en


ROW_STATUSES = {
    "missing": Term("Нет соответствия", "Missing", "Будет создана новая", "A new one will be created", "bad"),
    "differs": Term("Есть отличия", "Differs", "Посмотрите поля", "Look at the fields", "warn"),
    "identical": Term("Совпадает", "Identical", "Ничего не нужно", "Nothing to do", "good"),
    "ambiguous": Term("Несколько совпадений", "Ambiguous", "Выберите вручную", "Choose by hand", "busy"),
    "invalid": Term("Не заполнено", "Incomplete item", "Исправьте в 1С", "Correct it in 1C", "bad"),
}
SHIFT_STATES = {
    "open": Term("Смена открыта", "Open", "Ждём Z-отчёт", "Waiting for the Z-report", "busy"),
    "incomplete": Term("Не все чеки", "Receipts missing", "Ждём данные кабинета", "Waiting for the cabinet", "warn"),
    "unreconciled": Term("Расходится с Z-отчётом", "Differs from the Z-report", "Смотрите разницу", "See where", "bad"),
    "unresolved": Term("Без номенклатуры", "Lines without item", "Заполните строки", "Fill the lines", "warn"),
    "date_to_choose": Term(
        "Выберите дату", "Choose the day", "Смена перешла через конец месяца", "It crossed a month's end", "warn"
    ),
    "ready": Term("Готова к загрузке", "Ready", "Нажмите «Загрузить»", "Press “Load”", "busy"),
    "published": Term("Передана в учёт", "Published", "Смотрите документы", "See the documents", "good"),
}
DOCUMENT_STATES = {
    "planned": Term("Ожидает отправки", "Planned", "Уйдёт сама", "Goes by itself", "busy"),
    "sending": Term("Отправляется", "Sending", "Подождите", "Wait", "busy"),
    "unknown": Term(
        "Ответа 1С нет", "No answer from 1C", "Проверяем, не вводите вручную", "Being looked up, enter nothing", "warn"
    ),
    "created": Term("Записан", "Created", "Ещё не проведён", "Not posted yet", "busy"),
    "posted": Term("Проведён", "Posted", "Готово", "Done", "good"),
    "conflict": Term("Изменён в 1С или уже введён", "Conflict", "Решите, чьё верно", "Decide whose is right", "bad"),
    "rejected": Term("Отклонён", "Rejected", "Прочтите причину", "Read the reason", "bad"),
    "cancelled": Term("Отменён", "Cancelled", "В учёте не участвует", "Takes no part", "plain"),
}
DOCUMENT_KINDS = {
    "retail-report": Term("Отчёт о розничных продажах", "Retail sales report"),
    "retail-refund": Term("Возврат", "Retail refund"),
    "card-payment": Term("Оплата платёжными картами", "Card payment"),
    "cash-receipt-order": Term("ПКО", "Cash receipt order"),
    "cash-expense-order": Term("РКО", "Cash expense order"),
}
RECEIPT_KINDS = {
    "sale": Term("Продажа", "Sale"),
    "refund": Term("Возврат", "Refund"),
    "annulment": Term("Аннулирование", "Annulment", "В выручку не входит", "No revenue"),
    "deposit": Term("Внесение", "Deposit", "Не выручка", "No revenue"),
    "withdrawal": Term("Изъятие", "Withdrawal", "Не выручка", "No revenue"),
    "correction": Term("Коррекция", "Correction", "Проверьте вручную", "Check by hand", "warn"),
    "z-report": Term("Z-отчёт", "Z-report"),
    "unknown": Term("Неизвестный документ", "Unknown document", "Проверьте вручную", "Check by hand", "warn"),
}
PAYMENT_KINDS = {
    "cash": Term("Наличные", "Cash"),
    "card": Term("Карта", "Card"),
    "oplati": Term("Оплати", "Oplati"),
    "erip": Term("ЕРИП", "ERIP"),
    "cashless": Term("Безналичные", "Cashless"),
    "certificate": Term("Сертификат", "Certificate"),
    "credit": Term("Рассрочка", "Credit"),
    "other": Term("Иное", "Other"),
}
RESOLUTIONS = {
    "binding": Term("Связь", "Binding"),
    "barcode": Term("Штрихкод", "Barcode"),
    "article": Term("Артикул", "Article"),
    "name": Term("Наименование", "Name"),
    "manual": Term("Вручную", "By hand"),
    "rule": Term("Правило", "Rule"),
    "default": Term("Подстановка", "Default item"),
    "none": Term("Пусто", "Empty", "", "", "warn"),
}
DAY_STATES = {
    "final": Term("День закрыт", "Final", "", "", "good"),
    "waiting": Term("Ждём", "Waiting", "", "", "busy"),
    "held": Term("Задержан", "Held", "", "", "bad"),
    "without-sales": Term("Без продаж", "Without sales", "", "", "good"),
    "day-off": Term("Выходной", "Day off"),
    "closed": Term("Выходной", "Day off"),
    "without-register": Term("Касса в ремонте", "Register under repair"),
}
FIELDS = {
    "name": Term("Наименование", "Name"),
    "unit": Term("Единица", "Unit"),
    "group": Term("Группа", "Group"),
    "barcode": Term("Штрихкод", "Barcode"),
    "article": Term("Артикул", "Article"),
    "vat_rate": Term("Ставка НДС (розница)", "Retail VAT rate"),
    "purchase_price": Term("Цена закупки", "Purchase price"),
    "retail_price": Term("Розничная цена", "Retail price"),
    "active": Term("В продаже", "In use"),
}
SELECTIONS = {
    "all": Term("По справочнику", "Whole catalogue"),
    "group": Term("По группе", "One group"),
    "synced": Term("Синхронизированные", "Synchronised"),
    "goods-receipts": Term("По документам поступления", "By goods receipts"),
}
OUTCOMES = {
    "planned": Term("Ожидает", "Waiting", "", "", "busy"),
    "sent": Term("Отправлено, ответ проверяется", "Sent, being looked up", "", "", "busy"),
    "created": Term("Создан", "Created", "", "", "good"),
    "updated": Term("Изменён", "Updated", "", "", "good"),
    "bound": Term("Связан", "Bound", "", "", "good"),
    "failed": Term("Не записан", "Failed", "Прочтите причину", "Read the reason", "bad"),
    "outdated": Term("Данные изменились", "Outdated", "Нажмите «Заполнить»", "Compute the diff again", "warn"),
    "handed-over": Term("В файле", "In the file", "Загрузите файл в кабинете", "Upload it in the cabinet", "busy"),
    "offered": Term("Ждёт 1С", "Offered to 1C", "1С заберёт из ленты", "1C fetches it from the feed", "busy"),
    "restored": Term("Возвращено", "Restored", "", "", "good"),
    "partly-restored": Term(
        "Возвращено частично", "Partly restored", "Изменённое позже оставлено", "What changed later stays", "warn"
    ),
    "archived": Term("Убран в архив", "Archived", "", "", "good"),
    "kept": Term("Оставлено", "Kept", "Всё изменено позже", "All of it changed later", "warn"),
    "unchanged": Term("Уже как прежде", "As before already"),
}
VOCABULARY: Mapping[str, Mapping[str, Term]] = {
    "row": ROW_STATUSES,
    "shift": SHIFT_STATES,
    "document": DOCUMENT_STATES,
    "kind": DOCUMENT_KINDS,
    "receipt": RECEIPT_KINDS,
    "payment": PAYMENT_KINDS,
    "resolution": RESOLUTIONS,
    "day": DAY_STATES,
    "field": FIELDS,
    "selection": SELECTIONS,
    "outcome": OUTCOMES,
}


def words_of(area: str, word: str | None) -> Term:
    """The term for a word of the API; a word nobody has translated yet is shown as it is."""
    text = word or "–"
    return VOCABULARY[area].get(text, Term(text, text))
