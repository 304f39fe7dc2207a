"""The scopes matrix, and the bill of materials: made from what there is, and whole."""

import json
import re
import subprocess
import sys
from pathlib import Path

from manifests.kustomize import ROOT
from manifests.scopes import page, routes

CHANGES = frozenset({"post", "put", "patch", "delete"})
CITED = re.compile(r"`(tests/[\w/]+\.py)::(\w+)`")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)", re.MULTILINE)


def test_every_threat_names_a_test_that_exists() -> None:
    rows = [line for line in (ROOT / "SECURITY.md").read_text().splitlines() if line.startswith("| ")][2:]
    assert len(rows) > 12
    for row in rows:
        shown = CITED.findall(row.rsplit(" | ", 1)[-1])
        assert shown, row
        for file, name in shown:
            assert re.search(rf"^(async )?def {name}\(", (ROOT / file).read_text(), re.MULTILINE), (file, name)


def test_the_matrix_of_scopes_is_current() -> None:
    file = ROOT / "docs" / "reference" / "scopes.md"

    assert file.read_text() == page(), "run in tests/: python -m manifests.scopes > ../docs/reference/scopes.md"


def test_every_change_needs_write_and_every_route_a_scope_of_its_own_service() -> None:
    found = list(routes())
    assert len(found) > 90
    for segment, method, path, scope in found:
        service, _, right = scope.partition(":")
        assert service == segment, (method, path)
        assert path.startswith(f"/{segment}/v1/"), path
        assert right in {"read", "write"}, (method, path)
        assert right == "write" or method not in CHANGES, (method, path)


def test_the_bill_of_materials_names_everything_of_the_lock_with_its_hashes(tmp_path: Path) -> None:
    lock = (ROOT / "requirements" / "base.txt").read_text()
    out = tmp_path / "smena.cdx.json"
    subprocess.run([sys.executable, "deploy/sbom.py", str(out)], cwd=ROOT, check=True, timeout=60)
    bill = json.loads(out.read_text())
    by_name = {one["name"]: one for one in bill["components"]}

    assert (bill["bomFormat"], bill["specVersion"]) == ("CycloneDX", "1.5")
    assert {(one["name"], one["version"]) for one in bill["components"]} == set(PINNED.findall(lock))
    assert len(by_name) > 40
    assert sum(len(one["hashes"]) for one in bill["components"]) == lock.count("--hash=sha256:")
    assert by_name["fastapi"]["purl"] == f"pkg:pypi/fastapi@{by_name['fastapi']['version']}"


def test_the_bill_of_materials_of_one_lock_is_always_the_same(tmp_path: Path) -> None:
    bills = []
    for name in ("a", "b"):
        out = tmp_path / name
        subprocess.run([sys.executable, "deploy/sbom.py", str(out)], cwd=ROOT, check=True, timeout=60)
        bills.append(out.read_bytes())

    assert bills[0] == bills[1]
