"""A service with a database: every POST counts how often it took effect."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Annotated

import httpx
import pytest
from fastapi import APIRouter, Depends, FastAPI
from sqlalchemy import MetaData, text

from smena.config.organizations import ApiToken
from smena.db.database import Database, open_database
from smena.http.application import create_app
from smena.http.auth import Principal, TokenBook, require
from smena.http.idempotency import IdempotencyStore, idempotency_table
from smena.http.models import ApiModel
from smena.http.problems import Words
from smena.http.standard_problems import CONFLICT, unavailable

SCHEMA = "sales_ingest"
Caller = Annotated[Principal, Depends(require("sales:write"))]


class Order(ApiModel):
    number: int
    then: str = "good"


class Effects:
    """What the handler did, and gates to stop it on the way."""

    def __init__(self) -> None:
        self.count: Counter[int] = Counter()
        self.entered = asyncio.Event()
        self.go_on = asyncio.Event()
        self.go_on.set()


@pytest.fixture
def effects() -> Effects:
    return Effects()


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    database = open_database(database_url, SCHEMA)
    yield database
    await database.close()


@pytest.fixture
async def store(database: Database) -> IdempotencyStore:
    metadata = MetaData()
    table = idempotency_table(metadata, SCHEMA)
    async with database.engine.begin() as connection:
        await connection.execute(text(f"create schema {SCHEMA}"))
        await connection.run_sync(metadata.create_all)
    return IdempotencyStore(database, table, lease_seconds=60)


@pytest.fixture
def app(effects: Effects, store: IdempotencyStore) -> FastAPI:
    router = APIRouter(prefix="/sales/v1")

    @router.post("/orders", status_code=201)
    async def order(order: Order, caller: Caller) -> dict[str, object]:
        effects.entered.set()
        await effects.go_on.wait()
        effects.count[order.number] += 1
        if order.then == "conflict":
            raise CONFLICT(Words("нет", "no"))
        if order.then == "away":
            raise unavailable()
        if order.then == "break":
            raise RuntimeError("broken")
        return {"number": order.number, "effect": effects.count[order.number], "by": caller.name, "слово": "да"}

    @router.post("/others/{name}")
    async def other(name: str, caller: Caller) -> dict[str, str]:
        effects.count[0] += 1
        return {"name": name}

    tokens = [
        ApiToken(
            name=name,
            sha256=sha256(name.encode()).hexdigest(),
            person=name,
            organizations=("*",),
            scopes=("sales:write",),
        )
        for name in ("one", "two")
    ]
    return create_app("test", [router], tokens=TokenBook(tokens), idempotency={"sales": store})


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": "Bearer one", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client
