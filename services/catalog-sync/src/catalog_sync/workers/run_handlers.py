"""What is done for each kind of run."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.domain.applying import Route
from catalog_sync.domain.rows import Direction
from catalog_sync.ports.records import Diff
from catalog_sync.use_cases.apply_diff import DiffApplier
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.await_shift import await_shift
from catalog_sync.use_cases.compute_diff import compute_diff
from catalog_sync.use_cases.hand_over_file import hand_over_file
from catalog_sync.use_cases.look_again import moved_since
from catalog_sync.use_cases.pull_erp import pull_erp
from catalog_sync.use_cases.refusals import erp_not_connected
from catalog_sync.use_cases.request_apply import AFTER_SHIFT, outdated
from catalog_sync.use_cases.services import Services
from catalog_sync.use_cases.undo_import import ImportUndoer
from catalog_sync.use_cases.undo_run import RunUndoer
from catalog_sync.workers.apply_import import apply_import
from smena.cabinets.import_files import import_format
from smena.leases.leases import Fence, Leases
from smena.runs.context import RunContext, RunPostponedError

CABINET_TURN_POLL_SECONDS = 0.5
"""How often a run that waits for another one at the same cabinet asks for its turn."""


class RunHandlers:
    """The handlers of this service. Each may be repeated from the start at any time.

    ``final`` makes the problem that ends a run at once out of an error that trying again would not mend.
    """

    def __init__(self, services: Services, leases: Leases, final: Callable[[Exception], Exception]) -> None:
        self._services = services
        self._leases = leases
        self._final = final

    async def erp_pull(self, context: RunContext) -> dict[str, Any]:
        """Walk the ERP's catalogue."""
        organization = context.payload["organization"]
        catalogue = self._services.catalogue_of(organization)
        if catalogue is None:
            raise self._final(erp_not_connected(organization))
        done = 0

        async def progress(rows: int) -> None:
            nonlocal done
            done += rows
            await context.progress(done, None)

        try:
            counts = await pull_erp(organization, catalogue, open_work=self._services.open_work, progress=progress)
        except Exception as error:
            raise self._final(error) from error
        await context.progress(done, done)
        return dict(counts)

    async def diff(self, context: RunContext) -> dict[str, Any]:
        """Compute a diff."""

        async def progress(read: int) -> None:
            await context.progress(read, None)

        try:
            return await compute_diff(
                UUID(context.payload["diff"]),
                config=self._services.config,
                cabinet_of=self._services.cabinet_of,
                open_work=self._services.open_work,
                clock=self._services.clock,
                progress=progress,
            )
        except Exception as error:
            raise self._final(error) from error

    async def apply(self, context: RunContext) -> dict[str, Any]:
        """Apply a diff; one run at a time writes to a cabinet, or to an ERP."""
        diff = await self._diff_of(context)
        importing = diff.request.direction is Direction.IMPORT
        side = f"erp:{diff.organization}" if importing else f"cabinet:{diff.cabinet}"
        async with self._finally_explained():
            if context.payload.get("when") == AFTER_SHIFT:
                await self._await_shift(diff)
            async with self._writing(side, diff, context) as ports:
                if not context.payload.get("checked", True) and not context.saved.get("checked"):
                    await self._check(context, diff)
                if importing:
                    return await apply_import(context.run.id, diff, self._services, ports.hold, ports.progress)
                form = import_format(self._services.config.cabinet(diff.cabinet).operator)
                if context.payload.get("route") == Route.FILE and form is not None:
                    return await hand_over_file(context.run.id, diff, form, ports)
                return await DiffApplier(context.run.id, diff, ports).apply()

    async def undo(self, context: RunContext) -> dict[str, Any]:
        """Put back what an apply run wrote to a cabinet, or into an ERP."""
        diff = await self._diff_of(context)
        catalogue = self._services.catalogue_of(diff.organization)
        if diff.request.direction is Direction.IMPORT and catalogue is not None:
            side = f"erp:{diff.organization}"
            async with self._finally_explained(), self._writing(side, diff, context) as ports:
                return await ImportUndoer(context.run.id, UUID(context.payload["run"]), diff, ports, catalogue).undo()
        async with self._finally_explained(), self._writing(f"cabinet:{diff.cabinet}", diff, context) as ports:
            return await RunUndoer(context.run.id, UUID(context.payload["run"]), diff, ports).undo()

    async def _diff_of(self, context: RunContext) -> Diff:
        async with self._services.open_work() as work:
            diff = await work.diffs.get(UUID(context.payload["diff"]))
        assert diff is not None, "a run is queued in the transaction that saw its diff"
        return diff

    async def _await_shift(self, diff: Diff) -> None:
        register = self._services.config.register(diff.register)
        look_again = self._services.config.timing.shift_look
        await await_shift(register, self._services.cabinet_of(diff.cabinet), self._services.clock, look_again)

    async def _check(self, context: RunContext, diff: Diff) -> None:
        """The check the request had no time for; nothing has been written yet."""
        async with self._services.open_work() as work:
            numbers = [row.n for row in await work.apply_rows.open_rows(context.run.id)]
        moved = await moved_since(
            diff,
            numbers,
            config=self._services.config,
            cabinet=self._services.cabinet_of(diff.cabinet),
            catalogue=self._services.catalogue_of(diff.organization),
            open_work=self._services.open_work,
            clock=self._services.clock,
        )
        if moved:
            raise outdated(moved)
        await context.checkpoint(checked=True)

    @asynccontextmanager
    async def _finally_explained(self) -> AsyncIterator[None]:
        try:
            yield
        except RunPostponedError:
            raise
        except Exception as error:
            raise self._final(error) from error

    @asynccontextmanager
    async def _writing(self, side: str, diff: Diff, context: RunContext) -> AsyncIterator[ApplyPorts]:
        """The ports of a run whose turn it is to write to a side."""
        fence = await self._turn(side, context)
        seconds = self._services.config.timing.lease

        async def hold(session: AsyncSession) -> None:
            await context.hold(session)
            await self._leases.renew(session, fence, seconds)

        async def progress(done: int, total: int) -> None:
            await context.progress(done, total)

        try:
            yield ApplyPorts(
                config=self._services.config,
                cabinet=self._services.cabinet_of(diff.cabinet),
                open_work=self._services.open_work,
                clock=self._services.clock,
                hold=hold,
                progress=progress,
                person=context.payload.get("by"),
            )
        finally:
            await self._give_back(fence)

    async def _give_back(self, fence: Fence) -> None:
        async with self._services.open_work() as work:
            await self._leases.release(work.session, fence)
            await work.commit()

    async def _turn(self, name: str, context: RunContext) -> Fence:
        """Wait for the right to write to one side; a run taken up again after a crash has it still."""
        while True:
            async with self._services.open_work() as work:
                fence = await self._leases.take(
                    work.session, name, str(context.run.id), self._services.config.timing.lease
                )
                await work.commit()
            if fence is not None:
                return fence
            await asyncio.sleep(CABINET_TURN_POLL_SECONDS)
