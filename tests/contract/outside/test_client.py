"""The client to the outside: what is retried, what never is, and what each fault is called."""

import asyncio
import tracemalloc
from collections.abc import AsyncIterator, Callable

import pytest

from contract.outside.raw_http import (
    RawServer,
    Reply,
    bomb_reply,
    closed_port,
    html_reply,
    huge_reply,
    json_reply,
)
from servers.waiting import until
from smena.outside.budget import Budget
from smena.outside.client import READ_ATTEMPTS, Ask, OutsideClient
from smena.outside.errors import AnswerTooLargeError, NoAnswerError, NotSentError
from smena.outside.query import with_query

MIB = 1024 * 1024
GOOD = json_reply({"ok": True})


@pytest.fixture
async def client(server: RawServer) -> AsyncIterator[OutsideClient]:
    opened = OutsideClient(server.address + "/base", Budget(1_000, 4), timeout_seconds=10, backoff_seconds=0.001)
    yield opened
    await opened.close()


def get(target: str = "thing", limit: int = MIB) -> Ask:
    return Ask("GET", target, limit)


def post() -> Ask:
    return Ask("POST", "thing", MIB, body=b"{}")


async def test_a_space_travels_as_20_and_a_plus_as_2b(server: RawServer, client: OutsideClient) -> None:
    server.on("/base/%D0%A1%D0%BA%D0%BB%D0%B0%D0%B4", GOOD)

    await client.read(get(with_query("Склад", {"$filter": "Сумма eq 1 + 2", "$format": "json"})))

    query = server.asked[0].target.partition("?")[2]
    assert query == "$filter=%D0%A1%D1%83%D0%BC%D0%BC%D0%B0%20eq%201%20%2B%202&$format=json"


@pytest.mark.parametrize(
    "fault",
    [
        json_reply({}, 429),
        json_reply({}, 503),
        Reply(drop=True),
        Reply(b'{"ok": true}', cut=3),
        Reply(b""),
        html_reply(),
        Reply(b"plain words", headers={"Content-Type": "text/plain"}),
    ],
    ids=["429", "503", "dropped", "cut", "empty", "html", "text"],
)
async def test_a_read_is_tried_again(server: RawServer, client: OutsideClient, fault: Reply) -> None:
    server.on("/base/thing", fault, fault, GOOD)

    answer = await client.read(get())

    assert (answer.status, answer.body) == (200, b'{"ok": true}')
    assert len(server.asked) == 3


async def test_reads_are_given_up_after_a_bound(server: RawServer, client: OutsideClient) -> None:
    server.on("/base/thing", Reply(drop=True))

    with pytest.raises(NoAnswerError):
        await client.read(get())

    assert len(server.asked) == READ_ATTEMPTS


async def test_the_last_refusal_is_given_back_whole(server: RawServer, client: OutsideClient) -> None:
    server.on("/base/thing", json_reply({"why": "busy"}, 503))

    answer = await client.read(get())

    assert (answer.status, answer.body) == (503, b'{"why": "busy"}')


async def test_a_refusal_is_not_tried_again(server: RawServer, client: OutsideClient) -> None:
    server.on("/base/thing", json_reply({}, 401))

    assert (await client.read(get())).status == 401
    assert len(server.asked) == 1


async def test_retry_after_is_waited_for(
    server: RawServer, client: OutsideClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    waited: list[float] = []
    loop = asyncio.get_running_loop()
    time = loop.time

    async def note(seconds: float) -> None:
        waited.append(seconds)

    def later() -> float:  # what the retry waits passes at once, what its budget waits passes for all
        return time() + sum(waited[1:])

    monkeypatch.setattr("smena.outside.client.asyncio.sleep", note)
    monkeypatch.setattr(loop, "time", later)
    server.on("/base/thing", json_reply({}, 429, **{"Retry-After": "7"}), GOOD)

    assert (await client.read(get())).ok
    assert waited[0] == 7.0
    assert [6.0 < one <= 7.0 for one in waited[1:]] == [True]  # the others of its budget are held back as long


async def test_a_long_retry_after_is_handed_to_the_caller(server: RawServer, client: OutsideClient) -> None:
    server.on("/base/thing", json_reply({}, 429, **{"Retry-After": "3600"}))

    answer = await client.read(get())

    assert (answer.status, answer.retry_after_seconds) == (429, 3600.0)
    assert len(server.asked) == 1


@pytest.mark.parametrize(
    "fault",
    [Reply(drop=True), Reply(b'{"ok": true}', cut=3), Reply(b""), html_reply(), Reply(hang=True)],
    ids=["dropped", "cut", "empty", "html", "slow"],
)
async def test_a_write_is_sent_once_and_its_outcome_unknown(
    server: RawServer, client: OutsideClient, fault: Reply
) -> None:
    server.on("/base/thing", fault)
    if fault.hang:
        client._timeout_seconds = 0.2

    with pytest.raises(NoAnswerError):
        await client.write(post())

    assert len(server.asked) == 1


async def test_a_refused_connection_is_certainly_not_sent() -> None:
    async with closed_port() as address:
        client = OutsideClient(address, Budget(1_000, 1), timeout_seconds=1, backoff_seconds=0.001)
        with pytest.raises(NotSentError):
            await client.write(post())
        await client.close()


async def test_a_redirect_is_not_followed(server: RawServer, client: OutsideClient) -> None:
    server.on("/base/thing", json_reply({}, 302, Location="/base/elsewhere"))

    assert (await client.read(get())).status == 302
    assert server.paths() == ["/base/thing"]


@pytest.mark.parametrize(
    "reply", [lambda: huge_reply(200 * MIB), lambda: bomb_reply(200 * MIB)], ids=["200-MB", "gzip-bomb"]
)
async def test_a_body_beyond_its_limit_is_left_unread(
    server: RawServer, client: OutsideClient, reply: Callable[[], Reply]
) -> None:
    server.on("/base/thing", reply())
    tracemalloc.start()

    with pytest.raises(AnswerTooLargeError):
        await client.read(get(limit=4 * MIB))

    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 40 * MIB
    assert server.sent_bytes < 40 * MIB
    assert len(server.asked) == 1


async def test_a_declared_length_beyond_the_limit_is_not_read_at_all(server: RawServer, client: OutsideClient) -> None:
    server.on("/base/thing", Reply(b"[" + b" " * 2 * MIB))

    with pytest.raises(AnswerTooLargeError):
        await client.read(get(limit=MIB))


async def test_a_packed_body_that_breaks_off_is_no_answer(server: RawServer, client: OutsideClient) -> None:
    packed = bomb_reply(1_000)
    server.on("/base/thing", Reply(packed.body[:-10], headers=packed.headers))

    with pytest.raises(NoAnswerError, match="оборван"):
        await client.read(get())


async def test_no_more_requests_at_once_than_the_budget_allows(server: RawServer) -> None:
    server.on("/base/thing", Reply(b"{}", hang=True))
    client = OutsideClient(server.address + "/base", Budget(1_000, 2), timeout_seconds=10)
    reads = [asyncio.create_task(client.read(get())) for _ in range(6)]
    await until(lambda: server.running == 2)

    server.release.set()
    await asyncio.gather(*reads)
    await client.close()

    assert server.running_most == 2


async def test_requests_are_paced(server: RawServer) -> None:
    server.on("/base/thing", GOOD)
    budget = Budget(20, 4)
    client = OutsideClient(server.address + "/base", budget, timeout_seconds=10)
    loop = asyncio.get_running_loop()
    began = loop.time()

    for _ in range(25):
        await client.read(get())
    await client.close()

    assert loop.time() - began >= 1.0


async def test_a_write_whose_permit_ended_while_it_waited_for_its_turn_is_not_sent(server: RawServer) -> None:
    """The permit is asked for when the request would leave, however long it stood in the queue before."""
    server.on("/base/slow", Reply(b"", hang=True))
    server.on("/base/thing", GOOD)
    client = OutsideClient(server.address + "/base", Budget(1_000, 1), timeout_seconds=0.3, backoff_seconds=0.001)
    asked: list[int] = []

    def permit() -> None:
        asked.append(len(server.asked))
        raise PermissionError("the lease is gone")

    before = asyncio.create_task(client.write(Ask("POST", "slow", MIB, body=b"{}")))
    await until(lambda: len(server.asked) == 1)
    with pytest.raises(PermissionError):
        await client.write(post(), permit=permit)
    with pytest.raises(NoAnswerError):
        await before

    assert asked == [1]
    assert server.paths() == ["/base/slow"]
    assert (await client.read(get())).ok
    await client.close()
