"""Whether a register's catalogue may be synchronised, and why not."""

from dataclasses import dataclass

WHOLESALE = "wholesale"
KIND_WORDS = {
    "wholesale": "оптовый склад",
    "retail": "розничный магазин",
    "manual-outlet": "неавтоматизированная торговая точка",
}


@dataclass(frozen=True, slots=True)
class SyncRefusal:
    """Why the window refuses; ``code`` is stable."""

    code: str
    message: str


def sync_refusal(configured: str | None, in_erp: str | None, *, asked: bool, name: str = "") -> SyncRefusal | None:
    """None when the catalogue may be synchronised.

    ``configured`` is the warehouse kind of the configuration, None when the register names no warehouse;
    ``asked`` says whether the ERP was asked and answered, ``in_erp`` what it said (None: it knows no such
    warehouse).
    """
    if configured is None:
        return SyncRefusal("warehouse-missing", "У кассы не указан склад: впишите его в настройки")
    if asked and in_erp is None:
        return SyncRefusal("warehouse-unknown", f"В 1С нет склада «{name}» с этой ссылкой: проверьте настройки")
    if asked and in_erp != configured:
        return SyncRefusal(
            "warehouse-kind-mismatch",
            f"Вид склада «{name}»: в настройках «{_word(configured)}», в 1С «{_word(in_erp)}»",
        )
    if configured != WHOLESALE:
        return SyncRefusal(
            "warehouse-not-wholesale",
            f"Склад «{name}» вида «{_word(configured)}»: синхронизация товаров возможна только с оптовым складом",
        )
    return None


def _word(kind: str | None) -> str:
    return KIND_WORDS.get(kind or "", kind or "не указан")
