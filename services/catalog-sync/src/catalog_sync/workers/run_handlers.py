"""What is done for each kind of run."""

import asyncio
from collections.abc import Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.domain.applying import Route
from catalog_sync.domain.rows import Direction
from catalog_sync.use_cases.apply_diff import DiffApplier
from catalog_sync.use_cases.apply_ports import ApplyPorts
from catalog_sync.use_cases.compute_diff import compute_diff
from catalog_sync.use_cases.hand_over_file import hand_over_file
from catalog_sync.use_cases.pull_erp import pull_erp
from catalog_sync.use_cases.refusals import erp_not_connected
from catalog_sync.use_cases.services import Services
from catalog_sync.workers.apply_import import apply_import
from smena.cabinets.import_files import import_format
from smena.leases.leases import Fence, Leases
from smena.runs.context import RunContext

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
        async with self._services.open_work() as work:
            diff = await work.diffs.get(UUID(context.payload["diff"]))
        assert diff is not None, "a run is queued in the transaction that saw its diff"
        importing = diff.request.direction is Direction.IMPORT
        fence = await self._turn(f"erp:{diff.organization}" if importing else f"cabinet:{diff.cabinet}", context)
        seconds = self._services.config.timing.lease

        async def hold(session: AsyncSession) -> None:
            await context.hold(session)
            await self._leases.renew(session, fence, seconds)

        async def progress(done: int, total: int) -> None:
            await context.progress(done, total)

        try:
            cabinet = self._services.cabinet_of(diff.cabinet)
            if importing:
                return await apply_import(context.run.id, diff, self._services, hold, progress)
            ports = ApplyPorts(
                config=self._services.config,
                cabinet=cabinet,
                open_work=self._services.open_work,
                clock=self._services.clock,
                hold=hold,
                progress=progress,
            )
            form = import_format(self._services.config.cabinet(diff.cabinet).operator)
            if context.payload.get("route") == Route.FILE and form is not None:
                return await hand_over_file(context.run.id, diff, form, ports)
            return await DiffApplier(context.run.id, diff, ports).apply()
        except Exception as error:
            raise self._final(error) from error
        finally:
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
