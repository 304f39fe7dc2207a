"""The bus as a file of definitions, for a broker that is set up before the first worker comes.

Workers declare the same by themselves (``topology.py``); both are made from ``contracts/routing.py``.
"""

from typing import Any

from smena.contracts.envelope import routing_key
from smena.contracts.routing import DEAD_LETTER_EXCHANGE, EXCHANGE, SUBSCRIPTIONS
from smena.messaging.topology import queue_arguments

VHOST = "/"
QUORUM = {"x-queue-type": "quorum"}


def broker_definitions() -> dict[str, Any]:
    """Exchanges, queues and bindings, as ``rabbitmqctl import_definitions`` reads them; no user and no password."""
    queues: list[dict[str, Any]] = []
    bindings: list[dict[str, Any]] = []
    for subscription in SUBSCRIPTIONS:
        buried = subscription.dead_letter_queue
        queues += [_queue(buried, QUORUM), _queue(subscription.queue, queue_arguments(subscription))]
        bindings.append(_binding(DEAD_LETTER_EXCHANGE, buried, buried))
        bindings += [_binding(EXCHANGE, subscription.queue, routing_key(one)) for one in subscription.event_types]
    return {
        "vhosts": [{"name": VHOST}],
        "exchanges": [_exchange(EXCHANGE, "topic"), _exchange(DEAD_LETTER_EXCHANGE, "direct")],
        "queues": queues,
        "bindings": bindings,
    }


def _exchange(name: str, kind: str) -> dict[str, Any]:
    rest = {"durable": True, "auto_delete": False, "internal": False, "arguments": {}}
    return {"name": name, "vhost": VHOST, "type": kind, **rest}


def _queue(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"name": name, "vhost": VHOST, "durable": True, "auto_delete": False, "arguments": arguments}


def _binding(source: str, destination: str, key: str) -> dict[str, Any]:
    where = {"source": source, "vhost": VHOST, "destination": destination, "destination_type": "queue"}
    return {**where, "routing_key": key, "arguments": {}}
