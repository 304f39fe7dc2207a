"""What strangers read of the bus is what is sent on it: schemas, AsyncAPI, and events as they stood once."""

import json
from hashlib import sha256
from pathlib import Path
from typing import Any

import aio_pika
import msgspec
import pytest
import yaml
from jsonschema import Draft202012Validator

from smena.cli.contract_commands import contract_files
from smena.contracts.envelope import decode, routing_key
from smena.contracts.routing import EVENTS, SUBSCRIPTIONS, EventRoute, route_of
from smena.contracts.sales_events import SHIFT_CLOSED
from smena.messaging.topology import declare_everything

ROOT = Path(__file__).parents[3]
PUBLISHED = ROOT / "docs" / "contracts"
GOLDEN = Path(__file__).parent / "golden"
BY_ROUTE = pytest.mark.parametrize("route", EVENTS, ids=lambda route: routing_key(route.type))


def golden(route: EventRoute) -> bytes:
    return (GOLDEN / f"{routing_key(route.type)}.json").read_bytes()


def described() -> dict[str, Any]:
    text = (PUBLISHED / "asyncapi.yaml").read_text(encoding="utf-8")
    return dict(yaml.safe_load(text))


def schema_of(route: EventRoute) -> dict[str, Any]:
    text = (PUBLISHED / "events" / f"{routing_key(route.type)}.schema.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def test_the_committed_contracts_are_what_the_code_says() -> None:
    """After a change: ``smena contracts write``, and look at what it changes for strangers."""
    generated = contract_files()
    committed = {path.relative_to(PUBLISHED).as_posix() for path in PUBLISHED.rglob("*") if path.is_file()}
    assert committed - {"README.md"} == set(generated)
    for name, text in generated.items():
        assert (PUBLISHED / name).read_text(encoding="utf-8") == text, name


@BY_ROUTE
def test_an_event_as_it_stood_once_is_still_read(route: EventRoute) -> None:
    envelope = decode(golden(route))
    assert route_of(envelope.type) is route
    assert isinstance(msgspec.json.decode(envelope.data, type=route.data), route.data)


@BY_ROUTE
def test_an_event_as_it_stood_once_fits_its_schema_and_a_broken_one_does_not(route: EventRoute) -> None:
    validator = Draft202012Validator(schema_of(route), format_checker=Draft202012Validator.FORMAT_CHECKER)
    event = json.loads(golden(route))
    validator.validate(event)
    validator.validate(event | {"a_later_attribute": 1, "data": event["data"] | {"a_later_field": 1}})
    for attribute in ("id", "type", "data"):
        assert not validator.is_valid({name: value for name, value in event.items() if name != attribute})
    for field in event["data"]:
        broken = event | {"data": event["data"] | {field: [{"of": "another kind"}]}}
        assert not validator.is_valid(broken), field


def test_the_hash_of_a_shift_is_what_a_stranger_computes_from_the_description() -> None:
    data = json.loads(golden(route_of(SHIFT_CLOSED)))["data"]
    told = data.pop("sha256")
    canonical = json.dumps(data, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    assert sha256(canonical.encode()).hexdigest() == told


def test_every_message_leads_to_a_schema_and_every_operation_to_a_channel() -> None:
    description = described()
    for name, message in description["components"]["messages"].items():
        assert (PUBLISHED / message["payload"]["$ref"]).is_file(), name
    channels = {f"#/channels/{name}" for name in description["channels"]}
    assert {operation["channel"]["$ref"] for operation in description["operations"].values()} == channels


async def test_the_broker_hands_each_event_to_the_queues_the_description_names(amqp_vhost_url: str) -> None:
    description = described()
    expected: dict[str, set[str]] = {}
    for operation in description["operations"].values():
        if operation["action"] == "receive":
            address = description["channels"][operation["channel"]["$ref"].rpartition("/")[2]]["address"]
            expected.setdefault(operation["x-queue"], set()).add(address)
    connection = await aio_pika.connect(amqp_vhost_url)
    async with connection:
        channel = await connection.channel()
        await declare_everything(channel, SUBSCRIPTIONS)
        exchange = await channel.get_exchange(_exchange_of(description))
        for address in (one["address"] for one in description["channels"].values()):
            await exchange.publish(aio_pika.Message(address.encode()), address, mandatory=False)
        taken = {queue: await _drained(channel, queue) for queue in expected}
    assert taken == expected


def _exchange_of(description: dict[str, Any]) -> str:
    (name,) = {one["bindings"]["amqp"]["exchange"]["name"] for one in description["channels"].values()}
    return str(name)


async def _drained(channel: aio_pika.abc.AbstractChannel, name: str) -> set[str]:
    queue = await channel.get_queue(name, ensure=True)
    found = set()
    while (message := await queue.get(no_ack=True, fail=False)) is not None:
        found.add(message.body.decode())
    return found
