"""The loops that bring documents into one base: at most two at a time over all processes together."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from uuid import UUID, uuid4

import structlog

from ledger.domain.breaker import CircuitBreaker
from ledger.domain.build_documents import UnbalancedDocumentsError
from ledger.domain.documents import DocumentState
from ledger.ports.repositories import DueFilter, StaleDocumentError
from ledger.use_cases.check_movements import MovementsCheck, check_movements, watched_kinds
from ledger.use_cases.contact_base import contact_base
from ledger.use_cases.deliver_shift import DeliveryTools, deliver_shift
from ledger.use_cases.delivery_steps import concerns_the_base
from ledger.use_cases.lease import HeldLease, give_back, take_lease
from ledger.use_cases.post_shift import DELIVERY_CHANNEL
from ledger.use_cases.read_shift import UnreadableShiftError
from ledger.use_cases.restate_shift import restate_shift
from ledger.use_cases.verify_documents import verify_batch, writing_registers
from smena.db.notifications import Notifications
from smena.erp.errors import ErpError
from smena.leases.leases import LeaseLostError
from smena.runtime.service import BackgroundLoop

WORKERS_PER_BASE = 2
"""1C's web service serialises most of its work: more calls at once only queue there (wire.md)."""
DUE_SHIFTS_PER_ROUND = 20
RECOGNISED_FOR = timedelta(seconds=60)
"""How long a base is taken for the one it was: an address may come to lead to a copy at any time."""

_log = structlog.get_logger(__name__)


@dataclass(slots=True)
class Base:
    """One organisation's base, shared by its workers in this process."""

    organization: str
    kinds: tuple[str, ...]
    tools: DeliveryTools
    notifications: Notifications
    poll_seconds: float
    verify_every: timedelta
    breaker: CircuitBreaker = field(init=False)
    recognised_at: datetime | None = None

    def __post_init__(self) -> None:
        self.breaker = CircuitBreaker(self.tools.timing)

    def loops(self) -> tuple[BackgroundLoop, ...]:
        """The workers of this base."""
        return tuple(
            BackgroundLoop(f"deliver {self.organization} {slot}", self._worker(slot))
            for slot in range(WORKERS_PER_BASE)
        )

    def _worker(self, slot: int) -> Callable[[], Awaitable[None]]:
        async def run() -> None:
            owner = str(uuid4())
            while True:
                if not await self.round(slot, owner):
                    await self.notifications.wait(DELIVERY_CHANNEL, self.poll_seconds)

        return run

    async def round(self, slot: int, owner: str) -> bool:
        """Do what is due now; False when there was nothing to do, or not now."""
        tools = self.tools
        if not self.breaker.closed(tools.clock.now()):
            return False
        await self._restate(owner)
        due = await self._due()
        if not due and not await self._anything_to_verify() and not await self._anything_left_unread():
            return False
        name = f"base:{self.organization}:{slot}"
        lease = await take_lease(tools.new_work, tools.leases, name, owner, tools.lease_seconds)
        if lease is None:
            return False
        try:
            return await self._work(due, owner, lease)
        except (LeaseLostError, StaleDocumentError) as lost:
            _log.warning("delivery.lease-lost", organization=self.organization, reason=str(lost))
            return False
        finally:
            await give_back(tools.new_work, lease)

    async def _work(self, due: list[UUID], owner: str, slot: HeldLease) -> bool:
        """Shift by shift; True when something moved, so that what peers are on is not asked for again at once."""
        moved = False
        for shift_id in due:
            await self._prolong(slot)
            if not await self._recognise(due):
                return False
            try:
                work = await deliver_shift(shift_id, owner, self.tools)
            except (LeaseLostError, StaleDocumentError) as lost:
                _log.warning("delivery.lease-lost", shift=str(shift_id), reason=str(lost))
                continue
            moved = moved or work.moved
            if (work.moved or work.failed) and not await self._reckon(work.failed):
                return False
        if (moved or not due) and not await self._check_movements(due):
            return False
        if due or not await self._recognise(due):
            return moved
        try:
            return await self._verify() > 0
        except ErpError as error:
            await self._reckon(error)
            return False

    async def _check_movements(self, due: list[UUID]) -> bool:
        """Look at what the postings left, of all shifts just delivered together; False when the base is away."""
        if not await self._anything_left_unread() or not await self._recognise(due):
            return True
        try:
            await check_movements(self.organization, self._movements())
        except ErpError as error:
            return await self._reckon(error)
        return True

    def _movements(self) -> MovementsCheck:
        tools = self.tools
        return MovementsCheck(tools.erp, tools.rulebook, tools.clock, tools.new_work, self.verify_every)

    async def _anything_left_unread(self) -> bool:
        tools = self.tools
        watched = watched_kinds(self.organization, tools.rulebook)
        async with tools.new_work() as work:
            before = tools.clock.now() - self.verify_every
            return bool(await work.documents.without_movements(watched, before, 1)) if watched else False

    async def _restate(self, owner: str) -> None:
        """Apply revisions that write documents anew in place, as far as nothing about these is unclear.

        One that can't be applied waits and is listed so; it stops no other.
        """
        tools = self.tools
        async with tools.new_work() as work:
            shifts = await work.revisions.to_restate(self.organization, DUE_SHIFTS_PER_ROUND)
        for shift_id in shifts:
            try:
                await restate_shift(shift_id, owner, tools)
            except (LeaseLostError, StaleDocumentError) as lost:
                _log.warning("delivery.lease-lost", shift=str(shift_id), reason=str(lost))
            except (UnbalancedDocumentsError, UnreadableShiftError):
                _log.exception("delivery.not-restated", shift=str(shift_id))

    async def _prolong(self, slot: HeldLease) -> None:
        async with self.tools.new_work() as work:
            await slot.hold(work)
            await work.commit()

    async def _reckon(self, error: ErpError | None) -> bool:
        """Count a failure or a success; False when the base is to be left alone now."""
        now = self.tools.clock.now()
        if error is None:
            if self.breaker.succeeded():
                async with self.tools.new_work() as work:
                    await work.documents.hasten(self.organization, now)
                    await work.commit()
            return True
        _log.warning("delivery.failed", organization=self.organization, reason=str(error))
        self.recognised_at = None
        if concerns_the_base(error):
            self.breaker.failed(now, getattr(error, "retry_after_seconds", None))
        return self.breaker.closed(now)

    async def _recognise(self, due: list[UUID]) -> bool:
        """Make sure this is the base of the first contact: after every failure, and from time to time."""
        tools = self.tools
        if self.recognised_at is not None and tools.clock.now() - self.recognised_at < RECOGNISED_FOR:
            return True
        try:
            await contact_base(self.organization, tools.erp, clock=tools.clock, new_work=tools.new_work)
        except ErpError as error:
            self.breaker.failures = max(self.breaker.failures, 2)
            self.breaker.failed(tools.clock.now())
            _log.warning("delivery.base-not-recognised", organization=self.organization, reason=str(error))
            await self._say_why(due, str(error))
            return False
        self.recognised_at = tools.clock.now()
        return True

    async def _say_why(self, due: list[UUID], reason: str) -> None:
        """The documents that wait show what they wait for."""
        now = self.tools.clock.now()
        async with self.tools.new_work() as work:
            for shift_id in due:
                for stored in await work.documents.of_shift(shift_id):
                    waits = stored.status.state is DocumentState.PLANNED and stored.status.next_attempt_at is None
                    if waits and stored.status.reason != reason:
                        await work.documents.save(stored, replace(stored.status, reason=reason), at=now)
            await work.commit()

    async def _due(self) -> list[UUID]:
        tools = self.tools
        registers = tools.rulebook.registers_of(self.organization)
        rules = {register: tools.rulebook.delivery_rules(register) for register in registers}
        closed = {register: rule.closed_until for register, rule in rules.items() if rule.closed_until is not None}
        wanted = DueFilter(
            organization=self.organization,
            now=tools.clock.now(),
            writing=[register for register, rule in rules.items() if rule.writes],
            posting=[(register, kind) for register, rule in rules.items() for kind in self.kinds if rule.posts(kind)],
            closed_until=closed,
        )
        if not wanted.writing:
            return []
        async with tools.new_work() as work:
            return await work.documents.due_shifts(wanted, DUE_SHIFTS_PER_ROUND)

    async def _anything_to_verify(self) -> bool:
        tools = self.tools
        registers = writing_registers(self.organization, tools.rulebook)
        async with tools.new_work() as work:
            before = tools.clock.now() - self.verify_every
            return bool(await work.documents.to_verify(registers, before, 1)) if registers else False

    async def _verify(self) -> int:
        tools = self.tools
        return await verify_batch(
            self.organization,
            self.verify_every,
            erp=tools.erp,
            rulebook=tools.rulebook,
            clock=tools.clock,
            new_work=tools.new_work,
        )
