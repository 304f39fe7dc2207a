"""Find out what became of writes nobody answered, by looking; never by sending them again."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import UUID

from catalog_sync.domain.applying import CabinetIndex
from catalog_sync.domain.outcomes import Outcome, looked_up
from catalog_sync.domain.writes import write_of
from catalog_sync.ports.records import ApplyRow, Diff, StoredRow
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.record_outcomes import record_outcomes
from smena.cabinets.items import CabinetItem

LOOK_AGAIN_SECONDS = 5.0
"""How often the cabinet is read while a late write may still arrive."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What may be sent again, and the cabinet's items of the last look."""

    to_send_again: list[ApplyRow]
    items: list[CabinetItem]


async def settle(
    run: UUID,
    diff: Diff,
    sent: Sequence[ApplyRow],
    items: list[CabinetItem],
    *,
    ports: ApplyPorts,
    read: Callable[[], Awaitable[list[CabinetItem]]],
) -> Settled:
    """Record every write that stands in the cabinet; give back the ones that certainly do not.

    Changing an item again is harmless, so its write is given back at once. Making one again is not: until the
    request's deadline has passed before a look began, a late answer may still make it.
    """
    if not sent:
        return Settled([], items)
    deadline_seconds = ports.config.timing.cabinet_request
    async with ports.open_work() as work:
        stored = await work.diffs.rows_by_number(diff.id, [row.n for row in sent])
    began, looked_at, waited = monotonic(), ports.clock.now(), False
    open_rows, again = {row.n: row for row in sent}, list[ApplyRow]()
    while open_rows:
        found = _found([stored[n] for n in open_rows], CabinetIndex(items))
        await _record(run, diff, found, ports)
        for outcome in found:
            del open_rows[outcome.n]
        expired = looked_at - timedelta(seconds=deadline_seconds)
        for n, row in list(open_rows.items()):
            if waited or not _makes(stored[n]) or (row.sent_at is not None and row.sent_at <= expired):
                again.append(open_rows.pop(n))
        if open_rows:
            left = max(0.0, began + deadline_seconds - monotonic())
            await asyncio.sleep(min(LOOK_AGAIN_SECONDS, left))
            waited, looked_at = monotonic() - began >= deadline_seconds, ports.clock.now()
            items = await read()
    return Settled(again, items)


def _makes(stored: StoredRow) -> bool:
    return write_of(stored.row).id is None


def _found(rows: Sequence[StoredRow], index: CabinetIndex) -> list[Outcome]:
    outcomes = []
    for stored in rows:
        write = write_of(stored.row)
        item = index.look(write)
        if item is not None:
            outcomes.append(looked_up(stored.n, stored.row, write, item))
    return outcomes


async def _record(run: UUID, diff: Diff, outcomes: Sequence[Outcome], ports: ApplyPorts) -> None:
    if outcomes:
        async with ports.open_work() as work:
            await ports.hold(work.session)
            await record_outcomes(work, run, diff, outcomes, ports.clock.now(), ports.person)
            await work.commit()
