"""The feed for an ERP that fetches: in order, never passed by a late commit, acknowledged by its own references."""

import asyncio
from typing import Any
from uuid import uuid4

import pytest

from catalog_sync.adapters.feed import PostgresFeed
from catalog_sync.ports.imports import FeedEntry, FeedState
from integration.catalog_sync.imports import PRICED, counts, fill, held, import_diff, outcome, promised
from integration.catalog_sync.shop import CHANGED, OTHER_TOKEN, READ_TOKEN, Shop, barcode, data_of
from smena.contracts.catalog_events import DIFF_APPLIED, ITEMS_BOUND
from smena.erp.item_writes import imported_ref
from smena.kinds.money import Kopecks


def pushed(n: int, **changes: Any) -> dict[str, Any]:
    row = {"ref": f"erp-{n}", "name": f"Товар {n}", "unit": "шт", "barcodes": [barcode(n)], "article": f"A-{n}"}
    return {**row, "vat_rate": "20", **changes}


@pytest.fixture
async def fetching(shop: Shop) -> Shop:
    """A shop whose ERP pushes one item and fetches three: two new ones and a change."""
    shop.replace_erp(None)
    fill(shop, held(1), held(2, name="Новое имя"), held(3, barcodes=()))
    answer = await shop.send("PUT", "/items", {"items": [pushed(2)]})
    assert answer.status_code == 200, answer.text
    return shop


async def offered(shop: Shop, **changes: Any) -> Any:
    run = await promised(shop, await import_diff(shop, **changes))
    await shop.work()
    return await outcome(shop, run) | {"run": run}


async def entries(shop: Shop, **query: Any) -> list[Any]:
    return list((await shop.get("/catalogue-feed", **query))["data"])


async def acknowledge(shop: Shop, *answers: dict[str, Any], token: str | None = None) -> list[tuple[str, str | None]]:
    body = {"acknowledgements": list(answers)}
    answer = await shop.send("POST", "/catalogue-feed/acknowledgements", body, **({"token": token} if token else {}))
    assert answer.status_code == 200, answer.text
    return [(one["status"], one["message"]) for one in answer.json()["data"]]


async def test_an_import_is_offered_item_by_item_with_its_price(fetching: Shop) -> None:
    result = await offered(fetching, prices=PRICED)

    feed = await entries(fetching)
    by_id = {entry["cabinet_item_id"]: entry for entry in feed}
    assert (result["offered"], counts(result)) == (3, {})
    assert [entry["position"] for entry in feed] == [1, 2, 3]
    new, changed = by_id["good-1"], by_id["good-2"]
    assert (new["action"], new["key"], new["run"]) == ("create", imported_ref("wk-main", "good-1"), result["run"])
    assert new["item"] == {
        "ref": None, "name": "Товар 1", "full_name": "Товар 1", "unit": "шт", "barcodes": [barcode(1)],
        "article": "A-1", "vat_rate": "20", "retail_vat_rate": "20", "kind": "goods", "active": True,
    }  # fmt: skip
    assert new["price"] == {"price_type": "Розничная", "price": "1.00", "as_of": "2026-01-31"}
    assert (changed["action"], changed["item"]["ref"], changed["item"]["name"]) == ("change", "erp-2", "Новое имя")
    assert {"field": "name", "from": "Товар 2", "to": "Новое имя"} in changed["changes"]


async def test_acknowledged_items_are_bound_told_and_identical_in_the_next_diff(fetching: Shop) -> None:
    result = await offered(fetching, prices=PRICED)
    feed = await entries(fetching)
    answers = [{"position": e["position"], "ref": e["item"]["ref"] or f"made-{e['cabinet_item_id']}"} for e in feed]

    assert await acknowledge(fetching, *answers) == [("bound", None)] * 3

    bindings = {
        one["cabinet_item_id"]: one["item_ref"] for one in (await fetching.get("/bindings", cabinet="wk-main"))["data"]
    }
    assert bindings == {"good-1": "made-good-1", "good-2": "erp-2", "good-3": "made-good-3"}
    assert await entries(fetching) == []
    rows = (await fetching.get(f"/runs/{result['run']}/rows"))["data"]
    assert sorted(row["state"] for row in rows) == ["created", "created", "updated"]
    assert (await import_diff(fetching, prices=PRICED))["counts"]["identical"] == 3
    events = await fetching.events()
    told = [one for event in events if event.type == ITEMS_BOUND for one in data_of(event)["bindings"]]
    assert {one["item_ref"] for one in told} == set(bindings.values())
    assert [data_of(event)["counts"]["created"] for event in events if event.type == DIFF_APPLIED] == [2]


async def test_an_answer_told_again_changes_nothing_and_another_one_is_rejected(fetching: Shop) -> None:
    await offered(fetching)
    position = (await entries(fetching))[0]["position"]
    await acknowledge(fetching, {"position": position, "ref": "made"})
    before = await fetching.written()

    again = await acknowledge(fetching, {"position": position, "ref": "made"})
    other = await acknowledge(fetching, {"position": position, "ref": "another"})
    refusal = await acknowledge(fetching, {"position": position, "refused": "нет"})
    unknown = await acknowledge(fetching, {"position": 999, "ref": "made"})

    assert again == [("unchanged", None)]
    assert [status for ((status, _),) in (other, refusal, unknown)] == ["rejected"] * 3
    assert "made" in (other[0][1] or "")
    assert await fetching.written() == before


async def test_a_refusal_ends_the_row_and_may_be_mended(fetching: Shop) -> None:
    result = await offered(fetching)
    first, second, _ = await entries(fetching)

    refused = await acknowledge(fetching, {"position": first["position"], "refused": "Дубль артикула"})
    rows = (await fetching.get(f"/runs/{result['run']}/rows", state="failed"))["data"]
    left = [entry["position"] for entry in await entries(fetching)]
    mended = await acknowledge(fetching, {"position": first["position"], "ref": first["item"]["ref"] or "made"})

    assert refused == [("refused", None)]
    assert [row["message"] for row in rows] == ["Дубль артикула"]
    assert left[0] == second["position"]
    assert mended == [("bound", None)]


async def test_a_change_is_acknowledged_only_with_the_item_it_changes(fetching: Shop) -> None:
    await offered(fetching)
    (changed,) = [entry for entry in await entries(fetching) if entry["action"] == "change"]

    ((status, message),) = await acknowledge(fetching, {"position": changed["position"], "ref": "other"})

    assert status == "rejected"
    assert "erp-2" in (message or "")


async def test_a_later_offer_of_an_item_supersedes_the_open_one(fetching: Shop) -> None:
    await offered(fetching)
    fill(fetching, held(1, name="Ещё новее"))

    await offered(fetching)

    feed = await entries(fetching)
    of_first = [entry for entry in feed if entry["cabinet_item_id"] == "good-1"]
    assert [entry["item"]["name"] for entry in of_first] == ["Ещё новее"]
    assert [entry["position"] for entry in feed] == [4, 5, 6]
    assert await acknowledge(fetching, {"position": 1, "ref": "late"}) == [("bound", None)]


async def test_the_feed_is_read_in_pages_and_from_a_position(fetching: Shop) -> None:
    await offered(fetching)

    first = await fetching.get("/catalogue-feed", limit=2)
    rest = await fetching.get("/catalogue-feed", limit=2, cursor=first["next_cursor"])

    assert [entry["position"] for entry in first["data"]] == [1, 2]
    assert [entry["position"] for entry in rest["data"]] == [3]
    assert rest["next_cursor"] is None
    assert [entry["position"] for entry in await entries(fetching, after=2)] == [3]
    assert await entries(fetching, after=3) == []


async def test_scopes_and_organisations_are_kept_apart(fetching: Shop) -> None:
    await offered(fetching)
    body = {"acknowledgements": [{"position": 1, "ref": "made"}]}

    reading = await fetching.send("POST", "/catalogue-feed/acknowledgements", body, READ_TOKEN)
    foreign = await acknowledge(fetching, {"position": 1, "ref": "made"}, token=OTHER_TOKEN)

    assert reading.status_code == 403
    assert [status for status, _ in foreign] == ["rejected"]
    assert (await fetching.get("/catalogue-feed", READ_TOKEN))["data"] != []
    assert (await fetching.get("/catalogue-feed", OTHER_TOKEN))["data"] == []


@pytest.mark.parametrize(
    "answer",
    [
        {"position": 1},
        {"position": 1, "ref": "a", "refused": "b"},
        {"position": -1, "ref": "a"},
        {"position": 1, "ref": "x" * 65},
        {"position": 1, "ref": "a", "colour": "red"},
    ],
)
async def test_an_answer_of_another_shape_is_refused(fetching: Shop, answer: dict[str, Any]) -> None:
    refused = await fetching.send("POST", "/catalogue-feed/acknowledgements", {"acknowledgements": [answer]})
    twice = {"acknowledgements": [{"position": 1, "ref": "a"}, {"position": 1, "ref": "a"}]}

    assert refused.status_code == 422
    assert (await fetching.send("POST", "/catalogue-feed/acknowledgements", twice)).status_code == 422


async def test_the_same_key_answers_the_same_and_acts_once(fetching: Shop) -> None:
    await offered(fetching)
    body = {"acknowledgements": [{"position": 1, "ref": "made"}]}
    key = {"Idempotency-Key": "ack-1"}

    first = await fetching.send("POST", "/catalogue-feed/acknowledgements", body, **key)
    again = await fetching.send("POST", "/catalogue-feed/acknowledgements", body, **key)

    assert again.json() == first.json()
    assert again.headers["Idempotency-Hit"] == "true"


async def test_a_late_commit_is_never_passed_by_a_later_position(fetching: Shop) -> None:
    """A writer that holds its position back holds back everybody who comes after it."""

    def entry(n: int) -> FeedEntry:
        body = {"key": str(n), "item": {"ref": None}, "price": None}
        state = FeedState.OPEN
        return FeedEntry("romashka", 0, "wk-main", str(n), uuid4(), uuid4(), n, body, state, created_at=CHANGED)

    async def append(n: int, begun: asyncio.Event, may_commit: asyncio.Event) -> None:
        async with fetching.database.session() as session:
            feed = PostgresFeed(session)
            await feed.lock("romashka")
            await feed.append([entry(n)])
            begun.set()
            await may_commit.wait()
            await session.commit()

    first_begun, second_begun, go = asyncio.Event(), asyncio.Event(), asyncio.Event()
    first = asyncio.create_task(append(1, first_begun, go))
    await first_begun.wait()
    second = asyncio.create_task(append(2, second_begun, go))
    while not await waiting_for_lock(fetching):
        assert not second_begun.is_set()
    go.set()
    await asyncio.gather(first, second)

    async with fetching.database.session() as session:
        page = await PostgresFeed(session).page("romashka", after=0, limit=10)
    assert [(one.position, one.cabinet_item_id) for one in page] == [(1, "1"), (2, "2")]


async def waiting_for_lock(shop: Shop) -> bool:
    async with shop.database.session() as session:
        connection = await session.connection()
        found = await connection.exec_driver_sql(
            "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        )
        return bool(found.scalar_one())


async def test_a_price_of_nothing_is_not_offered(fetching: Shop) -> None:
    fill(fetching, held(1, retail_price=Kopecks(0)))
    await offered(fetching, prices=PRICED)

    feed = {entry["cabinet_item_id"]: entry for entry in await entries(fetching)}

    assert feed["good-1"]["price"] is None
