"""The accountant's words of «Состояние» and the journal: how sure a call is, what a cabinet notes, what was decided."""

import re
from collections.abc import Mapping

from smena.console.vocabulary import Term
from smena.console.words import day

PROVENANCE = {
    "official": Term("По документации", "Documented", "Так описал изготовитель", "As its maker documents it", "good"),
    "observed": Term(
        "Проверено другими", "Observed", "Так работают открытые программы", "As public programs do it", "busy"
    ),
    "assumed": Term(
        "Предположение", "Assumed", "Сначала проверьте на одной кассе", "Try it on one register first", "warn"
    ),
}
OPERATIONS = {
    "list_registers": Term("Список касс", "List of registers"),
    "list_items": Term("Чтение товаров", "Reading items"),
    "save_items": Term("Запись товаров", "Writing items"),
    "read_documents": Term("Чтение чеков и Z-отчётов", "Reading receipts and Z-reports"),
}
KEY_END = re.compile(r"the API key (?P<verb>expires|expired) on (?P<day>\d{4}-\d{2}-\d{2}): .*")
"""What an adapter notes of its key's end (smena.cabinets.webkassa.token)."""
DECISIONS: Mapping[str, Term] = {
    "rule.forget": Term("Правило забыто", "Rule forgotten"),
    "dead-letter.discard": Term("Событие отложено", "Event laid aside"),
    "dead-letter.retry": Term("Разбор события повторён", "Event taken again"),
    "document.cancel": Term("Документ отменён", "Document cancelled"),
    "document.resend": Term("Документ отправлен снова", "Document sent again"),
    "document.rollback": Term("Документ отменён с периодом", "Document cancelled with its period"),
    "document.restate": Term("Документ исправлен в 1С", "Document restated in 1C"),
    "document.keep-theirs": Term("Оставлено как в 1С", "Kept as in 1C"),
    "document.restore-ours": Term("Восстановлен наш", "Ours restored"),
    "document.link": Term("Связан с документом 1С", "Linked with one of 1C"),
    "document.create-anyway": Term("Создан рядом с похожим", "Created beside one alike"),
    "document.adjust": Term("Проведён открытым днём", "Posted into an open day"),
    "replay.start": Term("Период пересчитан", "Period replayed"),
    "rollback.start": Term("Отмена периода начата", "Rollback started"),
    "webhook.create": Term("Подписка создана", "Webhook created"),
    "webhook.delete": Term("Подписка удалена", "Webhook deleted"),
    "webhook.resend": Term("Оповещение отправлено снова", "Delivery sent again"),
    "webhook.rotate": Term("Секрет подписки заменён", "Webhook secret replaced"),
}
ERP_OPERATIONS = {
    "ОтчетНТТОПродажах": "Отчёт НТТ о продажах",
    "ОтчетККМОПродажах": "Отчёт ККМ о продажах",
    "РозничнаяВыручка": "Розничная выручка",
    "ОплатаПокупателя": "Оплата покупателя",
    "ВозвратПокупателю": "Возврат покупателю",
}
"""1C's own names of operations as its windows show them."""


def decision_word(what: str, language: str) -> str:
    """What was decided; nothing for a decision that has no word yet: its name stands beside it."""
    term = DECISIONS.get(what)
    return term.word(language) if term else ""


def note_word(note: str, language: str) -> str:
    """A cabinet's note; one that has no translation is shown as it is."""
    found = KEY_END.fullmatch(note)
    if found is None or language != "ru":
        return note
    verb = "действует до" if found["verb"] == "expires" else "закончился"
    return f"Ключ кабинета {verb} {day(found['day'], language)}. Выпустите новый в кабинете."


def operation_word(operation: str, language: str) -> str:
    """A kind of operation of 1C; in English its own name stays, as it is nowhere translated."""
    return ERP_OPERATIONS.get(operation, operation) if language == "ru" else operation
