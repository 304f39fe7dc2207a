"""Write the rows of an import into the ERP, each once, whatever happens in between.

Items and barcodes go first, a row after the other; then one document sets the prices of all rows that stand. The
intent of each is stored before its call. A row whose outcome nobody told is put aside, looked for, and made again only
where that cannot make a second item. The run may stop at any point and go on here.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from catalog_sync.domain.applying import RowState, counts_of
from catalog_sync.domain.outcomes import Outcome, bound_only
from catalog_sync.domain.rows import Status
from catalog_sync.ports.imports import ImportRow
from catalog_sync.ports.records import ApplyRow, Diff, StoredRow
from catalog_sync.use_cases.import_item import OUTDATED, Brought, ItemImporter, clashing, name_of
from catalog_sync.use_cases.import_ports import ImportPorts
from catalog_sync.use_cases.import_prices import PriceImporter
from catalog_sync.use_cases.outdated import moved_rows
from catalog_sync.use_cases.read_cabinet import read_cabinet
from catalog_sync.use_cases.record_outcomes import record_outcomes, tell_applied
from catalog_sync.use_cases.refresh_erp import refresh
from smena.erp.catalogue import ErpCatalogue
from smena.erp.errors import ErpOutcomeUnknownError

ROWS_AT_ONCE = 500
"""So many rows are fetched from storage together; each is sent alone."""
ROUNDS_MAX = 60
"""After so many rounds without a clear answer the attempt ends; the run is tried again later."""
LOOK_AGAIN_SECONDS = 5.0
"""At the longest so long a row without an answer waits for its next look."""


class ImportApplier:
    """One attempt at one import run into an ERP that is written to."""

    def __init__(self, run: UUID, diff: Diff, ports: ImportPorts, catalogue: ErpCatalogue) -> None:
        self._run = run
        self._diff = diff
        self._ports = ports
        self._erp = catalogue
        self._items = ItemImporter(run, diff, ports, catalogue)
        self._prices = PriceImporter(run, diff, ports, catalogue)

    async def apply(self) -> dict[str, Any]:
        """Bring every row to its end; answers how many ended how.

        Raises:
            ErpError, CabinetError: no answer; the rows stay as they are, a later attempt goes on.
        """
        await self._drop_moved()
        await self._until_clear(self._bring_items)
        await self._until_clear(self._set_prices)
        async with self._ports.open_work() as work:
            counts = await work.apply_rows.counts(self._run)
            await self._ports.hold(work.session)
            await tell_applied(work, self._run, self._diff, counts)
            await work.commit()
        return {"diff": str(self._diff.id), "rows": sum(counts.values()), **counts_of(counts)}

    async def _until_clear(self, step: Callable[[], Awaitable[bool]]) -> None:
        for _ in range(ROUNDS_MAX):
            if not await step():
                return
            await self._pause()
        raise ErpOutcomeUnknownError(f"{ROUNDS_MAX} раз подряд без ясного ответа")

    async def _drop_moved(self) -> None:
        """Read both sides anew and give up the planned rows that would not be shown the same now."""
        planned = [row.n for row in await self._open_rows() if row.state is RowState.PLANNED]
        if not planned:
            return
        await refresh(self._diff.organization, self._erp, self._ports.open_work)
        reading = await read_cabinet(
            self._diff.cabinet, self._ports.cabinet, open_work=self._ports.open_work, clock=self._ports.clock
        )
        moved = await moved_rows(
            self._diff,
            planned,
            reading.items,
            config=self._ports.config,
            capabilities=self._ports.cabinet.capabilities(),
            open_work=self._ports.open_work,
        )
        in_order = sorted(moved)
        for first in range(0, len(in_order), ROWS_AT_ONCE):
            for stored in (await self._content(in_order[first : first + ROWS_AT_ONCE])).values():
                await self._record(Brought(Outcome(stored.n, RowState.OUTDATED, stored.row, message=OUTDATED)))

    async def _bring_items(self) -> bool:
        """Send what is open, in order; True while the outcome of a row is unknown."""
        open_rows = await self._open_rows()
        unclear: set[tuple[str, str]] = set()
        unknown = False
        for first in range(0, len(open_rows), ROWS_AT_ONCE):
            chunk = open_rows[first : first + ROWS_AT_ONCE]
            content, far = await self._content([row.n for row in chunk]), await self._far([row.n for row in chunk])
            await self._bind(list(content.values()))
            versions = await self._versions(list(content.values()))
            for row in sorted(chunk, key=lambda one: (one.state is RowState.PLANNED, one.n)):
                stored, reached = content[row.n], far.get(row.n)
                if stored.row.status is Status.IDENTICAL or (reached is not None and reached.written):
                    continue
                if row.state is RowState.PLANNED and clashing(stored, unclear):
                    unknown = True
                    continue
                try:
                    brought = await self._items.bring(row, stored, reached, versions.get(row.n))
                except ErpOutcomeUnknownError:
                    unknown = True
                    unclear.add(name_of(stored))
                    continue
                await self._record(brought)
        return unknown

    async def _bind(self, rows: Sequence[StoredRow]) -> None:
        """Pairs that are equal already are only bound."""
        equal = [bound_only(stored.n, stored.row) for stored in rows if stored.row.status is Status.IDENTICAL]
        if equal:
            async with self._ports.open_work() as work:
                await self._ports.hold(work.session)
                await record_outcomes(work, self._run, self._diff, equal, self._ports.clock.now())
                await work.commit()

    async def _set_prices(self) -> bool:
        """Set the prices of the rows whose items stand; True while the outcome is unknown."""
        numbers = [row.n for row in await self._open_rows()]
        if not numbers:
            return False
        content, far = await self._content(numbers), await self._far(numbers)
        try:
            await self._prices.set_prices(list(content.values()), far)
        except ErpOutcomeUnknownError:
            return True
        await self._say_progress()
        return False

    async def _record(self, brought: Brought) -> None:
        outcome = brought.outcome
        async with self._ports.open_work() as work:
            await self._ports.hold(work.session)
            if brought.item is not None:
                await work.erp.save_items(self._diff.organization, [brought.item])
            if brought.waits and outcome.item_ref is not None:
                await work.imports.note(self._run, [ImportRow(outcome.n, outcome.item_ref, written=True)])
            else:
                await record_outcomes(work, self._run, self._diff, [outcome], self._ports.clock.now())
            await work.commit()
        await self._say_progress()

    async def _say_progress(self) -> None:
        async with self._ports.open_work() as work:
            counts = await work.apply_rows.counts(self._run)
        ended = sum(number for state, number in counts.items() if RowState(state).ended)
        await self._ports.progress(ended, sum(counts.values()))

    async def _pause(self) -> None:
        """Wait for the next look; the horizon is looked at as often as the setting asks, and no seldomer than that."""
        timing = self._ports.config.timing
        horizon = max(timing.onec_absence_horizon, timing.onec_request)
        await asyncio.sleep(min(LOOK_AGAIN_SECONDS, horizon / max(timing.onec_absence_looks - 1, 1)))

    async def _open_rows(self) -> list[ApplyRow]:
        async with self._ports.open_work() as work:
            return await work.apply_rows.open_rows(self._run)

    async def _content(self, numbers: Sequence[int]) -> dict[int, StoredRow]:
        async with self._ports.open_work() as work:
            return await work.diffs.rows_by_number(self._diff.id, numbers)

    async def _far(self, numbers: Sequence[int]) -> dict[int, ImportRow]:
        async with self._ports.open_work() as work:
            return await work.imports.of_run(self._run, numbers)

    async def _versions(self, rows: Sequence[StoredRow]) -> dict[int, str | None]:
        """The versions the items have as last read: a save that changed nothing moves no row."""
        refs = {stored.n: stored.row.item.ref for stored in rows if stored.row.item is not None}
        async with self._ports.open_work() as work:
            versions = await work.imports.versions(self._diff.organization, list(refs.values()))
        return {n: versions.get(ref) for n, ref in refs.items()}
