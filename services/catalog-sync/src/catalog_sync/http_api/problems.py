"""The service's problem answers, and how refusals and failures outside become them."""

from catalog_sync.use_cases.pull_erp import EmptyCatalogueError
from catalog_sync.use_cases.refusals import RefusedError
from smena.cabinets.port import CabinetError, CabinetRefusedError
from smena.erp.errors import ErpAccessError, ErpError, ErpRefusedError, ErpSetupError
from smena.http.problems import Problem, ProblemKind, Words, declare

RETRY_AFTER_SECONDS = 30

KINDS: dict[str, ProblemKind] = {
    kind.name: kind
    for kind in (
        declare("sync-not-allowed", 409, ru="Синхронизация товаров невозможна", en="Catalogue sync is not allowed"),
        declare("price-source-not-allowed", 422, ru="Источник цены недоступен", en="Price source not allowed"),
        declare("price-type-missing", 422, ru="Не указан тип цен", en="No price type"),
        declare("selection-not-offered", 422, ru="Такого выбора здесь нет", en="Selection not offered"),
        declare("unknown-goods-receipts", 422, ru="Нет таких поступлений", en="Unknown goods receipts"),
        declare("diff-not-ready", 409, ru="Сравнение не готово", en="The diff is not ready"),
        declare("diff-outdated", 409, ru="Данные изменились", en="The diff is outdated"),
        declare("after-shift-not-offered", 422, ru="Ожидание смены не предлагается", en="After-shift is not offered"),
        declare("rows-not-applicable", 422, ru="Эти строки не записываются", en="Rows not applicable"),
        declare("run-not-ended", 409, ru="Запись ещё идёт", en="The run has not ended"),
        declare("run-not-undoable", 422, ru="Это не возвращают", en="The run cannot be undone"),
        declare("matches-refused", 409, ru="Не сопоставлено", en="Not matched"),
        declare("bindings-busy", 409, ru="Связи заняты", en="The bindings are busy"),
        declare("file-route-not-offered", 422, ru="Файлом не выгружается", en="No file for this cabinet"),
        declare("file-too-many-rows", 422, ru="Слишком много строк для файла", en="Too many rows for a file"),
        declare("file-not-made", 409, ru="Файла нет", en="There is no file"),
        declare("erp-not-connected", 409, ru="1С не подключена", en="No ERP to read from"),
    )
}
CABINET_UNAVAILABLE = declare("cabinet-unavailable", 503, ru="Кабинет не отвечает", en="The cabinet gives no answer")
CABINET_REFUSED = declare("cabinet-refused", 502, ru="Кабинет отказал", en="The cabinet refused")
ERP_UNAVAILABLE = declare("erp-unavailable", 503, ru="1С не отвечает", en="The ERP gives no answer")
ERP_REFUSED = declare("erp-refused", 502, ru="1С отказала", en="The ERP refused")
ORGANIZATION_NEEDED = declare("organization-needed", 422, ru="Укажите организацию", en="Name the organisation")


def problem_of(refused: RefusedError) -> Problem:
    """The answer for a refusal."""
    return KINDS[refused.name](Words(refused.ru, refused.en), **refused.facts)


def explain(error: Exception) -> Problem | None:
    """The problem behind a failure of the outside world; None where it is our own mistake."""
    retry = {"Retry-After": str(RETRY_AFTER_SECONDS)}
    if isinstance(error, RefusedError):
        return problem_of(error)
    if isinstance(error, CabinetRefusedError):
        return CABINET_REFUSED(
            Words(f"Ответ кабинета: {error}. Проверьте ключ и настройки.", f"The cabinet said: {error}. Check its key.")
        )
    if isinstance(error, CabinetError):
        words = Words(f"Кабинет не ответил: {error}. Повторите позже.", f"No answer: {error}. Try again later.")
        return CABINET_UNAVAILABLE(words, headers=retry)
    if isinstance(error, ErpRefusedError | ErpSetupError):
        return ERP_REFUSED(Words(f"Ответ 1С: {error}.", f"The ERP said: {error}."))
    if isinstance(error, EmptyCatalogueError):
        return ERP_REFUSED(
            Words(
                "1С ответила пустым справочником; ничего не архивировано. Проверьте права пользователя обмена.",
                "The ERP answered with an empty catalogue; nothing was archived. Check the exchange user's rights.",
            )
        )
    if isinstance(error, ErpError):
        words = Words(f"1С не ответила: {error}. Повторите позже.", f"No answer: {error}. Try again later.")
        return ERP_UNAVAILABLE(words, headers=retry)
    return None


def final(error: Exception) -> Exception:
    """The problem that ends a run at once where a person must act first; else the error itself."""
    if isinstance(error, CabinetRefusedError | ErpAccessError | ErpSetupError | EmptyCatalogueError | RefusedError):
        return explain(error) or error
    return error
