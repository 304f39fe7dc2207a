"""The edges of the rendered network policies are the table's, and those that the code has."""

import re
from copy import deepcopy
from pathlib import Path

import pytest

from manifests.edges import Edge, allowed, unanswered
from manifests.kustomize import OVERLAYS, ROOT, overlay
from smena.cli.services import installed_services
from smena.console.api import SEGMENTS

PAGE = ROOT / "docs" / "operating" / "kubernetes.md"
ROW = re.compile(r"^\| ([^|]+) \| ([^|]+) \| (\d+) \| (both|dev|prod) \| [^|]+ \|$", re.MULTILINE)
SERVICES = tuple(sorted(one.name for one in installed_services()))
HTTP = tuple(f"{name}-http" for name in SERVICES)
WORKERS = tuple(f"{name}-worker" for name in SERVICES)
GROUPS = {"every http": HTTP, "every worker": WORKERS, "every process": (*HTTP, *WORKERS)}
SALES_HTTP = "sales-ingest-http"
OPENS_OUTSIDE = re.compile(r"from smena\.(cabinets\.open_cabinet|erp\.open_erp) import")


def table(name: str) -> set[Edge]:
    found = set()
    for senders, takers, port, where in ROW.findall(PAGE.read_text()):
        if where in {"both", name}:
            found |= {(one, other, int(port)) for one in _names(senders) for other in _names(takers)}
    return found


def _names(cell: str) -> list[str]:
    return [name for part in cell.split(", ") for name in GROUPS.get(part, (part,))]


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_rendered_edges_equal_the_table(name: str) -> None:
    assert allowed(overlay(name)) == table(name)


@pytest.mark.parametrize("name", OVERLAYS)
def test_no_edge_is_allowed_at_one_end_only(name: str) -> None:
    assert unanswered(overlay(name)) == set()


@pytest.mark.parametrize("name", OVERLAYS)
def test_the_edges_between_processes_are_those_the_code_has(name: str) -> None:
    """The console asks every segment from every HTTP process; whoever reads SMENA_SALES_URL asks sales-ingest."""
    segments = {one.segment: one.name for one in installed_services()}
    wanted = {(http, f"{segments[segment]}-http", 8000) for http in HTTP for segment in SEGMENTS}
    for service in SERVICES:
        if "SMENA_SALES_URL" in _source(service):
            wanted |= {(f"{service}-{door}", SALES_HTTP, 8000) for door in ("http", "worker")}

    between = {edge for edge in allowed(overlay(name)) if set(edge[:2]) <= {*HTTP, *WORKERS}}

    assert between == wanted


@pytest.mark.parametrize("name", OVERLAYS)
def test_only_services_that_open_cabinets_or_the_erp_reach_outside(name: str) -> None:
    opening = {service for service in SERVICES if OPENS_OUTSIDE.search(_source(service))}

    outside = {sender for sender, taker, _ in allowed(overlay(name)) if taker == "outside"}

    assert {sender.rsplit("-", 1)[0] for sender in outside} == opening
    assert {f"{service}-worker" for service in opening} <= outside


def test_a_policy_changed_on_purpose_changes_the_edges() -> None:
    broken = deepcopy(overlay("prod"))
    policy = next(one for one in broken if one["metadata"]["name"] == "rabbitmq" and one["kind"] == "NetworkPolicy")
    policy["spec"]["podSelector"]["matchLabels"].pop("app.kubernetes.io/component")

    assert allowed(broken) == table("prod")  # the broker's own policy still takes workers only
    assert unanswered(broken) == {(http, "rabbitmq", 5672) for http in HTTP}


def _source(service: str) -> str:
    folder: Path = ROOT / "services" / service / "src"
    return "\n".join(file.read_text() for file in sorted(folder.rglob("*.py")))
