"""Dockerfile and compose.yaml, as text and data: no container engine is asked."""

import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from manifests.checks import VARIABLES
from manifests.kustomize import ROOT, overlay
from smena.cli.services import installed_services

DOCKERFILE = ROOT / "deploy" / "Dockerfile"
COMPOSE = ROOT / "deploy" / "compose.yaml"
HADOLINT = Path(sys.executable).parent / "hadolint"
SERVICES = sorted(one.name for one in installed_services())
PACKAGES = ("shared", *(f"services/{name}" for name in SERVICES), "deploy/sandbox")
ASKED = re.compile(r"\$\{(\w+)(?::?[-?][^}]*)?\}")

Stage = dict[str, Any]


def stages() -> dict[str, Stage]:
    """Each stage by its name: what it is built from, and its instructions with their arguments."""
    found: dict[str, Stage] = {}
    steps: list[tuple[str, str]] = []
    text = re.sub(r"\\\n\s*", " ", DOCKERFILE.read_text())
    for line in text.splitlines():
        word, _, rest = line.partition(" ")
        if word == "FROM":
            base, _, name = rest.partition(" AS ")
            steps = []
            found[name] = {"base": base, "steps": steps}
        elif found and word.isupper():
            steps.append((word, rest))
    return found


def final(name: str) -> list[tuple[str, str]]:
    """The instructions that make up an image of this target: its own, and those of the stages it stands on."""
    known = stages()
    steps: list[tuple[str, str]] = []
    while name in known:
        steps = [*known[name]["steps"], *steps]
        name = known[name]["base"]
    return steps


def hadolint(file: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([HADOLINT, file], capture_output=True, text=True, timeout=60, check=False)


def test_hadolint_finds_nothing_and_finds_what_is_wrong(tmp_path: Path) -> None:
    answer = hadolint(DOCKERFILE)
    assert (answer.returncode, answer.stdout) == (0, "")

    broken = tmp_path / "Dockerfile"
    broken.write_text(DOCKERFILE.read_text().replace("USER 65532:65532", "USER root"))
    assert hadolint(broken).returncode == 1


@pytest.mark.parametrize("target", [*SERVICES, "sandbox"])
def test_an_image_holds_its_service_alone_and_no_tool_to_build(target: str) -> None:
    steps = final(target)
    copied = [rest for word, rest in steps if word == "COPY"]

    assert copied == [f"--from=tree-{target} /opt/smena /opt/smena"]
    assert not [rest for word, rest in steps if word == "RUN"]
    users = [rest for word, rest in steps if word == "USER"]
    assert users
    assert all(re.fullmatch(r"[1-9]\d*:[1-9]\d*", user) for user in users)
    assert any(word == "HEALTHCHECK" for word, _ in steps)
    wheels = {rest for word, rest in stages()[f"tree-{target}"]["steps"] if word == "COPY"}
    named = target.replace("-", "_")
    shared = "" if target == "sandbox" else "/build/wheels/smena_shared-*.whl "
    assert wheels == {f"--from=wheels {shared}/build/wheels/smena_{named}-*.whl /build/wheels/"}


def test_what_is_installed_is_hashed_or_our_own() -> None:
    installs = [
        rest for stage in stages().values() for word, rest in stage["steps"] if word == "RUN" and "pip install" in rest
    ]

    assert len(installs) == 1 + len(SERVICES) + 1
    for command in installs:
        hashed = "--require-hashes" in command and "--only-binary :all:" in command
        assert hashed or ("--no-deps" in command and "--no-index" in command), command


def test_the_base_is_pinned_by_one_variable() -> None:
    bases = {stage["base"] for stage in stages().values()} - stages().keys()
    default = re.search(r"^ARG PYTHON_IMAGE=(\S+)$", DOCKERFILE.read_text(), re.MULTILINE)

    assert bases == {"${PYTHON_IMAGE}"}
    assert default is not None
    assert re.fullmatch(r"python:3\.\d+\.\d+-slim-\w+", default[1])


def test_the_builder_is_given_what_the_dockerfile_copies_and_nothing_else() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    sources = {
        source
        for stage in stages().values()
        for word, rest in stage["steps"]
        if word == "COPY" and not rest.startswith("--from")
        for source in rest.split()[:-1]
    }

    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == sources
    assert all((ROOT / source).exists() for source in sources)


@pytest.mark.parametrize("package", PACKAGES)
def test_a_wheel_carries_every_file_of_its_sources(package: str, tmp_path: Path) -> None:
    """Templates, migrations and tables of names too: what is missing here is missing in the image only."""
    command = [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)]
    subprocess.run(command, cwd=ROOT / package, check=True, capture_output=True, timeout=60)
    listed = subprocess.run(
        ["git", "ls-files", "src"], cwd=ROOT / package, check=True, capture_output=True, text=True, timeout=60
    )
    wanted = {line.removeprefix("src/") for line in listed.stdout.splitlines() if (ROOT / package / line).exists()}

    with zipfile.ZipFile(next(tmp_path.glob("*.whl"))) as wheel:
        assert wanted - set(wheel.namelist()) == set()
    assert any(name.endswith(".py") for name in wanted)


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    described: dict[str, Any] = yaml.safe_load(COMPOSE.read_text())
    return described


def test_compose_runs_the_processes_that_kubernetes_runs(compose: dict[str, Any]) -> None:
    commands = {name: one.get("command") for name, one in compose["services"].items()}
    for name in SERVICES:
        assert commands[name] == ["serve", name]
        assert commands[f"{name}-work"] == ["work", name]
        assert commands[f"{name}-migrate"] == ["migrate", name]
        for process in (name, f"{name}-work", f"{name}-migrate"):
            assert compose["services"][process]["build"]["target"] == name
    assert compose["services"]["sandbox"]["profiles"] == ["sandbox"]
    assert {"rabbitmq", "postgres", "prometheus", "grafana"} <= commands.keys()


def test_compose_gives_the_variables_that_kubernetes_gives(compose: dict[str, Any]) -> None:
    """What only says where in the pod something lies stands in the image; the ports are their defaults."""
    given = set(compose["x-environment"])
    in_kubernetes = {
        name
        for one in overlay("prod")
        if one["metadata"]["name"] == "smena-environment" or one["kind"] == "Deployment"
        for name in (one.get("data") or {})
    } | {"SMENA_DATABASE_URL", "SMENA_AMQP_URL", "SMENA_SESSION_KEY"}
    image = {match for word, rest in final("ledger") if word == "ENV" for match in re.findall(r"(SMENA_\w+)=", rest)}

    assert given <= VARIABLES
    assert in_kubernetes - given == image | {"SMENA_HTTP_PORT", "SMENA_ADMIN_PORT"}


def test_no_secret_and_no_floating_image_stands_in_compose(compose: dict[str, Any]) -> None:
    asked = set(ASKED.findall(COMPOSE.read_text()))
    for needed in ("POSTGRES_PASSWORD", "RABBITMQ_PASSWORD", "SMENA_SESSION_KEY", "GRAFANA_PASSWORD"):
        assert needed in asked
    for name, service in compose["services"].items():
        assert re.search(r":\$\{\w+_VERSION:-(?!latest)[\w.-]+\}$", service["image"]), name
        for key, value in _environment(service):
            if re.search(r"(?i)password|_pass$|session_key", key):
                assert value.startswith("${"), (name, key)


def test_our_processes_are_confined_in_compose_too(compose: dict[str, Any]) -> None:
    ours = [one for one in compose["services"].values() if "build" in one]

    assert len(ours) == 3 * len(SERVICES) + 1
    for service in ours:
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]


def test_every_process_is_scraped(compose: dict[str, Any]) -> None:
    scraped = yaml.safe_load((ROOT / "deploy" / "prometheus" / "prometheus.yaml").read_text())
    targets = scraped["scrape_configs"][0]["static_configs"][0]["targets"]
    running = {
        name for name, one in compose["services"].items() if (one.get("command") or [""])[0] in {"serve", "work"}
    }

    assert set(targets) == {f"{name}:9000" for name in running}


def _environment(service: dict[str, Any]) -> Iterator[tuple[str, str]]:
    yield from (service.get("environment") or {}).items()
