"""The feed of documents for an ERP that fetches them, as a protocol of one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from ledger.domain.stored import StoredDocument
from ledger.ports.repositories import DueFilter


class FeedAction(StrEnum):
    """What the ERP is to do: hold this document, or take one back that it holds or may hold."""

    CREATE = "create"
    CANCEL = "cancel"


class EntryState(StrEnum):
    """What became of an entry; a later entry of the same document supersedes an open one."""

    OPEN = "open"
    ACKNOWLEDGED = "acknowledged"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class NewEntry:
    """A document about to get a position; ``sha256`` is that of its content, which the entry stands for."""

    document: UUID
    action: FeedAction
    sha256: str
    post: bool


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One position of an organisation's feed and the ERP's answer to it."""

    organization: str
    position: int
    document: UUID
    action: FeedAction
    sha256: str
    post: bool
    state: EntryState
    created_at: datetime
    ref: str | None = None
    message: str | None = None
    answered_at: datetime | None = None


class Feed(Protocol):
    """The feeds of all organisations, each in order."""

    async def lock(self, organization: str) -> None:
        """Keep other writers of the feed out until the transaction ends: a late commit is never passed."""
        ...

    async def append(self, organization: str, entries: Sequence[NewEntry], *, at: datetime) -> list[int]:
        """Give each entry the next position, and answer them; open ones of the same documents are superseded.

        The feed is locked.
        """
        ...

    async def page(self, organization: str, *, after: int, limit: int, answered: bool) -> list[FeedEntry]:
        """Entries after a position, as many as make a page; with ``answered`` not only the open ones."""
        ...

    async def at(self, organization: str, positions: Sequence[int]) -> list[FeedEntry]:
        """Entries by position, locked until the transaction ends."""
        ...

    async def documents_at(self, organization: str, positions: Sequence[int]) -> list[UUID]:
        """Which documents these positions are about; nothing is locked."""
        ...

    async def answer(self, entry: FeedEntry) -> None:
        """Store the ERP's answer to an entry."""
        ...

    async def supersede(self, document_id: UUID) -> None:
        """An answer came by another position: the open one of this document waits for none any more."""
        ...

    async def documents(self, document_ids: Sequence[UUID], *, lock: bool = False) -> dict[UUID, StoredDocument]:
        """Documents by id, optionally locked, always in one order, until the transaction ends."""
        ...

    async def to_offer(self, due: DueFilter, limit: int) -> list[UUID]:
        """Shifts with documents that wait for a position, oldest day first; none whose document needs a person."""
        ...

    async def to_take_back(self, organization: str, limit: int) -> list[UUID]:
        """Cancelled documents that the ERP was offered and was not told of."""
        ...
