"""Документы: what was made of the shifts, where each document stands in 1C, and the ways out of each state."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from starlette.responses import Response

from smena.console.api import ApiProblemError
from smena.console.ledger_words import field_word, payment_inside, rate_word, term_of
from smena.console.page import Page
from smena.console.pages.asking import UNAUTHORIZED, Part, following, part, registers, words_of_problem
from smena.console.state_words import operation_word
from smena.console.vocabulary import DOCUMENT_KINDS, DOCUMENT_STATES
from smena.console.words import say

DOCUMENTS_ON_A_PAGE = 100
LINES_ON_A_PAGE = 300
HISTORY_MAX = 500
WRITE = "ledger:write"
FILTERS = ("kind", "register", "from", "to", "state")
REPORTS = frozenset({"retail-report", "retail-refund"})


@dataclass(frozen=True, slots=True)
class Way:
    """A way out of a state: what it is called, what it does in one sentence, and what it asks for."""

    name: str
    title: str
    explanation: str
    asks: str = ""
    danger: bool = False


SEND_AGAIN = Way(
    "resend",
    say("Отправить снова"),
    say("Сначала ищем документ в 1С: если он там есть, берём его; если нет, считаем заново и отправляем."),
)
LOOK_NOW = Way(
    "resend", say("Проверить сейчас"), say("Спросить 1С об этом документе сразу, второй раз он не появится.")
)
SEND_NOW = Way(
    "resend",
    say("Отправить сейчас"),
    say("Не ждать: найти в 1С, и если его там нет, записать датой его дня, даже если вы этот день закрыли."),
)
COMPARE_NOW = Way(
    "resend", say("Сверить с 1С"), say("Прочитать документ в 1С и сравнить каждое поле, ничего не меняя.")
)
CANCEL = Way(
    "cancel",
    say("Отменить документ"),
    say("Проведение в 1С снимется, документ пометится на удаление и больше не будет участвовать в учёте."),
    danger=True,
)
KEEP_THEIRS = Way(
    "keep-theirs",
    say("Оставить как в 1С"),
    say("Верно то, что сейчас в 1С: принимаем его как есть, смена идёт дальше, разницу с чеками покажет сверка."),
)
RESTORE_OURS = Way(
    "restore-ours",
    say("Восстановить наш"),
    say("Верны чеки: в 1С снова будет записано то, что мы отправили; пропавший документ создаётся ещё раз."),
)
LINK = Way(
    "link",
    say("Это он и есть"),
    say(
        "Похожий документ в 1С и есть этот: второй не создаём, отличия покажем. Если похожих несколько, укажите ссылку."
    ),
    asks="ref",
)
CREATE_ANYWAY = Way(
    "create-anyway",
    say("Всё равно создать"),
    say("Похожий документ в 1С о другом: создаём наш рядом с ним."),
)
ADJUST = Way(
    "adjust",
    say("Провести открытым днём"),
    say("Войдёт в учёт датой, которую вы укажете, и с ним те документы этой версии смены, что ещё не отправлены."),
    asks="date",
)
WAYS_BY_STATE: Mapping[str, tuple[Way, ...]] = {
    "planned": (SEND_NOW, CANCEL),
    "sending": (LOOK_NOW,),
    "unknown": (LOOK_NOW,),
    "created": (COMPARE_NOW, CANCEL),
    "posted": (COMPARE_NOW, CANCEL),
    "conflict": (CANCEL,),
    "rejected": (SEND_AGAIN, CANCEL),
    "cancelled": (SEND_AGAIN,),
}
DECISIONS = (KEEP_THEIRS, RESTORE_OURS, LINK, CREATE_ANYWAY, ADJUST)
"""What the document itself says it is open to: offered is exactly what will be accepted."""
EVERY_WAY = {way.name: way for ways in (*WAYS_BY_STATE.values(), DECISIONS) for way in ways}
EXPLAINED = {
    "planned": say("Ещё не отправлен. Уйдёт сам в свою очередь."),
    "waiting": say("Ещё не отправлен: ждёт."),
    "sending": say("Отправляется в 1С прямо сейчас."),
    "unknown": say("1С не ответила, записан ли документ. Мы ищем его сами: не вводите его вручную, появится второй."),
    "created": say("Записан в 1С, но не проведён."),
    "posted": say("Проведён в 1С."),
    "conflict": say("В 1С стоит не то, что мы отправили, или такой документ там уже есть. Решите, чьё верно."),
    "rejected": say("1С не приняла документ. Исправьте причину и отправьте снова."),
    "cancelled": say("Отменён и в учёте не участвует."),
}


def ways_of(document: Mapping[str, Any]) -> tuple[Way, ...]:
    """The ways out that the document's state allows, the decisions it is open to before the cancelling."""
    ways = WAYS_BY_STATE.get(document["state"], ())
    open_now = tuple(way for way in DECISIONS if way.name in document["erp"]["decisions"])
    return (*(way for way in ways if way is not CANCEL), *open_now, *(way for way in ways if way is CANCEL))


async def show_list(page: Page) -> Response:
    """The documents, by filters."""
    asked = {name: page.query(name) for name in FILTERS}
    query: dict[str, str | int | bool | None] = {**asked, "cursor": page.query("cursor"), "limit": DOCUMENTS_ON_A_PAGE}
    found = await part(page, "/ledger/v1/documents", query)
    return page.render(
        "documents.html",
        found=found,
        asked=asked,
        following=following(asked, found.cursor),
        registers=await registers(page),
        kinds=DOCUMENT_KINDS,
        payment_inside=payment_inside,
        states=DOCUMENT_STATES,
    )


async def show(page: Page) -> Response:
    """One document."""
    return await _document(page, page.part("document"))


async def decide(page: Page) -> Response:
    """Take a way out."""
    document, name = page.part("document"), page.part("way")
    way = EVERY_WAY.get(name)
    if way is None:
        return await _document(page, document)
    body: dict[str, str] = {"reason": page.field("reason")}
    address = f"/ledger/v1/documents/{document}/{name}"
    if name not in {"resend", "cancel"}:
        address = f"/ledger/v1/documents/{document}/resolve"
        body["decision"] = name
        if way.asks and page.field(way.asks):
            body[way.asks] = page.field(way.asks)
    try:
        done = await page.api.post(address, body, once=page.once)
    except ApiProblemError as problem:
        if problem.status in {UNAUTHORIZED, 403, 404}:
            raise
        return await _document(page, document, tried=name, problem=words_of_problem(page, problem))
    state = term_of("document", done["state"]).word(page.language)
    return page.go(f"/documents/{document}", news=f"{page.translate('Решение принято. Состояние документа:')} {state}.")


async def show_trace(page: Page) -> Response:
    """Every line of a document down to the receipts behind it."""
    document = page.part("document")
    first = _number(page.query("line"))
    answer = await page.api.get(f"/ledger/v1/documents/{document}")
    trace = await page.api.get(f"/ledger/v1/documents/{document}/trace")
    lines = trace["lines"]
    return page.render(
        "document_trace.html",
        document=answer,
        lines=lines[first : first + LINES_ON_A_PAGE],
        following=first + LINES_ON_A_PAGE if len(lines) > first + LINES_ON_A_PAGE else None,
    )


async def _document(page: Page, document: str, *, tried: str = "", problem: str = "") -> Response:
    found = await page.api.get(f"/ledger/v1/documents/{document}")
    history = await part(page, f"/ledger/v1/documents/{document}/history")
    siblings = await _of_the_day(page, found)
    first = _number(page.query("line"))
    after = first + LINES_ON_A_PAGE
    return page.render(
        "document.html",
        status=409 if problem else 200,
        document=found,
        lines=found["lines"][first:after],
        following=after if len(found["lines"]) > after else None,
        explained=EXPLAINED.get("waiting" if found["state"] == "planned" and found["reason"] else found["state"], ""),
        ways=ways_of(found) if page.person.may(WRITE) else (),
        tried=tried,
        problem=problem,
        reason=page.field("reason"),
        date=page.field("date"),
        ref=page.field("ref"),
        history=history,
        siblings=siblings,
        by_hand=found["kind"] in REPORTS,
        field_word=field_word,
        rate_word=rate_word,
        operation_word=operation_word,
        term_of=term_of,
    )


async def _of_the_day(page: Page, document: Mapping[str, Any]) -> Part:
    """The shift's other documents, those of its other revisions too, which stand on the same business day."""
    day = document["business_date"]
    found = await part(
        page, "/ledger/v1/documents", {"register": document["register"], "from": day, "to": day, "limit": HISTORY_MAX}
    )
    found.rows = [one for one in found.rows if one["shift"] == document["shift"] and one["id"] != document["id"]]
    return found


def _number(text: str) -> int:
    """The line a page begins with; nothing sensible begins at the beginning."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0


WINDOWS = (
    ("GET", "/documents", show_list),
    ("GET", "/documents/{document:uuid}", show),
    ("GET", "/documents/{document:uuid}/trace", show_trace),
    ("POST", "/documents/{document:uuid}/{way:str}", decide),
)
