"""Put documents into the feed of an ERP that fetches them, in order, and tell it of those that were cancelled."""

from dataclasses import dataclass
from uuid import UUID

from ledger.domain.documents import DocumentState
from ledger.domain.feed import offered
from ledger.domain.stored import StoredDocument
from ledger.ports.feed import FeedAction, NewEntry
from ledger.ports.repositories import DueFilter
from ledger.ports.rulebook import Rulebook
from ledger.ports.unit_of_work import NewWork
from ledger.use_cases.deliver_shift import STOPPING_STATES
from smena.clock import Clock
from smena.runtime.failpoints import reach

SHIFTS_PER_ROUND = 20
TAKEN_BACK_PER_ROUND = 100


@dataclass(frozen=True, slots=True)
class OfferTools:
    """What an offer needs."""

    rulebook: Rulebook
    clock: Clock
    new_work: NewWork


async def offer_documents(organization: str, tools: OfferTools) -> int:
    """Give positions to what waits for one, shift by shift; how many were given.

    A position is given under the lock of the feed, which is held until the commit: who reads the feed after a
    position has seen every lower one.
    """
    given = await _take_back(organization, tools)
    async with tools.new_work() as work:
        due = due_filter(organization, tools)
        shifts = await work.feed.to_offer(due, SHIFTS_PER_ROUND) if due.writing else []
    for shift_id in shifts:
        given += await _offer(organization, shift_id, tools)
    return given


def due_filter(organization: str, tools: OfferTools) -> DueFilter:
    """The registers whose documents go to the ERP, and their closed periods."""
    rules = {one: tools.rulebook.delivery_rules(one) for one in tools.rulebook.registers_of(organization)}
    return DueFilter(
        organization=organization,
        now=tools.clock.now(),
        writing=[register for register, rule in rules.items() if rule.writes],
        posting=(),
        closed_until={one: rule.closed_until for one, rule in rules.items() if rule.closed_until is not None},
    )


async def _offer(organization: str, shift_id: UUID, tools: OfferTools) -> int:
    """The documents of one shift in the order of delivery, in one transaction; as in a base, half a shift waits."""
    now = tools.clock.now()
    async with tools.new_work() as work:
        await work.feed.lock(organization)
        order = [stored.id for stored in await work.documents.of_shift(shift_id)]
        locked = await work.feed.documents(order, lock=True)
        ready = _ready([locked[one] for one in order], tools.rulebook)
        entries = [NewEntry(one.id, FeedAction.CREATE, one.sha256, post=_posts(one, tools.rulebook)) for one in ready]
        positions = await work.feed.append(organization, entries, at=now)
        for stored, position in zip(ready, positions, strict=True):
            await work.documents.save(stored, offered(stored.status, position), at=now)
        reach("offer.before-commit")
        await work.commit()
    return len(ready)


def _ready(documents: list[StoredDocument], rulebook: Rulebook) -> list[StoredDocument]:
    """What may be offered now; the first one that is held holds those behind it."""
    if any(stored.status.state in STOPPING_STATES for stored in documents):
        return []
    ready: list[StoredDocument] = []
    for stored in documents:
        rules = rulebook.delivery_rules(stored.document.register)
        if stored.status.state is not DocumentState.PLANNED:
            continue
        if not rules.writes or stored.held(rules) is not None or stored.waits_for(documents) is not None:
            break
        ready.append(stored)
    return ready


def _posts(stored: StoredDocument, rulebook: Rulebook) -> bool:
    return rulebook.delivery_rules(stored.document.register).posts(stored.document.kind.value)


async def _take_back(organization: str, tools: OfferTools) -> int:
    """Tell the ERP of documents that were cancelled after they had been offered."""
    async with tools.new_work() as work:
        wanted = await work.feed.to_take_back(organization, TAKEN_BACK_PER_ROUND)
        if not wanted:
            return 0
        await work.feed.lock(organization)
        locked = await work.feed.documents(wanted, lock=True)
        still = set(await work.feed.to_take_back(organization, TAKEN_BACK_PER_ROUND))
        entries = [
            NewEntry(one, FeedAction.CANCEL, locked[one].sha256, post=False)
            for one in wanted
            if one in still and locked[one].status.state is DocumentState.CANCELLED
        ]
        await work.feed.append(organization, entries, at=tools.clock.now())
        await work.commit()
    return len(entries)
