"""The domain is pure: it imports the standard library, our small values, and the pure data of the ports."""

import re
import sys
from typing import Any

ALLOWED = (
    "smena.kinds",
    "smena.cabinets.documents",
    "smena.cabinets.items",
    "smena.erp.catalogue",
    "smena.erp.documents",
)
SERVICES = ("catalog_sync", "sales_ingest", "ledger")


def pure(name: str, service: str) -> bool:
    top = name.split(".", maxsplit=1)[0]
    return (
        top in sys.stdlib_module_names
        or name.startswith(f"{service}.domain")
        or any(name == allowed or name.startswith(f"{allowed}.") for allowed in ALLOWED)
    )


def test_the_domain_imports_only_what_is_pure(sources: Any) -> None:
    """F8: a table does not validate, so domain types are no tables; nor do they know HTTP or a driver."""
    seen = set()
    wrong = []
    for module in sources:
        match = re.search(r"/(catalog_sync|sales_ingest|ledger)/domain/", module.name)
        if match:
            seen.add(match[1])
            wrong += [f"{module.name}: {name}" for name in module.imports() if not pure(name, match[1])]

    assert wrong == []
    assert seen == set(SERVICES)


def test_small_values_import_only_the_standard_library(sources: Any) -> None:
    wrong = [
        f"{module.name}: {name}"
        for module in sources
        if "/smena/kinds/" in module.name
        for name in module.imports()
        if name.split(".")[0] not in sys.stdlib_module_names and not name.startswith("smena.kinds")
    ]

    assert wrong == []


def test_the_sandbox_and_the_product_do_not_know_each_other(sources: Any) -> None:
    """What one sends is held against the documents, so that both cannot agree on a mistake."""
    for module in sources:
        names = {name.split(".")[0] for name in module.imports()}
        if module.name.startswith("deploy/sandbox/"):
            assert not names & {"smena", *SERVICES}, module.name
        else:
            assert "smena_sandbox" not in names, module.name
