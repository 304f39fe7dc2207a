"""The promise of an apply holds however long the look at both sides takes, and whoever else applies."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from typing import Any

import pytest

from catalog_sync.use_cases import look_again, request_apply
from integration.catalog_sync.shop import Shop, item, price
from integration.catalog_sync.test_apply_faults import each_once, filled, names
from smena.cabinets.items import CabinetItem
from smena.cabinets.memory import MemoryCabinet


class SlowCabinet(MemoryCabinet):
    """Gives no page until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.go = asyncio.Event()
        self.go.set()

    async def list_items(self) -> AsyncIterator[Sequence[CabinetItem]]:
        await self.go.wait()
        async for page in super().list_items():
            yield page


async def slowly(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> tuple[Any, Any, SlowCabinet]:
    cabinet = SlowCabinet()
    shop.replace_cabinet(cabinet)
    await filled(shop)
    diff = await shop.diff()
    monkeypatch.setattr(request_apply, "ANSWER_WITHIN_SECONDS", 0.05)
    cabinet.go.clear()
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    assert answer.status_code == 202, answer.text
    cabinet.go.set()
    return diff, answer.json(), cabinet


async def test_a_look_that_takes_too_long_is_the_runs_first_work(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    _, run, _ = await slowly(shop, monkeypatch)

    await shop.work()

    assert (await shop.get(f"/runs/{run['id']}"))["state"] == "succeeded"
    assert names(shop) == each_once()


async def test_what_that_look_finds_moved_ends_the_run_before_its_first_write(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    diff, run, cabinet = await slowly(shop, monkeypatch)
    cabinet.items["hand"] = CabinetItem(id="hand", name="Рукой", barcodes=item(4).barcodes)

    await shop.work()

    done = await shop.get(f"/runs/{run['id']}")
    (row,) = [row["id"] for row in await shop.rows(diff) if row["item"]["ref"] == "item-000004"]
    assert (done["state"], done["error"]["type"].rsplit("/", 1)[1]) == ("failed", "diff-outdated")
    assert done["error"]["rows"] == [row]
    assert list(cabinet.items) == ["hand"]


async def test_where_nothing_moved_nothing_is_compared_again(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    await filled(shop)
    diff = await shop.diff()
    compared = 0

    async def counting(*_: Any, **__: Any) -> set[int]:
        nonlocal compared
        compared += 1
        return set()

    monkeypatch.setattr(look_again, "moved_rows", counting)

    await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    unmoved = compared
    shop.catalogue.all_prices.append(price(5, 999, document_number="00000002"))
    await shop.pull()
    await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": {"status": ["identical", "differs"]}})
    await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": ["1"]})

    assert (unmoved, compared) == (0, 1)


async def test_of_two_processes_that_apply_at_once_one_wins_and_both_answer_its_run(database_url: str) -> None:
    async with (
        Shop.opened(database_url, cabinet_request=0.3, lease=5) as first,
        Shop.opened(database_url, cabinet_request=0.3, lease=5) as second,
    ):
        second.replace_cabinet(first.cabinet)
        await filled(first, 1_200)
        diff = await first.diff()

        answers = await asyncio.gather(
            *(shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"}) for shop in (first, second) * 2)
        )
        await asyncio.gather(first.work(), second.work())

        assert {answer.status_code for answer in answers} == {202}
        (run_id,) = {answer.json()["id"] for answer in answers}
        run = await second.get(f"/runs/{run_id}")
        assert (run["state"], run["result"]["created"]) == ("succeeded", 1_200)
        assert names(first) == each_once(1_200)


async def test_a_run_tells_its_progress_by_rows_as_events(shop: Shop) -> None:
    await filled(shop, 1_200)
    run = await shop.apply(await shop.diff())

    answer = await shop.send("GET", f"/runs/{run['id']}/events", None)

    assert "event: end" in answer.text
    assert '"done":1200,"total":1200' in answer.text.replace(" ", "")
