"""Why a use case says no, in words for the person who asked; the API makes problem answers of them."""

from typing import Any


class RefusedError(Exception):
    """The request makes sense and is refused; ``name`` is stable, ``facts`` stand beside it in the answer."""

    def __init__(self, name: str, ru: str, en: str, **facts: Any) -> None:
        super().__init__(f"{name}: {en}")
        self.name = name
        self.ru = ru
        self.en = en
        self.facts = facts


def sync_not_allowed(code: str, reason: str) -> RefusedError:
    """The register's warehouse forbids catalogue sync."""
    return RefusedError(
        "sync-not-allowed", f"{reason}.", f"The register's catalogue cannot be synchronised ({code}).", reason=code
    )


def retail_source_not_allowed() -> RefusedError:
    """Retail prices from goods receipts in quantity-and-sum accounting."""
    return RefusedError(
        "price-source-not-allowed",
        "При количественно-суммовом учёте розничная цена не берётся из документов поступления: укажите тип цен.",
        "In quantity-and-sum accounting the retail price is not taken from goods receipts: name a price type.",
        field="prices.retail.source",
        source="goods-receipts",
    )


def price_type_missing(which: str) -> RefusedError:
    """Neither the request nor the register names a price type."""
    return RefusedError(
        "price-type-missing",
        f"Не указан тип цен: добавьте prices.{which}.price_type в запрос или price_types.{which} кассе.",
        f"No price type: add prices.{which}.price_type to the request, or price_types.{which} to the register.",
        field=f"prices.{which}.price_type",
    )


def selection_not_offered(kind: str) -> RefusedError:
    """A selection that has no meaning in this direction."""
    return RefusedError(
        "selection-not-offered",
        f"Выбор «{kind}» есть только при выгрузке в кабинет.",
        f"The selection {kind} exists only for export.",
        selection=kind,
    )


def unknown_receipts(documents: list[str]) -> RefusedError:
    """Goods receipts that are not known."""
    return RefusedError(
        "unknown-goods-receipts",
        "Таких документов поступления нет: обновите данные из 1С или проверьте ссылки.",
        "No such goods receipts: pull from the ERP, or check the references.",
        documents=documents,
    )


def diff_not_ready(state: str) -> RefusedError:
    """The diff has no rows yet, or never will."""
    return RefusedError(
        "diff-not-ready",
        "Сравнение ещё не готово или не удалось: дождитесь состояния ready или заполните заново.",
        "The diff is not ready: wait for the state ready, or compute another.",
        state=state,
    )


def diff_outdated(rows: list[str]) -> RefusedError:
    """Either side of a touched row moved."""
    return RefusedError(
        "diff-outdated",
        "Данные изменились после сравнения, ничего не записано: нажмите «Заполнить» ещё раз.",
        "Either side has moved since the diff was computed; nothing was written. Compute it again.",
        rows=rows,
    )


def after_shift_not_offered() -> RefusedError:
    """An import writes no prices into a cabinet: there is no shift to wait for."""
    return RefusedError(
        "after-shift-not-offered",
        "Ждать закрытия смены можно только при выгрузке в кабинет: укажите when = now.",
        "Only an export can wait for the shift's end: send when = now.",
    )


def run_not_ended(state: str) -> RefusedError:
    """A run that is still at work can't be undone."""
    return RefusedError(
        "run-not-ended",
        "Запись ещё идёт: дождитесь её конца и повторите.",
        "The run has not ended: wait for its end and ask again.",
        state=state,
    )


def run_not_undoable(kind: str) -> RefusedError:
    """Only a run that wrote by itself, to a cabinet or into 1C, can be undone."""
    return RefusedError(
        "run-not-undoable",
        "Вернуть можно только записанное прямо в кабинет или в 1С: файл, ленту и само возвращение так не отменяют.",
        "Only what was written straight to a cabinet or into 1C can be undone; a file, the feed and an undo cannot.",
        kind=kind,
    )


def rows_not_applicable(rows: list[str]) -> RefusedError:
    """Rows that are never written, or that do not exist."""
    return RefusedError(
        "rows-not-applicable",
        "Эти строки не записываются (нет такой строки, уже совпадает, не заполнена или несколько совпадений).",
        "These rows are never written (unknown, identical and bound, invalid or ambiguous).",
        rows=rows,
    )


def matches_refused(rows: list[dict[str, str | None]]) -> RefusedError:
    """Decisions that can't be taken; each is named with its code and, where it is bound, to what."""
    return RefusedError(
        "matches-refused",
        "Ничего не сопоставлено. Исправьте названные строки: неизвестная строка или товар, повтор, товар уже связан "
        "с другим (сначала снимите ту связь) или строка сейчас записывается.",
        "Nothing was matched. Mend the named rows: unknown row or item, a repeat, an item bound to another one (take "
        "that match back first), or a row being applied.",
        rows=rows,
    )


def bindings_busy() -> RefusedError:
    """Others changed bindings all the while."""
    return RefusedError(
        "bindings-busy",
        "Связи этого кабинета сейчас меняет другая запись: повторите чуть позже.",
        "The cabinet's bindings are being changed by another write: try again in a moment.",
    )


def erp_not_connected(organization: str) -> RefusedError:
    """There is no ERP to read from."""
    return RefusedError(
        "erp-not-connected",
        "У этой организации 1С не подключена по OData: данные присылает сама учётная система.",
        "This organisation has no ERP to read from: its ERP pushes the catalogue.",
        organization=organization,
    )
