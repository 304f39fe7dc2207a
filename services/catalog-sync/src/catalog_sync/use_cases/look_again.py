"""Look at both sides again before anything is written: which of the shown rows have moved since?"""

from collections.abc import Sequence

from catalog_sync.domain.rows import Direction
from catalog_sync.ports.records import Diff
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.outdated import moved_rows
from catalog_sync.use_cases.read_cabinet import read_cabinet
from catalog_sync.use_cases.refresh_erp import refresh
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.erp.catalogue import ErpCatalogue


async def moved_since(
    diff: Diff,
    numbers: Sequence[int],
    *,
    config: SmenaConfig,
    cabinet: Cabinet,
    catalogue: ErpCatalogue | None,
    open_work: OpenWork,
    clock: Clock,
) -> set[int]:
    """The numbers of the rows that would not be shown the same now.

    Where neither catalogue nor any tie has moved since the diff was computed, no row has; only else is everything
    compared anew.

    Raises:
        CabinetError, ErpError: the other side gives no answer.
    """
    if catalogue is not None and diff.request.direction is Direction.IMPORT:
        await refresh(diff.organization, catalogue, open_work)
    reading = await read_cabinet(diff.cabinet, cabinet, open_work=open_work, clock=clock)
    async with open_work() as work:
        bindings = await work.bindings.version(diff.cabinet)
        erp = await work.erp.version(diff.organization)
    seen = (diff.cabinet_version, diff.bindings_version, diff.erp_version)
    if diff.revision == 0 and seen == (reading.version, bindings, erp):
        return set()
    return await moved_rows(
        diff, numbers, reading.items, config=config, capabilities=cabinet.capabilities(), open_work=open_work
    )
