"""The sandbox shares no code with the product, so that the two cannot agree on a mistake."""

import ast
from pathlib import Path

import smena_sandbox

OURS = {"smena", "catalog_sync", "sales_ingest", "ledger"}


def test_the_sandbox_imports_nothing_of_the_product() -> None:
    files = list(Path(smena_sandbox.__file__).parent.rglob("*.py"))
    assert files
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module] if isinstance(node, ast.ImportFrom) and node.module else []
            assert OURS.isdisjoint(name.split(".")[0] for name in names), file
