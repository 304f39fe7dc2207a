"""`smena cabinet verify`: a table, a report, and a code that means it."""

import json
import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from smena.cli.main import command_tree
from smena_sandbox.control.file_routes import written
from smena_sandbox.files.titan import titan_files
from smena_sandbox.world.seeded import seeded_world

CONFIG = """
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"

[[cabinets]]
id = "titan"
organization = "romashka"
operator = "declarative"
manifest = "titan-retail-local"
folder = "shop"

[[registers]]
id = "kassa-1"
cabinet = "titan"
number = "131010705"
"""
PERIOD = ("--from", "2026-01-05", "--to", "2026-01-05")


@pytest.fixture
def smena(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "smena.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("SMENA_CONFIG", str(tmp_path / "smena.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    day = datetime(2026, 1, 5)
    world = seeded_world(seed=1, start=day, days=1, registers=1, receipts=20)
    for name in written(titan_files(world, day.date()), tmp_path / "shop"):
        os.utime(tmp_path / "shop" / "in" / name, (0, 0))
    runner = CliRunner()
    return lambda *arguments: runner.invoke(command_tree(), arguments)


def test_a_good_cabinet_ends_with_0_a_report_and_nothing_written(smena: Callable[..., Any], tmp_path: Path) -> None:
    done = smena("cabinet", "verify", "kassa-1", *PERIOD, "--report", str(tmp_path / "report.json"))

    assert done.exit_code == 0, done.stdout
    assert "Z-reports agree with their receipts" in done.stdout
    report = json.loads((tmp_path / "report.json").read_text(encoding="utf-8"))
    assert (report["cabinet"], report["register"], len(report["checks"])) == ("titan", "kassa-1", 12)
    assert {check["verdict"] for check in report["checks"]} == {"passed", "nothing-seen"}
    assert not (tmp_path / "shop" / "out").exists()


def test_writing_is_asked_for(smena: Callable[..., Any], tmp_path: Path) -> None:
    assert smena("cabinet", "verify", "kassa-1", *PERIOD, "--write").exit_code == 0
    assert len(list((tmp_path / "shop" / "out").iterdir())) == 1


def test_a_check_that_fails_ends_with_1(smena: Callable[..., Any], tmp_path: Path) -> None:
    receipts = tmp_path / "shop" / "in" / "receipts-2026-01-05.csv"
    rows = receipts.read_bytes().split(b"\r\n")
    receipts.write_bytes(b"\r\n".join([*rows[:1], *rows[2:]]))
    os.utime(receipts, (0, 0))

    done = smena("cabinet", "verify", "kassa-1", *PERIOD)

    assert done.exit_code == 1
    assert "failed" in done.stdout


def test_what_is_not_there_is_named(smena: Callable[..., Any]) -> None:
    assert "known are: kassa-1" in smena("cabinet", "verify", "kassa-9").stderr
    assert "lies before" in smena("cabinet", "verify", "kassa-1", "--from", "2026-01-05", "--to", "2026-01-04").stderr
