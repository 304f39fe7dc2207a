"""Raise an alarm once for each silence of a register that is usually open, and end it when it reports again."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sales_ingest.domain.business_date import local_day
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.silence import HISTORY_DAYS, SHIFT_HOURS_MAX, silent_time, usual_hours
from sales_ingest.ports.unit_of_work import OpenWork, SalesWork
from sales_ingest.use_cases.publish_shift import SOURCE
from smena.clock import Clock
from smena.contracts.envelope import NewEvent
from smena.contracts.sales_events import REGISTER_SILENT, RegisterSilent


async def watch_silence(registers: Sequence[RegisterSetup], *, open_work: OpenWork, clock: Clock) -> set[str]:
    """Answers which of these registers are silent now; those without ``silence_after`` are not watched."""
    watched = [register for register in registers if register.silence_after is not None]
    if not watched:
        return set()
    now = clock.now()
    names = [register.id for register in watched]
    async with open_work() as work:
        reports = await work.silences.last_reports(names)
        standing = await work.silences.standing(names)
        silent: set[str] = set()
        for register in watched:
            last_at = reports.get(register.id)
            if last_at is not None and await _is_silent(work, register, last_at, now):
                silent.add(register.id)
                before = standing.get(register.id)
                if before and before.silent_since < last_at:  # it reported in between, and fell silent again
                    await work.silences.end(register.id, before.silent_since, now)
                await _raise(work, register, last_at, now)
            elif (over := standing.get(register.id)) is not None:
                await work.silences.end(register.id, over.silent_since, now)
        await work.commit()
    return silent


async def _is_silent(work: SalesWork, register: RegisterSetup, last_at: datetime, now: datetime) -> bool:
    """Only the hours in which it is usually open count; days off and days outside its use do not."""
    enough = register.silence_after
    assert enough is not None
    zone = register.date_rule.timezone
    if now - last_at < enough or not register.active_on(local_day(now, register.date_rule)):
        return False
    last_day = local_day(last_at, register.date_rule)
    history = timedelta(days=HISTORY_DAYS, hours=SHIFT_HOURS_MAX)
    days_off = await work.silences.days_off(register.id, last_day - history)
    usual = usual_hours(await work.silences.spans(register.id, last_at - history), last_day, days_off, zone)
    return silent_time(last_at, now, usual, days_off, zone, enough=enough) >= enough


async def _raise(work: SalesWork, register: RegisterSetup, last_at: datetime, now: datetime) -> None:
    if not await work.silences.start(register.id, last_at, now):
        return
    work.outbox.add(
        NewEvent(
            type=REGISTER_SILENT,
            source=SOURCE + register.organization,
            partition_key=register.id,
            subject=register.id,
            data=RegisterSilent(
                organization=register.organization, register=register.id, silent_since=last_at, raised_at=now
            ),
        )
    )
