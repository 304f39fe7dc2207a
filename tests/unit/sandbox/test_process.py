"""The sandbox as a process: what it prints, and how it refuses."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

COMMAND = (sys.executable, "-m", "smena_sandbox.main", "serve", "--port", "0")


@pytest.fixture
def process() -> Iterator[subprocess.Popen[str]]:
    arguments = [*COMMAND, "--days", "1", "--receipts", "2", "--token", "given"]
    with subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True) as started:
        yield started
        started.terminate()


def test_it_prints_its_report_and_one_line_when_it_listens(process: subprocess.Popen[str]) -> None:
    assert process.stdout is not None
    lines = []
    for line in process.stdout:
        lines.append(line)
        if line.startswith("sandbox ready on http://127.0.0.1:"):
            break
    address = lines[-1].removeprefix("sandbox ready on ").strip()

    state = httpx.get(f"{address}/_sandbox/state", trust_env=False).json()

    assert state["secrets"]["SMENA_SANDBOX_WEBKASSA_TOKEN"] == "given"
    assert any("z-report" in line for line in lines)


def test_a_folder_without_files_ends_with_a_sentence(tmp_path: Path) -> None:
    ended = subprocess.run([*COMMAND, "--data", str(tmp_path)], capture_output=True, text=True, check=False)

    assert ended.returncode == 2
    assert "neither catalogue.tsv.gz nor catalogue.tsv is there" in ended.stderr
