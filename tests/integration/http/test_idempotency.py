"""One key, one effect, one answer."""

import asyncio
import logging
from datetime import timedelta
from typing import Any

import httpx
import pytest
from sqlalchemy import text

from smena.db.database import Database
from smena.http.idempotency import Claimed, IdempotencyStore, KeyedRequest, StillRunning, StoredAnswer


def key(value: str) -> dict[str, str]:
    return {"Idempotency-Key": value}


async def post(client: httpx.AsyncClient, number: int, keyed: str, **more: Any) -> httpx.Response:
    return await client.post("/sales/v1/orders", json={"number": number, **more}, headers=key(keyed))


async def test_the_same_key_and_body_answer_the_same_bytes_with_one_effect(
    client: httpx.AsyncClient, effects: Any
) -> None:
    first = await post(client, 1, "k1")
    second = await post(client, 1, "k1")

    assert first.status_code == second.status_code == 201
    assert first.content == second.content
    assert "idempotency-hit" not in first.headers
    assert second.headers["idempotency-hit"] == "true"
    assert second.headers["content-type"] == first.headers["content-type"]
    assert effects.count[1] == 1


async def test_another_body_under_the_same_key_is_a_422_without_effect(client: httpx.AsyncClient, effects: Any) -> None:
    await post(client, 1, "k1")

    answer = await post(client, 2, "k1")

    assert answer.status_code == 422
    assert answer.json()["type"].endswith("/idempotency-key-reused")
    assert effects.count[2] == 0


async def test_while_the_first_is_running_the_second_is_a_409(client: httpx.AsyncClient, effects: Any) -> None:
    effects.go_on.clear()
    first = asyncio.create_task(post(client, 1, "k1"))
    await effects.entered.wait()

    second = await post(client, 1, "k1")
    effects.go_on.set()

    assert second.status_code == 409
    assert second.json()["type"].endswith("/idempotency-key-running")
    assert second.headers["retry-after"]
    assert (await first).status_code == 201
    assert (await post(client, 1, "k1")).headers["idempotency-hit"] == "true"


async def test_fifty_at_once_have_one_effect(client: httpx.AsyncClient, effects: Any) -> None:
    answers = await asyncio.gather(*(post(client, 1, "k1") for _ in range(50)))

    assert effects.count[1] == 1
    assert {answer.status_code for answer in answers} <= {201, 409}
    good = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in good}) == 1
    assert sum("idempotency-hit" not in answer.headers for answer in good) == 1


async def test_two_callers_never_meet_under_one_key(client: httpx.AsyncClient, effects: Any) -> None:
    mine = await post(client, 1, "k1")
    theirs = await client.post(
        "/sales/v1/orders", json={"number": 1}, headers={**key("k1"), "Authorization": "Bearer two"}
    )

    assert (mine.json()["by"], theirs.json()["by"]) == ("one", "two")
    assert effects.count[1] == 2


async def test_two_routes_never_meet_under_one_key(client: httpx.AsyncClient) -> None:
    await post(client, 1, "k1")

    for name in ("a", "b"):
        answer = await client.post(f"/sales/v1/others/{name}", headers=key("k1"))
        assert answer.json() == {"name": name}


@pytest.mark.parametrize("value", ["x" * 256, "", " ", "ключ"])
async def test_a_key_that_is_none_is_a_400(client: httpx.AsyncClient, effects: Any, value: str) -> None:
    headers = {"Idempotency-Key": value.encode()}

    answer = await client.post("/sales/v1/orders", json={"number": 1}, headers=headers)  # type: ignore[arg-type]

    assert answer.status_code == 400
    assert answer.json()["type"].endswith("/idempotency-key-invalid")
    assert effects.count[1] == 0


async def test_a_key_of_255_characters_is_taken(client: httpx.AsyncClient) -> None:
    assert (await post(client, 1, "x" * 255)).status_code == 201


async def test_a_payload_that_is_refused_does_not_use_up_its_key(client: httpx.AsyncClient, effects: Any) -> None:
    wrong = await client.post("/sales/v1/orders", json={"number": "many"}, headers=key("k1"))
    right = await post(client, 1, "k1")

    assert (wrong.status_code, right.status_code) == (422, 201)
    assert effects.count[1] == 1


@pytest.mark.parametrize(("then", "status"), [("conflict", 409), ("away", 503)])
async def test_a_refusal_does_not_use_up_its_key(
    client: httpx.AsyncClient, effects: Any, then: str, status: int
) -> None:
    refused = await post(client, 1, "k1", then=then)
    again = await post(client, 1, "k1", then=then)

    assert refused.status_code == again.status_code == status
    assert effects.count[1] == 2
    assert (await post(client, 1, "k1")).status_code == 201


async def test_a_500_is_stored_since_nobody_knows_what_it_did(
    client: httpx.AsyncClient, effects: Any, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.CRITICAL):
        first = await post(client, 1, "k1", then="break")
        second = await post(client, 1, "k1", then="break")

    assert first.status_code == second.status_code == 500
    assert first.content == second.content
    assert effects.count[1] == 1


async def test_the_key_of_a_dead_holder_is_free_for_the_same_request_after_the_lease(
    client: httpx.AsyncClient, effects: Any, store: IdempotencyStore, database: Database
) -> None:
    effects.go_on.clear()
    dead = asyncio.create_task(post(client, 1, "k1"))
    await effects.entered.wait()
    dead.cancel()
    await asyncio.gather(dead, return_exceptions=True)
    effects.go_on.set()
    assert (await post(client, 1, "k1")).status_code == 409

    await let_pass(database, timedelta(seconds=61))

    assert (await post(client, 2, "k1")).status_code == 422
    assert (await post(client, 1, "k1")).status_code == 201
    assert effects.count == {1: 1}


async def test_a_holder_thought_dead_cannot_overwrite_the_answer_of_its_successor(
    store: IdempotencyStore, database: Database
) -> None:
    request = KeyedRequest("one", "POST /x", "k1", "f")
    slow = await store.claim(request)
    assert isinstance(slow, Claimed)
    await let_pass(database, timedelta(seconds=61))
    successor = await store.claim(request)
    assert isinstance(successor, Claimed)

    await store.finish(request, slow, StoredAnswer(201, [], b"slow"))
    assert isinstance(await store.claim(request), StillRunning)
    await store.finish(request, successor, StoredAnswer(201, [], b"successor"))
    await store.release(request, slow)

    assert await store.claim(request) == StoredAnswer(201, [], b"successor")


async def test_a_request_at_work_keeps_its_key_past_the_lease(
    client: httpx.AsyncClient, effects: Any, store: IdempotencyStore, database: Database
) -> None:
    store.lease_seconds = 0.2
    effects.go_on.clear()
    first = asyncio.create_task(post(client, 1, "k1"))
    await effects.entered.wait()
    begun = await locked_until(database)

    async with asyncio.timeout(10):
        while (await locked_until(database)) - begun < timedelta(seconds=0.5):
            assert (await post(client, 1, "k1")).status_code == 409
    effects.go_on.set()

    assert (await first).status_code == 201
    assert effects.count[1] == 1


async def test_after_30_days_a_key_is_new(client: httpx.AsyncClient, effects: Any, database: Database) -> None:
    await post(client, 1, "k1")
    await let_pass(database, timedelta(days=29, hours=23))
    assert (await post(client, 1, "k1")).headers["idempotency-hit"] == "true"

    await let_pass(database, timedelta(hours=2))

    assert "idempotency-hit" not in (await post(client, 1, "k1")).headers
    assert effects.count[1] == 2


async def test_outdated_keys_are_purged_and_others_kept(
    client: httpx.AsyncClient, store: IdempotencyStore, database: Database
) -> None:
    await post(client, 1, "old")
    await let_pass(database, timedelta(days=31))
    await post(client, 1, "young")
    store._purged_at = float("-inf")

    await post(client, 1, "newest")

    async with database.session() as session:
        keys = (
            (await session.execute(text("select key from sales_ingest.idempotency_key order by key"))).scalars().all()
        )
    assert keys == ["newest", "young"]


async def test_without_a_key_nothing_is_stored(client: httpx.AsyncClient, effects: Any) -> None:
    for _ in range(2):
        assert (await client.post("/sales/v1/orders", json={"number": 1})).status_code == 201

    assert effects.count[1] == 2


async def test_a_replay_tells_an_unknown_caller_nothing(client: httpx.AsyncClient) -> None:
    await post(client, 1, "k1")

    answer = await client.post(
        "/sales/v1/orders", json={"number": 1}, headers={**key("k1"), "Authorization": "Bearer no"}
    )

    assert answer.status_code == 401


async def let_pass(database: Database, time: timedelta) -> None:
    """Make everything stored so much older, as if the time had passed."""
    async with database.session() as session:
        await session.execute(
            text(
                "update sales_ingest.idempotency_key"
                " set locked_until = locked_until - :time, created_at = created_at - :time"
            ),
            {"time": time},
        )
        await session.commit()


async def locked_until(database: Database) -> Any:
    async with database.session() as session:
        return (await session.execute(text("select locked_until from sales_ingest.idempotency_key"))).scalar_one()
