"""Dashboards, alerts and runbooks ask for metrics that exist, by labels that they have."""

import json
import re
from functools import cache
from typing import Any

import jsonschema
import pytest
import yaml

from manifests.kustomize import ROOT, overlay
from manifests.metrics import declared, page
from smena.outside.client import UNNAMED

RULES = ROOT / "deploy" / "prometheus" / "rules.yaml"
RUNBOOKS = ROOT / "docs" / "operating" / "runbooks.md"
DASHBOARDS = sorted((ROOT / "deploy" / "grafana" / "dashboards").glob("*.json"))
OF_PROMETHEUS = {"up": frozenset({"job", "instance"})}
SELECTOR = re.compile(r"\b((?:smena_\w+)|up)\b(?:\{([^}]*)\})?")
MATCHER = re.compile(r'(\w+)(?:=~|!~|!=|=)"')
GROUPED = re.compile(r"\bby \(([^)]*)\)")
RULE = {
    "type": "object",
    "required": ["alert", "expr", "for", "labels", "annotations"],
    "additionalProperties": False,
    "properties": {
        "alert": {"type": "string", "pattern": "^Smena[A-Z][A-Za-z]+$"},
        "expr": {"type": "string"},
        "for": {"type": "string", "pattern": r"^\d+[smh]$"},
        "labels": {
            "type": "object",
            "properties": {"severity": {"enum": ["page", "ticket"]}},
            "required": ["severity"],
        },
        "annotations": {"type": "object", "required": ["summary", "runbook_url"]},
    },
}


@cache
def known() -> dict[str, frozenset[str]]:
    return OF_PROMETHEUS | {name: labels for metric in declared() for name, labels in metric.series().items()}


def faults(expression: str, shown: str = "") -> list[str]:
    """Metrics that nobody declares, and labels that the expression's metrics do not have."""
    series = known()
    found = []
    given: set[str] = set()
    for name, matchers in SELECTOR.findall(expression):
        if name not in series:
            found.append(name)
            continue
        given |= series[name]
        found += [f"{name}{{{label}}}" for label in MATCHER.findall(matchers or "") if label not in series[name]]
    grouped = {label.strip() for labels in GROUPED.findall(expression) for label in labels.split(",")}
    found += [f"by {label}" for label in grouped - given]
    asked = set(re.findall(r"\{\{ ?(?:\$labels\.)?(\w+) ?\}\}", shown))
    found += [f"shows {label}" for label in asked - ((grouped or given) | OF_PROMETHEUS["up"])]
    return found


def rules() -> list[dict[str, Any]]:
    return [rule for group in yaml.safe_load(RULES.read_text())["groups"] for rule in group["rules"]]


def panels() -> list[Any]:
    found = [
        (file.name, panel["title"], target["expr"], target["legendFormat"])
        for file in DASHBOARDS
        for panel in json.loads(file.read_text())["panels"]
        for target in panel["targets"]
    ]
    assert len(found) > 20
    return found


def test_the_page_of_metrics_is_current() -> None:
    file = ROOT / "docs" / "operating" / "metrics.md"

    assert file.read_text() == page(), "run in tests/: python -m manifests.metrics > ../docs/operating/metrics.md"


def test_metrics_are_named_by_convention() -> None:
    metrics = declared()
    assert len(metrics) > 20
    assert len({one.name for one in metrics}) == len(metrics)
    for one in metrics:
        assert one.name.startswith("smena_")
        assert one.name.endswith("_total") == (one.kind == "Counter"), one.name
        assert one.meaning.endswith(".")
        assert not {"id", "item", "name", "token", "document", "shift", "path"} & set(one.labels), one.name


@pytest.mark.parametrize("rule", rules(), ids=lambda one: one["alert"])
def test_an_alert_asks_for_what_exists_and_has_a_runbook(rule: dict[str, Any]) -> None:
    jsonschema.validate(rule, RULE)
    assert faults(rule["expr"], rule["annotations"]["summary"]) == []

    file, _, anchor = rule["annotations"]["runbook_url"].partition("#")
    assert (ROOT / file) == RUNBOOKS
    assert anchor == rule["alert"].lower()
    section = re.search(rf"^## {rule['alert']}$(.*?)(?=^## |\Z)", RUNBOOKS.read_text(), re.MULTILINE | re.DOTALL)
    assert section is not None
    assert f"*{rule['labels']['severity']}.*" in section[1]
    assert "**Do:**" in section[1]


def test_every_runbook_is_of_an_alert() -> None:
    assert re.findall(r"^## (\w+)$", RUNBOOKS.read_text(), re.MULTILINE) == [one["alert"] for one in rules()]


def test_a_panel_asks_for_what_exists() -> None:
    wrong = {(file, title): found for file, title, query, legend in panels() if (found := faults(query, legend))}

    assert wrong == {}


def test_a_metric_or_label_that_does_not_exist_is_found() -> None:
    assert faults("rate(smena_outbox_lost_total[5m])") == ["smena_outbox_lost_total"]
    assert faults('smena_bus_attached{queue="x"}') == ["smena_bus_attached{queue}"]
    assert faults("sum by (queue) (smena_bus_attached)") == ["by queue"]
    assert faults("smena_bus_attached", "{{ $labels.queue }}") == ["shows queue"]


def test_dashboards_have_lasting_names_and_no_data_source_of_their_own() -> None:
    boards = [json.loads(file.read_text()) for file in DASHBOARDS]

    assert sorted(one["uid"] for one in boards) == ["smena-books", "smena-engine"]
    for board in boards:
        assert {panel["datasource"]["uid"] for panel in board["panels"]} == {"${datasource}"}
        assert len({panel["id"] for panel in board["panels"]}) == len(board["panels"])
        assert all(panel["title"].rstrip().endswith(("?", ")")) for panel in board["panels"])


def test_the_rules_of_kubernetes_are_those_of_the_file() -> None:
    rule = next(one for one in overlay("prod") if one["kind"] == "PrometheusRule")

    assert rule["spec"] == yaml.safe_load(RULES.read_text())


def test_the_product_names_every_outside_system_it_measures() -> None:
    """The name for clients that tell none is for tests and trials only."""
    opening = ("shared/src/smena/cabinets/open_cabinet.py", "shared/src/smena/erp/open_erp.py")

    for file in opening:
        assert "system=f" in (ROOT / file).read_text()
    assert UNNAMED == "unnamed"
