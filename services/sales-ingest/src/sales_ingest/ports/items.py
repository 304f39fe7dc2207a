"""Storage of items: bindings, rules, and the lines that wait for them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from sales_ingest.domain.items import BoundItem, Carried, ItemBook
from sales_ingest.domain.waiting_lines import LineDecision, WaitingLine
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class BindingToKeep:
    """A binding as catalog-sync tells it; ``barcodes`` in comparable form, ``price`` in kopecks."""

    cabinet_item_id: str
    organization: str
    item_ref: str
    name: str
    unit: str
    vat_rate: VatRate | None
    price: int | None
    article: str | None
    barcodes: tuple[str, ...]
    bound: bool


@dataclass(frozen=True, slots=True)
class LineScope:
    """Which empty lines a person means: lines by key, a group, or a register's period."""

    organization: str | None = None
    register: str | None = None
    first: date | None = None
    last: date | None = None
    group: str | None = None
    lines: tuple[tuple[UUID, int], ...] = ()


class ItemStore(Protocol):
    """Items of a cabinet as the lines need them."""

    async def share(self, cabinet: str) -> None:
        """Read bindings while others do; nobody changes them until the transaction ends."""
        ...

    async def claim(self, cabinet: str) -> None:
        """Change bindings or lines alone, until the transaction ends."""
        ...

    async def book(self, cabinet: str, carried: Sequence[Carried]) -> ItemBook:
        """What is known of the items these lines may be."""
        ...

    async def by_ref(self, cabinet: str, refs: Sequence[str]) -> dict[str, BoundItem]:
        """What is known of ERP items by their reference."""
        ...

    async def keep(self, cabinet: str, bindings: Sequence[BindingToKeep], told_at: datetime) -> None:
        """Keep bindings, unless a later event has told of them already."""
        ...

    async def waiting(self, cabinet: str, bindings: Sequence[BindingToKeep]) -> list[WaitingLine]:
        """Lines that one of these bindings may decide."""
        ...

    async def waiting_alike(self, cabinet: str, groups: Sequence[str]) -> list[WaitingLine]:
        """Lines of these groups that a rule may decide, whatever their register and day."""
        ...

    async def waiting_in(self, cabinets: Sequence[str], scope: LineScope) -> list[WaitingLine]:
        """Lines that a person's scope covers."""
        ...

    async def decide(self, decisions: Sequence[LineDecision]) -> None:
        """Store what was decided, in bulk."""
        ...

    async def remember(self, cabinet: str, groups: Sequence[str], item_ref: str, person: str, at: datetime) -> None:
        """Lines that carry the same will be this item from now on."""
        ...

    async def forget(self, cabinet: str, group: str) -> str | None:
        """Forget a rule; answers its item, None where there was no rule."""
        ...

    async def filled_by_rule(self, cabinet: str, group: str, item_ref: str) -> list[WaitingLine]:
        """Lines of this group that a rule filled, or a person with the rule's item."""
        ...

    async def keep_filled(self, cabinet: str, group: str) -> None:
        """Lines that a rule filled are decided by a person from now on: no rule is needed to keep them."""
        ...

    async def log(
        self, organization: str, item_ref: str, scope: dict[str, Any], *, remember: bool, lines: int, person: str,
        at: datetime,
    ) -> None:  # fmt: skip
        """Write down one filling."""
        ...
