"""What people decided, as a chain: each entry carries the hash of the one before, so none can be changed unseen."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

NO_PREVIOUS = "0" * 64
"""What the first entry of an organisation names as the hash before it."""
NOBODYS = ""
"""The chain of what concerns no organisation, as an event that can't be read; who sees all organisations sees it."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What somebody did: ``what`` is a dotted verb (``document.cancel``), ``subject`` what it was done to."""

    organization: str
    who: str
    what: str
    subject: str
    why: str | None = None
    details: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """A deed with its place in the organisation's chain; numbers begin with 1 and have no gap."""

    number: int
    at: datetime
    deed: Deed
    previous: str
    sha256: str

    def content(self) -> dict[str, Any]:
        """Everything that is hashed, as JSON shows it."""
        return _content(self.number, self.at, self.deed, self.previous)

    def as_json(self) -> dict[str, Any]:
        """The entry as it is shown and exported."""
        return {**self.content(), "sha256": self.sha256}


def sealed(deed: Deed, *, number: int, previous: str, at: datetime) -> AuditEntry:
    """The entry that follows the one whose hash is ``previous``."""
    return AuditEntry(number, at, deed, previous, hash_of_entry(_content(number, at, deed, previous)))


def hash_of_entry(content: Mapping[str, Any]) -> str:
    """The hex sha256 of an entry without its own hash, as JSON with sorted keys and no spaces, in UTF-8."""
    text = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return sha256(text.encode()).hexdigest()


@dataclass(slots=True)
class ChainReading:
    """Reads entries in order and names the first that does not fit; ``heads`` are the last of each organisation."""

    entries: int = 0
    heads: dict[str, tuple[int, str]] = field(default_factory=dict)
    hashes: set[str] = field(default_factory=set)

    def take(self, entry: Mapping[str, Any]) -> str | None:
        """Why this entry breaks the chain; None when it follows. An export of a part may begin at any number."""
        content = {name: value for name, value in entry.items() if name != "sha256"}
        organization, number, stated = content.get("organization"), content.get("number"), entry.get("sha256")
        if not isinstance(organization, str) or type(number) is not int or not isinstance(stated, str):
            return "it has no organization, number or sha256"
        known = self.heads.get(organization)
        if known is None and number == 1:
            known = (0, NO_PREVIOUS)
        if known is not None and number != known[0] + 1:
            return f"entry {number} of {organization} follows entry {known[0]}: one between is missing or moved"
        if known is not None and content.get("previous") != known[1]:
            return f"entry {number} of {organization} names another previous hash than the entry before it has"
        if hash_of_entry(content) != stated:
            return f"entry {number} of {organization} was changed: its content hashes to {hash_of_entry(content)}"
        self.entries += 1
        self.heads[organization] = (number, stated)
        self.hashes.add(stated)
        return None


def first_break(entries: Iterable[Mapping[str, Any]]) -> str | None:
    """Why the first entry that breaks its chain does; None when all of them hold."""
    reading = ChainReading()
    return next((broken for entry in entries if (broken := reading.take(entry)) is not None), None)


def _content(number: int, at: datetime, deed: Deed, previous: str) -> dict[str, Any]:
    return {
        "number": number,
        "at": at.astimezone(UTC).isoformat(timespec="microseconds").replace("+00:00", "Z"),
        "organization": deed.organization,
        "who": deed.who,
        "what": deed.what,
        "subject": deed.subject,
        "why": deed.why,
        "details": dict(deed.details),
        "previous": previous,
    }
