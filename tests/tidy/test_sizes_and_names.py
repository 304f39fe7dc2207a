"""Modules and functions stay small, and a name says what is inside."""

import ast
from typing import Any

MODULE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)
NAMES_THAT_SAY_NOTHING = frozenset({"utils", "util", "helpers", "helper", "common", "manager", "managers", "misc"})


def test_no_module_is_over_400_lines(sources: Any, tests: Any) -> None:
    lines = {module.name: module.text.count("\n") for module in (*sources, *tests)}

    assert {name: count for name, count in lines.items() if count > MODULE_LINES_MAX} == {}


def test_no_function_is_over_70_lines(sources: Any, tests: Any) -> None:
    """Migrations are history, and long as the tables they make are wide."""
    long = {
        f"{module.name}:{node.lineno} {node.name}": length
        for module in (*sources, *tests)
        if "/migrations/versions/" not in module.name
        for node in ast.walk(module.tree)
        if isinstance(node, FUNCTIONS) and (length := _own_lines(node)) > FUNCTION_LINES_MAX
    }

    assert long == {}


def _own_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Its lines without those of functions inside it, which are counted for themselves."""
    inner = sum(_lines(node) for node in ast.iter_child_nodes(function) if isinstance(node, FUNCTIONS))
    return _lines(function) - inner


def _lines(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    return (node.end_lineno or node.lineno) - node.lineno + 1


def test_no_module_has_a_name_that_says_nothing(sources: Any) -> None:
    parts = {part: module.name for module in sources for part in module.name.removesuffix(".py").split("/")}

    assert {part: name for part, name in parts.items() if part in NAMES_THAT_SAY_NOTHING} == {}
