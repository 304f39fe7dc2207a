"""One hashed lock without addresses, which satisfies what every package asks for."""

import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement

ADDRESSES = re.compile(r"://|--(extra-)?index|--find.links|--trusted")
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;]+)", re.MULTILINE)
PACKAGES = ("shared", "services/catalog-sync", "services/sales-ingest", "services/ledger", "deploy/sandbox")


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()


def locked(root: Path, name: str) -> dict[str, str]:
    text = (root / "requirements" / name).read_text()
    return {normal(package): version for package, version in PINNED.findall(text)}


def test_no_committed_file_of_requirements_names_an_address(root: Path) -> None:
    for path in (root / "requirements").iterdir():
        wrong = [line for line in path.read_text().splitlines() if ADDRESSES.search(line)]
        assert wrong == [], path.name


@pytest.mark.parametrize("name", ["base.txt", "dev.txt"])
def test_every_package_of_the_lock_carries_hashes(root: Path, name: str) -> None:
    text = (root / "requirements" / name).read_text().replace("\\\n", " ")
    lines = [line for line in text.splitlines() if line.strip() and not line.lstrip().startswith("#")]

    assert lines
    assert [line[:60] for line in lines if "--hash=sha256:" not in line] == []


@pytest.mark.parametrize("package", PACKAGES)
def test_the_lock_satisfies_what_the_package_asks_for(root: Path, package: str) -> None:
    project = tomllib.loads((root / package / "pyproject.toml").read_text())["project"]
    versions = locked(root, "base.txt")

    for text in project["dependencies"]:
        wanted = Requirement(text)
        if normal(wanted.name).startswith("smena-"):
            continue
        assert normal(wanted.name) in versions, f"{package} asks for {text}, which is not locked"
        assert wanted.specifier.contains(versions[normal(wanted.name)], prereleases=True), text


def test_what_runs_and_what_is_tested_are_the_same_versions(root: Path) -> None:
    base, dev = locked(root, "base.txt"), locked(root, "dev.txt")

    assert {name: version for name, version in base.items() if dev.get(name) != version} == {}
