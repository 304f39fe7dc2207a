"""`smena cabinet`: what an integrator sees of a cabinet without asking it anything."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from smena.cli.main import command_tree

CONFIG = """
[[organizations]]
id = "romashka"
name = "ООО Ромашка"
unp = "190000005"

[[cabinets]]
id = "wk-main"
organization = "romashka"
operator = "webkassa"
base_url = "https://cabinet.example.by"
token = { env = "WK_TOKEN" }
"""


@pytest.fixture
def smena(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Callable[..., Any]:
    (tmp_path / "smena.toml").write_text(CONFIG, encoding="utf-8")
    monkeypatch.setenv("SMENA_CONFIG", str(tmp_path / "smena.toml"))
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.setenv("WK_TOKEN", "head.claims.signature")
    runner = CliRunner()
    return lambda *arguments: runner.invoke(command_tree(), arguments)


def test_each_call_of_a_cabinet_is_shown_with_its_provenance(smena: Callable[..., Any]) -> None:
    done = smena("cabinet", "show")

    assert done.exit_code == 0
    rows = [[cell.strip() for cell in line.strip("│").split("│")] for line in done.stdout.splitlines()]
    assert ["save_items", "POST warehouse/save", "assumed"] in rows
    assert ["list_items", "POST warehouse/list", "observed"] in rows
    assert "wk-main: webkassa" in done.stdout
    assert "signature" not in done.stdout


def test_a_cabinet_that_is_not_configured_is_named(smena: Callable[..., Any]) -> None:
    done = smena("cabinet", "show", "wk-other")

    assert done.exit_code == 2
    assert "there is no cabinet 'wk-other'" in done.stderr
    assert "wk-main" in done.stderr
