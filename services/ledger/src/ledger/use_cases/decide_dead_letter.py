"""A person's two ways out for an event that could not be taken: try it again, or lay it aside."""

from dataclasses import dataclass
from uuid import UUID

import msgspec

from ledger.domain.build_documents import UnbalancedDocumentsError
from ledger.ports.dead_letters import DeadLetter, LetterState
from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.decide_document import Decision
from ledger.use_cases.keep_dead_letter import keep_dead_letter
from ledger.use_cases.read_shift import UnreadableShiftError
from ledger.use_cases.take_event import take_event
from smena.audit.chain import NOBODYS
from smena.clock import Clock
from smena.contracts.envelope import Envelope, decode


class LetterSettledError(Exception):
    """Somebody decided about this letter already."""


class StillDeadError(Exception):
    """The event still can't be taken; the message says why."""


@dataclass(frozen=True, slots=True)
class LetterTools:
    """What a decision about a letter needs."""

    rulebook: Rulebook
    clock: Clock
    new_work: NewWork


async def retry_dead_letter(letter_id: UUID, decision: Decision, tools: LetterTools) -> DeadLetter:
    """Take the event again, as the bus would bring it; one that was taken meanwhile is only noted.

    One that was laid aside may be taken after all. The event's own transaction commits first: should this process
    die between, the letter stays open, and trying it again finds the work done.

    Raises:
        LetterSettledError: it was taken.
        StillDeadError: it can't be taken yet.
    """
    letter = await _known(letter_id, tools)
    if letter.state is LetterState.DONE:
        raise LetterSettledError(letter.state.value)
    try:
        await take_event(_envelope(letter.body), rulebook=tools.rulebook, clock=tools.clock, new_work=tools.new_work)
    except (UnreadableShiftError, UnbalancedDocumentsError) as error:
        await keep_dead_letter(
            letter.body, str(error), rulebook=tools.rulebook, clock=tools.clock, new_work=tools.new_work
        )
        raise StillDeadError(str(error)) from error
    return await _settle(letter_id, LetterState.DONE, decision, tools)


async def discard_dead_letter(letter_id: UUID, decision: Decision, tools: LetterTools) -> DeadLetter:
    """Lay it aside with a reason: nothing is made of it, and nothing is deleted.

    Raises:
        LetterSettledError: it does not wait any more.
    """
    letter = await _known(letter_id, tools)
    if letter.state is not LetterState.OPEN:
        raise LetterSettledError(letter.state.value)
    return await _settle(letter_id, LetterState.DISCARDED, decision, tools)


async def _known(letter_id: UUID, tools: LetterTools) -> DeadLetter:
    async with tools.new_work() as work:
        letter = await work.dead_letters.get(letter_id)
    if letter is None:
        raise KeyError(letter_id)
    return letter


def _envelope(body: bytes) -> Envelope:
    try:
        return decode(body)
    except msgspec.DecodeError as error:
        raise UnreadableShiftError(f"это не CloudEvent: {error}") from error


async def _settle(letter_id: UUID, state: LetterState, decision: Decision, tools: LetterTools) -> DeadLetter:
    async with tools.new_work() as work:
        letter = await work.dead_letters.get(letter_id, lock=True)
        if letter is None or letter.state is LetterState.DONE:
            raise LetterSettledError(LetterState.DONE.value)
        await work.dead_letters.decide(
            letter_id, state, at=tools.clock.now(), actor=decision.person, reason=decision.reason
        )
        work.trail.record(decision.deed(letter.subject.organization or NOBODYS, f"dead-letter/{letter_id}"))
        settled = await work.dead_letters.get(letter_id)
        await work.commit()
    return settled or letter
