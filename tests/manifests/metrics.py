"""The metrics the code declares, read from its source; `python -m manifests.metrics` (in tests/) writes their page."""

import ast
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from manifests.kustomize import ROOT

KINDS = {"Counter": (), "Gauge": (), "Histogram": ("_bucket", "_sum", "_count")}
SOURCES = ("shared/src", "services/catalog-sync/src", "services/sales-ingest/src", "services/ledger/src")
HEAD = """\
# Metrics

This page is made from the code by `python -m manifests.metrics` in `tests/`; a test fails when it is not current.

Every process gives its own at `/metrics` of the admin port. Seconds are seconds, money is kopecks, a counter ends in
`_total`. Labels are bounded by the configuration (organizations, registers, cabinets) and by the code (states, kinds,
routes); none holds a name of an item, a number of a document or anything of a person.

| metric | kind | labels | what it says |
| --- | --- | --- | --- |
"""


@dataclass(frozen=True)
class Metric:
    name: str
    kind: str
    labels: tuple[str, ...]
    meaning: str

    def series(self) -> dict[str, frozenset[str]]:
        """The names under which Prometheus knows it, each with its labels."""
        labels = frozenset(self.labels)
        if self.kind != "Histogram":
            return {self.name: labels}
        return {self.name + end: labels | ({"le"} if end == "_bucket" else set()) for end in KINDS["Histogram"]}


def declared() -> list[Metric]:
    """Every metric of the product, by name."""
    found = [one for folder in SOURCES for file in sorted((ROOT / folder).rglob("*.py")) for one in _of(file)]
    return sorted(found, key=lambda one: one.name)


def _of(file: Path) -> Iterator[Metric]:
    text = file.read_text()
    if "prometheus_client" not in text:
        return
    for node in ast.walk(ast.parse(text)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KINDS:
            name, meaning, *labels = (ast.literal_eval(one) for one in node.args)
            yield Metric(name, node.func.id, tuple(labels[0]) if labels else (), meaning)


def page() -> str:
    """docs/operating/metrics.md."""
    rows = (
        f"| `{one.name}` | {one.kind.lower()} | {', '.join(one.labels) or '–'} | {one.meaning} |\n"
        for one in declared()
    )
    return HEAD + "".join(rows)


if __name__ == "__main__":
    sys.stdout.write(page())
