"""Events cross the bus as CloudEvents in structured JSON and come out as they went in."""

import json
from datetime import UTC, date, datetime

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from smena.contracts.canonical import canonical_bytes, canonical_sha256
from smena.contracts.catalog_events import ITEMS_BOUND, Binding, ItemsBound
from smena.contracts.envelope import NewEvent, decode, encode, routing_key, seal
from smena.contracts.routing import EVENTS, SUBSCRIPTIONS, route_of, subscription_of

AT = datetime(2026, 1, 31, 9, 0, tzinfo=UTC)
TEXTS = st.text(max_size=20)
BINDINGS = st.builds(
    Binding,
    item_ref=TEXTS,
    cabinet_item_id=TEXTS,
    name=TEXTS,
    unit=TEXTS,
    vat_rate=TEXTS,
    barcodes=st.lists(TEXTS, max_size=3),
    article=st.none() | TEXTS,
    price=st.none() | TEXTS,
    bound=st.booleans(),
)
ITEMS = st.builds(ItemsBound, organization=TEXTS, cabinet=TEXTS, bindings=st.lists(BINDINGS, max_size=3))


def event(data: msgspec.Struct) -> NewEvent:
    return NewEvent(type=ITEMS_BOUND, source="/catalog-sync/romashka", partition_key="wk-main", data=data)


@given(ITEMS, st.none() | st.just("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"))
def test_an_event_comes_out_as_it_went_in(items: ItemsBound, traceparent: str | None) -> None:
    envelope = seal(event(items), at=AT, traceparent=traceparent)

    received = decode(encode(envelope))

    assert msgspec.json.decode(received.data, type=ItemsBound) == items
    assert (received.id, received.time, received.traceparent) == (envelope.id, AT, traceparent)


@given(ITEMS)
def test_on_the_wire_stands_a_cloud_event(items: ItemsBound) -> None:
    wire = json.loads(encode(seal(event(items), at=AT, traceparent=None)))

    assert wire["specversion"] == "1.0"
    assert wire["datacontenttype"] == "application/json"
    assert wire["type"].startswith("by.smena.")
    assert wire["source"].startswith("/")
    assert datetime.fromisoformat(wire["time"]).utcoffset() is not None
    assert set(wire) == {
        "specversion",
        "id",
        "source",
        "type",
        "time",
        "datacontenttype",
        "partitionkey",
        "data",
    }


def test_unknown_attributes_and_fields_are_ignored() -> None:
    wire = json.loads(
        encode(seal(event(ItemsBound(organization="o", cabinet="c", bindings=[])), at=AT, traceparent=None))
    )
    wire["newextension"] = "x"
    wire["data"]["new_field"] = {"deep": 1}

    received = decode(json.dumps(wire).encode())

    assert msgspec.json.decode(received.data, type=ItemsBound).cabinet == "c"


@pytest.mark.parametrize("body", [b"", b"{}", b"[]", b"\xff", b'{"id": 1}', b"<html>"])
def test_what_is_no_event_is_refused(body: bytes) -> None:
    with pytest.raises(msgspec.DecodeError):
        decode(body)


@given(ITEMS)
def test_two_events_never_share_an_id(items: ItemsBound) -> None:
    assert seal(event(items), at=AT, traceparent=None).id != seal(event(items), at=AT, traceparent=None).id


def test_the_routing_key_is_the_type_without_its_prefix() -> None:
    assert routing_key(ITEMS_BOUND) == "catalog.items-bound.v1"


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    b: int
    a: dict[str, int]
    day: date
    sha256: str = ""


@given(st.dictionaries(TEXTS, st.integers(), max_size=5), st.integers())
def test_the_canonical_form_does_not_depend_on_order(entries: dict[str, int], number: int) -> None:
    day = date(2026, 1, 31)
    turned = dict(reversed(entries.items()))

    one, other = Sample(a=entries, b=number, day=day), Sample(a=turned, b=number, day=day, sha256="x")

    assert canonical_sha256(one, without=("sha256",)) == canonical_sha256(other, without=("sha256",))


def test_the_canonical_form_is_what_the_contract_says() -> None:
    sample = Sample(b=1, a={"я": 2, "b": 3}, day=date(2026, 1, 31))

    assert canonical_bytes(sample, without=("sha256",)) == '{"a":{"b":3,"я":2},"b":1,"day":"2026-01-31"}'.encode()


def test_every_subscription_is_of_declared_events_and_no_queue_twice() -> None:
    queues = [subscription.queue for subscription in SUBSCRIPTIONS]
    assert len(set(queues)) == len(queues)
    for subscription in SUBSCRIPTIONS:
        assert subscription_of(subscription.consumer) is subscription
        for event_type in subscription.event_types:
            assert route_of(event_type).must_route, "an event somebody of ours needs must reach a queue"
    with pytest.raises(KeyError):
        subscription_of("nobody")
    with pytest.raises(KeyError):
        route_of("by.smena.nothing.v1")


def test_an_event_that_must_reach_a_queue_has_one() -> None:
    wanted = {event_type for subscription in SUBSCRIPTIONS for event_type in subscription.event_types}
    assert {route.type for route in EVENTS if route.must_route} == wanted
