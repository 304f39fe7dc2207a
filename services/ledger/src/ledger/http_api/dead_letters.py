"""Events that could not be taken: the list, one of them as it came, and the two ways out."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field

from ledger.http_api.doors import BASE, Doors, Reader, ReasonBody, Writer
from ledger.ports.dead_letters import DeadLetter, LetterState
from ledger.use_cases.decide_dead_letter import (
    LetterSettledError,
    LetterTools,
    StillDeadError,
    discard_dead_letter,
    retry_dead_letter,
)
from ledger.use_cases.decide_document import Decision
from smena.http.auth import Principal
from smena.http.models import ApiModel, Instant
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words, declare
from smena.http.standard_problems import not_found

STILL_DEAD = declare("event-not-taken", 409, ru="Событие по-прежнему не принято", en="The event still can't be taken")
SETTLED = declare("dead-letter-settled", 409, ru="По событию уже решено", en="The event is decided already")


class LettersQuery(PageQuery):
    """Which letters; those that wait unless asked otherwise."""

    state: LetterState | Literal["all"] = LetterState.OPEN


class LetterDecisionBody(ApiModel):
    """What a person decided, when and why."""

    at: Instant
    person: str
    reason: str


class DeadLetterBody(ApiModel):
    """An event that could not be taken, and why, in the accountant's words. What it does not say is null."""

    id: UUID
    state: str
    reason: str
    times: int
    first_at: Instant
    last_at: Instant
    event_id: UUID | None
    type: str | None
    organization: str | None
    register_id: Annotated[str | None, Field(alias="register")]
    shift: str | None
    number: int | None
    revision: int | None
    decision: LetterDecisionBody | None


class WholeLetterBody(DeadLetterBody):
    """The same with the event as it came; bytes that are no UTF-8 are shown as replacement characters."""

    event: str


def letter_body(letter: DeadLetter) -> DeadLetterBody:
    """A letter as a list shows it."""
    return DeadLetterBody(**_fields(letter))


def dead_letter_router(doors: Doors, tools: LetterTools) -> APIRouter:
    """``/dead-letters``."""
    router = APIRouter(prefix=f"{BASE}/dead-letters", tags=["dead letters"])

    async def seen(letter_id: UUID, caller: Principal) -> DeadLetter:
        async with doors.new_work() as work:
            letter = await work.dead_letters.get(letter_id)
        if letter is None or not _sees(letter, caller):
            raise not_found("Событие", "The event")
        return letter

    def _sees(letter: DeadLetter, caller: Principal) -> bool:
        organization = letter.subject.organization
        return doors.sees_all(caller) if organization is None else caller.sees(organization)

    @router.get("", summary="Events that could not be taken, newest first")
    async def list_letters(query: Annotated[LettersQuery, Query()], caller: Reader) -> Page[DeadLetterBody]:
        before = decode_cursor(query.cursor, int)[0] if query.cursor else None
        async with doors.new_work() as work:
            found = await work.dead_letters.page(
                doors.organizations(caller),
                nobodys=doors.sees_all(caller),
                state=query.state if isinstance(query.state, LetterState) else None,
                before=None if before is None else int(before),
                limit=query.limit + 1,
            )
        shown = found[: query.limit]
        following = encode_cursor(shown[-1].position) if len(found) > query.limit else None
        return page([letter_body(letter) for letter in shown], following)

    @router.get("/{letter_id}", summary="One of them, with the event as it came")
    async def read_letter(letter_id: UUID, caller: Reader) -> WholeLetterBody:
        letter = await seen(letter_id, caller)
        return WholeLetterBody(**_fields(letter), event=letter.body.decode("utf-8", "replace"))

    @router.post("/{letter_id}/retry", summary="Take it again, once its cause is mended (Повторить разбор)")
    async def retry(letter_id: UUID, body: ReasonBody, caller: Writer) -> DeadLetterBody:
        await seen(letter_id, caller)
        try:
            decision = Decision(caller.person, body.reason, "dead-letter.retry")
            return letter_body(await retry_dead_letter(letter_id, decision, tools))
        except LetterSettledError as error:
            raise _settled() from error
        except StillDeadError as error:
            raise STILL_DEAD(
                Words(
                    f"{error}. Устраните причину и повторите, или отложите событие (discard).",
                    f"{error}. Mend the cause and ask again, or lay the event aside (discard).",
                )
            ) from error

    @router.post("/{letter_id}/discard", summary="Lay it aside with a reason: nothing is made of it")
    async def discard(letter_id: UUID, body: ReasonBody, caller: Writer) -> DeadLetterBody:
        await seen(letter_id, caller)
        try:
            decision = Decision(caller.person, body.reason, "dead-letter.discard")
            return letter_body(await discard_dead_letter(letter_id, decision, tools))
        except LetterSettledError as error:
            raise _settled() from error

    return router


def _settled() -> Exception:
    return SETTLED(
        Words(
            "Это событие уже принято или отложено: посмотрите его состояние в списке.",
            "This event was taken or laid aside already: see its state in the list.",
        )
    )


def _fields(letter: DeadLetter) -> dict[str, object]:
    subject = letter.subject
    decision = None
    if letter.decided_at is not None and letter.state is not LetterState.OPEN:
        decision = LetterDecisionBody(
            at=letter.decided_at, person=letter.decided_by or "", reason=letter.decision or ""
        )
    return {
        "id": letter.id,
        "state": letter.state.value,
        "reason": letter.reason,
        "times": letter.times,
        "first_at": letter.first_at,
        "last_at": letter.last_at,
        "event_id": subject.event_id,
        "type": subject.type,
        "organization": subject.organization,
        "register": subject.register,
        "shift": subject.shift,
        "number": subject.number,
        "revision": subject.revision,
        "decision": decision,
    }
