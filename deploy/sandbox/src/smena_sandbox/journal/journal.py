"""The log itself: numbered in the order of arrival, bounded, with before and after of every write."""

from collections import deque
from dataclasses import dataclass
from datetime import datetime
from typing import Any

KEPT = 50_000
"""Entries kept; older ones fall out, their numbers are never used again."""

BODY_KEPT = 256 * 1024
"""Bytes of a write's body that are kept as they came."""


@dataclass(slots=True)
class Entry:
    """One request; ``status`` is what was sent, None where the connection was dropped before an answer.

    ``committed`` says whether the system behind did its work, whatever the caller got to hear. ``answered`` is
    the position in the order of completion, so that overtaking shows, and ``ended`` its instant: with ``at`` it tells
    how many requests ran at once.
    """

    number: int
    at: datetime
    target: str
    method: str
    path: str
    query: str
    request_bytes: int
    body: Any = None
    traceparent: str | None = None
    status: int | None = None
    response_bytes: int = 0
    fault: str | None = None
    fault_id: int | None = None
    committed: bool = False
    before: Any = None
    after: Any = None
    answered: int | None = None
    ended: datetime | None = None


class Journal:
    """Every call to an outside system, in order."""

    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)
        self._arrived = 0
        self._answered = 0

    def __len__(self) -> int:
        return self._arrived

    def arrive(self, **fields: Any) -> Entry:
        """Log a request as it comes in."""
        self._arrived += 1
        entry = Entry(number=self._arrived, **fields)
        self._entries.append(entry)
        return entry

    def answer(self, entry: Entry, at: datetime) -> None:
        """Mark a request as answered or dropped."""
        self._answered += 1
        entry.answered = self._answered
        entry.ended = at

    def entries(self, *, target: str | None = None, since: int = 0) -> list[Entry]:
        """Entries with a number above ``since``, of one target or of all."""
        return [entry for entry in self._entries if entry.number > since and (target is None or entry.target == target)]

    def clear(self) -> None:
        """Forget the entries; numbers go on."""
        self._entries.clear()
