"""What the ERP pushes: unchanged items cost no write; a batch is accepted beside a handler that explains nothing."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, Self

import msgspec
import psycopg
from fastapi import FastAPI, Request, Response

from bench.measuring import Arm, Bench, Fact, RateGoal
from bench.scales import Scale
from bench.servers import Servers
from catalog_sync.adapters.columns import joined
from catalog_sync.adapters.tables import MESSAGING
from catalog_sync.adapters.unit_of_work import PostgresCatalogWork
from catalog_sync.http_api.intake import ItemRow
from catalog_sync.main import SERVICE
from catalog_sync.ports.records import Written
from catalog_sync.use_cases.save_catalogue import save_items
from integration.catalog_sync.shop import TOKEN, Shop, item
from smena.clock import SystemClock
from smena.erp.catalogue import ErpItem
from smena.http.services_app import services_app

ROWS_PER_PUSH = 5_000
ROWS_PER_BATCH = 1_000
PATH = "/catalog/v1/items"


@asynccontextmanager
async def unchanged(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Pushing a catalogue again that is stored already."""
    items = [item(n) for n in range(1, scale.pushed + 1)]
    clock = SystemClock()
    async with servers.database(SERVICE) as database:

        def open_work() -> PostgresCatalogWork:
            return PostgresCatalogWork(database, MESSAGING, clock)

        async def push(expected: Written) -> None:
            for first in range(0, len(items), ROWS_PER_PUSH):
                verdicts = await save_items("romashka", items[first : first + ROWS_PER_PUSH], open_work=open_work)
                assert set(verdicts) == {expected}

        await push(Written.CREATED)
        with psycopg.connect(database.url, autocommit=True) as connection:
            before = marks(connection)
            connection.execute("create temporary table pushed (like catalog_sync.item)")

            async def copy() -> None:
                connection.execute("truncate pushed")
                copy_items(connection, items)

            async def facts() -> Sequence[Fact]:
                changed = set(marks(connection)) ^ set(before)
                return [Fact("rows written for unchanged ones", len(changed), 0)]

            yield Bench(
                [
                    Arm("push unchanged items", len(items), lambda: push(Written.UNCHANGED)),
                    Arm("COPY of the same rows into a temporary table", len(items), copy),
                ],
                [],
                facts,
            )


def marks(connection: psycopg.Connection[Any]) -> list[tuple[Any, ...]]:
    """Row versions: a write of any kind makes another one."""
    told = connection.execute(
        "select ref, xmin::text, ctid::text from catalog_sync.item "
        "union all select organization, xmin::text, revision::text from catalog_sync.erp_version"
    )
    return told.fetchall()


def copy_items(connection: psycopg.Connection[Any], items: Sequence[ErpItem]) -> None:
    columns = (
        "organization, ref, name, code, unit, group_path, barcodes, article, vat_rate, kind, marking, active, digest"
    )
    with connection.cursor() as cursor, cursor.copy(f"copy pushed ({columns}) from stdin") as copy:
        for one in items:
            copy.write_row(
                ("romashka", one.ref, one.name, one.code, one.unit, one.group, list(one.barcodes), one.article, "20",
                 one.kind, one.marking, one.active, joined(one.barcodes).encode())
            )  # fmt: skip


class Accepted(msgspec.Struct):
    """What the limit's handler answers for one row."""

    index: int
    ref: str
    status: str


class Batch(msgspec.Struct):
    """The body as the limit's handler reads it: all or nothing."""

    items: list[ItemRow]


@asynccontextmanager
async def accepting(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """A batch of 1,000 items: decode, check each row, answer; storing stands apart."""
    body = json.dumps({"items": [_row(n) for n in range(ROWS_PER_BATCH)]}, ensure_ascii=False).encode()
    async with servers.database(SERVICE) as database, Shop.opened(database.url) as shop:
        product = services_app([(SERVICE, shop.database, _without_storing(shop))], shop.config)
        limit = _plain_application()

        async def call(app: FastAPI) -> None:
            for _ in range(scale.batches):
                status, answer = await put(app, body)
                assert status == 200, answer

        status, answer = await put(product, body)
        assert status == 200
        assert json.loads(answer)["counts"]["created"] == ROWS_PER_BATCH
        name = "accept a batch of 1,000 items"
        yield Bench(
            [
                Arm(name, scale.batches, lambda: call(product)),
                Arm("the same handler with msgspec, no errors per row", scale.batches, lambda: call(limit)),
            ],
            [RateGoal(name, "the same handler with msgspec, no errors per row", 0.5)],
        )


def _row(n: int) -> dict[str, Any]:
    row = msgspec.to_builtins(item(n))
    return {name: value for name, value in row.items() if name not in {"version", "retail_vat_rate", "full_name"}}


def _plain_application() -> FastAPI:
    app = FastAPI()
    decode = msgspec.json.Decoder(Batch).decode

    @app.put(PATH)
    async def take(request: Request) -> Response:
        rows = decode(await request.body()).items
        results = [Accepted(index, row.ref, "created") for index, row in enumerate(rows)]
        return Response(msgspec.json.encode({"results": results}), media_type="application/json")

    return app


class _NothingStored:
    """A unit of work whose items are all new and go nowhere."""

    def __init__(self) -> None:
        self.erp = self

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        """Nothing to roll back."""

    async def save_items(self, _: str, items: Sequence[ErpItem]) -> list[Written]:
        return [Written.CREATED] * len(items)

    async def commit(self) -> None:
        """Nothing to commit."""


def _without_storing(shop: Shop) -> Any:
    from catalog_sync.http_api.catalogue_routes import catalogue_routes

    services = replace(shop.services, open_work=_NothingStored)  # type: ignore[arg-type]
    return replace(shop.parts, routers=(catalogue_routes(services),))


async def put(app: FastAPI, body: bytes) -> tuple[int, bytes]:
    """One request straight into the application: no socket and no client in the measure."""
    sent: list[Any] = []
    given = iter([{"type": "http.request", "body": body, "more_body": False}])

    async def receive() -> Any:
        return next(given)

    async def send(message: Any) -> None:
        sent.append(message)

    headers = {
        b"host": b"bench",
        b"content-type": b"application/json",
        b"content-length": str(len(body)).encode(),
        b"authorization": f"Bearer {TOKEN}".encode(),
    }
    scope = {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "PUT", "scheme": "http",
        "path": PATH, "raw_path": PATH.encode(), "query_string": b"", "root_path": "", "headers": list(headers.items()),
        "client": ("127.0.0.1", 1), "server": ("bench", 80), "state": {},
    }  # fmt: skip
    await app(scope, receive, send)
    return sent[0]["status"], b"".join(part.get("body", b"") for part in sent[1:])
