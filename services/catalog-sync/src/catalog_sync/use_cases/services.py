"""What the routes need, made once by ``bootstrap.py``."""

from collections.abc import Callable
from dataclasses import dataclass

from catalog_sync.ports.files import FilePorts
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.describe_register import WarehouseKinds
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig
from smena.erp.catalogue import ErpCatalogue
from smena.runs.store import RunStore


@dataclass(frozen=True, slots=True)
class Services:
    """Ports in the hands of the routes and workers."""

    config: SmenaConfig
    open_work: OpenWork
    runs: RunStore
    clock: Clock
    kinds: WarehouseKinds
    cabinet_of: Callable[[str], Cabinet]
    catalogue_of: Callable[[str], ErpCatalogue | None]
    files: FilePorts
