"""Read a cabinet's items page by page and keep them as its snapshot."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.confirm_handed_over import confirm_handed_over
from smena.cabinets.items import CabinetItem
from smena.cabinets.port import Cabinet, CabinetError
from smena.clock import Clock

FAILURE_CHARACTERS_MAX = 500


@dataclass(frozen=True, slots=True)
class CabinetReading:
    """All items of a cabinet as just read, and the version of the whole."""

    items: list[CabinetItem]
    version: str


async def read_cabinet(
    cabinet_id: str,
    cabinet: Cabinet,
    *,
    open_work: OpenWork,
    clock: Clock,
    progress: Callable[[int], Awaitable[None]] | None = None,
) -> CabinetReading:
    """Read everything, then store what changed; an item listed twice counts once, as listed last.

    A cabinet that gives no answer is remembered as failing, for the register's page.
    """
    found: dict[str, CabinetItem] = {}
    try:
        async for page in cabinet.list_items():
            found.update((item.id, item) for item in page)
            if progress is not None:
                await progress(len(found))
    except CabinetError as error:
        async with open_work() as work:
            await work.cabinets.failed(cabinet_id, str(error)[:FAILURE_CHARACTERS_MAX], clock.now())
            await work.commit()
        raise
    items = list(found.values())
    async with open_work() as work:
        await work.cabinets.lock(cabinet_id)
        version = await work.cabinets.replace(cabinet_id, items, clock.now())
        await work.commit()
    await confirm_handed_over(cabinet_id, items, open_work=open_work, clock=clock)
    return CabinetReading(items, version)
