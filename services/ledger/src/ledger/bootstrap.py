"""Where the ledger's ports meet their adapters."""

from collections.abc import Callable
from datetime import timedelta

from ledger.adapters.courier import GuardedCourier
from ledger.adapters.rulebook import ConfiguredRulebook
from ledger.adapters.sales_desk import HttpSalesDesk
from ledger.adapters.tables import MESSAGING, RUNS
from ledger.adapters.unit_of_work import LedgerUnitOfWork
from ledger.domain.status import DeliveryTiming
from ledger.domain.webhooks import HookTiming
from ledger.http_api.comparisons import comparison_router
from ledger.http_api.dead_letters import dead_letter_router
from ledger.http_api.decisions import decision_router
from ledger.http_api.document_files import document_file_router
from ledger.http_api.documents import document_router
from ledger.http_api.doors import BASE, Doors
from ledger.http_api.feed import feed_router
from ledger.http_api.reconciliations import reconciliation_router
from ledger.http_api.replays import replay_routers
from ledger.http_api.resends import resend_routers
from ledger.http_api.rollbacks import rollback_routers
from ledger.http_api.statements import statement_router
from ledger.http_api.waiting import waiting_router
from ledger.http_api.webhooks import webhook_router
from ledger.ports.unit_of_work import NewWork
from ledger.ports.webhooks import Courier
from ledger.use_cases.change_webhooks import HookTools
from ledger.use_cases.decide_dead_letter import LetterTools
from ledger.use_cases.decide_document import Deciding
from ledger.use_cases.deliver_shift import DeliveryTools
from ledger.use_cases.known_base import KnownBase
from ledger.use_cases.offer_documents import OfferTools
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.use_cases.send_webhooks import SendTools
from ledger.workers.consume_shifts import shifts_consumer
from ledger.workers.deliver_documents import Base
from ledger.workers.measure_documents import measuring_loop
from ledger.workers.offer_documents import offering_loop
from ledger.workers.runs import run_handlers
from ledger.workers.send_webhooks import sending_loops
from ledger.workers.tell_standings import telling_loop
from smena.audit.routes import audit_router
from smena.config.model import SmenaConfig
from smena.erp.documents import ErpDocumentKind, ErpDocuments
from smena.erp.open_erp import open_documents
from smena.leases.leases import Leases
from smena.runs.store import RunStore
from smena.runs.worker import RunWorker
from smena.runtime.service import BackgroundLoop, Runtime, ServiceParts

SALES_URL = "SMENA_SALES_URL"
"""Where sales-ingest answers when it runs in another process."""


def timing_of(config: SmenaConfig) -> DeliveryTiming:
    """The deadlines of delivery."""
    timing = config.timing
    return DeliveryTiming(
        request=timing.onec_request,
        absence_horizon=timing.onec_absence_horizon,
        absence_looks=timing.onec_absence_looks,
        retry=timing.delivery_retry,
        retry_max=timing.delivery_retry_max,
    )


def new_work_of(runtime: Runtime) -> Callable[[], LedgerUnitOfWork]:
    """Opens transactions on the runtime's database."""
    return lambda: LedgerUnitOfWork(runtime.database, MESSAGING, runtime.clock)


def base_of(organization: str, erp: ErpDocuments, rulebook: ConfiguredRulebook, runtime: Runtime) -> Base:
    """The delivery into one organisation's base."""
    timing = runtime.config.timing
    tools = DeliveryTools(
        erp=erp,
        rulebook=rulebook,
        clock=runtime.clock,
        timing=timing_of(runtime.config),
        leases=Leases(MESSAGING),
        lease_seconds=timing.lease,
        new_work=new_work_of(runtime),
    )
    return Base(
        organization=organization,
        kinds=tuple(kind.value for kind in ErpDocumentKind),
        tools=tools,
        notifications=runtime.notifications,
        poll_seconds=timing.relay_poll,
        verify_every=timedelta(seconds=timing.verify_every),
    )


def offering_loops(runtime: Runtime, tools: OfferTools) -> list[BackgroundLoop]:
    """One loop for each organisation whose ERP fetches its documents."""
    fetching = [one.id for one in runtime.config.organizations if tools.rulebook.fetches(one.id)]
    poll_seconds = runtime.config.timing.relay_poll
    return [offering_loop(one, tools, runtime.notifications, poll_seconds) for one in fetching]


def sending_of(runtime: Runtime, new_work: NewWork) -> tuple[Courier, list[BackgroundLoop]]:
    """Who brings webhooks to their receivers, and the loops that give it what is due."""
    timing = runtime.config.timing
    courier = GuardedCourier(runtime.config.webhooks.private_hosts, timeout_seconds=timing.webhook_request)
    hooks = HookTiming(timing.webhook_request, timing.webhook_retry)
    tools = SendTools(courier, hooks, runtime.clock, new_work)
    return courier, sending_loops(tools, runtime.notifications, timing.relay_poll)


def open_erps(runtime: Runtime) -> dict[str, ErpDocuments]:
    """The ERP of each organisation whose documents are carried there by us."""
    found: dict[str, ErpDocuments] = {}
    for organization in runtime.config.organizations:
        erp = open_documents(runtime.config, organization.id, runtime.environment)
        if erp is not None:
            found[organization.id] = erp
    return found


async def build(runtime: Runtime) -> ServiceParts:
    """Build the service."""
    return assemble(runtime, open_erps(runtime))


def sales_address(runtime: Runtime) -> str:
    """Where sales-ingest answers: as named, else at this process's own address."""
    own = f"http://{runtime.settings.http_host}:{runtime.settings.http_port}"
    return runtime.environment.get(SALES_URL, own).rstrip("/")


def assemble(runtime: Runtime, erps: dict[str, ErpDocuments]) -> ServiceParts:
    """Join rules, database and ERPs into routes, consumer and loops."""
    rulebook = ConfiguredRulebook(runtime.config)
    new_work = new_work_of(runtime)
    sales = HttpSalesDesk(sales_address(runtime))
    known = {organization: KnownBase(organization, erp, runtime.clock, new_work) for organization, erp in erps.items()}
    comparing = Comparing(known, rulebook, sales, runtime.clock, Leases(MESSAGING), new_work)
    deciding = Deciding(comparing, timing_of(runtime.config))
    runs = RunStore(RUNS)
    doors = Doors(
        config=runtime.config,
        new_work=new_work,
        comparing=comparing,
        deciding=deciding,
        database=runtime.database,
        runs=runs,
        notifications=runtime.notifications,
    )
    bases = [base_of(organization, erp, rulebook, runtime) for organization, erp in erps.items()]
    worker = RunWorker(
        runtime.database,
        runs,
        runtime.notifications,
        run_handlers(comparing, deciding),
        runtime.clock,
        lease_seconds=runtime.config.timing.lease,
    )

    courier, sending = sending_of(runtime, new_work)
    offering = offering_loops(runtime, OfferTools(rulebook, runtime.clock, new_work))

    measured = [organization.id for organization in runtime.config.organizations]
    measuring = measuring_loop(measured, runtime.clock, new_work)

    async def close() -> None:
        await sales.close()
        for erp in erps.values():
            await erp.close()

    return ServiceParts(
        routers=(
            document_file_router(doors),
            document_router(doors),
            decision_router(doors),
            reconciliation_router(doors),
            statement_router(doors),
            audit_router(BASE, "ledger:read", doors.chains, new_work),
            comparison_router(doors),
            feed_router(doors),
            webhook_router(doors, HookTools(courier, runtime.clock, new_work)),
            waiting_router(doors),
            dead_letter_router(doors, LetterTools(rulebook, runtime.clock, new_work)),
            *replay_routers(doors),
            *rollback_routers(doors),
            *resend_routers(doors),
        ),
        consumers=(shifts_consumer(rulebook, runtime.clock, new_work),),
        loops=(
            *(loop for base in bases for loop in base.loops()),
            *offering,
            *sending,
            worker.loop(),
            measuring,
            telling_loop(new_work),
        ),
        close=close,
    )
