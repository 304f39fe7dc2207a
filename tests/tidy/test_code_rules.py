"""Rules no linter knows, each with the reason it stands here."""

import ast
import re
from collections.abc import Iterator
from typing import Any

UNFINISHED = re.compile(r"\b(TO" "DO|FIX" "ME|X" "XX|HA" "CK)\b")
MAY_PRINT = ("shared/src/smena/cli/demo/", "deploy/sandbox/")
PURE = re.compile(r"/(domain|contracts|kinds)/")
MAY_PUBLISH = ("shared/src/smena/outbox/relay.py", "shared/src/smena/messaging/")
SKIPS = frozenset({"skip", "skipif", "xfail", "importorskip"})


def name_of(node: ast.expr) -> str:
    """The dotted name of an expression, as far as it is one."""
    parts: list[str] = []
    while isinstance(node, ast.Attribute):
        parts.append(node.attr)
        node = node.value
    if isinstance(node, ast.Name):
        parts.append(node.id)
    return ".".join(reversed(parts))


def places(modules: Any, wrong: Any) -> list[str]:
    return [
        f"{module.name}:{getattr(node, 'lineno', 0)}"
        for module in modules
        for node in ast.walk(module.tree)
        if wrong(node)
    ]


def test_nothing_is_left_unfinished(sources: Any, tests: Any) -> None:
    found = [
        f"{module.name}:{number}"
        for module in (*sources, *tests)
        for number, line in enumerate(module.text.splitlines(), 1)
        if UNFINISHED.search(line)
    ]

    assert found == []


def test_only_the_demo_and_the_sandbox_print(sources: Any) -> None:
    """What a service says goes through the log, where secrets are masked."""
    quiet = [module for module in sources if not module.name.startswith(MAY_PRINT)]

    def prints(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "print"

    assert places(quiet, prints) == []


def test_no_except_is_bare(sources: Any, tests: Any) -> None:
    """It would swallow a cancellation."""
    assert places((*sources, *tests), lambda node: isinstance(node, ast.ExceptHandler) and node.type is None) == []


def test_no_float_is_made_where_money_is(sources: Any) -> None:
    pure = [module for module in sources if PURE.search(module.name)]
    assert pure

    assert places(pure, lambda node: isinstance(node, ast.Call) and name_of(node.func) == "float") == []


def test_no_test_sleeps(tests: Any) -> None:
    """A test waits for a condition with a deadline; a function inside it may play a slow handler."""
    wrong = [
        f"{module.name}:{node.lineno}"
        for module in tests
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and function.name.startswith("test_")
        for node in _own_nodes(function)
        if isinstance(node, ast.Call) and name_of(node.func).rpartition(".")[2] == "sleep" and not _yields_only(node)
    ]

    assert wrong == []


def test_no_test_is_skipped(tests: Any) -> None:
    """A server that is missing fails the test with a sentence that says what to install."""

    def skips(node: ast.AST) -> bool:
        return isinstance(node, ast.Attribute) and node.attr in SKIPS and name_of(node).startswith("pytest.")

    assert places(tests, skips) == []


def test_events_reach_the_bus_through_the_relay_alone(sources: Any) -> None:
    """A publish beside the outbox would be lost with a crash, or sent for a transaction that rolled back."""
    ours = [module for module in sources if not module.name.startswith((*MAY_PUBLISH, "deploy/sandbox/"))]

    def publishes(node: ast.AST) -> bool:
        return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "publish"

    assert places(ours, publishes) == []


def test_no_dependency_commits_in_its_teardown(sources: Any) -> None:
    """F1: FastAPI runs the code after a dependency's yield when the client has its answer already."""
    wrong = [
        f"{module.name}:{function.lineno}"
        for module in sources
        for function in ast.walk(module.tree)
        if isinstance(function, ast.FunctionDef | ast.AsyncFunctionDef) and _commits_after_yield(function)
    ]

    assert wrong == []


def _commits_after_yield(function: ast.FunctionDef | ast.AsyncFunctionDef) -> bool:
    own = list(_own_nodes(function))
    yields = [node.lineno for node in own if isinstance(node, ast.Yield | ast.YieldFrom)]
    commits = [
        node.lineno
        for node in own
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "commit"
    ]
    begins = [node for node in own if isinstance(node, ast.AsyncWith | ast.With) and _begins(node)]
    around = [
        node for node in begins if any(node.lineno <= line <= (node.end_lineno or node.lineno) for line in yields)
    ]
    return bool(yields) and (any(line > min(yields) for line in commits) or bool(around))


def _begins(node: ast.AsyncWith | ast.With) -> bool:
    """``async with session.begin():`` commits at its end."""
    return any(
        isinstance(item.context_expr, ast.Call) and name_of(item.context_expr.func).endswith(".begin")
        for item in node.items
    )


def _own_nodes(function: ast.AST) -> Iterator[Any]:
    """The nodes of a function without those of functions inside it."""
    for child in ast.iter_child_nodes(function):
        if not isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            yield child
            yield from _own_nodes(child)


def test_the_rule_about_teardown_finds_what_it_forbids() -> None:
    for wrong in (
        "async def d():\n    async with a() as s:\n        yield s\n        await s.commit()",
        "async def d():\n    async with s.begin():\n        yield s",
    ):
        (function,) = ast.parse(wrong).body
        assert isinstance(function, ast.AsyncFunctionDef)
        assert _commits_after_yield(function)
    (good,) = ast.parse("async def d():\n    async with a() as s:\n        yield s").body
    assert isinstance(good, ast.AsyncFunctionDef)
    assert not _commits_after_yield(good)


def _yields_only(call: ast.Call) -> bool:
    """``asyncio.sleep(0)`` waits for no time: it lets the other tasks run once."""
    return [ast.dump(argument) for argument in call.args] == [ast.dump(ast.Constant(0))]
