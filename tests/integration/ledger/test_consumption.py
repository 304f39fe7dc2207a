"""Revisions strictly in order, each once, however they come; bad events are named and stop nobody."""

import asyncio
import json
import random
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest
from sqlalchemy import select

from integration.ledger.api import Api, api_of, with_people
from integration.ledger.conftest import Bench
from ledger.adapters.tables import MESSAGING, REVISION
from ledger.main import SERVICE
from ledger.workers.consume_shifts import shifts_consumer
from servers.postgres import fresh_database
from servers.waiting import until
from smena.contracts.envelope import Envelope, encode
from smena.contracts.sales_events import SHIFT_CLOSED
from smena.db.database import open_database
from smena.db.migrate import migrate
from smena.messaging.book import DeliveryBook
from smena.messaging.embedded import EmbeddedTransport
from smena.messaging.port import Consumer, OutgoingEvent, PoisonEventError, ReceivedEvent
from unit.ledger.making import CLOSED, event_of, line, payment, revision, shift_key

SHIFTS, REVISIONS, TIMES, CONSUMERS = 4, 3, 3, 4
FACTS = revision([line("milk", 2000, 500)], [payment("cash", 500)])


@pytest.fixture
async def api(bench: Bench) -> AsyncIterator[Api]:
    async with api_of(bench) as opened:
        yield opened


def envelope(data: bytes, event_id: UUID | None = None, **changes: Any) -> Envelope:
    given = {"source": "/sales-ingest/romashka", "type": SHIFT_CLOSED, "time": CLOSED, "partitionkey": "kassa-1"}
    return Envelope(id=event_id or uuid4(), data=msgspec.Raw(data), **{**given, **changes})


def facts(shift: int, number: int) -> Any:
    """The revision of a shift: each one sells more milk, the second one gives tea back as well."""
    lines = [line("milk", 1000 * number, 100 * number + shift)]
    back = [line("tea", 1000, 30, refund=True)] if number > 1 else []
    paid = [payment("cash", 60, 30 if back else 0), payment("card", 100 * number + shift - 60)]
    return revision([*lines, *back], paid, number=number, shift=shift_key(shift))


def changed(event: Any) -> bytes:
    """The data of an event changed by hand, without the hash that would give it away."""
    return json.dumps({**event, "sha256": ""}).encode()


def consumer_of(bench: Bench) -> Consumer:
    return shifts_consumer(bench.rulebook, bench.clock, bench.work)


async def test_every_event_three_times_reordered_by_four_consumers_makes_the_documents_of_the_right_order(
    bench: Bench, postgres_url: str
) -> None:
    seed = random.SystemRandom().randrange(2**32)
    dice = random.Random(seed)
    events = [envelope(event_of(facts(shift, number))) for shift in range(SHIFTS) for number in range(1, REVISIONS + 1)]
    queue = events * TIMES
    dice.shuffle(queue)

    async def consume() -> None:
        consumer = consumer_of(bench)
        while queue:
            await consumer.handle(ReceivedEvent(queue.pop(), 1))

    await asyncio.gather(*(consume() for _ in range(CONSUMERS)))

    found = {one.document.key: (one.sha256, one.document.adjusts) for one in await bench.stored()}
    with fresh_database(postgres_url) as url:
        await migrate(SERVICE, url)
        quiet = Bench(open_database(url, "ledger"), bench.notifications)
        for event in events:
            await consumer_of(quiet).handle(ReceivedEvent(event, 1))
        right = {one.document.key: (one.sha256, one.document.adjusts) for one in await quiet.stored()}
        assert found == right, f"seed {seed}"
        await quiet.database.close()
    await _sums_are_those_of_the_last_revisions(bench)


async def _sums_are_those_of_the_last_revisions(bench: Bench) -> None:
    """Counted from the documents as the contract says, against what the test itself sold."""
    reports: Counter[int] = Counter()
    money: defaultdict[int, Counter[str]] = defaultdict(Counter)
    places: defaultdict[int, list[int]] = defaultdict(list)
    for stored in sorted(await bench.stored(), key=lambda one: one.position):
        document = stored.document
        shift = int(document.key.split("|")[3])
        places[shift].append(document.revision)
        if document.payment_kind is None:
            reports[shift] += document.amount
        else:
            sign = -1 if document.kind.value == "cash-expense-order" else 1
            money[shift][document.payment_kind] += sign * document.amount
    for shift in range(SHIFTS):
        assert reports[shift] == 100 * REVISIONS + shift - 30
        assert money[shift] == {"cash": 30, "card": 100 * REVISIONS + shift - 60}
        assert places[shift] == sorted(places[shift])


async def test_a_revision_that_comes_early_waits_for_its_predecessor_and_says_so(api: Api) -> None:
    bench, consumer = api.bench, consumer_of(api.bench)
    third, second, first = (envelope(event_of(facts(1, number))) for number in (3, 2, 1))

    await consumer.handle(ReceivedEvent(third, 1))
    await consumer.handle(ReceivedEvent(second, 1))
    early = await bench.stored()
    waiting = await api.get("/waiting-revisions", limit=1)
    rest = await api.get("/waiting-revisions", limit=1, cursor=waiting["next_cursor"])
    strangers = await api.get("/waiting-revisions", who="stranger")
    await consumer.handle(ReceivedEvent(first, 1))

    assert [early, strangers["data"]] == [[], []]
    shown = [*waiting["data"], *rest["data"]]
    assert [(one["register"], one["number"], one["revision"], one["waits_for"]) for one in shown] == [
        ("kassa-1", 1, 2, 1),
        ("kassa-1", 1, 3, 2),
    ]
    assert {one.document.revision for one in await bench.stored()} == {1, 2, 3}
    assert (await api.get("/waiting-revisions"))["data"] == []


async def test_one_applied_already_is_noted_and_makes_nothing(bench: Bench) -> None:
    consumer = consumer_of(bench)
    await consumer.handle(ReceivedEvent(envelope(event_of(FACTS)), 1))
    before = await bench.stored()

    await consumer.handle(ReceivedEvent(envelope(event_of(FACTS)), 1))

    assert await bench.stored() == before
    async with bench.database.session() as session:
        assert len((await session.execute(select(REVISION.c.number))).all()) == 1
        assert len((await session.execute(select(MESSAGING.inbox.c.event_id))).all()) == 2


def _of(event: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {**event, "shift": {**event["shift"], **fields}}


BAD: dict[str, tuple[Callable[[dict[str, Any]], Any], str]] = {
    "wrong sum": (lambda event: {**event, "amount": "5.01"}, "не сходится сама с собой"),
    "half a kopeck": (lambda event: {**event, "amount": "5.005"}, "сумма смены"),
    "unknown VAT rate": (
        lambda event: {**event, "lines": [{**event["lines"][0], "vat_rate": "18"}]},
        "неизвестная ставка НДС '18'",
    ),
    "organisation not configured": (lambda event: _of(event, organization="tulpan"), "а не «tulpan»"),
    "register not configured": (lambda event: _of(event, register="kassa-9"), "не настроена"),
    "shift of another organisation": (lambda event: _of(event, organization="lilia"), "«romashka», а не «lilia»"),
    "another register's number": (lambda event: _of(event, register_number="131010706"), "имеет номер"),
    "no line's item": (lambda event: {**event, "lines": [{**event["lines"][0], "item_ref": ""}]}, "без номенклатуры"),
    "no object": (lambda event: [1], "ждали объект"),
}


@pytest.mark.parametrize("name", BAD)
async def test_a_bad_event_is_named_and_listed_and_the_others_go_on(api: Api, name: str) -> None:
    make, said = BAD[name]
    consumer = consumer_of(api.bench)
    bad = envelope(changed(make(json.loads(event_of(FACTS)))) if name != "no object" else b"[1]")

    with pytest.raises(PoisonEventError, match=said) as died:
        await consumer.handle(ReceivedEvent(bad, 1))
    assert consumer.on_dead is not None
    await consumer.on_dead(encode(bad), str(died.value))
    await consumer.handle(ReceivedEvent(envelope(event_of(facts(5, 1))), 1))

    who = "chief" if name == "no object" else "accountant" if name != "shift of another organisation" else "stranger"
    (letter,) = (await api.get("/dead-letters", who=who))["data"]
    assert said in letter["reason"]
    assert (letter["event_id"], letter["state"], letter["times"]) == (str(bad.id), "open", 1)
    assert len(await api.bench.stored()) == 3
    await api.get(f"/dead-letters/{letter['id']}", 404, who="stranger" if who != "stranger" else "accountant")


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"type": "by.smena.sales.shift-closed.v2"}, "обновите Смену"),
        ({"specversion": "2.0"}, "CloudEvents 2.0"),
    ],
)
async def test_a_newer_version_is_dead_lettered_with_what_to_do(
    bench: Bench, changes: dict[str, Any], said: str
) -> None:
    with pytest.raises(PoisonEventError, match=said):
        await consumer_of(bench).handle(ReceivedEvent(envelope(event_of(FACTS), **changes), 1))

    assert await bench.stored() == []


@pytest.mark.parametrize("same_event", [True, False], ids=["same-event", "another-event"])
@pytest.mark.parametrize("number", [1, 2], ids=["same-revision", "another-revision"])
async def test_an_event_twice_with_different_contents_is_refused_and_changes_nothing(
    bench: Bench, same_event: bool, number: int
) -> None:
    consumer, event_id = consumer_of(bench), uuid4()
    await consumer.handle(ReceivedEvent(envelope(event_of(FACTS), event_id), 1))
    before = await bench.stored()
    other = revision([line("milk", 2000, 501)], [payment("cash", 501)], number=number)

    second = ReceivedEvent(envelope(event_of(other), event_id if same_event else None), 1)
    if number == 2 and not same_event:
        await consumer.handle(second)  # a later revision in an event of its own is what it should be
        assert len(await bench.stored()) > len(before)
        return
    with pytest.raises(PoisonEventError, match="другим содержанием"):
        await consumer.handle(second)

    assert await bench.stored() == before


async def test_one_id_is_one_shift(bench: Bench) -> None:
    """An event that gives a known id another number is about something else."""
    consumer = consumer_of(bench)
    await consumer.handle(ReceivedEvent(envelope(event_of(FACTS)), 1))
    event = _of(json.loads(event_of(facts(17, 2))), number=18)

    with pytest.raises(PoisonEventError, match="уже известна как смена 17"):
        await consumer.handle(ReceivedEvent(envelope(changed(event)), 1))


async def test_once_its_cause_is_mended_a_dead_letter_is_taken_by_a_call(api: Api) -> None:
    """The register was not configured; now it is, and the shift becomes documents."""
    event = _of(json.loads(event_of(FACTS)), register="kassa-2", register_number="131010777")
    bad = envelope(changed(event))
    consumer = consumer_of(api.bench)
    assert consumer.on_dead is not None
    await consumer.on_dead(encode(bad), "касса «kassa-2» не настроена")
    (letter,) = (await api.get("/dead-letters"))["data"]
    why = {"reason": "Касса добавлена"}

    problem = await api.post(f"/dead-letters/{letter['id']}/retry", why, 409)
    assert problem["type"].endswith("/event-not-taken")
    assert "не настроена" in problem["detail"]
    await api.post(f"/dead-letters/{letter['id']}/retry", why, 404, who="stranger")
    async with api_of(api.bench, with_people({"id": "kassa-2", "number": "131010777"})) as mended:
        taken = await mended.post(f"/dead-letters/{letter['id']}/retry", why)
        again = await mended.post(f"/dead-letters/{letter['id']}/retry", why, 409)
        left = await mended.get("/dead-letters")
        kept = await mended.get("/dead-letters", state="done")

    assert (taken["state"], taken["decision"]["person"], taken["times"]) == ("done", "accountant", 2)
    assert again["type"].endswith("/dead-letter-settled")
    assert [left["data"], [one["id"] for one in kept["data"]]] == [[], [letter["id"]]]
    assert len(await api.bench.stored()) == 2


async def test_a_dead_letter_may_be_laid_aside_with_a_reason_and_is_never_deleted(api: Api) -> None:
    consumer = consumer_of(api.bench)
    assert consumer.on_dead is not None
    await consumer.on_dead(b"\xff\x00 no event", "no CloudEvent")
    assert (await api.get("/dead-letters"))["data"] == []
    (letter,) = (await api.get("/dead-letters", who="chief"))["data"]

    await api.post(f"/dead-letters/{letter['id']}/retry", {"reason": "?"}, 409, who="chief")
    await api.post(f"/dead-letters/{letter['id']}/retry", {"reason": " "}, 422, who="chief")
    laid = await api.post(f"/dead-letters/{letter['id']}/discard", {"reason": "Чужое сообщение"}, who="chief")
    whole = await api.get(f"/dead-letters/{letter['id']}", who="chief")

    again = await api.post(f"/dead-letters/{letter['id']}/discard", {"reason": "?"}, 409, who="chief")
    assert again["type"].endswith("/dead-letter-settled")
    assert (laid["state"], laid["decision"]["reason"]) == ("discarded", "Чужое сообщение")
    assert "no event" in whole["event"]
    assert (letter["organization"], letter["register"], letter["event_id"]) == (None, None, None)


async def test_whatever_kills_an_event_on_the_bus_it_is_listed(api: Api) -> None:
    """Through the transport itself: a poisoned event and one that is no event end in the list; a good one passes."""
    bench = api.bench
    transport = EmbeddedTransport({"ledger": DeliveryBook(bench.database, MESSAGING)})
    bad = envelope(changed({**json.loads(event_of(FACTS)), "amount": "9.99"}))
    good = envelope(event_of(facts(6, 1)))
    await transport.consume([consumer_of(bench)])
    await transport.publish(
        [
            OutgoingEvent(bad.id, SHIFT_CLOSED, "kassa-1", encode(bad)),
            OutgoingEvent(uuid4(), SHIFT_CLOSED, "kassa-1", b"no event"),
            OutgoingEvent(good.id, SHIFT_CLOSED, "kassa-1", encode(good)),
        ]
    )

    async def handled() -> bool:
        letters = (await api.get("/dead-letters", who="chief"))["data"]
        return len(await bench.stored()) == 3 and len(letters) == 2

    await until(handled)
    await transport.stop()

    poisoned, garbage = sorted(
        (await api.get("/dead-letters", who="chief"))["data"], key=lambda one: one["type"] is None
    )
    assert "не сходится" in poisoned["reason"]
    assert (poisoned["organization"], poisoned["register"], poisoned["number"]) == ("romashka", "kassa-1", 17)
    assert "no CloudEvent" in garbage["reason"]
