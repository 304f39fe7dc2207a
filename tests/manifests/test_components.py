"""Custom resources, for which Kubernetes has no schema: held to the code, and to schemas of the fields we use."""

import json
from copy import deepcopy
from typing import Any

import jsonschema
import pytest

from manifests.checks import name_of, processes
from manifests.kustomize import ROOT, Manifest, overlay
from smena.cli.services import installed_services
from smena.contracts.routing import SUBSCRIPTIONS
from smena.messaging.definitions import broker_definitions

TEXT = {"type": "string", "minLength": 1}
NUMBER_AS_TEXT = {"type": "string", "pattern": r"^\d+$"}


def _object(**properties: Any) -> dict[str, Any]:
    optional = {name.rstrip("_"): schema for name, schema in properties.items()}
    required = [name for name in properties if not name.endswith("_")]
    return {"type": "object", "properties": optional, "required": required, "additionalProperties": False}


REFERENCE = _object(name=TEXT)
RABBIT_TRIGGER = _object(
    type={"const": "rabbitmq"},
    metadata=_object(protocol={"const": "amqp"}, queueName=TEXT, mode={"const": "QueueLength"}, value=NUMBER_AS_TEXT),
    authenticationRef=REFERENCE,
)
POSTGRES_TRIGGER = _object(
    type={"const": "postgresql"},
    metadata=_object(query=TEXT, targetQueryValue=NUMBER_AS_TEXT),
    authenticationRef=REFERENCE,
)
SPECS = {
    "ScaledObject": _object(
        scaleTargetRef=REFERENCE,
        minReplicaCount={"type": "integer", "minimum": 1},
        maxReplicaCount={"type": "integer", "minimum": 2},
        pollingInterval={"type": "integer"},
        cooldownPeriod={"type": "integer"},
        triggers={"type": "array", "minItems": 1, "items": {"oneOf": [RABBIT_TRIGGER, POSTGRES_TRIGGER]}},
    ),
    "TriggerAuthentication": _object(
        secretTargetRef={"type": "array", "items": _object(parameter=TEXT, name=TEXT, key=TEXT)}
    ),
    "ServiceMonitor": _object(
        selector=_object(matchLabels={"type": "object"}),
        endpoints={"type": "array", "items": _object(port=TEXT, path=TEXT, interval=TEXT, scrapeTimeout=TEXT)},
    ),
    "Exchange": _object(
        name=TEXT, vhost=TEXT, type={"enum": ["topic", "direct"]}, durable={"const": True},
        rabbitmqClusterReference=REFERENCE,
    ),
    "Queue": _object(
        name=TEXT, vhost=TEXT, type={"const": "quorum"}, durable={"const": True}, arguments_={"type": "object"},
        rabbitmqClusterReference=REFERENCE,
    ),
    "Binding": _object(
        source=TEXT, destination=TEXT, destinationType={"const": "queue"}, vhost=TEXT, routingKey=TEXT,
        rabbitmqClusterReference=REFERENCE,
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def manifests() -> list[Manifest]:
    return overlay("prod")


def _of(manifests: list[Manifest], kind: str) -> list[Manifest]:
    return [one for one in manifests if one["kind"] == kind]


def test_custom_resources_have_the_fields_of_their_kinds(manifests: list[Manifest]) -> None:
    checked = [one for one in manifests if one["kind"] in SPECS]
    for one in checked:
        jsonschema.validate(one["spec"], SPECS[one["kind"]])
    assert {one["kind"] for one in checked} == SPECS.keys()

    misspelt = deepcopy(_of(manifests, "ScaledObject")[0])
    misspelt["spec"]["minReplicas"] = 1
    with pytest.raises(jsonschema.ValidationError):
        jsonschema.validate(misspelt["spec"], SPECS["ScaledObject"])


def test_every_queue_scales_its_own_worker_once(manifests: list[Manifest]) -> None:
    """An ordered queue has one active consumer: a second worker of it would only wait."""
    scaled = [
        (trigger["metadata"]["queueName"], one["spec"]["scaleTargetRef"]["name"])
        for one in _of(manifests, "ScaledObject")
        for trigger in one["spec"]["triggers"]
        if trigger["type"] == "rabbitmq"
    ]

    assert sorted(scaled) == sorted((one.queue, f"{one.service}-worker") for one in SUBSCRIPTIONS if not one.ordered)


def test_due_runs_scale_the_worker_of_their_service(manifests: list[Manifest]) -> None:
    scalers = {one["metadata"]["name"]: one for one in _of(manifests, "ScaledObject")}
    for service in installed_services():
        scaled = scalers[f"{service.name}-worker"]
        query = next(one["metadata"]["query"] for one in scaled["spec"]["triggers"] if one["type"] == "postgresql")
        table = service.metadata.tables[f"{service.schema}.run"]

        assert f"from {table.schema}.{table.name} " in query
        assert {"state", "not_before"} <= set(table.columns.keys())


def test_how_many_workers_there_are_is_only_the_scalers_to_say(manifests: list[Manifest]) -> None:
    scaled = {one["spec"]["scaleTargetRef"]["name"] for one in _of(manifests, "ScaledObject")}

    assert {one["metadata"]["name"] for one in processes(manifests) if "replicas" not in one["spec"]} == scaled


def test_the_monitor_finds_the_admin_port_of_every_process(manifests: list[Manifest]) -> None:
    endpoint = _of(manifests, "ServiceMonitor")[0]["spec"]["endpoints"][0]
    labels = _of(manifests, "ServiceMonitor")[0]["spec"]["selector"]["matchLabels"]
    services = [one for one in _of(manifests, "Service") if labels.items() <= one["metadata"]["labels"].items()]
    found = set()
    for service in services:
        assert [port["name"] for port in service["spec"]["ports"]] == [endpoint["port"]]
        found |= {
            name_of(one)
            for one in processes(manifests)
            if service["spec"]["selector"].items() <= one["spec"]["template"]["metadata"]["labels"].items()
        }

    assert found == {name_of(one) for one in processes(manifests)}
    assert float(endpoint["interval"].rstrip("s")) >= float(endpoint["scrapeTimeout"].rstrip("s"))


def test_the_definitions_of_the_broker_are_those_of_the_code() -> None:
    file = ROOT / "deploy" / "rabbitmq" / "definitions.json"

    assert json.loads(file.read_text()) == broker_definitions(), "run: smena contracts broker > " + str(file)


def test_the_topology_of_the_cluster_is_that_of_the_code(manifests: list[Manifest]) -> None:
    wanted = broker_definitions()
    queues = {
        one["spec"]["name"]: {"x-queue-type": one["spec"]["type"], **one["spec"].get("arguments", {})}
        for one in _of(manifests, "Queue")
    }
    bindings = [one["spec"] for one in _of(manifests, "Binding")]

    assert {one["spec"]["name"]: one["spec"]["type"] for one in _of(manifests, "Exchange")} == {
        one["name"]: one["type"] for one in wanted["exchanges"]
    }
    assert queues == {one["name"]: one["arguments"] for one in wanted["queues"]}
    assert sorted((one["source"], one["destination"], one["routingKey"]) for one in bindings) == sorted(
        (one["source"], one["destination"], one["routing_key"]) for one in wanted["bindings"]
    )


def test_the_clusters_survive_the_loss_of_a_node(manifests: list[Manifest]) -> None:
    rabbitmq, postgres = _of(manifests, "RabbitmqCluster")[0], _of(manifests, "Cluster")[0]

    assert rabbitmq["spec"]["replicas"] == 3
    assert postgres["spec"]["instances"] == 3
    assert postgres["spec"]["minSyncReplicas"] == 1
    topology = [one for kind in ("Exchange", "Queue", "Binding") for one in _of(manifests, kind)]
    assert {one["spec"]["rabbitmqClusterReference"]["name"] for one in topology} == {rabbitmq["metadata"]["name"]}
