"""What an import remembers of each row beside its state, and the feed for an ERP that fetches."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any, Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class ImportRow:
    """How far a row is on its way into the ERP.

    ``alike`` are the items of its name that stood there before the row was sent; ``item_ref`` is the item once it is
    known; ``written`` says that item and barcodes stand and only the price is to come; ``priced_at`` is when the
    price document was first sent.
    """

    n: int
    item_ref: str | None = None
    alike: tuple[str, ...] = ()
    written: bool = False
    priced_at: datetime | None = None


class ImportRows(Protocol):
    """Rows of imports under way."""

    async def note(self, run: UUID, rows: Sequence[ImportRow]) -> None:
        """Store how far rows are."""
        ...

    async def of_run(self, run: UUID, numbers: Sequence[int]) -> dict[int, ImportRow]:
        """Row number → how far it is, of the rows that were begun."""
        ...

    async def versions(self, organization: str, refs: Sequence[str]) -> dict[str, str | None]:
        """Item ref → the version the ERP gave it when it was last read."""
        ...

    async def groups(self, organization: str, refs: Sequence[str]) -> dict[str, str | None]:
        """Item ref → its group as last read."""
        ...

    async def priced(self, run: UUID, numbers: Sequence[int], at: datetime) -> None:
        """Store the intent to send the price document of these rows; the first instant stays."""
        ...


class FeedState(StrEnum):
    """What became of an entry of the feed; a later entry for the same item supersedes an open one."""

    OPEN = "open"
    BOUND = "bound"
    REFUSED = "refused"
    SUPERSEDED = "superseded"


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """One item for an ERP that fetches; ``key`` names the cabinet's item, ``body`` is what the ERP is to store."""

    organization: str
    position: int
    cabinet: str
    cabinet_item_id: str
    diff: UUID
    run: UUID
    n: int
    body: Mapping[str, Any]
    state: FeedState
    created_at: datetime
    ref: str | None = None
    message: str | None = None
    acknowledged_at: datetime | None = None


class Feed(Protocol):
    """The feed of every organisation, in order."""

    async def lock(self, organization: str) -> None:
        """Keep other writers of the feed out until the transaction ends: a late commit is never passed."""
        ...

    async def append(self, entries: Sequence[FeedEntry]) -> None:
        """Give each entry the next position; open ones for the same items are superseded. The feed is locked."""
        ...

    async def page(self, organization: str, *, after: int, limit: int) -> list[FeedEntry]:
        """Open entries after a position."""
        ...

    async def at(self, organization: str, positions: Sequence[int]) -> dict[int, FeedEntry]:
        """Entries by position, locked until the transaction ends."""
        ...

    async def acknowledge(self, entries: Sequence[FeedEntry]) -> None:
        """Store the answers of the ERP."""
        ...
