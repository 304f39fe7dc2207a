"""Write the rows of an apply run to the cabinet, each once, whatever happens in between.

The intent of a batch is stored before the call, its outcome after it. A write whose outcome nobody told is looked
up in the cabinet before anything is sent again; a new item is sent again only when a look that began after its
request's deadline has not found it, so that no good is made twice. The run may stop at any point and go on here.
"""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from catalog_sync.domain.applying import RowState, counts_of
from catalog_sync.domain.outcomes import Outcome, answered, bound_only
from catalog_sync.domain.rows import Status
from catalog_sync.domain.writes import write_of
from catalog_sync.ports.records import ApplyRow, Diff, Intent, StoredRow
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.outdated import moved_rows
from catalog_sync.use_cases.read_cabinet import read_cabinet
from catalog_sync.use_cases.record_outcomes import record_outcomes, tell_applied
from catalog_sync.use_cases.settle_unknown import settle
from smena.cabinets.items import CabinetItem, ItemWriteResult
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError
from smena.runtime.failpoints import reach

OUTDATED = "Изменено после сравнения: заполните заново"
UNKNOWN_IN_A_ROW_MAX = 5
"""After so many batches without a clear answer the attempt ends; the run is tried again later."""


class DiffApplier:
    """One attempt at one apply run."""

    def __init__(self, run: UUID, diff: Diff, ports: ApplyPorts) -> None:
        self._run = run
        self._diff = diff
        self._ports = ports
        self._batch_max = ports.cabinet.capabilities().items_per_write_max

    async def apply(self) -> dict[str, Any]:
        """Bring every row to its end; answers how many ended how.

        Raises:
            CabinetError: the cabinet gives no answer; the rows stay as they are, a later attempt goes on.
        """
        unknown = 0
        while open_rows := await self._open_rows():
            items = await self._read()
            planned = [row for row in open_rows if row.state is RowState.PLANNED]
            sent = [row for row in open_rows if row.state is RowState.SENT]
            settled = await settle(self._run, self._diff, sent, items, ports=self._ports, read=self._read)
            planned += settled.to_send_again
            if await self._work_off(sorted(planned, key=lambda row: row.n), settled.items):
                continue
            unknown += 1
            if unknown == UNKNOWN_IN_A_ROW_MAX:
                raise CabinetOutcomeUnknownError(f"{unknown} batches without a clear answer")
        async with self._ports.open_work() as work:
            counts = await work.apply_rows.counts(self._run)
            await self._ports.hold(work.session)
            await tell_applied(work, self._run, self._diff, counts)
            await work.commit()
        return {"diff": str(self._diff.id), "rows": sum(counts.values()), **counts_of(counts)}

    async def _work_off(self, planned: Sequence[ApplyRow], items: list[CabinetItem]) -> bool:
        """Write what has not moved, batch by batch; False where an outcome is unknown, so that it is looked up."""
        moved = await self._drop_moved([row.n for row in planned], items)
        numbers = [row.n for row in planned if row.n not in moved]
        for first in range(0, len(numbers), self._batch_max):
            rows = await self._content(numbers[first : first + self._batch_max])
            await self._record([bound_only(row.n, row.row) for row in rows if row.row.status is Status.IDENTICAL])
            to_write = [row for row in rows if row.row.status is not Status.IDENTICAL]
            if to_write and not await self._write(to_write):
                return False
        return True

    async def _drop_moved(self, numbers: Sequence[int], items: list[CabinetItem]) -> set[int]:
        """Give up the rows that would not be shown the same now: each fails alone, the rest goes on."""
        moved = await moved_rows(
            self._diff,
            numbers,
            items,
            config=self._ports.config,
            capabilities=self._ports.cabinet.capabilities(),
            open_work=self._ports.open_work,
        )
        in_order = sorted(moved)
        for first in range(0, len(in_order), self._batch_max):
            rows = await self._content(in_order[first : first + self._batch_max])
            await self._record([Outcome(row.n, RowState.OUTDATED, row.row, message=OUTDATED) for row in rows])
        return moved

    async def _write(self, batch: Sequence[StoredRow]) -> bool:
        """Send one batch; False when some outcome is unknown."""
        writes = [write_of(stored.row) for stored in batch]
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            intents = {
                stored.n: Intent(stored.row.counterpart, write) for stored, write in zip(batch, writes, strict=True)
            }
            await work.apply_rows.mark_sent(self._run, intents, self._ports.clock.now())
            await work.commit()
        reach("apply.before-send")
        try:
            results = await self._ports.cabinet.save_items(writes)
        except CabinetOutcomeUnknownError:
            return False
        except CabinetRefusedError as refused:
            await self._record([Outcome(s.n, RowState.FAILED, s.row, message=str(refused)) for s in batch])
            return True
        reach("apply.after-send")
        told = _by_index(results)
        outcomes = [
            answered(stored.n, stored.row, write, told[index])
            for index, (stored, write) in enumerate(zip(batch, writes, strict=True))
            if index in told
        ]
        known = [outcome for outcome in outcomes if outcome is not None]
        await self._record(known)
        return len(known) == len(batch)

    async def _record(self, outcomes: Sequence[Outcome]) -> None:
        if not outcomes:
            return
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            await record_outcomes(work, self._run, self._diff, outcomes, self._ports.clock.now(), self._ports.person)
            reach("apply.before-commit")
            await work.commit()
        await self._say_progress()

    async def _say_progress(self) -> None:
        async with self._ports.open_work() as work:
            counts = await work.apply_rows.counts(self._run)
        ended = sum(number for state, number in counts.items() if RowState(state).ended)
        await self._ports.progress(ended, sum(counts.values()))

    async def _open_rows(self) -> list[ApplyRow]:
        async with self._ports.open_work() as work:
            return await work.apply_rows.open_rows(self._run)

    async def _content(self, numbers: Sequence[int]) -> list[StoredRow]:
        async with self._ports.open_work() as work:
            stored = await work.diffs.rows_by_number(self._diff.id, numbers)
        return [stored[n] for n in numbers]

    async def _read(self) -> list[CabinetItem]:
        reading = await read_cabinet(
            self._diff.cabinet, self._ports.cabinet, open_work=self._ports.open_work, clock=self._ports.clock
        )
        return reading.items


def _by_index(results: Sequence[ItemWriteResult]) -> dict[int, ItemWriteResult]:
    return {result.index: result for result in results}
