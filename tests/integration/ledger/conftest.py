"""A ledger on a real database, with an ERP in memory and a clock the test turns."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import select

from integration.ledger.memory_erp import MemoryErp
from ledger.adapters.rulebook import ConfiguredRulebook
from ledger.adapters.tables import MESSAGING
from ledger.adapters.unit_of_work import LedgerUnitOfWork
from ledger.domain.shifts import ShiftRevision
from ledger.domain.status import DeliveryTiming
from ledger.domain.stored import StoredDocument
from ledger.main import SERVICE
from ledger.use_cases.deliver_shift import DeliveryTools
from ledger.use_cases.post_shift import ShiftOutcome, post_shift
from ledger.workers.deliver_documents import Base
from smena.config.model import SmenaConfig
from smena.contracts.envelope import Envelope, decode
from smena.db.database import Database, open_database
from smena.db.migrate import migrate
from smena.db.notifications import Notifications
from smena.erp.documents import ErpDocumentKind
from smena.leases.leases import Leases
from unit.ledger.making import event_of

CONFIG: dict[str, Any] = {
    "organizations": [
        {"id": "romashka", "name": "ООО Ромашка", "unp": "190275968"},
    ],
    "cabinets": [
        {
            "id": "wk-main",
            "organization": "romashka",
            "operator": "webkassa",
            "base_url": "http://127.0.0.1:1",
            "token": {"env": "WK_TOKEN"},
        }
    ],
    "registers": [
        {
            "id": "kassa-1",
            "cabinet": "wk-main",
            "number": "131010705",
            "documents": {
                "delivery": "post",
                "documents_from": date(2026, 1, 1),
                "outlet": {"ref": "outlet-1", "name": "Магазин № 1"},
                "payments": {
                    "cash": {"document": "cash-order", "cash_desk": "desk-1", "cash_flow_item": "flow-1"},
                    "card": {"document": "card-payment", "type": "type-1", "acquirer": "bank-1"},
                    "certificate": {"document": "none", "component": "certificates-redeemed"},
                },
            },
        }
    ],
    "erp": [
        {
            "organization": "romashka",
            "kind": "onec-odata",
            "base_url": "http://127.0.0.1:1",
            "user": "smena",
            "password": {"env": "ONEC_PASSWORD"},
            "refs": {"organization": "org-1"},
        }
    ],
}


@dataclass
class TurnedClock:
    """Tells the time the test says."""

    at: datetime = datetime(2026, 2, 1, 8, 0, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at

    def advance(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)


def config_with(documents: dict[str, Any] | None = None, **tables: Any) -> SmenaConfig:
    """The configuration of these tests, with other settings of the register's documents."""
    register = CONFIG["registers"][0]
    changed = {**register, "documents": {**register["documents"], **(documents or {})}}
    return SmenaConfig.model_validate({**CONFIG, "registers": [changed], **tables})


@dataclass
class Bench:
    """One process of the ledger, taken apart: what comes in, what goes out, what is stored."""

    database: Database
    notifications: Notifications
    erp: MemoryErp = field(default_factory=MemoryErp)
    clock: TurnedClock = field(default_factory=TurnedClock)
    config: SmenaConfig = field(default_factory=config_with)

    def __post_init__(self) -> None:
        self.use(self.config)

    def use(self, config: SmenaConfig) -> None:
        """Start again with another configuration."""
        self.config = config
        self.rulebook = ConfiguredRulebook(config)
        self.base = self.another_process()

    def another_process(self) -> Base:
        """A process of its own on the same database and the same ERP."""
        tools = DeliveryTools(
            erp=self.erp,
            rulebook=self.rulebook,
            clock=self.clock,
            timing=DeliveryTiming(40, 120, 3, 15, 900),
            leases=Leases(MESSAGING),
            lease_seconds=60,
            new_work=self.work,
        )
        kinds = tuple(kind.value for kind in ErpDocumentKind)
        return Base("romashka", kinds, tools, self.notifications, 0.05, timedelta(hours=1))

    def work(self) -> LedgerUnitOfWork:
        return LedgerUnitOfWork(self.database, MESSAGING, self.clock)

    async def publish(self, facts: ShiftRevision, event_id: UUID | None = None) -> ShiftOutcome:
        return await post_shift(
            event_id or uuid4(), event_of(facts), rulebook=self.rulebook, clock=self.clock, new_work=self.work
        )

    async def deliver(self, rounds: int = 60) -> None:
        """Work until nothing is under way any more, turning the clock whenever there is nothing to do now."""
        owner = str(uuid4())
        for _ in range(rounds):
            while await self.base.round(0, owner):
                pass
            if not any(_moving(found) for found in await self.stored()):
                return
            self.clock.advance(61)

    async def stored(self, shift: UUID | None = None) -> list[StoredDocument]:
        async with self.work() as work:
            ids = [shift] if shift else await work.shifts.all_ids()
            return [found for one in ids for found in await work.documents.of_shift(one)]

    async def states(self) -> list[str]:
        return [found.status.state.value for found in await self.stored()]

    async def events(self) -> list[Envelope]:
        async with self.database.session() as session:
            rows = await session.execute(select(MESSAGING.outbox.c.body).order_by(MESSAGING.outbox.c.position))
            return [decode(bytes(body)) for body in rows.scalars()]

    async def said(self, kind: str) -> list[dict[str, Any]]:
        return [msgspec.json.decode(event.data) for event in await self.events() if event.type == kind]


def _moving(found: StoredDocument) -> bool:
    state = found.status.state.value
    return state in {"planned", "sending", "unknown"} or (state == "created" and found.status.verified_at is None)


@pytest.fixture
async def bench(database_url: str) -> AsyncIterator[Bench]:
    await migrate(SERVICE, database_url)
    database = open_database(database_url, "ledger")
    notifications = Notifications(database_url)
    yield Bench(database, notifications)
    await notifications.close()
    await database.close()


__all__ = ["Bench", "Path", "bench", "config_with"]
