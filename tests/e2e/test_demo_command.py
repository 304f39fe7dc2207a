"""`smena demo --once`, as `make demo ONCE=1` calls it: in an empty folder, with nothing set up."""

import os
import subprocess
from pathlib import Path

import pytest

from smena.cli.demo.children import script
from smena.cli.demo.worlds import World

DEMO_SECONDS_MAX = 240
DAYS = 1
WORLD = World(days=DAYS, every_operator=True)
CABINETS = ["webkassa", "ikassa", "titan-retail-local", "k5-mag"]


def run_demo(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SMENA_")}
    return subprocess.run(
        [script("smena"), "demo", "--once", "--days", str(DAYS)],
        cwd=folder,
        env={**kept, **environment},
        capture_output=True,
        text=True,
        timeout=DEMO_SECONDS_MAX,
        check=False,
    )


def writes_kept(folder: Path) -> list[str]:
    """Every write that ever took effect in the sandbox's world, in order."""
    journal = folder / WORLD.folder("demo") / "sandbox.journal"
    return [line for line in journal.read_text().splitlines() if line.strip()]


@pytest.mark.timeout(600)
def test_the_demo_proves_every_sum_and_a_second_run_writes_nothing(state_dir: Path) -> None:
    """Four organisations, one behind each operator's cabinet: exit 0, a difference of 0.00 in every row.

    Run again at once: the same table and not one write.
    """
    first = run_demo(state_dir)
    written = writes_kept(state_dir)
    second = run_demo(state_dir)

    assert first.returncode == 0, first.stdout + first.stderr
    assert "Every shift is proven." in first.stdout
    rows = [line for line in first.stdout.splitlines() if line.startswith("│")]
    cells = [[cell.strip() for cell in row.strip("│").split("│")] for row in rows]
    assert [row[1] for row in cells] == [*CABINETS, ""]
    assert all(len(set(row[5:9])) == 1 and row[5] != "0.00" for row in cells), first.stdout
    assert all(line.rstrip("│ ").endswith(" 0.00") for line in rows), first.stdout
    assert second.returncode == 0, second.stdout + second.stderr
    assert rows == [line for line in second.stdout.splitlines() if line.startswith("│")]
    assert written
    assert written == writes_kept(state_dir)


@pytest.mark.timeout(120)
def test_a_folder_that_is_not_there_is_named(state_dir: Path) -> None:
    """A wrong DATA= is said in one sentence, before anything starts."""
    done = subprocess.run(
        [script("smena"), "demo", "--once", "--data", str(state_dir / "nowhere")],
        cwd=state_dir,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )

    assert done.returncode == 2
    assert "nowhere" in done.stdout.replace("\n", "")
    assert not (state_dir / ".smena").exists()
