"""What must hold of a rendered overlay; each check answers the faults it found, each with the object's name."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import kubernetes_validate

from manifests.kustomize import Manifest, containers, pod_spec
from smena.config.reference import variable_of
from smena.console.api import SEGMENTS
from smena.settings import ProcessSettings

KUBERNETES = "1.32"
CUSTOM = frozenset(
    {"Cluster", "RabbitmqCluster", "Exchange", "Queue", "Binding"}
    | {"ScaledObject", "TriggerAuthentication", "ServiceMonitor", "PrometheusRule"}
)
WORKLOADS = frozenset({"Deployment", "StatefulSet"})
VOLUMES = frozenset({"configMap", "emptyDir", "secret", "persistentVolumeClaim", "projected", "downwardAPI"})
SECRETS = {
    "smena-postgres-app": {"uri", "password"},
    "smena-rabbitmq-default-user": {"connection_string", "username", "password"},
    "smena-session": {"session-key"},
    "smena-outside": {"webkassa-token", "onec-password"},
}
"""The Secrets that docs/operating/kubernetes.md tells to make, or an operator makes."""
VARIABLES = {variable_of(name) for name in ProcessSettings.model_fields} | {
    f"SMENA_{one.upper()}_URL" for one in SEGMENTS
}
LOOKS_SECRET = re.compile(r"(?i)password|token|secret|key|_uri$|database_url|amqp_url")
TAG = re.compile(r"^[\w./:-]+:[\w][\w.-]*$")

Faults = Iterator[str]
Check = Callable[[list[Manifest]], Faults]


def name_of(manifest: Manifest) -> str:
    return f"{manifest['kind']}/{manifest['metadata']['name']}"


def workloads(manifests: list[Manifest]) -> list[Manifest]:
    return [one for one in manifests if one["kind"] in WORKLOADS]


def processes(manifests: list[Manifest]) -> list[Manifest]:
    """The Deployments of our six processes."""
    labels = "app.kubernetes.io/part-of"
    return [one for one in workloads(manifests) if one["metadata"].get("labels", {}).get(labels) == "smena"]


def schema(manifests: list[Manifest]) -> Faults:
    """Every built-in kind by the API's own schema, unknown fields refused; other kinds are known by name."""
    for one in manifests:
        try:
            kubernetes_validate.validate(one, KUBERNETES, strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            if one["kind"] not in CUSTOM:
                yield f"{name_of(one)}: unknown kind"
        except kubernetes_validate.ValidationError as error:
            yield f"{name_of(one)}: {error.message}"


def restricted(manifests: list[Manifest]) -> Faults:
    """The Pod Security Standard *restricted*, and beyond it: read-only root, no token of the API server."""
    for one in workloads(manifests):
        spec = pod_spec(one)
        pod = spec.get("securityContext", {})
        if not (pod.get("runAsNonRoot") is True and pod.get("runAsUser", 0) > 0):
            yield f"{name_of(one)}: may be root"
        if pod.get("seccompProfile") != {"type": "RuntimeDefault"}:
            yield f"{name_of(one)}: no seccomp profile"
        if spec.get("automountServiceAccountToken") is not False:
            yield f"{name_of(one)}: has a token of the API server"
        if any(spec.get(key) for key in ("hostNetwork", "hostPID", "hostIPC")):
            yield f"{name_of(one)}: shares the host"
        for volume in spec.get("volumes", ()):
            if not volume.keys() - {"name"} <= VOLUMES:
                yield f"{name_of(one)}: volume {volume['name']}"
        for container in containers(one):
            context = container.get("securityContext", {})
            wanted = {
                "allowPrivilegeEscalation": False,
                "readOnlyRootFilesystem": True,
                "capabilities": {"drop": ["ALL"]},
            }
            if context != wanted:
                yield f"{name_of(one)}: securityContext of {container['name']}"
    for one in manifests:
        if one["kind"] == "Namespace":
            level = one["metadata"].get("labels", {}).get("pod-security.kubernetes.io/enforce")
            if level != "restricted":
                yield f"{name_of(one)}: does not enforce restricted"


def resources(manifests: list[Manifest]) -> Faults:
    """Requests, and a limit of memory."""
    for one in workloads(manifests):
        for container in containers(one):
            given = container.get("resources", {})
            if {"cpu", "memory"} - given.get("requests", {}).keys() or "memory" not in given.get("limits", {}):
                yield f"{name_of(one)}: resources of {container['name']}"


def images(manifests: list[Manifest]) -> Faults:
    """Every image has a tag that is not ``latest``; ours have one and the same."""
    ours = set()
    for one in workloads(manifests):
        for container in containers(one):
            image = container["image"]
            if not TAG.match(image) or image.endswith(":latest") or ":" not in image.rsplit("/", 1)[-1]:
                yield f"{name_of(one)}: image {image}"
            if "/smena/" in image:
                ours.add(image.rsplit(":", 1)[-1])
    if len(ours) > 1:
        yield f"tags differ: {sorted(ours)}"


def variables(manifests: list[Manifest]) -> Faults:
    """Every variable that a process is given is one that it reads."""
    for one in processes(manifests):
        for container in containers(one):
            for given in container.get("env", ()):
                if given["name"] not in VARIABLES:
                    yield f"{name_of(one)}: {given['name']} is read by nobody"
    for one in manifests:
        if name_of(one) == "ConfigMap/smena-environment":
            yield from (f"{name_of(one)}: {key} is read by nobody" for key in one["data"] if key not in VARIABLES)


def secrets(manifests: list[Manifest]) -> Faults:
    """No secret stands in a manifest; those that are referred to are documented."""
    for one in manifests:
        if one["kind"] == "Secret":
            yield f"{name_of(one)}: a literal secret"
        if one["kind"] == "ConfigMap":
            yield from (f"{name_of(one)}: {key}" for key in one["data"] if LOOKS_SECRET.search(key))
        if one["kind"] == "TriggerAuthentication":
            for given in one["spec"]["secretTargetRef"]:
                if given["key"] not in SECRETS.get(given["name"], ()):
                    yield f"{name_of(one)}: {given['name']} {given['key']}"
    for one in workloads(manifests):
        for container in containers(one):
            for given in container.get("env", ()):
                reference = given.get("valueFrom", {}).get("secretKeyRef")
                if reference is None and LOOKS_SECRET.search(given["name"]):
                    yield f"{name_of(one)}: {given['name']} is written out"
                if reference is not None and reference["key"] not in SECRETS.get(reference["name"], ()):
                    yield f"{name_of(one)}: {reference['name']} {reference['key']}"


def selectors(manifests: list[Manifest]) -> Faults:
    """A workload selects its own pods; a Service, a budget, a policy and a trigger find at least one of them."""
    pods = [one["spec"]["template"]["metadata"]["labels"] for one in workloads(manifests)]
    pods += [{"smena/role": role} for role in ("postgres", "rabbitmq")]  # of the operators' clusters
    names = {one["metadata"]["name"] for one in workloads(manifests)}

    def found(labels: Manifest) -> bool:
        return any(labels.items() <= pod.items() for pod in pods)

    for one in workloads(manifests):
        template = one["spec"]["template"]
        if not one["spec"]["selector"]["matchLabels"].items() <= template["metadata"]["labels"].items():
            yield f"{name_of(one)}: does not select its own pods"
        for spread in pod_spec(one).get("topologySpreadConstraints", ()):
            if not spread["labelSelector"]["matchLabels"].items() <= template["metadata"]["labels"].items():
                yield f"{name_of(one)}: spreads other pods"
    for one in manifests:
        if one["kind"] == "Service" and not found(one["spec"]["selector"]):
            yield f"{name_of(one)}: finds no pod"
        if one["kind"] == "PodDisruptionBudget" and not found(one["spec"]["selector"]["matchLabels"]):
            yield f"{name_of(one)}: finds no pod"
        if one["kind"] == "ScaledObject" and one["spec"]["scaleTargetRef"]["name"] not in names:
            yield f"{name_of(one)}: scales nothing"
        if one["kind"] == "Ingress":
            yield from _ingress(one, manifests)


def _ingress(ingress: Manifest, manifests: list[Manifest]) -> Faults:
    services = {one["metadata"]["name"]: one for one in manifests if one["kind"] == "Service"}
    for path in ingress["spec"]["rules"][0]["http"]["paths"]:
        backend = path["backend"]["service"]
        service = services.get(backend["name"])
        ports = {port["name"] for port in service["spec"]["ports"]} if service else set()
        if backend["port"]["name"] not in ports or "admin" in backend["port"]["name"]:
            yield f"{name_of(ingress)}: {path['path']} leads nowhere"


def budgets(manifests: list[Manifest]) -> Faults:
    """Each process has a disruption budget, and none forbids draining a node."""
    covered = []
    for one in manifests:
        if one["kind"] == "PodDisruptionBudget":
            covered.append(one["spec"]["selector"]["matchLabels"])
            if one["spec"].get("maxUnavailable") != 1 or "minAvailable" in one["spec"]:
                yield f"{name_of(one)}: can block a drain"
    for one in processes(manifests):
        if one["spec"]["selector"]["matchLabels"] not in covered:
            yield f"{name_of(one)}: has no budget"


def shutdown(manifests: list[Manifest]) -> Faults:
    """The pause and the process's own grace fit into the pod's; no request is lost while pods are replaced."""
    for one in processes(manifests):
        spec = pod_spec(one)
        command: Any = spec["containers"][0].get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", [])
        pause = int(command[1]) if len(command) == 2 and command[0] == "sleep" else 0
        if pause < 5 or spec.get("terminationGracePeriodSeconds", 30) < pause + 20 + 5:
            yield f"{name_of(one)}: too little time to stop"
        if one["spec"]["strategy"]["rollingUpdate"]["maxUnavailable"] != 0:
            yield f"{name_of(one)}: an update takes a pod away before its successor is ready"


CHECKS: tuple[Check, ...] = (
    schema,
    restricted,
    resources,
    images,
    variables,
    secrets,
    selectors,
    budgets,
    shutdown,
)
