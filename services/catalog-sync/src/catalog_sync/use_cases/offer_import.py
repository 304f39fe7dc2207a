"""Put the rows of an import into the feed of an ERP that fetches, each under a position of its own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog_sync.domain.applying import RowState, counts_of
from catalog_sync.domain.feed_body import body_of
from catalog_sync.domain.outcomes import Outcome, bound_only
from catalog_sync.domain.rows import Status
from catalog_sync.ports.imports import FeedEntry, FeedState
from catalog_sync.ports.records import Diff, StoredRow
from catalog_sync.use_cases.import_item import OUTDATED
from catalog_sync.use_cases.import_ports import ImportPorts
from catalog_sync.use_cases.outdated import moved_rows
from catalog_sync.use_cases.read_cabinet import read_cabinet
from catalog_sync.use_cases.record_outcomes import record_outcomes, tell_applied
from smena.erp.item_writes import imported_ref

ROWS_AT_ONCE = 500


class ImportOfferer:
    """One attempt at one run whose ERP fetches."""

    def __init__(self, run: UUID, diff: Diff, ports: ImportPorts) -> None:
        self._run = run
        self._diff = diff
        self._ports = ports

    async def offer(self) -> dict[str, Any]:
        """Offer every row that has not moved; answers how many stand how."""
        async with self._ports.open_work() as work:
            numbers = [row.n for row in await work.apply_rows.open_rows(self._run)]
        moved = await self._moved(numbers)
        for first in range(0, len(numbers), ROWS_AT_ONCE):
            await self._offer(numbers[first : first + ROWS_AT_ONCE], moved)
        async with self._ports.open_work() as work:
            counts = await work.apply_rows.counts(self._run)
            await self._ports.hold(work.session)
            if not counts.get(RowState.OFFERED):
                await tell_applied(work, self._run, self._diff, counts)
            await work.commit()
        return {"diff": str(self._diff.id), "rows": sum(counts.values()), **counts_of(counts)}

    async def _moved(self, numbers: Sequence[int]) -> set[int]:
        reading = await read_cabinet(
            self._diff.cabinet, self._ports.cabinet, open_work=self._ports.open_work, clock=self._ports.clock
        )
        return await moved_rows(
            self._diff,
            numbers,
            reading.items,
            config=self._ports.config,
            capabilities=self._ports.cabinet.capabilities(),
            open_work=self._ports.open_work,
        )

    async def _offer(self, numbers: Sequence[int], moved: set[int]) -> None:
        """One transaction: the positions, the rows' states, the ties of what is equal already."""
        now = self._ports.clock.now()
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            stored = await work.diffs.rows_by_number(self._diff.id, numbers)
            fresh = [stored[n] for n in numbers if n not in moved]
            to_write = [one for one in fresh if one.row.status is not Status.IDENTICAL]
            await work.feed.lock(self._diff.organization)
            await work.feed.append([self._entry(one) for one in to_write])
            outcomes = [bound_only(one.n, one.row) for one in fresh if one.row.status is Status.IDENTICAL]
            outcomes += [Outcome(one.n, RowState.OFFERED, one.row) for one in to_write]
            outcomes += [Outcome(n, RowState.OUTDATED, stored[n].row, message=OUTDATED) for n in numbers if n in moved]
            await record_outcomes(work, self._run, self._diff, outcomes, now)
            counts = await work.apply_rows.counts(self._run)
            await work.commit()
        ended = sum(number for state, number in counts.items() if RowState(state).ended)
        await self._ports.progress(ended, sum(counts.values()))

    def _entry(self, stored: StoredRow) -> FeedEntry:
        choice = self._diff.request.retail
        return FeedEntry(
            organization=self._diff.organization,
            position=0,
            cabinet=self._diff.cabinet,
            cabinet_item_id=stored.row.key,
            diff=self._diff.id,
            run=self._run,
            n=stored.n,
            body=body_of(
                stored.row,
                imported_ref(self._diff.cabinet, stored.row.key),
                choice.price_type if choice else None,
                self._diff.request.as_of,
            ),
            state=FeedState.OPEN,
            created_at=self._ports.clock.now(),
        )
