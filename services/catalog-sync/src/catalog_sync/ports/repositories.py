"""The service's storage as the use cases see it; every method works in the unit of work's transaction."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from types import TracebackType
from typing import Protocol, Self
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.domain.applying import RowState
from catalog_sync.domain.prices import ReceiptPrice, TypedPrice
from catalog_sync.domain.rows import Status
from catalog_sync.ports.handed_files import HandedFiles
from catalog_sync.ports.imports import Feed, ImportRows
from catalog_sync.ports.large_diffs import LargeDiffs
from catalog_sync.ports.pulling import Pulled
from catalog_sync.ports.records import (
    ApplyRow,
    Binding,
    BoundItem,
    Diff,
    Intent,
    ItemGroup,
    NumberedRow,
    Rebound,
    ReceiptHead,
    Snapshot,
    StoredRow,
    Tie,
    Written,
)
from smena.audit.trail import AuditTrail
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem, ErpPrice, GoodsReceipt
from smena.inbox.gate import InboxGate
from smena.outbox.writer import OutboxWriter


class ErpSide(Protocol):
    """The ERP's catalogue as known here. Every write moves the organisation's version, an unchanged row none."""

    async def save_items(self, organization: str, items: Sequence[ErpItem]) -> list[Written]:
        """Write what changed; one verdict per item, in order. A ref may stand only once in a batch."""
        ...

    async def save_prices(self, organization: str, prices: Sequence[ErpPrice]) -> list[Written]:
        """Write what changed; a setting may stand only once in a batch."""
        ...

    async def save_receipts(self, organization: str, receipts: Sequence[GoodsReceipt]) -> list[Written]:
        """Write what changed; the lines of a changed document are written anew."""
        ...

    async def archive_absent(self, organization: str, seen: Collection[str]) -> int:
        """Archive the active items a full walk of the ERP did not meet."""
        ...

    async def withdraw_absent_receipts(self, organization: str, seen: Collection[str]) -> int:
        """Take the goods receipts out of force that a full walk of the ERP did not meet."""
        ...

    async def version(self, organization: str) -> str:
        """The version of the ERP's side: it moves with every write."""
        ...

    async def items(self, organization: str) -> list[ErpItem]:
        """All items, in the order of their refs."""
        ...

    async def page(
        self, organization: str, *, group: str | None, search: str, barcode: str | None, after: str, limit: int
    ) -> list[ErpItem]:
        """Items after a ref: of a group with its subgroups, with a text in them, with a barcode."""
        ...

    async def receipt_heads(
        self,
        organization: str,
        *,
        search: str,
        first: date | None,
        last: date | None,
        after: tuple[date, str] | None,
        limit: int,
    ) -> list[ReceiptHead]:
        """Goods receipts in force, the latest first: with a text in number or supplier, of some dates."""
        ...

    async def groups(self, organization: str, *, after: str, limit: int) -> list[ItemGroup]:
        """Groups with items in use, in the order of their paths."""
        ...

    async def receipt_prices(self, organization: str, as_of: date) -> list[ReceiptPrice]:
        """The lines of each item's latest day with receipts."""
        ...

    async def typed_prices(
        self, organization: str, types: Collection[str], timezone: str, as_of: date
    ) -> list[TypedPrice]:
        """The latest settings of each item by each of the price types, up to the end of a local day."""
        ...

    async def refs_received(self, organization: str, documents: Collection[str]) -> tuple[set[str], set[str]]:
        """The items of chosen goods receipts, and the documents that are not known."""
        ...


class CabinetSide(Protocol):
    """The cabinet's items as last read."""

    async def replace(self, cabinet: str, items: Sequence[CabinetItem], read_at: datetime) -> str:
        """Take the items just read for the cabinet's; write only what changed. Answers the version."""
        ...

    async def patch(self, cabinet: str, items: Sequence[CabinetItem]) -> None:
        """Take over what was just written; the version stays that of the last reading."""
        ...

    async def items(self, cabinet: str) -> list[CabinetItem]:
        """The items the cabinet lists, archived ones too, in the order of their ids."""
        ...

    async def lock(self, cabinet: str) -> None:
        """Keep other writers of this cabinet's snapshot out until the transaction ends."""
        ...

    async def failed(self, cabinet: str, failure: str, at: datetime) -> None:
        """Remember that the cabinet gave no usable answer; what was read before stays."""
        ...

    async def snapshot(self, cabinet: str) -> Snapshot | None:
        """When the cabinet was last read and how it went since; None before the first time."""
        ...


class Bindings(Protocol):
    """Item ↔ cabinet item, per cabinet."""

    async def of_cabinet(self, cabinet: str) -> dict[str, str]:
        """Item ref → cabinet item id."""
        ...

    async def lock(self, cabinet: str) -> None:
        """Keep others from changing this cabinet's bindings until the transaction ends."""
        ...

    async def version(self, cabinet: str) -> str:
        """The same bindings give the same version, whatever happened in between."""
        ...

    async def holders(self, cabinet: str, item_ids: Sequence[str]) -> dict[str, str]:
        """Cabinet item id → the ref that holds it, of these ids."""
        ...

    async def bind(
        self, organization: str, cabinet: str, pairs: Sequence[BoundItem], at: datetime, person: str | None = None
    ) -> Rebound:
        """Store the pairs; answers what others must be told: new or changed ties, and the ones that gave way."""
        ...

    async def unbind(self, cabinet: str, refs: Sequence[str]) -> list[Tie]:
        """Take ties back; answers the ones that stood."""
        ...

    async def page(self, cabinet: str, after: str, limit: int) -> list[Binding]:
        """Bindings of a cabinet in the order of their refs."""
        ...


class Diffs(Protocol):
    """Diffs and their rows."""

    async def add(self, diff: Diff) -> None:
        """Store the head of a new diff."""
        ...

    async def get(self, diff_id: UUID) -> Diff | None:
        """The head of a diff."""
        ...

    async def finish(self, diff: Diff, rows: Sequence[StoredRow]) -> bool:
        """Store the rows and the outcome; False when another worker has done so before."""
        ...

    async def add_rows(self, diff_id: UUID, rows: Sequence[StoredRow]) -> None:
        """Store further rows."""
        ...

    async def add_packed(self, diff_id: UUID, rows: Sequence[NumberedRow]) -> None:
        """Store further rows that are packed already, each under its number."""
        ...

    async def rows(
        self, diff_id: UUID, *, status: Status | None, search: str, after: int, limit: int
    ) -> list[StoredRow]:
        """Stored rows after a number, of one status and with a text in them where asked."""
        ...

    async def applicable(self, diff_id: UUID, statuses: Collection[Status] = ()) -> list[int]:
        """The numbers of the rows that apply would touch: to be written, or only to be bound; of some statuses."""
        ...

    async def rows_by_number(self, diff_id: UUID, numbers: Sequence[int]) -> dict[int, StoredRow]:
        """Stored rows of a diff by their numbers."""
        ...

    async def replace_rows(self, diff: Diff, rows: Sequence[StoredRow], removed: Sequence[int]) -> None:
        """Store decided rows anew, drop others, and the head's counts and revision with them."""
        ...

    async def numbers_of(self, diff_id: UUID, keys: Collection[str]) -> dict[str, int]:
        """Row key → number, of the rows that are stored."""
        ...

    async def last_number(self, diff_id: UUID) -> int:
        """The highest number of a row."""
        ...

    async def without_counterpart(self, diff_id: UUID) -> dict[str, int]:
        """Row key → number of the rows that may lack a counterpart, in the order of their numbers."""
        ...

    async def lock(self, diff_id: UUID) -> Diff | None:
        """The head of a diff, which nobody else changes until the transaction ends."""
        ...

    async def fingerprints(self, diff_id: UUID, numbers: Sequence[int]) -> dict[str, tuple[int, bytes]]:
        """Row key → number and fingerprint, for the check that nothing has moved."""
        ...


class ApplyRows(Protocol):
    """Rows of apply runs: the intent before the call, the outcome after."""

    async def plan(self, run: UUID, diff_id: UUID, numbers: Sequence[int]) -> None:
        """Put the rows of a new run down as planned."""
        ...

    async def open_rows(self, run: UUID) -> list[ApplyRow]:
        """The rows that have not ended, in order."""
        ...

    async def mark_sent(self, run: UUID, intents: Mapping[int, Intent], at: datetime) -> None:
        """Store the intents: from here on a row may have been written; they are what undo needs."""
        ...

    async def finish(self, run: UUID, rows: Sequence[ApplyRow]) -> None:
        """Store the outcomes of rows."""
        ...

    async def under_way(self, diff_id: UUID, numbers: Sequence[int]) -> list[int]:
        """Which of these rows some run of the diff has not ended with."""
        ...

    async def by_number(self, run: UUID, numbers: Sequence[int]) -> dict[int, ApplyRow]:
        """Rows of a run by their numbers."""
        ...

    async def to_undo(self, run: UUID) -> list[int]:
        """The rows of a run that wrote, or may have written."""
        ...

    async def written_of(self, diff_id: UUID) -> list[int]:
        """The rows that some run of the diff wrote or bound."""
        ...

    async def counts(self, run: UUID) -> dict[str, int]:
        """How many rows stand in each state."""
        ...

    async def page(self, run: UUID, *, state: RowState | None, after: int, limit: int) -> list[ApplyRow]:
        """Rows of a run after a number, of one state where asked."""
        ...


class CatalogWork(Protocol):
    """One transaction over everything the service stores."""

    @property
    def session(self) -> AsyncSession:
        """The transaction's session."""
        ...

    @property
    def outbox(self) -> OutboxWriter:
        """Events to be sent when the transaction commits."""
        ...

    @property
    def inbox(self) -> InboxGate:
        """What was done once already."""
        ...

    @property
    def trail(self) -> AuditTrail:
        """The chain of what people decided."""
        ...

    @property
    def erp(self) -> ErpSide:
        """The ERP's side."""
        ...

    @property
    def cabinets(self) -> CabinetSide:
        """The cabinets' side."""
        ...

    @property
    def bindings(self) -> Bindings:
        """Item ↔ cabinet item."""
        ...

    @property
    def diffs(self) -> Diffs:
        """Diffs and their rows."""
        ...

    @property
    def large(self) -> LargeDiffs:
        """Comparing large catalogues."""
        ...

    @property
    def apply_rows(self) -> ApplyRows:
        """Rows of apply runs."""
        ...

    @property
    def imports(self) -> ImportRows:
        """How far rows of imports are."""
        ...

    @property
    def feed(self) -> Feed:
        """The feed for an ERP that fetches."""
        ...

    @property
    def handed(self) -> HandedFiles:
        """Files handed to a person for a cabinet."""
        ...

    @property
    def pulled(self) -> Pulled:
        """Versions of what was read from an ERP that is walked."""
        ...

    async def one_state(self) -> None:
        """Let every reading of this transaction see one state of the database; to be called first."""
        ...

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    async def commit(self) -> None:
        """Write the events that were added and commit."""
        ...


class OpenWork(Protocol):
    """Opens a new unit of work."""

    def __call__(self) -> CatalogWork:
        """A unit of work that has not begun yet."""
        ...
