"""Where ports meet adapters."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from fastapi import APIRouter

from catalog_sync.adapters.files.tables import SpreadsheetReader
from catalog_sync.adapters.files.waybill_names import load_waybill_names
from catalog_sync.adapters.files.waybill_xml import XmlWaybillReader
from catalog_sync.adapters.tables import MESSAGING, RUNS
from catalog_sync.adapters.unit_of_work import PostgresCatalogWork
from catalog_sync.http_api.catalogue_lists import catalogue_lists
from catalog_sync.http_api.catalogue_routes import catalogue_routes
from catalog_sync.http_api.diff_event_routes import diff_event_routes
from catalog_sync.http_api.diff_routes import diff_routes
from catalog_sync.http_api.export_routes import export_routes
from catalog_sync.http_api.feed_routes import feed_routes
from catalog_sync.http_api.file_routes import file_routes
from catalog_sync.http_api.handed_file_routes import handed_file_routes
from catalog_sync.http_api.match_routes import match_routes
from catalog_sync.http_api.problems import explain, final
from catalog_sync.http_api.register_routes import register_routes
from catalog_sync.http_api.run_rows_routes import ERP_PULL_RUN, run_rows_routes
from catalog_sync.http_api.undo_routes import undo_routes
from catalog_sync.ports.files import FilePorts
from catalog_sync.use_cases.describe_register import WarehouseKinds
from catalog_sync.use_cases.request_apply import APPLY_RUN
from catalog_sync.use_cases.request_diff import DIFF_RUN
from catalog_sync.use_cases.services import Services
from catalog_sync.use_cases.undo_run import UNDO_RUN
from catalog_sync.workers.run_handlers import RunHandlers
from smena.audit.routes import ChainsOf, audit_router
from smena.cabinets.open_cabinet import OperatorNotSupportedError, open_cabinet
from smena.cabinets.port import Cabinet, CabinetRefusedError
from smena.erp.catalogue import ErpCatalogue
from smena.erp.open_erp import open_catalogue
from smena.leases.leases import Leases
from smena.runs.routes import run_routes
from smena.runs.store import RunStore
from smena.runs.worker import RetryPolicy, RunWorker
from smena.runtime.service import BackgroundLoop, Runtime, ServiceParts
from smena.workbooks.table import XlsxTable

READ_RETRY = RetryPolicy(attempts_max=5, first_seconds=1.0, growth=2.0, seconds_max=15.0)
"""Somebody waits for a diff or a pull: after about half a minute he is told what is wrong."""
APPLY_RETRY = RetryPolicy(attempts_max=40, first_seconds=1.0, growth=2.0, seconds_max=60.0)
"""A half-written catalogue is brought to its end when the cabinet is back, within some half an hour."""

Opened = TypeVar("Opened", Cabinet, ErpCatalogue)


class Doors(Generic[Opened]):
    """Outside systems, each opened when it is first needed and kept open."""

    def __init__(self, open_one: Callable[[str], Opened | None]) -> None:
        self._open_one: Callable[[str], Opened | None] = open_one
        self._opened: dict[str, Opened | None] = {}

    def of(self, name: str) -> Opened | None:
        """The door to one system; None where the configuration names none."""
        if name not in self._opened:
            self._opened[name] = self._open_one(name)
        return self._opened[name]

    async def close(self) -> None:
        """Let every connection go."""
        for opened in self._opened.values():
            if opened is not None:
                await opened.close()


def open_services(
    runtime: Runtime,
    cabinet_of: Callable[[str], Cabinet],
    catalogue_of: Callable[[str], ErpCatalogue | None],
) -> Services:
    """The ports over PostgreSQL and the given outside systems."""

    def open_work() -> PostgresCatalogWork:
        return PostgresCatalogWork(runtime.database, MESSAGING, runtime.clock)

    return Services(
        config=runtime.config,
        open_work=open_work,
        runs=RunStore(RUNS),
        clock=runtime.clock,
        kinds=WarehouseKinds(catalogue_of),
        cabinet_of=cabinet_of,
        catalogue_of=catalogue_of,
        files=FilePorts(
            tables=SpreadsheetReader(),
            waybills=XmlWaybillReader(
                lambda organization: load_waybill_names(runtime.config.organization(organization).waybill_names)
            ),
            new_table=XlsxTable,
            open_work=open_work,
        ),
    )


async def build(runtime: Runtime) -> ServiceParts:
    """The service over the systems its configuration names."""
    cabinets: Doors[Cabinet] = Doors(
        lambda cabinet: open_cabinet(runtime.config, cabinet, runtime.environment, clock=runtime.clock)
    )
    catalogues: Doors[ErpCatalogue] = Doors(
        lambda organization: open_catalogue(runtime.config, organization, runtime.environment)
    )

    def cabinet_of(cabinet: str) -> Cabinet:
        try:
            opened = cabinets.of(cabinet)
        except OperatorNotSupportedError as error:
            raise CabinetRefusedError(str(error)) from error
        assert opened is not None, "a cabinet is opened or refused"
        return opened

    async def close() -> None:
        await cabinets.close()
        await catalogues.close()

    return parts_of(runtime, open_services(runtime, cabinet_of, catalogues.of), close)


def parts_of(runtime: Runtime, services: Services, close: Callable[[], Awaitable[None]]) -> ServiceParts:
    """Routes and loops over the services' ports."""
    handlers = run_handlers(services)
    return ServiceParts(
        routers=(
            register_routes(services),
            catalogue_routes(services),
            catalogue_lists(services),
            file_routes(services),
            handed_file_routes(services),
            export_routes(services),  # before the diffs, whose address would take the file's name for an id
            diff_routes(services),
            diff_event_routes(services, runtime.notifications),
            match_routes(services),
            feed_routes(services),
            run_rows_routes(services),
            undo_routes(services),
            *_run_routes(runtime, services),
            audit_router("/catalog/v1", "catalog:read", _chains_of(services), services.open_work),
        ),
        consumers=(),
        loops=(
            BackgroundLoop("reading-runs", readers(runtime, services, handlers).run),
            BackgroundLoop("apply-runs", appliers(runtime, services, handlers).run),
        ),
        close=close,
    )


def _chains_of(services: Services) -> ChainsOf:
    """The organisations whose decisions a caller may read."""
    return lambda caller: caller.visible(organization.id for organization in services.config.organizations)


def run_handlers(services: Services) -> RunHandlers:
    """The handlers of every kind of run."""
    return RunHandlers(services, Leases(MESSAGING), final)


def readers(runtime: Runtime, services: Services, handlers: RunHandlers) -> RunWorker:
    """The worker of runs that only read outside."""
    return RunWorker(
        runtime.database,
        services.runs,
        runtime.notifications,
        {ERP_PULL_RUN: handlers.erp_pull, DIFF_RUN: handlers.diff},
        runtime.clock,
        lease_seconds=runtime.config.timing.lease,
        retry=READ_RETRY,
        explain=explain,
    )


def appliers(runtime: Runtime, services: Services, handlers: RunHandlers) -> RunWorker:
    """The worker of runs that write to a cabinet."""
    return RunWorker(
        runtime.database,
        services.runs,
        runtime.notifications,
        {APPLY_RUN: handlers.apply, UNDO_RUN: handlers.undo},
        runtime.clock,
        lease_seconds=runtime.config.timing.lease,
        retry=APPLY_RETRY,
        explain=explain,
    )


def _run_routes(runtime: Runtime, services: Services) -> tuple[APIRouter, ...]:
    return tuple(
        run_routes(
            f"/catalog/v1/{collection}",
            "catalog:read",
            database=runtime.database,
            store=services.runs,
            notifications=runtime.notifications,
            kinds=kinds,
        )
        for collection, kinds in (("runs", {APPLY_RUN, UNDO_RUN}), ("erp-pulls", {ERP_PULL_RUN}))
    )
