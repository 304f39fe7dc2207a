"""Writes outlive a restart, and are done again at their own time."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from pathlib import Path

import httpx

from smena_sandbox.application import Sandbox, create_application
from smena_sandbox.journal.keeping import Keeper
from smena_sandbox.world.seeded import seeded_world


@asynccontextmanager
async def started(file: Path) -> AsyncIterator[tuple[Sandbox, httpx.AsyncClient]]:
    keeper = Keeper(file)
    sandbox = create_application(seeded_world(days=1, registers=1, receipts=3), keeper=keeper)
    await sandbox.recall()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(sandbox),
        base_url="http://sandbox",
        headers={"Authorization": f"Bearer {sandbox.tokens[0]}"},
    ) as http:
        yield sandbox, http
    keeper.close()


async def test_goods_and_receipts_are_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "state" / "sandbox.journal"
    async with started(file) as (sandbox, http):
        sandbox.world.clock.freeze(True)
        sandbox.world.clock.advance(3600)
        await http.post("/webkassa/api/warehouse/save", json={"goods": [{"goodName": "Новый"}]})
        lines = [{"name": "Товар", "sum": "5.00"}]
        receipts = "/_sandbox/cabinets/wk-main/receipts"
        rung = (await http.post(receipts, json={"register": "kassa-1", "lines": lines})).json()
        assert (await http.post(receipts, json={"register": "kassa-1", "lines": []})).status_code == 400
        goods, now = sandbox.world.cabinet.goods, sandbox.world.clock.now()

    async with started(file) as (sandbox, http):
        assert sandbox.world.cabinet.goods == goods
        document = next(iter(sandbox.world.cabinet.tills.values())).document(rung["uid"])
        assert document is not None
        assert document.number == rung["number"]
        assert timedelta(0) <= sandbox.world.clock.now() - now < timedelta(minutes=1)
        assert (await http.get("/_sandbox/requests")).json()["data"] == []


async def test_a_torn_last_line_ends_the_replay(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.journal"
    async with started(file) as (_, http):
        await http.post("/webkassa/api/warehouse/save", json={"goods": [{"goodName": "Новый"}]})
    text = file.read_text()
    file.write_text(text + text[: len(text) // 2])

    async with started(file) as (sandbox, _):
        assert [good.name for good in sandbox.world.cabinet.goods.values()].count("Новый") == 1


async def test_keys_are_not_written_to_the_file(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.journal"
    async with started(file) as (sandbox, http):
        await http.post("/webkassa/api/warehouse/save", json={"goods": [{"goodName": "Новый"}]})

    assert sandbox.tokens[0] not in file.read_text()
    assert "authorization" not in file.read_text().lower()


async def test_a_document_of_1c_is_there_after_a_restart(tmp_path: Path) -> None:
    file = tmp_path / "sandbox.journal"
    order = "/onec/odata/standard.odata/Document_ПриходныйКассовыйОрдер"
    body = {"Date": "2026-01-05T21:00:00", "СуммаДокумента": 12.5, "Комментарий": "[smena:x]"}
    async with started(file) as (sandbox, http):
        credentials = (sandbox.onec.switches.user, sandbox.onec.switches.password)
        made = (await http.post(f"{order}?$format=json", json=body, auth=credentials)).json()

    async with started(file) as (sandbox, http):
        answer = await http.get(f"{order}(guid'{made['Ref_Key']}')?$format=json", auth=credentials)
        assert {name: answer.json()[name] for name in ("Ref_Key", "Number", "Комментарий")} == {
            name: made[name] for name in ("Ref_Key", "Number", "Комментарий")
        }
