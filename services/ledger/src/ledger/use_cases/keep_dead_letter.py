"""Keep an event that could not be taken where a person finds it, with all that can be read of it."""

from hashlib import sha256
from typing import Any
from uuid import UUID

import msgspec

from ledger.ports.dead_letters import LetterSubject
from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from smena.clock import Clock

REASON_CHARACTERS_MAX = 2_000
NAME_CHARACTERS_MAX = 200
NUMBER_MAX = 2**31 - 1


async def keep_dead_letter(body: bytes, reason: str, *, rulebook: Rulebook, clock: Clock, new_work: NewWork) -> UUID:
    """Keep the bytes as they came; the same bytes have the same id, so that a redelivery makes no second letter."""
    letter_id = UUID(bytes=sha256(body).digest()[:16])
    subject = subject_of(body, rulebook)
    told = reason.replace("\x00", "")[:REASON_CHARACTERS_MAX]
    async with new_work() as work:
        await work.dead_letters.keep(letter_id, subject, body, told, at=clock.now())
        await work.commit()
    return letter_id


def subject_of(body: bytes, rulebook: Rulebook) -> LetterSubject:
    """What an event is about; whatever can't be read of it stays None, since it may hold anything."""
    event = _fields(body)
    data = event.get("data")
    data = data if isinstance(data, dict) else {}
    shift = data.get("shift")
    shift = shift if isinstance(shift, dict) else {}
    register = _text(shift.get("register"))
    return LetterSubject(
        event_id=_uuid(event.get("id")),
        type=_text(event.get("type")),
        organization=rulebook.concerned(_text(shift.get("organization")), register),
        register=register,
        shift=_text(shift.get("id")),
        number=_number(shift.get("number")),
        revision=_number(data.get("revision")),
    )


def _fields(body: bytes) -> dict[str, Any]:
    try:
        event = msgspec.json.decode(body)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return {}
    return event if isinstance(event, dict) else {}


def _text(value: Any) -> str | None:
    """A name that can be stored, cut to a name's length."""
    return value.replace("\x00", "")[:NAME_CHARACTERS_MAX] if isinstance(value, str) else None


def _number(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) <= NUMBER_MAX else None


def _uuid(value: Any) -> UUID | None:
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
