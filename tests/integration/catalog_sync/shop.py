"""A shop with one register, its cabinet and its ERP in memory, and the service over a real database."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from hashlib import sha256
from typing import Any, Self

import httpx
import msgspec

from catalog_sync.bootstrap import appliers, open_services, parts_of, readers, run_handlers
from catalog_sync.main import SERVICE
from catalog_sync.use_cases.services import Services
from smena.cabinets.memory import MemoryCabinet
from smena.clock import SystemClock
from smena.config.model import SmenaConfig
from smena.contracts.envelope import Envelope, decode
from smena.db.database import Database, open_database
from smena.db.migrate import migrate
from smena.db.notifications import Notifications
from smena.erp.catalogue import ErpCatalogue, ErpItem, ErpPrice, GoodsReceipt, GoodsReceiptLine
from smena.erp.memory import MemoryCatalogue
from smena.http.services_app import services_app
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate
from smena.runtime.service import Runtime, ServiceParts
from smena.settings import ProcessSettings

TOKEN, OTHER_TOKEN, READ_TOKEN = "catalogue-writer", "another-organisation", "catalogue-reader"
WAREHOUSE = "11111111-1111-1111-1111-111111111111"
SHOP_WAREHOUSE = "22222222-2222-2222-2222-222222222222"
CHANGED = datetime(2026, 1, 1, tzinfo=UTC)


def configuration(fields: dict[str, str] | None = None, **timing: float) -> SmenaConfig:
    def token(name: str, organization: str, *scopes: str) -> dict[str, Any]:
        return {
            "name": name,
            "sha256": sha256(name.encode()).hexdigest(),
            "person": "Бухгалтер",
            "organizations": [organization],
            "scopes": list(scopes),
        }

    def register(register_id: str, cabinet: str, number: str, ref: str, kind: str) -> dict[str, Any]:
        return {
            "id": register_id,
            "cabinet": cabinet,
            "number": number,
            "warehouse": {"ref": ref, "name": f"Склад {register_id}", "kind": kind},
            "price_types": {"retail": "Розничная"},
        }

    return SmenaConfig.model_validate(
        {
            "organizations": [
                {"id": "romashka", "name": "ООО Ромашка", "unp": "190000005"},
                {"id": "vasilek", "name": "ООО Василёк", "unp": "100000007"},
            ],
            "cabinets": [
                {
                    "id": cabinet,
                    "organization": organization,
                    "operator": "webkassa",
                    "base_url": "https://cabinet.example.by",
                    "token": {"env": "WK_TOKEN"},
                    "fields": fields or {},
                }
                for cabinet, organization in (("wk-main", "romashka"), ("wk-other", "vasilek"))
            ],
            "registers": [
                register("kassa-1", "wk-main", "131010705", WAREHOUSE, "wholesale"),
                register("kassa-2", "wk-main", "131010706", SHOP_WAREHOUSE, "retail"),
                register("kassa-9", "wk-other", "131010709", WAREHOUSE, "wholesale"),
            ],
            "erp": [{"organization": "romashka", "kind": "pull"}],
            "api_tokens": [
                token(TOKEN, "romashka", "catalog:write"),
                token(READ_TOKEN, "romashka", "catalog:read"),
                token(OTHER_TOKEN, "vasilek", "catalog:write"),
            ],
            "timing": timing,
        }
    )


@dataclass
class Shop:
    """Everything a test touches."""

    config: SmenaConfig
    database: Database
    runtime: Runtime
    services: Services
    parts: ServiceParts
    api: httpx.AsyncClient
    doors: dict[str, MemoryCabinet]
    catalogue: MemoryCatalogue = field(default_factory=MemoryCatalogue)
    erps: dict[str, ErpCatalogue | None] = field(default_factory=dict)

    @property
    def cabinet(self) -> MemoryCabinet:
        return self.doors["cabinet"]

    def replace_cabinet(self, cabinet: MemoryCabinet) -> None:
        self.doors["cabinet"] = cabinet

    def replace_erp(self, catalogue: ErpCatalogue | None) -> None:
        """Another ERP; None is one that fetches."""
        self.erps["erp"] = catalogue

    async def get(self, path: str, token: str = TOKEN, **query: Any) -> Any:
        answer = await self.api.get(f"/catalog/v1{path}", params=query, headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == 200, answer.text
        return answer.json()

    async def send(self, method: str, path: str, body: Any, token: str = TOKEN, **headers: str) -> httpx.Response:
        return await self.api.request(
            method, f"/catalog/v1{path}", json=body, headers={"Authorization": f"Bearer {token}", **headers}
        )

    async def work(self) -> None:
        """Work on every run that waits, as the service's loops would."""
        handlers = run_handlers(self.services)
        workers = (
            readers(self.runtime, self.services, handlers),
            appliers(self.runtime, self.services, handlers),
        )
        while any([await worker.work_once() for worker in workers]):
            pass

    async def pull(self) -> Any:
        answer = await self.send("POST", "/erp-pulls", {"organization": "romashka"})
        assert answer.status_code == 202, answer.text
        await self.work()
        return await self.get(f"/erp-pulls/{answer.json()['id']}")

    async def diff(self, **changes: Any) -> Any:
        body = {"register": "kassa-1", "direction": "export", "selection": {"kind": "all"}, **changes}
        answer = await self.send("POST", "/diffs", body)
        assert answer.status_code == 202, answer.text
        await self.work()
        return await self.get(f"/diffs/{answer.json()['id']}")

    async def rows(self, diff: Any, **query: Any) -> list[Any]:
        found: list[Any] = []
        cursor: dict[str, Any] = {}
        while True:
            page = await self.get(f"/diffs/{diff['id']}/rows", limit=500, **query, **cursor)
            found += page["data"]
            if page["next_cursor"] is None:
                return found
            cursor = {"cursor": page["next_cursor"]}

    async def undo(self, run: Any) -> Any:
        answer = await self.send("POST", f"/runs/{run['id']}/undo", {})
        assert answer.status_code == 202, answer.text
        await self.work()
        return await self.get(f"/runs/{answer.json()['id']}")

    async def run_rows(self, run: Any, **query: Any) -> list[Any]:
        rows: list[Any] = (await self.get(f"/runs/{run['id']}/rows", limit=500, **query))["data"]
        return rows

    async def apply(self, diff: Any, rows: Any = "all") -> Any:
        answer = await self.send("POST", f"/diffs/{diff['id']}/apply", {"rows": rows, "when": "now"})
        assert answer.status_code == 202, answer.text
        await self.work()
        return await self.get(f"/runs/{answer.json()['id']}")

    async def events(self) -> list[Envelope]:
        """Every event of the outbox, in order."""
        table = SERVICE.messaging.outbox
        async with self.database.session() as session:
            bodies = (await session.execute(table.select().order_by(table.c.position))).all()
        return [decode(row.body) for row in bodies]

    async def written(self) -> dict[str, str]:
        """A picture of every table that must not change when nothing happens."""
        picture = {}
        async with self.database.session() as session:
            connection = await session.connection()
            for name in ("item", "price", "goods_receipt", "goods_receipt_line", "cabinet_item", "binding", "outbox"):
                rows = "string_agg(t.xmin::text || t::text, '|' order by t::text)"
                statement = f"select coalesce({rows}, '') from catalog_sync.{name} t"
                picture[name] = (await connection.exec_driver_sql(statement)).scalar_one()
        return picture

    @classmethod
    @asynccontextmanager
    async def opened(
        cls, database_url: str, *, fields: dict[str, str] | None = None, **timing: float
    ) -> AsyncIterator[Self]:
        config = configuration(fields, **timing)
        await migrate(SERVICE, database_url)
        database = open_database(database_url, SERVICE.schema)
        notifications = Notifications(database_url)
        runtime = Runtime(ProcessSettings(), config, database, notifications, SystemClock(), {})
        cabinet, catalogue = MemoryCabinet(), MemoryCatalogue(warehouses={WAREHOUSE: "wholesale"})
        catalogue.warehouses[SHOP_WAREHOUSE] = "retail"
        doors = {"cabinet": cabinet}
        erps: dict[str, ErpCatalogue | None] = {"erp": catalogue}
        services = open_services(runtime, lambda _: doors["cabinet"], lambda _: erps["erp"])

        async def close() -> None:
            await notifications.close()
            await database.close()

        parts = parts_of(runtime, services, close)
        app = services_app([(SERVICE, database, parts)], config)
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://smena.test") as api:
            try:
                yield cls(config, database, runtime, services, parts, api, doors, catalogue, erps)
            finally:
                await parts.close()


def item(n: int, **changes: Any) -> ErpItem:
    fields: dict[str, Any] = {
        "ref": f"item-{n:06d}",
        "name": f"Товар {n}",
        "code": f"{n:09d}",
        "unit": "шт",
        "group": "Продукты/Разное",
        "barcodes": (barcode(n),),
        "article": f"A-{n}",
        "vat_rate": VatRate.TWENTY,
        "version": f"v{n}",
    }
    return ErpItem(**{**fields, **changes})


def barcode(n: int) -> str:
    body = f"481{n:09d}"
    total = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(body)))
    return f"{body}{-total % 10}"


def price(n: int, kopecks: int, **changes: Any) -> ErpPrice:
    fields: dict[str, Any] = {
        "item_ref": f"item-{n:06d}",
        "price_type": "Розничная",
        "price": Kopecks(kopecks),
        "effective_at": CHANGED,
        "document_number": "00000001",
    }
    return ErpPrice(**{**fields, **changes})


def receipt(number: str, day: date, *lines: tuple[int, int]) -> GoodsReceipt:
    return GoodsReceipt(
        ref=f"receipt-{number}",
        number=number,
        date=day,
        supplier="Поставщик",
        lines=tuple(
            GoodsReceiptLine(f"item-{n:06d}", Thousandths(1000), Kopecks(kopecks), VatRate.TWENTY)
            for n, kopecks in lines
        ),
    )


def data_of(event: Envelope) -> Any:
    return msgspec.json.decode(event.data)
