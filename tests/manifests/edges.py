"""Which pod may speak to which, computed from the rendered network policies."""

from collections.abc import Iterator
from typing import Any

from manifests.checks import workloads
from manifests.kustomize import Manifest

Edge = tuple[str, str, int]
"""From, to, port; ``outside`` is any public address, ``namespace x`` another namespace."""
NAMESPACE = "kubernetes.io/metadata.name"
PUBLIC = "0.0.0.0/0"


def pods_of(manifests: list[Manifest]) -> dict[str, Manifest]:
    """Labels of the pods by the workload's name; the operators' pods carry their role."""
    found = {one["metadata"]["name"]: one["spec"]["template"]["metadata"]["labels"] for one in workloads(manifests)}
    return {**{role: {"smena/role": role} for role in ("postgres", "rabbitmq")}, **found}


def selects(selector: Manifest, labels: Manifest) -> bool:
    """A label selector with both of its forms; the empty one selects everything."""
    unknown = selector.keys() - {"matchLabels", "matchExpressions"}
    assert not unknown, unknown
    expressions = selector.get("matchExpressions", ())
    assert all(one["operator"] == "In" for one in expressions)
    return selector.get("matchLabels", {}).items() <= labels.items() and all(
        labels.get(one["key"]) in one["values"] for one in expressions
    )


def allowed(manifests: list[Manifest]) -> set[Edge]:
    """An edge between two pods needs both ends' permission."""
    pods = pods_of(manifests)
    policies = [one["spec"] for one in manifests if one["kind"] == "NetworkPolicy"]
    found: set[Edge] = set()
    sent = {name: set(_side(policies, labels, "Egress", pods)) for name, labels in pods.items()}
    taken = {name: set(_side(policies, labels, "Ingress", pods)) for name, labels in pods.items()}
    for name in pods:
        found |= {(name, peer, port) for peer, port in sent[name] if peer not in pods or (name, port) in taken[peer]}
        found |= {(peer, name, port) for peer, port in taken[name] if peer not in pods}
    return found


def unanswered(manifests: list[Manifest]) -> set[Edge]:
    """Edges between pods that one end allows and the other does not: a policy without its counterpart."""
    pods = pods_of(manifests)
    policies = [one["spec"] for one in manifests if one["kind"] == "NetworkPolicy"]
    sent = {(a, b, port) for a in pods for b, port in _side(policies, pods[a], "Egress", pods) if b in pods}
    taken = {(a, b, port) for b in pods for a, port in _side(policies, pods[b], "Ingress", pods) if a in pods}
    return sent ^ taken


def _side(
    policies: list[Any], labels: Manifest, direction: str, pods: dict[str, Manifest]
) -> Iterator[tuple[str, int]]:
    rules, peers = ("egress", "to") if direction == "Egress" else ("ingress", "from")
    mine = [one for one in policies if direction in one["policyTypes"] and selects(one["podSelector"], labels)]
    if not mine:
        raise AssertionError(f"{labels} is not isolated: {direction}")
    for policy in mine:
        for rule in policy.get(rules, ()):
            for peer in rule[peers]:
                for port in rule["ports"]:
                    for name in _peers(peer, pods):
                        yield name, port["port"]


def _peers(peer: Manifest, pods: dict[str, Manifest]) -> Iterator[str]:
    if "ipBlock" in peer:
        block = peer["ipBlock"]
        yield "outside" if block["cidr"] == PUBLIC and block.get("except") else block["cidr"]
    elif "namespaceSelector" in peer:
        assert "podSelector" not in peer
        yield f"namespace {peer['namespaceSelector']['matchLabels'][NAMESPACE]}"
    else:
        yield from (name for name, labels in pods.items() if selects(peer["podSelector"], labels))
