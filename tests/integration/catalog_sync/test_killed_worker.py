"""kill -9 at every point of applying: resumed, each good once."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest

from integration.catalog_sync.killed_worker import FileCabinet
from integration.catalog_sync.shop import Shop, data_of, item, price
from smena.contracts.catalog_events import DIFF_APPLIED, ITEMS_BOUND

ROWS = 1_700
TESTS = Path(__file__).resolve().parents[2]


async def worker(database_url: str, cabinet: Path, failpoint: str = "") -> int:
    process = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "integration.catalog_sync.killed_worker",
        database_url,
        str(cabinet),
        cwd=TESTS,
        env={**os.environ, "SMENA_FAILPOINT": failpoint, "PYTHONPATH": str(TESTS)},
    )
    return await process.wait()


@pytest.mark.parametrize(
    "failpoint",
    ["apply.before-send:1", "apply.after-send:2", "apply.before-commit:2", "apply.before-commit:4"],
)
async def test_a_killed_apply_goes_on_and_makes_each_good_once(
    database_url: str, tmp_path: Path, failpoint: str
) -> None:
    cabinet = tmp_path / "cabinet.json"
    async with Shop.opened(database_url, cabinet_request=0.5, lease=1) as shop:
        shop.replace_cabinet(FileCabinet(cabinet))
        shop.catalogue.all_items = [item(n) for n in range(1, ROWS + 1)]
        shop.catalogue.all_prices = [price(n, n) for n in range(1, ROWS + 1)]
        await shop.pull()
        diff = await shop.diff()
        answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})

        assert await worker(database_url, cabinet, failpoint) == -signal.SIGKILL
        async with asyncio.timeout(60):
            while (run := await shop.get(f"/runs/{answer.json()['id']}"))["state"] != "succeeded":
                assert await worker(database_url, cabinet) == 0

        assert run["result"]["created"] == ROWS
        made = [one async for page in FileCabinet(cabinet).list_items() for one in page]
        assert len(made) == ROWS
        assert len({one.name for one in made}) == ROWS
        told = [one for event in await shop.events() if event.type == ITEMS_BOUND for one in data_of(event)["bindings"]]
        assert {one["item_ref"]: one["cabinet_item_id"] for one in told} == {
            f"item-{int(one.name.split()[1]):06d}": one.id for one in made
        }
        assert len(told) == ROWS
        assert [event.type for event in await shop.events()].count(DIFF_APPLIED) == 1


@pytest.mark.parametrize("failpoint", ["undo.before-send:2", "undo.after-send:1", "undo.before-commit:2"])
async def test_a_killed_undo_goes_on_and_puts_every_row_back(database_url: str, tmp_path: Path, failpoint: str) -> None:
    cabinet = tmp_path / "cabinet.json"
    async with Shop.opened(database_url, cabinet_request=0.5, lease=1) as shop:
        shop.replace_cabinet(FileCabinet(cabinet))
        shop.catalogue.all_items = [item(n) for n in range(1, ROWS + 1)]
        shop.catalogue.all_prices = [price(n, n) for n in range(1, ROWS // 2 + 1)]
        await shop.pull()
        await shop.apply(await shop.diff())
        before = {one.id: one async for page in FileCabinet(cabinet).list_items() for one in page}
        shop.catalogue.all_items = [item(n, name=f"Новое {n}") for n in range(1, ROWS + 1)]
        shop.catalogue.all_prices = [price(n, n + 5) for n in range(1, ROWS + 1)]
        await shop.pull()
        run = await shop.apply(await shop.diff())
        answer = await shop.send("POST", f"/runs/{run['id']}/undo", {})

        assert await worker(database_url, cabinet, failpoint) == -signal.SIGKILL
        async with asyncio.timeout(60):
            while (undone := await shop.get(f"/runs/{answer.json()['id']}"))["state"] != "succeeded":
                assert await worker(database_url, cabinet) == 0

        assert (undone["result"]["restored"], undone["result"]["archived"]) == (ROWS // 2, ROWS // 2)
        held = {one.id: one async for page in FileCabinet(cabinet).list_items() for one in page}
        assert {key: one for key, one in held.items() if one.active} == before
        assert len(held) == ROWS
