"""The Kubernetes manifests, as data: no cluster is asked. A manifest broken on purpose is found by its check."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest

from manifests import checks
from manifests.kustomize import KUSTOMIZE, OVERLAYS, Manifest, containers, overlay, pod_spec
from smena.cli.main import command_tree
from smena.cli.services import installed_services
from smena.config.load import load_config
from smena.console.api import SEGMENTS
from smena.runtime.admin import admin_app
from smena.runtime.readiness import Readiness

Break = Callable[[Manifest], Any]


@pytest.fixture(scope="module", params=OVERLAYS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    return overlay(request.param)


@pytest.mark.parametrize("check", checks.CHECKS, ids=lambda one: one.__name__)
def test_the_overlay_keeps_the_rule(check: checks.Check, manifests: list[Manifest]) -> None:
    assert list(check(manifests)) == []


def _container(manifest: Manifest) -> Manifest:
    found: Manifest = pod_spec(manifest)["containers"][0]
    return found


def _to_the_admin_port(ingress: Manifest) -> None:
    path = ingress["spec"]["rules"][0]["http"]["paths"][0]
    path["backend"]["service"] = {"name": "ledger-admin", "port": {"name": "admin"}}


BROKEN: list[tuple[checks.Check, str, Break]] = [
    (checks.schema, "Deployment/ledger-http", lambda m: pod_spec(m).update(securityContex={})),
    (checks.schema, "NetworkPolicy/dns", lambda m: m["spec"].update(policyType=["Egress"])),
    (checks.restricted, "Deployment/ledger-http", lambda m: pod_spec(m)["securityContext"].update(runAsUser=0)),
    (checks.restricted, "Deployment/ledger-worker", lambda m: pod_spec(m).update(hostNetwork=True)),
    (checks.restricted, "Deployment/ledger-worker", lambda m: pod_spec(m).update(automountServiceAccountToken=True)),
    (checks.restricted, "Deployment/sales-ingest-http", lambda m: containers(m)[0]["securityContext"].clear()),
    (checks.restricted, "Deployment/sales-ingest-http", lambda m: pod_spec(m)["volumes"][0].update(hostPath={})),
    (checks.restricted, "Namespace/smena", lambda m: m["metadata"].pop("labels")),
    (checks.resources, "Deployment/catalog-sync-http", lambda m: _container(m)["resources"].pop("limits")),
    (checks.images, "Deployment/catalog-sync-http", lambda m: _container(m).update(image="smena/catalog-sync:latest")),
    (checks.images, "Deployment/catalog-sync-http", lambda m: _container(m).update(image="smena/catalog-sync")),
    (checks.images, "Deployment/ledger-http", lambda m: _container(m).update(image="r/smena/ledger:0.0.9")),
    (checks.variables, "Deployment/ledger-http", lambda m: _container(m)["env"][0].update(name="SMENA_DATABASE_URI")),
    (checks.variables, "ConfigMap/smena-environment", lambda m: m["data"].update(SMENA_LOGLEVEL="INFO")),
    (checks.secrets, "Deployment/ledger-http", lambda m: _container(m)["env"][0].pop("valueFrom")),
    (checks.secrets, "ConfigMap/smena-environment", lambda m: m["data"].update(SMENA_AMQP_URL="amqp://u:p@h/")),
    (checks.secrets, "ConfigMap/smena-config", lambda m: m.update(kind="Secret")),
    (checks.selectors, "Service/ledger", lambda m: m["spec"]["selector"].update(tier="web")),
    (checks.selectors, "Ingress/smena", _to_the_admin_port),
    (checks.budgets, "PodDisruptionBudget/ledger-http", lambda m: m["spec"].update(maxUnavailable=0)),
    (checks.budgets, "PodDisruptionBudget/ledger-http", lambda m: m["spec"]["selector"]["matchLabels"].clear()),
    (checks.shutdown, "Deployment/ledger-worker", lambda m: _container(m).pop("lifecycle")),
    (checks.shutdown, "Deployment/ledger-worker", lambda m: pod_spec(m).update(terminationGracePeriodSeconds=20)),
]  # fmt: skip


@pytest.mark.parametrize(("check", "name", "damage"), BROKEN, ids=lambda one: getattr(one, "__name__", one))
def test_a_manifest_broken_on_purpose_is_found(check: checks.Check, name: str, damage: Break) -> None:
    broken = deepcopy(overlay("prod"))
    damage(next(one for one in broken if checks.name_of(one) == name))

    assert list(check(broken))


def test_a_service_is_three_things_of_its_own_name(manifests: list[Manifest]) -> None:
    """Image, service account and commands; and the commands exist."""
    commands = {
        command.name or command.callback.__name__ for command in command_tree().registered_commands if command.callback
    }
    found = set()
    for one in checks.processes(manifests):
        service = one["metadata"]["labels"]["app.kubernetes.io/name"]
        component = one["metadata"]["labels"]["app.kubernetes.io/component"]
        assert pod_spec(one)["serviceAccountName"] == service
        migrate, run = containers(one)
        assert migrate["args"] == ["migrate", service]
        assert run["args"] == [{"http": "serve", "worker": "work"}[component], service]
        assert {migrate["args"][0], run["args"][0]} <= commands
        assert migrate["image"] == run["image"]
        assert f"/{service}:" in run["image"]
        found.add((service, component))

    assert found == {(one.name, component) for one in installed_services() for component in ("http", "worker")}


def test_every_probe_asks_what_the_process_serves(manifests: list[Manifest]) -> None:
    """And what they mean: liveness asks nothing outside, readiness asks the database and the bus."""
    paths = {route.path for route in admin_app(Readiness({})).routes if hasattr(route, "path")}
    environment = next(one for one in manifests if checks.name_of(one) == "ConfigMap/smena-environment")["data"]
    for one in checks.processes(manifests):
        container = _container(one)
        ports = {port["name"]: str(port["containerPort"]) for port in container["ports"]}
        assert ports["admin"] == environment["SMENA_ADMIN_PORT"]
        assert ports.get("http", environment["SMENA_HTTP_PORT"]) == environment["SMENA_HTTP_PORT"]
        probes = {kind: container[f"{kind}Probe"]["httpGet"] for kind in ("startup", "liveness", "readiness")}
        assert {probe["port"] for probe in probes.values()} == {"admin"}
        assert {probe["path"] for probe in probes.values()} <= paths
        assert (probes["liveness"]["path"], probes["readiness"]["path"]) == ("/healthz", "/readyz")


def test_the_addresses_of_the_console_are_those_of_the_services(manifests: list[Manifest]) -> None:
    environment = next(one for one in manifests if checks.name_of(one) == "ConfigMap/smena-environment")["data"]
    services = {one["metadata"]["name"]: one for one in manifests if one["kind"] == "Service"}
    ingress = next(one for one in manifests if one["kind"] == "Ingress")
    behind = {path["path"]: path["backend"]["service"]["name"] for path in ingress["spec"]["rules"][0]["http"]["paths"]}
    for segment in SEGMENTS:
        name, port = environment[f"SMENA_{segment.upper()}_URL"].removeprefix("http://").split(":")
        assert {str(one["port"]) for one in services[name]["spec"]["ports"]} == {port}
        assert behind[f"/{segment}"] == name
    assert behind.keys() == {"/console", *(f"/{segment}" for segment in SEGMENTS)}


def test_every_http_process_signs_sessions_with_the_same_key(manifests: list[Manifest]) -> None:
    keys = [
        given["valueFrom"]["secretKeyRef"]
        for one in checks.processes(manifests)
        for given in _container(one)["env"]
        if given["name"] == "SMENA_SESSION_KEY"
    ]

    assert keys == [{"name": "smena-session", "key": "session-key"}] * len(SEGMENTS)


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_configuration_is_one_the_product_takes(name: str, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its secrets are files of the mounted Secret: here in another folder."""
    text = (KUSTOMIZE / "overlays" / name / "smena.toml").read_text()
    for key in checks.SECRETS["smena-outside"]:
        (tmp_path / key).write_text("a-secret-of-the-test")
    mount = next(
        mount["mountPath"]
        for one in checks.processes(overlay(name))
        for mount in _container(one)["volumeMounts"]
        if mount["name"] == "outside"
    )
    assert mount in text
    file = tmp_path / "smena.toml"
    file.write_text(text.replace(mount, str(tmp_path)))

    assert load_config(file, {}).organizations
