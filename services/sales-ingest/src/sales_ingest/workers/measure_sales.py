"""Measure how far registers are read, and what of their sales waits for a person."""

import asyncio

from sales_ingest.domain.registers import Registers
from sales_ingest.domain.shifts import ShiftState
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.workers.metrics import (
    DOCUMENT_AGE_SECONDS,
    READ_LAG_SECONDS,
    SHIFTS,
    UNRESOLVED_KOPECKS,
    UNRESOLVED_LINES,
)
from smena.clock import Clock
from smena.runtime.service import BackgroundLoop

MEASURE_EVERY_SECONDS = 60.0


async def measure_sales(registers: Registers, clock: Clock, open_work: OpenWork) -> None:
    """Look once at every register and every organisation of the configuration."""
    organizations = sorted({one.organization for one in registers.values()})
    async with open_work() as work:
        reports = await work.silences.last_reports(list(registers))
        read = {one.id: await work.calendar.read(one) for one in registers.values()}
        shifts = await work.measures.shifts(organizations)
        unresolved = await work.measures.unresolved(organizations)
    now = clock.now()
    for register, stretch in read.items():
        if stretch is not None:
            READ_LAG_SECONDS.labels(register).set(max(0.0, (now - stretch.end).total_seconds()))
    for register, last_at in reports.items():
        DOCUMENT_AGE_SECONDS.labels(register).set(max(0.0, (now - last_at).total_seconds()))
    for organization in organizations:
        for state in ShiftState:
            SHIFTS.labels(organization, state.value).set(shifts.get((organization, state.value), 0))
        waiting = unresolved.get(organization)
        UNRESOLVED_LINES.labels(organization).set(waiting.lines if waiting else 0)
        UNRESOLVED_KOPECKS.labels(organization).set(waiting.kopecks if waiting else 0)


def measuring_loop(registers: Registers, clock: Clock, open_work: OpenWork) -> BackgroundLoop:
    """Measures now and then."""

    async def run() -> None:
        while True:
            await measure_sales(registers, clock, open_work)
            await asyncio.sleep(MEASURE_EVERY_SECONDS)

    return BackgroundLoop("measure sales", run)
