"""What happens by itself: pulls by cron, publications of what is ready. Several workers share by leases."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import date, datetime, timedelta
from typing import Protocol

import structlog
from croniter import croniter

from sales_ingest.domain.business_date import local_day
from sales_ingest.domain.registers import Registers, RegisterSetup
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.publish_shift import publish_shift
from smena.clock import Clock
from smena.messaging.outages import is_database_outage
from smena.runtime.service import BackgroundLoop

LOOK_SECONDS = 5.0
"""How often the schedules are looked at; a cron's finest step is a minute."""

NIGHT = "30 3 * * *"
"""When the last days are read again: shops are closed and the cabinet is at its idlest."""

_log = structlog.get_logger(__name__)


class Schedule(Protocol):
    """Starts a register's pull once for each time of its cron."""

    async def start_pull(
        self, register: RegisterSetup, due: datetime, first: date, last: date, *, nightly: bool = False
    ) -> bool:
        """Queue the pull of these business dates at this time of its cron or of the nights; False when a peer has."""
        ...


class Turn(Protocol):
    """Lets one worker at a time do something."""

    async def take(self, name: str) -> bool:
        """Whether it is this worker's turn."""
        ...


def due_at(cron: str, register: RegisterSetup, now: datetime) -> datetime:
    """The latest time of a cron that is not after now, in the organisation's time zone."""
    local = now.astimezone(register.date_rule.timezone)
    due: datetime = croniter(cron, local + timedelta(seconds=1)).get_prev(datetime)
    return due


def auto_pull(
    registers: Registers, schedule: Schedule, clock: Clock, pause: Callable[[], Awaitable[None]]
) -> BackgroundLoop:
    """Pull each register by its cron: today and what its look-back covers."""
    scheduled = [register for register in registers.values() if register.auto_pull]

    async def look() -> None:
        now = clock.now()
        for register in scheduled:
            assert register.auto_pull is not None
            due = due_at(register.auto_pull, register, now)
            today = local_day(now, register.date_rule)
            if await schedule.start_pull(register, due, today, today):
                _log.info("auto-pull.started", register=register.id, due=due.isoformat())

    return BackgroundLoop("auto-pull", _for_ever(look if scheduled else _nothing, pause))


def nightly_reread(
    registers: Registers, schedule: Schedule, clock: Clock, pause: Callable[[], Awaitable[None]]
) -> BackgroundLoop:
    """Read the last ``reread_days`` again each night, of registers that pull by themselves.

    A look-back finds what came late; this finds what was changed late. Documents are compared by hash: an unchanged one
    writes nothing, a changed one gets a version and its published shift a revision.
    """
    watched = [register for register in registers.values() if register.auto_pull and register.reread_days]

    async def look() -> None:
        now = clock.now()
        for register in watched:
            due = due_at(NIGHT, register, now)
            today = local_day(now, register.date_rule)
            first = today - timedelta(days=register.reread_days)
            if await schedule.start_pull(register, due, first, today, nightly=True):
                _log.info("nightly-reread.started", register=register.id, due=due.isoformat())

    return BackgroundLoop("nightly-reread", _for_ever(look if watched else _nothing, pause))


def auto_publish(
    registers: Registers, turn: Turn, open_work: OpenWork, clock: Clock, pause: Callable[[], Awaitable[None]]
) -> BackgroundLoop:
    """Publish shifts of registers that publish by themselves, as soon as they are ready; a failure stops no other."""
    chosen = sorted(register.id for register in registers.values() if register.auto_publish)

    async def look() -> None:
        if not await turn.take("auto-publish"):
            return
        async with open_work() as work:
            ready = await work.shifts.ready(chosen)
        for shift in ready:
            try:
                await publish_shift(shift.seq, registers[shift.register], open_work=open_work, clock=clock)
            except Exception as error:
                if is_database_outage(error):
                    raise
                _log.exception("auto-publish.failed", shift=str(shift.id), register=shift.register)

    return BackgroundLoop("auto-publish", _for_ever(look if chosen else _nothing, pause))


async def pause() -> None:
    """Wait until the schedules are looked at again."""
    await asyncio.sleep(LOOK_SECONDS)


async def _nothing() -> None:
    """No register asks for it."""


def _for_ever(
    look: Callable[[], Awaitable[None]], wait: Callable[[], Awaitable[None]]
) -> Callable[[], Awaitable[None]]:
    async def run() -> None:
        while True:
            await look()
            await wait()

    return run
