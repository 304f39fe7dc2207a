"""The pull's limits: the straight pipeline without any rule, and the way of an ORM."""

# ruff: noqa: N815 - the names are the cabinet's

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar
from uuid import uuid4

import httpx
import msgspec
import psycopg
from pydantic import BaseModel
from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from bench.cabinet_pages import Pages
from smena.db.database import sqlalchemy_url

TABLES = """
create unlogged table if not exists plain_receipt (
    fiscal_id text primary key, number int, at bigint, shift_id bigint, payable bigint, cash bigint, cashless bigint);
create unlogged table if not exists plain_line (
    fiscal_id text, position int, good bigint, name text, quantity bigint, amount bigint,
    primary key (fiscal_id, position));
create table if not exists plain_shift (id bigint primary key, receipts bigint, amount bigint);
"""
MERGE = """
insert into plain_receipt select * from page_receipt on conflict do nothing;
insert into plain_line select * from page_line on conflict do nothing;
insert into plain_shift select shift_id, count(*), sum(payable) from page_receipt group by 1
on conflict (id) do update set receipts = plain_shift.receipts + excluded.receipts,
    amount = plain_shift.amount + excluded.amount;
"""
AHEAD = 2
"""Days on their way while one is stored."""


class Line(msgspec.Struct):
    goodId: int
    productName: str
    quantity: Decimal
    sum: Decimal
    productOrder: int


class Sale(msgspec.Struct):
    subTotalSum: Decimal
    totalSumCash: Decimal
    totalSumNoCash: Decimal
    saleProducts: list[Line]


class Document(msgspec.Struct):
    uid: str
    docDate: int
    docNumber: int
    shiftId: int
    sale: Sale


class Day(msgspec.Struct):
    sales: list[Document]


class Head(msgspec.Struct):
    uid: str
    shiftNumber: int
    totalSum: Decimal


@dataclass
class Reference:
    """A prefetching client, msgspec, COPY into temporary tables and one merge for each day."""

    client: httpx.AsyncClient
    connection: psycopg.AsyncConnection[Any]
    pages: Pages

    async def empty(self) -> None:
        await self.connection.execute("truncate plain_receipt, plain_line, plain_shift")
        await self.connection.commit()

    async def run(self) -> None:
        days = iter(self.pages.days)
        ahead = [asyncio.create_task(self._fetch(*day)) for day, _ in zip(days, range(AHEAD), strict=False)]
        while ahead:
            contents, headers = await ahead.pop(0)
            for day in days:
                ahead.append(asyncio.create_task(self._fetch(*day)))
                break
            await self._store(DAY.decode(contents).sales, {head.uid: head for head in HEADS.decode(headers)})

    async def _fetch(self, start: Any, end: Any) -> tuple[bytes, bytes]:
        contents, headers = await asyncio.gather(
            self.client.get(self.pages.period(start, end)), self.client.get(self.pages.headers(start))
        )
        return contents.content, headers.content

    async def _store(self, documents: list[Document], heads: dict[str, Head]) -> None:
        async with self.connection.cursor() as cursor:
            async with cursor.copy("copy page_receipt from stdin") as copy:
                for one in documents:
                    assert heads[one.uid].totalSum == one.sale.subTotalSum
                    await copy.write_row(
                        (one.uid, one.docNumber, one.docDate, one.shiftId, int(one.sale.subTotalSum * 100),
                         int(one.sale.totalSumCash * 100), int(one.sale.totalSumNoCash * 100))
                    )  # fmt: skip
            async with cursor.copy("copy page_line from stdin") as copy:
                for row in _lines(documents):
                    await copy.write_row(row)
            for statement in MERGE.split(";\n"):
                if statement.strip():
                    await cursor.execute(statement.encode())
        await self.connection.commit()


DAY = msgspec.json.Decoder(Day)
HEADS = msgspec.json.Decoder(list[Head])


def _lines(documents: list[Document]) -> Iterator[tuple[Any, ...]]:
    for one in documents:
        for line in one.sale.saleProducts:
            yield (
                one.uid, line.productOrder, line.goodId, line.productName,
                int(line.quantity * 1000), int(line.sum * 100),
            )  # fmt: skip


@asynccontextmanager
async def opened(url: str, address: str, pages: Pages) -> AsyncIterator[Reference]:
    async with (
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client,
        await psycopg.AsyncConnection.connect(url) as connection,
    ):
        await connection.execute(TABLES)
        for name in ("receipt", "line"):
            await connection.execute(
                f"create temporary table page_{name} (like plain_{name}) on commit delete rows".encode()
            )
        await connection.commit()
        yield Reference(client, connection, pages)


class Written(SQLModel, registry=registry(metadata=MetaData())):
    """Base of the ORM's tables, apart from every service's."""

    metadata: ClassVar[MetaData] = MetaData()


class OrmReceipt(Written, table=True):
    __tablename__ = "orm_receipt"
    fiscal_id: str = Field(primary_key=True)
    number: int
    shift_id: int
    payable: Decimal


class OrmLine(Written, table=True):
    __tablename__ = "orm_line"
    id: str = Field(primary_key=True)
    fiscal_id: str
    name: str
    quantity: Decimal
    amount: Decimal


class ReadLine(BaseModel):
    productName: str
    quantity: Decimal
    sum: Decimal


class ReadSale(BaseModel):
    subTotalSum: Decimal
    saleProducts: list[ReadLine]


class ReadDocument(BaseModel):
    uid: str
    docNumber: int
    shiftId: int
    sale: ReadSale


class ReadDay(BaseModel):
    sales: list[ReadDocument]


@dataclass
class Orm:
    """One request after the other, a model for each row, objects into a session; for the first receipts only."""

    client: httpx.AsyncClient
    session: AsyncSession
    pages: Pages
    receipts: int

    async def empty(self) -> None:
        connection = await self.session.connection()
        await connection.exec_driver_sql("truncate orm_receipt, orm_line")
        await self.session.commit()

    async def run(self) -> None:
        start, end = self.pages.days[0]
        answer = await self.client.get(self.pages.period(start, end))
        for one in ReadDay.model_validate_json(answer.content).sales[: self.receipts]:
            receipt = OrmReceipt(
                fiscal_id=one.uid, number=one.docNumber, shift_id=one.shiftId, payable=one.sale.subTotalSum
            )
            lines = [
                OrmLine(
                    id=str(uuid4()), fiscal_id=one.uid, name=line.productName, quantity=line.quantity, amount=line.sum
                )
                for line in one.sale.saleProducts
            ]
            self.session.add_all([receipt, *lines])
        await self.session.commit()
        self.session.expunge_all()


@asynccontextmanager
async def orm_opened(url: str, address: str, pages: Pages, receipts: int) -> AsyncIterator[Orm]:
    engine = create_async_engine(sqlalchemy_url(url))
    async with engine.begin() as connection:
        await connection.run_sync(Written.metadata.create_all)
    async with (
        httpx.AsyncClient(base_url=address, trust_env=False, timeout=60) as client,
        AsyncSession(engine) as session,
    ):
        yield Orm(client, session, pages, receipts)
    await engine.dispose()
