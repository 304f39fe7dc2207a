"""What strangers read of the bus: a JSON Schema for each event, and AsyncAPI 3.0 for all of it.

Both are made from the types that are sent and from ``routing.py``, so that they cannot say anything else.
"""

from typing import Any

import msgspec

from smena.contracts.envelope import CONTENT_TYPE, TYPE_PREFIX, Envelope, routing_key
from smena.contracts.routing import EVENTS, EXCHANGE, SUBSCRIPTIONS, EventRoute

DIALECT = "https://json-schema.org/draft/2020-12/schema"
ASYNCAPI_VERSION = "3.0.0"
SERVERS = {"production": {"host": "rabbitmq:5672", "protocol": "amqp", "description": "RabbitMQ of the installation"}}


def event_schema(route: EventRoute) -> dict[str, Any]:
    """The JSON Schema of an event as it stands on the wire: the envelope with this type's data.

    Unknown fields are allowed everywhere: a consumer ignores them, and a breaking change is a new type.
    """
    (envelope, data), definitions = msgspec.json.schema_components(
        [Envelope, route.data], ref_template="#/$defs/{name}"
    )
    whole = definitions.pop(_name(envelope))
    attributes = dict(whole["properties"])
    attributes["type"] = {"const": route.type}
    attributes["specversion"] = {"const": "1.0"}
    attributes["datacontenttype"] = {"const": "application/json"}
    attributes["data"] = data
    return {
        "$schema": DIALECT,
        "title": routing_key(route.type),
        "description": (route.data.__doc__ or "").strip(),
        "type": "object",
        "properties": attributes,
        "required": [*whole["required"], "specversion", "datacontenttype"],
        "$defs": definitions,
    }


def asyncapi(version: str) -> dict[str, Any]:
    """The AsyncAPI description: one channel for each event, who sends it, which queues of ours take it."""
    return {
        "asyncapi": ASYNCAPI_VERSION,
        "info": {
            "title": "Smena events",
            "version": version,
            "description": "CloudEvents 1.0 in structured JSON on one topic exchange. Delivery is at least once: "
            "a consumer tells repeats by the event's id. Bind a queue of your own; unknown fields are to be ignored.",
        },
        "defaultContentType": CONTENT_TYPE,
        "servers": SERVERS,
        "channels": {_channel_name(route): _channel(route) for route in EVENTS},
        "operations": _operations(),
        "components": {"messages": {_channel_name(route): _message(route) for route in EVENTS}},
    }


def _channel_name(route: EventRoute) -> str:
    return route.type.removeprefix(TYPE_PREFIX).replace(".", "-")


def _channel(route: EventRoute) -> dict[str, Any]:
    name = _channel_name(route)
    return {
        "address": routing_key(route.type),
        "messages": {name: {"$ref": f"#/components/messages/{name}"}},
        "bindings": {
            "amqp": {"is": "routingKey", "exchange": {"name": EXCHANGE, "type": "topic", "durable": True}},
        },
        "x-bytes-max": route.bytes_max,
    }


def _message(route: EventRoute) -> dict[str, Any]:
    return {
        "name": route.type,
        "contentType": CONTENT_TYPE,
        "summary": (route.data.__doc__ or "").strip().partition("\n")[0],
        "payload": {"$ref": f"events/{routing_key(route.type)}.schema.json"},
    }


def _operations() -> dict[str, Any]:
    sent = {
        f"{route.sender}-sends-{_channel_name(route)}": {
            "action": "send",
            "channel": {"$ref": f"#/channels/{_channel_name(route)}"},
            "bindings": {"amqp": {"deliveryMode": 2, "mandatory": route.must_route}},
        }
        for route in EVENTS
    }
    names = {route.type: _channel_name(route) for route in EVENTS}
    received = {
        f"{subscription.consumer.replace('.', '-')}-receives-{names[event_type]}": {
            "action": "receive",
            "channel": {"$ref": f"#/channels/{names[event_type]}"},
            "x-queue": subscription.queue,
            "x-dead-letter-queue": subscription.dead_letter_queue,
        }
        for subscription in SUBSCRIPTIONS
        for event_type in subscription.event_types
    }
    return sent | received


def _name(reference: dict[str, Any]) -> str:
    return str(reference["$ref"]).rpartition("/")[2]
