"""What applying a diff needs of the outside."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncSession

from catalog_sync.ports.repositories import OpenWork
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig


@dataclass(frozen=True, slots=True)
class ApplyPorts:
    """``hold`` proves in a transaction that the run is still this worker's; ``person`` asked for it."""

    config: SmenaConfig
    cabinet: Cabinet
    open_work: OpenWork
    clock: Clock
    hold: Callable[[AsyncSession], Awaitable[None]]
    progress: Callable[[int, int], Awaitable[None]]
    person: str | None = None
