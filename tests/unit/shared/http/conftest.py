"""A small service behind the real application, asked through ASGI without a server."""

from collections.abc import AsyncIterator, Sequence
from hashlib import sha256
from typing import Annotated, Any

import httpx
import pytest
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from smena.config.organizations import ApiToken, Scope
from smena.http.application import create_app
from smena.http.auth import Principal, TokenBook, require
from smena.http.models import ApiModel, Instant, MoneyText, QuantityText
from smena.http.paging import Page, PageQuery, page
from smena.http.problems import Words
from smena.http.route_plans import BULK_BODY_BYTES_MAX, FILE_BODY_BYTES_MAX
from smena.http.standard_problems import CONFLICT

READER, WRITER, STRANGER = "reader-token", "writer-token", "stranger-token"


def token(name: str, secret: str, organizations: Sequence[str], scopes: Sequence[Scope]) -> ApiToken:
    return ApiToken(
        name=name,
        sha256=sha256(secret.encode()).hexdigest(),
        person=f"person {name}",
        organizations=tuple(organizations),
        scopes=tuple(scopes),
    )


TOKENS = (
    token("reader", READER, ["romashka"], ["sales:read"]),
    token("writer", WRITER, ["*"], ["sales:write"]),
    token("stranger", STRANGER, ["lilia"], ["catalog:read"]),
)


class Line(ApiModel):
    name: Annotated[str, Field(min_length=1, max_length=20)]
    price: MoneyText
    quantity: QuantityText


class Sale(ApiModel):
    lines: Annotated[list[Line], Field(min_length=1, max_length=3)]
    at: Instant


class SaleQuery(PageQuery):
    register: str | None = None


Reader = Annotated[Principal, Depends(require("sales:read"))]
Writer = Annotated[Principal, Depends(require("sales:write"))]

router = APIRouter(prefix="/sales/v1")


@router.get("/sales")
async def list_sales(query: Annotated[SaleQuery, Query()], caller: Reader) -> Page[Line]:
    return page([Line(name=caller.name, price=query.limit, quantity=1500)], None)


@router.get("/plain")
async def plain(caller: Reader) -> dict[str, str]:
    return {"person": caller.person}


@router.post("/sales", status_code=201)
async def add_sale(sale: Sale, caller: Writer) -> Sale:
    return sale


@router.put("/sales", max_body_size=BULK_BODY_BYTES_MAX)
async def put_sales(sales: list[Sale], caller: Writer) -> dict[str, int]:
    return {"stored": len(sales)}


FILE: dict[str, Any] = {"requestBody": {"content": {"application/octet-stream": {}}}}


@router.post("/files", max_body_size=FILE_BODY_BYTES_MAX, openapi_extra=FILE)
async def add_file(request: Request, caller: Writer) -> dict[str, int]:
    return {"bytes": len(await request.body())}


@router.post("/nothing")
async def nothing(caller: Writer) -> dict[str, str]:
    return {}


@router.post("/conflicts")
async def conflict(caller: Writer) -> None:
    raise CONFLICT(Words("Обновите.", "Refresh."), version=7)


@router.post("/breaks")
async def breaks(caller: Writer) -> None:
    raise RuntimeError("select secret from /srv/path where password = 'hidden'")


@pytest.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Asks as the writer, in English."""
    app = create_app("test", [router], tokens=TokenBook(TOKENS))
    headers = {"Authorization": f"Bearer {WRITER}", "Accept-Language": "en"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client
