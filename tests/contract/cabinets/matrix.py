"""The table of operators and properties at the end of a run: what the contract suite of all cabinets found."""

import re
from collections import defaultdict

import pytest

SUITES = ("test_cabinet.py", "test_cabinet_faults.py", "test_same_shift.py")
OPERATORS = {
    "webkassa": "Webkassa",
    "ikassa": "iKassa",
    "titan-retail-local": "Titan Retail",
    "k5-mag": "К5 МАГ",
    "rest-template": "a fifth",
}
DOORS = {
    "webkassa-by-hand": "webkassa",
    "webkassa-sandbox": "webkassa",
    "ikassa-by-hand": "ikassa",
    "ikassa-sandbox": "ikassa",
    "manifest-sandbox": "rest-template",
    "manifest": "rest-template",
}
SAME = (("what befalls a folder tells", "a fault tells"), ("while a folder suffers", "under a fault"))
"""What a property is called where a cabinet is a folder, and where it is called."""

AGAINST_WEBKASSA = "every_operator_tells_the_same_documents"
"""Compares each with Webkassa, which has no cell of its own there."""

NODE = re.compile(r"contract/cabinets/(?P<suite>[^:]+)::test_(?P<name>\w+)\[(?P<parameters>[^\]]+)\]$")
PROPERTY_CHARACTERS_MAX = 86
CELL_CHARACTERS = max(map(len, OPERATORS.values())) + 2

Cell = tuple[str, str]


def cell_of(node: str) -> Cell | None:
    """The property and the operator that a test is about, if it is one of the common suite."""
    found = NODE.search(node)
    if found is None or found["suite"] not in SUITES:
        return None
    parameters = found["parameters"]
    door = next(
        (each for each in sorted([*DOORS, *OPERATORS], key=len, reverse=True) if parameters.startswith(each)), ""
    )
    operator = DOORS.get(door, door)
    if operator not in OPERATORS:
        return None
    fault = parameters[len(door) :].removeprefix("-")
    if found["name"] == AGAINST_WEBKASSA:
        return None
    words = found["name"].replace("_", " ")
    for of_files, of_calls in SAME:
        words = words.replace(of_files, of_calls)
    return f"{words}: {fault}" if fault else words, operator


def table_of(results: dict[Cell, set[str]]) -> list[str]:
    """The lines of the table: ok where every test of a cell passed, else what happened to one that did not."""
    lines = [
        "".join(name.rjust(CELL_CHARACTERS) for name in ("", *OPERATORS.values()))
        .strip()
        .rjust(PROPERTY_CHARACTERS_MAX + CELL_CHARACTERS * len(OPERATORS))
    ]
    for words in sorted({words for words, _ in results}):
        cells = [_shown(results.get((words, operator), set())) for operator in OPERATORS]
        lines.append(words[:PROPERTY_CHARACTERS_MAX].ljust(PROPERTY_CHARACTERS_MAX) + "".join(cells))
    return lines


def _shown(outcomes: set[str]) -> str:
    bad = sorted(outcomes - {"passed"})
    return (bad[0].upper() if bad else "ok" if outcomes else "-").rjust(CELL_CHARACTERS)


def results_of(reporter: pytest.TerminalReporter) -> dict[Cell, set[str]]:
    """What became of every cell in this run."""
    results: dict[Cell, set[str]] = defaultdict(set)
    for outcome in ("passed", "failed", "error", "skipped"):
        for report in reporter.stats.get(outcome, []):
            if (cell := cell_of(report.nodeid)) is not None:
                results[cell].add(outcome)
    return results


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the table when any of the suite ran."""
    if results := results_of(terminalreporter):
        terminalreporter.section("operators and properties (against sandboxes and fixtures of ours)")
        for line in table_of(results):
            terminalreporter.line(line)
