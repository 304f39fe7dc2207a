"""Events that could not be taken, kept until a person decides."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID


class LetterState(StrEnum):
    """Whether a dead letter still waits for a person."""

    OPEN = "open"
    DONE = "done"
    DISCARDED = "discarded"


@dataclass(frozen=True, slots=True)
class LetterSubject:
    """What a dead letter is about, as far as it can be read; None where it can't.

    ``organization`` is the configured one it concerns; None: nobody's, so only who sees all sees it.
    """

    event_id: UUID | None = None
    type: str | None = None
    organization: str | None = None
    register: str | None = None
    shift: str | None = None
    number: int | None = None
    revision: int | None = None


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """An event as it came, and why it was not taken; ``times`` counts how often it was tried in vain."""

    position: int
    id: UUID
    subject: LetterSubject
    body: bytes
    reason: str
    state: LetterState
    times: int
    first_at: datetime
    last_at: datetime
    decided_at: datetime | None = None
    decided_by: str | None = None
    decision: str | None = None


class DeadLetters(Protocol):
    """Dead letters of one transaction."""

    async def keep(self, letter_id: UUID, subject: LetterSubject, body: bytes, reason: str, *, at: datetime) -> None:
        """Keep one; the same bytes again count once more, and wait for a person again."""
        ...

    async def get(self, letter_id: UUID, *, lock: bool = False) -> DeadLetter | None:
        """One letter, optionally locked until the end of the transaction."""
        ...

    async def page(
        self, organizations: Sequence[str], *, nobodys: bool, state: LetterState | None, before: int | None, limit: int
    ) -> list[DeadLetter]:
        """Letters of these organisations, newest first; with ``nobodys`` those that concern none as well."""
        ...

    async def decide(self, letter_id: UUID, state: LetterState, *, at: datetime, actor: str, reason: str) -> None:
        """Note what a person decided; the letter itself stays."""
        ...
