"""The ledger's delivery against the sandbox's 1C: real connections, a real database, and a clock that is turned."""

import tomllib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import httpx

from ledger.adapters.rulebook import ConfiguredRulebook
from ledger.adapters.tables import MESSAGING
from ledger.adapters.unit_of_work import LedgerUnitOfWork
from ledger.domain.shifts import ShiftRevision
from ledger.domain.status import DeliveryTiming
from ledger.domain.stored import StoredDocument
from ledger.main import SERVICE
from ledger.ports.sales_desk import SalesDesk
from ledger.use_cases.decide_document import Deciding, Decision
from ledger.use_cases.deliver_shift import DeliveryTools
from ledger.use_cases.post_shift import post_shift
from ledger.use_cases.reconcile_shifts import Comparing
from ledger.workers.deliver_documents import Base
from smena.config.model import SmenaConfig
from smena.db.database import Database, open_database
from smena.db.migrate import migrate
from smena.db.notifications import Notifications
from smena.erp.documents import ErpDocumentKind, ErpDocuments
from smena.erp.open_erp import open_documents
from smena.kinds.identity import shift_id
from smena.leases.leases import Leases
from smena_sandbox.application import Sandbox, create_application
from smena_sandbox.journal.journal import Entry
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.server import running
from smena_sandbox.world.seeded import seeded_world
from unit.ledger.making import event_of, line, payment, revision, shift_key

ORGANIZATION = "romashka"
ITEMS = "Catalog_Номенклатура"
KINDS = {
    "retail-report": "Document_ОтчетОРозничныхПродажах",
    "cash-receipt-order": "Document_ПриходныйКассовыйОрдер",
    "card-payment": "Document_ОплатаПлатежнойКартой",
}
REQUEST_SECONDS = 0.5
"""How long a request may take here: real seconds, as the connections are real."""
TIMING = DeliveryTiming(request=40, absence_horizon=120, absence_looks=3, retry=15, retry_max=900)
LEASE_SECONDS = 60.0
FIRST_OPENING = datetime(2026, 1, 6, 6, 0, tzinfo=UTC)
ACCOUNTANT = Decision("Бухгалтер", "проверено")
GIVEN_BY_ONEC = frozenset({"Number", "DataVersion"})


@dataclass
class TurnedClock:
    """Tells the time the test says."""

    at: datetime = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


@dataclass
class DeliveryBench:
    """One process of the ledger beside one base of 1C; more processes can be opened on the same two."""

    sandbox: Sandbox
    address: str
    config: SmenaConfig
    database: Database
    notifications: Notifications
    secrets: dict[str, str]
    clock: TurnedClock
    erp: ErpDocuments
    base: Base

    @classmethod
    @asynccontextmanager
    async def open(cls, database_url: str, **switches: Any) -> AsyncIterator["DeliveryBench"]:
        """Start the sandbox with these switches, and the ledger on a database of its own."""
        sandbox = create_application(seeded_world(days=1, registers=1, receipts=1), switches=OnecSwitches(**switches))
        await migrate(SERVICE, database_url)
        database, notifications = open_database(database_url, SERVICE.schema), Notifications(database_url)
        async with running(sandbox) as address:
            config = await _config(address)
            secrets = {"SMENA_SANDBOX_ONEC_PASSWORD": sandbox.onec.switches.password}
            clock = TurnedClock()
            erp = _erp(config, secrets)
            bench = cls(sandbox, address, config, database, notifications, secrets, clock, erp, None)  # type: ignore[arg-type]
            bench.base = bench.another_process(erp)
            yield bench
            await erp.close()
        await notifications.close()
        await database.close()

    def another_erp(self) -> ErpDocuments:
        """Connections of another process to the same base."""
        return _erp(self.config, self.secrets)

    def another_process(self, erp: ErpDocuments) -> Base:
        """The delivery of another process."""
        tools = DeliveryTools(
            erp=erp,
            rulebook=ConfiguredRulebook(self.config),
            clock=self.clock,
            timing=TIMING,
            leases=Leases(MESSAGING),
            lease_seconds=LEASE_SECONDS,
            new_work=self.work,
        )
        kinds = tuple(kind.value for kind in ErpDocumentKind)
        return Base(ORGANIZATION, kinds, tools, self.notifications, 0.05, timedelta(hours=1))

    def set_documents(self, **documents: Any) -> None:
        """Start again with other settings of the register's documents."""
        register = self.config.registers[0]
        changed = register.model_copy(update={"documents": register.documents.model_copy(update=documents)})
        self.config = self.config.model_copy(update={"registers": [changed, *self.config.registers[1:]]})
        self.base = self.another_process(self.erp)

    def work(self) -> LedgerUnitOfWork:
        return LedgerUnitOfWork(self.database, MESSAGING, self.clock)

    def deciding(self, sales: SalesDesk) -> Deciding:
        tools = self.base.tools
        return Deciding(
            Comparing({ORGANIZATION: self.erp}, tools.rulebook, sales, self.clock, Leases(MESSAGING), self.work)
        )

    def shift(self, number: int) -> ShiftRevision:
        """A shift of its own day with a report, a cash order and a card payment."""
        opened = FIRST_OPENING + timedelta(days=number)
        register = self.config.registers[0]
        items = [record["Ref_Key"] for record in self.sandbox.onec.context.store.table(ITEMS) if not record["IsFolder"]]
        lines = [line(items[0], 2000, 500 + number, key="a", price=250), line(items[1], 1000, 150, key="b")]
        key = replace(
            shift_key(number),
            id=shift_id(register.cabinet, register.number, number, opened),
            cabinet=register.cabinet,
            register=register.id,
            register_number=register.number,
            opened_at=opened,
        )
        return revision(
            lines,
            [payment("cash", 400 + number), payment("cashless", 250)],
            shift=key,
            opened_at=opened,
            closed_at=opened + timedelta(hours=12),
            business_date=opened.date(),
        )

    async def publish(self, facts: ShiftRevision) -> None:
        await post_shift(
            uuid4(), event_of(facts), rulebook=self.base.tools.rulebook, clock=self.clock, new_work=self.work
        )

    async def deliver(self, facts: ShiftRevision | None = None, rounds: int = 40) -> None:
        """Work until nothing moves any more; the clock is turned when there is nothing to do now."""
        owner = str(uuid4())
        for _ in range(rounds):
            while await self.base.round(0, owner):
                await self.answered()
            await self.answered()
            if not any(is_moving(found) for found in await self.stored(facts)):
                return
            self.clock.advance(61)

    async def answered(self) -> None:
        """Until 1C has ended every request, those nobody waits for any more too: a late commit is over then."""
        while any(entry.answered is None for entry in self.sandbox.journal.entries()):
            await self.notifications.wait("nothing", 0.02)

    async def control(self, path: str, **body: Any) -> None:
        """What happens in 1C without us: an accountant's edit, another base at the same address."""
        async with httpx.AsyncClient(base_url=self.address, trust_env=False) as client:
            answer = await client.post(f"/_sandbox/onec/{path}", json=body)
        assert answer.is_success, answer.text

    async def stored(self, facts: ShiftRevision | None = None) -> list[StoredDocument]:
        async with self.work() as work:
            ids = [facts.shift.id] if facts else await work.shifts.all_ids()
            return [found for one in ids for found in await work.documents.of_shift(one)]

    def in_onec(self) -> dict[str, list[dict[str, Any]]]:
        """What the base holds of ours, by marker, without what 1C gives by itself."""
        ignored = GIVEN_BY_ONEC | ({"Ref_Key"} if self.sandbox.onec.switches.client_ref == "ignored" else set())
        found: dict[str, list[dict[str, Any]]] = {}
        store = self.sandbox.onec.context.store
        for name in KINDS.values():
            for record in store.table(name):
                kept = {field: value for field, value in record.items() if field not in ignored}
                found.setdefault(record["Комментарий"], []).append(kept)
        return found

    def requests(self, since: int = 0) -> list[Entry]:
        return self.sandbox.journal.entries(target="onec", since=since)


def is_moving(found: StoredDocument) -> bool:
    status = found.status
    return status.state.value in {"planned", "sending", "unknown"} or (
        status.state.value == "created" and status.verified_at is None
    )


def _erp(config: SmenaConfig, secrets: dict[str, str]) -> ErpDocuments:
    erp = open_documents(config, ORGANIZATION, secrets)
    assert erp is not None
    return erp


async def _config(address: str) -> SmenaConfig:
    async with httpx.AsyncClient(base_url=address, trust_env=False) as client:
        answer = await client.get("/_sandbox/config")
    tables = tomllib.loads(answer.text)
    return SmenaConfig.model_validate({**tables, "timing": {"onec_request": REQUEST_SECONDS}})
