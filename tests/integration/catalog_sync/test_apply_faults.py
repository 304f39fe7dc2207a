"""Applying does exactly what was shown, once, whatever the cabinet answers."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from integration.catalog_sync.shop import Shop, data_of, item, price
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError, CabinetUnavailableError
from smena.contracts.catalog_events import ITEMS_BOUND

CATALOGUE = 12


async def filled(shop: Shop, count: int = CATALOGUE) -> None:
    shop.catalogue.all_items = [item(n) for n in range(1, count + 1)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, count + 1)]
    await shop.pull()


def names(shop: Shop) -> Counter[str]:
    return Counter(one.name for one in shop.cabinet.items.values())


def each_once(count: int = CATALOGUE) -> Counter[str]:
    return Counter(f"Товар {n}" for n in range(1, count + 1))


async def refused(shop: Shop, diff: Any, name: str, status: int, rows: Any = "all") -> Any:
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": rows, "when": "now"})
    assert answer.status_code == status, answer.text
    assert answer.json()["type"].endswith(f"/{name}")
    return answer.json()


async def test_a_cabinet_that_moved_is_answered_409_and_nothing_is_written(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    shop.catalogue.all_items = [item(n, name=f"Новое {n}") for n in range(1, CATALOGUE + 1)]
    await shop.pull()
    diff = await shop.diff()
    (touched,) = [one for one in shop.cabinet.items.values() if one.name == "Товар 3"]
    shop.cabinet.items[touched.id] = replace(touched, article="рукой")
    before = dict(shop.cabinet.items)

    problem = await refused(shop, diff, "diff-outdated", 409)
    await shop.work()

    (row,) = [row["id"] for row in await shop.rows(diff) if row["item"]["ref"] == "item-000003"]
    assert problem["rows"] == [row]
    assert shop.cabinet.items == before


async def test_an_erp_that_moved_is_answered_409_and_nothing_is_written(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    shop.catalogue.all_prices.append(price(5, 999, document_number="00000002"))
    await shop.pull()

    problem = await refused(shop, diff, "diff-outdated", 409)

    assert len(problem["rows"]) == 1
    assert shop.cabinet.items == {}


async def test_a_move_of_rows_that_are_not_touched_does_not_stop_the_others(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    wanted = [row["id"] for row in await shop.rows(diff) if row["item"]["ref"] in {"item-000001", "item-000002"}]
    shop.catalogue.all_items[8] = item(9, name="Другое")
    await shop.pull()

    run = await shop.apply(diff, wanted)

    assert run["result"]["created"] == 2
    assert set(names(shop)) == {"Товар 1", "Товар 2"}


async def test_somebody_who_makes_the_same_good_by_hand_outdates_its_row(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    shop.cabinet.items["hand"] = CabinetItem(id="hand", name="Рукой", barcodes=item(4).barcodes)

    await refused(shop, diff, "diff-outdated", 409)

    assert list(shop.cabinet.items) == ["hand"]


async def test_a_row_that_moves_between_the_promise_and_the_writing_fails_alone(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    shop.cabinet.items["hand"] = CabinetItem(id="hand", name="Рукой", barcodes=item(4).barcodes)

    await shop.work()

    run = await shop.get(f"/runs/{answer.json()['id']}")
    assert (run["result"]["created"], run["result"]["outdated"]) == (CATALOGUE - 1, 1)
    assert names(shop) == each_once() - Counter({"Товар 4": 1}) + Counter({"Рукой": 1})


async def test_the_same_diff_and_rows_answer_the_same_run_even_when_it_is_done(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()

    first = await shop.apply(diff)
    again = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all", "when": "now"})
    named = await shop.apply(diff, [row["id"] for row in await shop.rows(diff)])

    assert again.status_code == 202
    assert again.json()["id"] == first["id"] == named["id"]
    assert names(shop) == each_once()


async def test_two_who_apply_at_once_get_one_run(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()

    answers = await asyncio.gather(
        *(shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"}) for _ in range(4))
    )
    await shop.work()

    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.json()["id"] for answer in answers}) == 1
    assert names(shop) == each_once()


async def test_a_cabinet_that_goes_down_after_the_promise_is_waited_for(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    shop.cabinet.calls.clear()
    shop.cabinet.fail_next(CabinetUnavailableError("down"))
    await shop.work()
    shop.cabinet.fail_next(CabinetUnavailableError("still down"))

    run = await finished(shop, answer.json()["id"])

    assert run["result"]["created"] == CATALOGUE
    assert names(shop) == each_once()


@pytest.mark.parametrize("after_effect", [True, False])
async def test_an_unknown_outcome_is_looked_up_before_anything_is_sent_again(shop: Shop, after_effect: bool) -> None:
    await filled(shop)
    diff = await shop.diff()
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    cabinet = shop.cabinet
    real, dropped = cabinet.save_items, [CabinetOutcomeUnknownError("the connection dropped")]

    async def save(items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        if not dropped:
            return await real(items)
        if after_effect:
            await real(items)
        raise dropped.pop()

    cabinet.save_items = save  # type: ignore[method-assign]
    cabinet.calls.clear()

    await shop.work()

    run = await shop.get(f"/runs/{answer.json()['id']}")
    assert run["state"] == "succeeded"
    assert run["result"]["created"] == CATALOGUE
    assert names(shop) == each_once()
    assert cabinet.calls.count("save_items") == 1
    assert len((await shop.get("/bindings", cabinet="wk-main"))["data"]) == CATALOGUE


async def test_a_late_write_that_shows_only_after_the_first_look_is_not_made_twice(shop: Shop) -> None:
    await filled(shop, 3)
    diff = await shop.diff()
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    cabinet = shop.cabinet
    real_save, real_list = cabinet.save_items, cabinet.list_items
    late: list[Sequence[ItemWrite]] = []
    looks = 0

    async def save(items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        late.append(items)
        raise CabinetOutcomeUnknownError("no answer in time")

    async def look() -> Any:
        nonlocal looks
        looks += bool(late)
        if looks == 2:
            await real_save(late[0])
        async for page in real_list():
            yield page

    cabinet.save_items, cabinet.list_items = save, look  # type: ignore[method-assign]

    await shop.work()

    run = await shop.get(f"/runs/{answer.json()['id']}")
    assert run["result"]["created"] == 3
    assert len(late) == 1
    assert names(shop) == each_once(3)


async def test_a_row_the_cabinet_rejects_fails_alone_with_its_words(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    real = shop.cabinet.save_items

    async def save(items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        taken = [one for one in items if one.name != "Товар 7"]
        answers = iter(await real(taken))
        return [
            ItemWriteResult(index, ItemWriteStatus.REJECTED, None, "GTIN занят")
            if one.name == "Товар 7"
            else replace(next(answers), index=index)
            for index, one in enumerate(items)
        ]

    shop.cabinet.save_items = save  # type: ignore[method-assign]

    run = await shop.apply(diff)

    assert (run["state"], run["result"]["created"], run["result"]["failed"]) == ("succeeded", CATALOGUE - 1, 1)
    (failed,) = (await shop.get(f"/runs/{run['id']}/rows", state="failed"))["data"]
    assert failed["message"] == "GTIN занят"
    assert len((await shop.get("/bindings", cabinet="wk-main"))["data"]) == CATALOGUE - 1


async def test_rows_a_half_answered_batch_says_nothing_of_are_looked_up(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    real = shop.cabinet.save_items

    async def save(items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        return (await real(items[: len(items) // 2]))[:2]

    shop.cabinet.save_items = save  # type: ignore[method-assign]
    answer = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": "all"})
    await shop.work()
    shop.cabinet.save_items = real  # type: ignore[method-assign]

    run = await finished(shop, answer.json()["id"])

    assert run["result"]["created"] == CATALOGUE
    assert names(shop) == each_once()


async def test_a_refusal_of_the_whole_batch_fails_its_rows_and_makes_nothing(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()

    async def save(items: Sequence[ItemWrite]) -> Sequence[ItemWriteResult]:
        raise CabinetRefusedError("ключ недействителен")

    shop.cabinet.save_items = save  # type: ignore[method-assign]

    run = await shop.apply(diff)

    assert run["result"]["failed"] == CATALOGUE
    assert shop.cabinet.items == {}
    assert await shop.events() == []


async def test_ambiguous_and_invalid_rows_are_never_written(shop: Shop) -> None:
    twins = [item(1), item(2, barcodes=item(1).barcodes), item(3, article=None), item(4)]
    shop.catalogue.all_items = twins
    shop.catalogue.all_prices = [price(n, 100) for n in range(1, 5)]
    await shop.pull()
    diff = await shop.diff()
    rows = await shop.rows(diff)

    for row in rows:
        if row["status"] in {"ambiguous", "invalid"}:
            await refused(shop, diff, "rows-not-applicable", 422, [row["id"]])
    run = await shop.apply(diff)

    assert diff["counts"]["ambiguous"] == 2
    assert diff["counts"]["invalid"] == 1
    assert run["result"]["created"] == 1
    assert names(shop) == Counter({"Товар 4": 1})


async def test_equal_pairs_are_bound_without_a_write(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    async with shop.database.session() as session:
        await (await session.connection()).exec_driver_sql("delete from catalog_sync.binding")
        await session.commit()
    shop.cabinet.calls.clear()

    diff = await shop.diff()
    run = await shop.apply(diff)

    assert diff["counts"]["identical"] == CATALOGUE
    assert run["result"]["bound"] == CATALOGUE
    assert "save_items" not in shop.cabinet.calls
    assert {one["by"] for one in (await shop.get("/bindings", cabinet="wk-main"))["data"]} == {"barcode"}


async def test_bindings_leave_in_events_of_five_hundred_at_most(shop: Shop) -> None:
    await filled(shop, 1_203)

    await shop.apply(await shop.diff())

    told = [data_of(event)["bindings"] for event in await shop.events() if event.type == ITEMS_BOUND]
    assert sum(len(bindings) for bindings in told) == 1_203
    assert max(len(bindings) for bindings in told) <= 500
    assert len({one["item_ref"] for bindings in told for one in bindings}) == 1_203


async def test_a_changed_price_is_told_again_and_nothing_else(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    before = len(await shop.events())
    shop.catalogue.all_prices.append(price(2, 777, document_number="00000002"))
    await shop.pull()

    await shop.apply(await shop.diff())

    (bound, _) = (await shop.events())[before:]
    assert [(one["item_ref"], one["price"]) for one in data_of(bound)["bindings"]] == [("item-000002", "7.77")]


async def test_an_item_that_vanished_from_the_erp_is_archived_in_the_cabinet(shop: Shop) -> None:
    await filled(shop)
    await shop.apply(await shop.diff())
    del shop.catalogue.all_items[0]
    pulled = await shop.pull()

    run = await shop.apply(await shop.diff())

    assert pulled["result"]["items"]["gone"] == 1
    assert run["result"]["updated"] == 1
    assert [one.name for one in shop.cabinet.items.values() if not one.active] == ["Товар 1"]


async def test_a_cabinet_that_is_down_promises_nothing_and_is_shown_as_failing(shop: Shop) -> None:
    await filled(shop)
    diff = await shop.diff()
    shop.cabinet.fail_next(CabinetUnavailableError("502 Bad Gateway"))

    await refused(shop, diff, "cabinet-unavailable", 503)
    shown = await shop.get("/registers/kassa-1")
    await shop.apply(diff)

    assert shown["cabinet_health"]["state"] == "failing"
    assert "502" in shown["cabinet_health"]["failure"]
    assert (await shop.get("/registers/kassa-1"))["cabinet_health"]["state"] == "ok"
    assert names(shop) == each_once()


async def test_before_values_are_stored_with_the_rows(shop: Shop) -> None:
    await filled(shop, 2)
    await shop.apply(await shop.diff())
    shop.catalogue.all_items[0] = item(1, name="Переименован")
    await shop.pull()

    run = await shop.apply(await shop.diff())

    (row,) = (await shop.get(f"/runs/{run['id']}/rows"))["data"]
    assert (row["state"], row["before"]["name"]) == ("updated", "Товар 1")


async def finished(shop: Shop, run_id: str) -> Any:
    """Work until the run has ended; a run that waits for its next attempt is waited for."""
    async with asyncio.timeout(30):
        while True:
            await shop.work()
            run = await shop.get(f"/runs/{run_id}")
            if run["state"] in {"succeeded", "failed"}:
                return run
            await asyncio.sleep(0.05)


async def test_a_run_whose_end_was_not_noted_is_taken_up_again_and_tells_nothing_twice(shop: Shop) -> None:
    await filled(shop)
    run = await shop.apply(await shop.diff())
    before = len(await shop.events())
    shop.cabinet.calls.clear()
    async with shop.database.session() as session:
        again = f"update catalog_sync.run set state = 'queued' where id = '{run['id']}'"
        await (await session.connection()).exec_driver_sql(again)
        await session.commit()

    await shop.work()

    assert await shop.get(f"/runs/{run['id']}") | {"finished_at": None} == run | {"finished_at": None}
    assert len(await shop.events()) == before
    assert shop.cabinet.calls == []
