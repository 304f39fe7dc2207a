"""Receipts and Z-reports uploaded for a register whose cabinet is a folder."""

from collections.abc import AsyncIterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import httpx
import pytest

from smena.cli.services import installed_service
from smena.clock import SystemClock
from smena.config.load import load_config
from smena.http.services_app import services_app
from smena.runtime.services import close_all, open_service
from smena.settings import ProcessSettings

CONFIG = f"""\
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"

[[cabinets]]
id = "titan"
organization = "romashka"
operator = "declarative"
manifest = "titan-retail-local"
folder = "shop"

[[cabinets]]
id = "wk"
organization = "romashka"
operator = "webkassa"
base_url = "http://127.0.0.1:9"
token = {{ file = "wk-token" }}

[[registers]]
id = "kassa-1"
cabinet = "titan"
number = "131010705"

[[registers]]
id = "kassa-2"
cabinet = "wk"
number = "131010706"

[[api_tokens]]
name = "tests"
sha256 = "{sha256(b"tests").hexdigest()}"
person = "tests"
organizations = ["*"]
scopes = ["sales:write"]
"""
HEADER = (
    "Касса;Смена;УИ;Номер;Открыта;Закрыта;Первый документ;Последний документ;Продаж;Продажи;Наличные;Безналичные;Иное;"
    "Возвратов;Возвраты;Аннулировано;Аннулирования;Внесений;Внесения;Изъятий;Изъятия"
)
ROW = "131010705;3;z-1;9;03.02.2026 08:00:00;03.02.2026 21:00:00;1;8;5;12,10;10;2,1;0;0;0;0;0;1;50;0;0"
GOOD = f"{HEADER}\r\n{ROW}\r\n".encode("cp1251")


@pytest.fixture
async def client(tmp_path: Path, database_url: str) -> AsyncIterator[httpx.AsyncClient]:
    (tmp_path / "smena.toml").write_text(CONFIG, encoding="utf-8")
    (tmp_path / "wk-token").write_text("key")
    config = load_config(tmp_path / "smena.toml", {})
    sales = installed_service("sales-ingest")
    opened = await open_service(sales, database_url, ProcessSettings(), config, SystemClock(), migrate_first=True)
    app = services_app([(opened.definition, opened.database, opened.parts)], config)
    headers = {"Authorization": "Bearer tests"}
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app), base_url="http://test/sales/v1", headers=headers
    ) as client:
        yield client
    await close_all([opened])


async def send(client: httpx.AsyncClient, body: bytes, register: str = "kassa-1", name: str = "zreports-1.csv") -> Any:
    return await client.post(f"/registers/{register}/files", files={"file": (name, body)})


async def test_a_file_is_taken_once_and_answered_with_what_it_holds(client: httpx.AsyncClient, tmp_path: Path) -> None:
    answer = await send(client, GOOD)

    assert answer.status_code == 201, answer.text
    assert answer.json() == {
        "file": "zreports-1.csv",
        "sha256": sha256(GOOD).hexdigest(),
        "documents": 1,
        "not_understood": {},
        "registers": [
            {
                "number": "131010705",
                "documents": 1,
                "first": "2026-02-03T18:00:00Z",
                "last": "2026-02-03T18:00:00Z",
            }
        ],
    }
    assert len(list((tmp_path / "shop" / "done").glob("*.csv"))) == 1
    again = await send(client, GOOD, name="zreports-2.csv")
    assert (again.status_code, again.json()["type"].rpartition("/")[2]) == (422, "file-refused")
    assert "уже принят" in again.json()["detail"]
    assert len(list((tmp_path / "shop" / "refused").glob("*.csv"))) == 1


async def test_a_file_that_does_not_read_is_refused_with_the_reason(client: httpx.AsyncClient) -> None:
    answer = await send(client, GOOD[:-20])

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (422, "file-refused")
    assert "записан не до конца" in answer.json()["detail"]


async def test_a_register_of_a_called_cabinet_takes_no_files(client: httpx.AsyncClient) -> None:
    answer = await send(client, GOOD, register="kassa-2")

    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "cabinet-takes-no-files")
    assert (await send(client, GOOD, register="kassa-9")).status_code == 404
