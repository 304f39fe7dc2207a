"""Write the README's table of what works from the report of a test run."""

import sys
import tomllib
from pathlib import Path
from typing import Any

from defusedxml.ElementTree import parse

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
PROMISES = ROOT / "docs" / "what-works.toml"
BEGIN, END = "<!-- what works: begin -->", "<!-- what works: end -->"


def promises() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = tomllib.loads(PROMISES.read_text(encoding="utf-8"))["promise"]
    return found


def passed(report: Path) -> dict[str, bool]:
    """Each test function of the report, without its parameters: whether every case of it passed."""
    outcome: dict[str, bool] = {}
    root = parse(report).getroot()
    assert root is not None, f"{report} is empty"
    for case in root.iter("testcase"):
        path = case.get("classname", "").replace(".", "/") + ".py"
        test = f"{path}::{case.get('name', '').split('[', 1)[0]}"
        good = all(child.tag not in {"failure", "error", "skipped"} for child in case)
        outcome[test] = outcome.get(test, True) and good
    return outcome


def table(outcome: dict[str, bool]) -> str:
    """Only promises whose every test was run and passed."""
    rows = [
        f"| {promise['sentence']} | {files_of(promise)} |"
        for promise in promises()
        if all(outcome.get(test, False) for test in promise["tests"])
    ]
    return "\n".join(["| it works | shown by |", "| --- | --- |", *rows])


def files_of(promise: dict[str, Any]) -> str:
    """The files that show it, each once."""
    files = dict.fromkeys(test.split("::")[0] for test in promise["tests"])
    return ", ".join(f"`{file}`" for file in files)


def main(report: str) -> None:
    text = README.read_text(encoding="utf-8")
    before, rest = text.split(BEGIN, 1)
    _, after = rest.split(END, 1)
    README.write_text(f"{before}{BEGIN}\n{table(passed(Path(report)))}\n{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
