"""Apply an import: into the ERP that is written to, else into the feed of the one that fetches."""

from collections.abc import Awaitable, Callable
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.ports.records import Diff
from catalog_sync.use_cases.apply_import import ImportApplier
from catalog_sync.use_cases.import_ports import ImportPorts
from catalog_sync.use_cases.offer_import import ImportOfferer
from catalog_sync.use_cases.services import Services


async def apply_import(
    run: UUID,
    diff: Diff,
    services: Services,
    hold: Callable[[AsyncSession], Awaitable[None]],
    progress: Callable[[int, int], Awaitable[None]],
) -> dict[str, Any]:
    """One attempt at an import run."""
    ports = ImportPorts(
        config=services.config,
        cabinet=services.cabinet_of(diff.cabinet),
        open_work=services.open_work,
        clock=services.clock,
        hold=hold,
        progress=progress,
    )
    catalogue = services.catalogue_of(diff.organization)
    if catalogue is None:
        return await ImportOfferer(run, diff, ports).offer()
    return await ImportApplier(run, diff, ports, catalogue).apply()
