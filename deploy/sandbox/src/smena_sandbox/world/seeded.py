"""The seeded world: same seed, same bytes."""

from datetime import datetime, timedelta

from smena_sandbox.clock import MINSK, SandboxClock
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.differences import fill_goods
from smena_sandbox.world.model import Document, Kind
from smena_sandbox.world.report import LoadReport
from smena_sandbox.world.seeded_items import never_sold_items, seeded_items
from smena_sandbox.world.seeded_shifts import seeded_shifts
from smena_sandbox.world.settings import CABINET_ID, register_settings
from smena_sandbox.world.world import World

CLOCK_STANDS_AT = timedelta(days=1, hours=9)
"""Where the clock starts, after the midnight of the last day: late enough for a shift that crossed midnight."""


def seeded_world(
    *,
    seed: int = 1,
    start: datetime = datetime(2026, 1, 5),  # noqa: DTZ001 - a naive Minsk midnight
    days: int = 7,
    registers: int = 3,
    receipts: int = 60,
    free_lines: int = 0,
) -> World:
    """Generate a world; ``receipts`` is per register and day."""
    items = seeded_items(seed)
    chosen = register_settings(registers)
    cabinet = Cabinet(CABINET_ID, seed=seed, registers=[(r.identity, r.number) for r in chosen], reserved=items)
    fill_goods(cabinet, items, seed)
    seeded_shifts(cabinet, items, seed=seed, first_day=start, days=days, receipts=receipts, free_lines=free_lines)
    last_day = start + timedelta(days=days - 1)
    return World(
        seed=seed,
        source=f"seed {seed}",
        first_day=start,
        last_day=last_day,
        registers=chosen,
        items=items,
        cabinet=cabinet,
        clock=SandboxClock((last_day + CLOCK_STANDS_AT).replace(tzinfo=MINSK)),
        report=_report(cabinet),
        extra_items=never_sold_items(),
    )


def _report(cabinet: Cabinet) -> LoadReport:
    report = LoadReport()
    done = {kind: f"rung as {kind.value}" for kind in Kind}
    for till in cabinet.tills.values():
        for document in till.documents:
            amount = _sum(document)
            report.add(document.kind.value, done[document.kind], amount)
    return report


def _sum(document: Document) -> int:
    return document.z.sales_sum if document.z is not None else document.payable
