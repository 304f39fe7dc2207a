"""Bind the rows of handed-over files that the cabinet holds now; called with every reading of a cabinet."""

import asyncio
from collections.abc import Sequence

from catalog_sync.domain.applying import CabinetIndex, RowState
from catalog_sync.domain.handing_over import confirmed
from catalog_sync.domain.outcomes import Outcome
from catalog_sync.domain.writes import write_of
from catalog_sync.ports.records import StoredRow
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.record_outcomes import record_outcomes, tell_applied
from smena.cabinets.items import CabinetItem
from smena.clock import Clock


async def confirm_handed_over(cabinet: str, items: Sequence[CabinetItem], *, open_work: OpenWork, clock: Clock) -> None:
    """Bind what was confirmed; a run whose last row is confirmed is told to the others."""
    async with open_work() as work:
        await work.cabinets.lock(cabinet)
        waiting = await work.handed.waiting(cabinet)
        if not waiting:
            return
        index = await asyncio.to_thread(CabinetIndex, items)
        for rows in waiting:
            diff = await work.diffs.get(rows.diff)
            assert diff is not None, "rows under way belong to a diff"
            stored = await work.diffs.rows_by_number(rows.diff, rows.numbers)
            outcomes = [found for n in rows.numbers if (found := _outcome(stored[n], index)) is not None]
            await record_outcomes(work, rows.run, diff, outcomes, clock.now())
            counts = await work.apply_rows.counts(rows.run)
            if not counts.get(RowState.HANDED_OVER):
                await tell_applied(work, rows.run, diff, counts)
        await work.commit()


def _outcome(stored: StoredRow, index: CabinetIndex) -> Outcome | None:
    item = confirmed(write_of(stored.row), index)
    return None if item is None else Outcome(stored.n, RowState.BOUND, stored.row, item)
