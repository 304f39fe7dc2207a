"""Which right each route asks for, from the published OpenAPI; `python -m manifests.scopes` (in tests/) writes it."""

import json
import sys
from collections.abc import Iterator

from manifests.kustomize import ROOT

FOLDER = ROOT / "docs" / "contracts" / "openapi"
METHODS = ("get", "post", "put", "patch", "delete")
HEAD = """\
# Scopes

This page is made from the OpenAPI files by `python -m manifests.scopes` in `tests/`; a test fails when it is not
current.

A token carries scopes and organizations (`[[api_tokens]]`). `write` includes `read`. What belongs to another
organization answers 404, as if it were not there. The admin port has no tokens: it is for probes and metrics and never
behind the ingress.
"""


def routes() -> Iterator[tuple[str, str, str, str]]:
    """Segment, method, path and scope of every published route."""
    for file in sorted(FOLDER.glob("*.json")):
        for path, item in json.loads(file.read_text())["paths"].items():
            for method in METHODS:
                if method in item:
                    yield file.stem, method, path, item[method]["x-scope"]


def page() -> str:
    """docs/reference/scopes.md."""
    lines = [HEAD]
    scope = ""
    for _, method, path, needed in sorted(routes(), key=lambda one: (one[0], one[3], one[2], METHODS.index(one[1]))):
        if needed != scope:
            scope = needed
            lines.append(f"\n## `{scope}`\n\n| method | path |\n| --- | --- |\n")
        lines.append(f"| {method.upper()} | `{path}` |\n")
    return "".join(lines)


if __name__ == "__main__":
    sys.stdout.write(page())
