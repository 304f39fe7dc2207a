"""The whole outside world at start: the shop's catalogue, the cabinet, the tills, and how it came about."""

from dataclasses import dataclass, field
from datetime import datetime

from smena_sandbox.clock import SandboxClock
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import CatalogueItem
from smena_sandbox.world.report import LoadReport
from smena_sandbox.world.settings import RegisterSettings


@dataclass(slots=True)
class World:
    """Everything the sandbox plays, before the first request."""

    seed: int
    source: str
    first_day: datetime
    last_day: datetime
    registers: list[RegisterSettings]
    items: list[CatalogueItem]
    cabinet: Cabinet
    clock: SandboxClock
    report: LoadReport = field(default_factory=LoadReport)
    extra_items: list[CatalogueItem] = field(default_factory=list)
    """Items of 1C that are never sold: services, materials, ones without a barcode or an article."""
