"""The only place where the ports of sales-ingest meet their adapters."""

from zoneinfo import ZoneInfo

from sales_ingest.adapters.cabinet_budget import CabinetBudgets
from sales_ingest.adapters.cabinets import OpenCabinets
from sales_ingest.adapters.month_views import PostgresMonthViews
from sales_ingest.adapters.registry import MESSAGING, RUNS
from sales_ingest.adapters.schedule import LeasedTurn, PullSchedule
from sales_ingest.adapters.unit_of_work import held_work, open_work
from sales_ingest.adapters.views import PostgresSalesViews
from sales_ingest.domain.books import DocumentsRules
from sales_ingest.domain.business_date import BusinessDateRule
from sales_ingest.domain.receipts import RegisterRules
from sales_ingest.domain.registers import Registers, RegisterSetup
from sales_ingest.http_api.api import routers
from sales_ingest.http_api.doors import Doors
from sales_ingest.use_cases.run_kinds import PULL
from sales_ingest.workers import silence
from sales_ingest.workers.consumers import bindings_consumer, documents_consumer, standings_consumer
from sales_ingest.workers.measure_sales import measuring_loop
from sales_ingest.workers.runs import explain, handlers
from sales_ingest.workers.schedules import auto_publish, auto_pull, nightly_reread, pause
from smena.config.model import Organization, Register, SmenaConfig
from smena.config.registers import CardPayment, CashOrder
from smena.kinds.vat import VatRate
from smena.leases.leases import Leases
from smena.runs.store import RunStore
from smena.runs.worker import RunWorker
from smena.runtime.service import Runtime, ServiceParts


def registers_of(config: SmenaConfig) -> dict[str, RegisterSetup]:
    """Every configured register with what the rules need of it."""
    return {register.id: _register_setup(register, config) for register in config.registers}


def _register_setup(register: Register, config: SmenaConfig) -> RegisterSetup:
    organization = config.organization_of(register.id)
    zone = ZoneInfo(organization.timezone)
    return RegisterSetup(
        id=register.id,
        cabinet=register.cabinet,
        organization=organization.id,
        number=register.number,
        rules=RegisterRules(
            free_line_vat=_free_line_vat(register, organization),
            default_items={rate.value: ref for rate, ref in register.default_items.items()},
            fill_defaults=register.default_mode == "fill",
        ),
        date_rule=BusinessDateRule(register.business_date.rule, register.business_date.cutoff, zone),
        lookback_days=register.lookback_days,
        auto_pull=register.auto_pull,
        reread_days=register.reread_days,
        auto_publish=register.auto_publish,
        active_from=register.active_from,
        active_to=register.active_to,
        silence_after=register.silence_after,
        documents=_documents_rules(register, has_erp=config.erp_of(organization.id).kind != "none"),
        items_are_guids=config.erp_of(organization.id).kind == "onec-odata",
    )


def _documents_rules(register: Register, *, has_erp: bool) -> DocumentsRules:
    """Whether posted documents are to be waited for; without an ERP they are exported by hand."""
    policy = register.documents
    unposted: set[str] = set() if policy.post else {"retail-report", "retail-refund"}
    for mapping in policy.payments.values():
        if isinstance(mapping, CashOrder) and not mapping.post:
            unposted |= {"cash-receipt-order", "cash-expense-order"}
        if isinstance(mapping, CardPayment) and not mapping.post:
            unposted.add("card-payment")
    return DocumentsRules(policy.delivery if has_erp else "off", policy.documents_from, frozenset(unposted))


def _free_line_vat(register: Register, organization: Organization) -> VatRate:
    """A line that tells no rate stands under the register's first default item's; a non-payer has none."""
    if not organization.vat_payer:
        return VatRate.NONE
    return next(iter(register.default_items), VatRate.TWENTY)


async def build(runtime: Runtime) -> ServiceParts:
    """Build the service."""
    registers: Registers = registers_of(runtime.config)
    work = open_work(runtime.database, runtime.clock)
    cabinets = OpenCabinets(runtime.config, runtime.environment, runtime.clock, CabinetBudgets(runtime.database.url))
    runs = RunStore(RUNS)
    lease_seconds = runtime.config.timing.lease
    worker = RunWorker(
        runtime.database,
        runs,
        runtime.notifications,
        handlers(registers, cabinets.open, held_work(runtime.database, runtime.clock), runtime.clock),
        runtime.clock,
        lease_seconds=lease_seconds,
        explain=explain,
    )
    schedule = PullSchedule(runtime.database, runs, PULL)
    turn = LeasedTurn(runtime.database, Leases(MESSAGING), lease_seconds)
    doors = Doors(
        registers=registers,
        open_work=work,
        clock=runtime.clock,
        views=PostgresSalesViews(runtime.database),
        database=runtime.database,
        runs=runs,
        notifications=runtime.notifications,
        months=PostgresMonthViews(runtime.database),
        cabinet_of=cabinets.open,
    )
    return ServiceParts(
        routers=routers(doors),
        consumers=(bindings_consumer(registers, work), documents_consumer(work), standings_consumer(work)),
        loops=(
            worker.loop(),
            auto_pull(registers, schedule, runtime.clock, pause),
            nightly_reread(registers, schedule, runtime.clock, pause),
            auto_publish(registers, turn, work, runtime.clock, pause),
            silence.silence_alarm(registers, work, runtime.clock, silence.pause),
            measuring_loop(registers, runtime.clock, work),
        ),
        close=cabinets.close,
    )
