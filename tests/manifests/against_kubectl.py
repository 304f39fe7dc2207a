"""`make manifests`: what the tests read is what `kubectl kustomize` renders, object by object."""

import re
import subprocess
import sys
from typing import Any

import yaml

from manifests.kustomize import KUSTOMIZE, OVERLAYS, overlay

HASH = re.compile(r"^(smena-(?:config|environment))-[a-z0-9]{10}$")


def plain(value: Any) -> Any:
    """Without the hashes of generated names."""
    if isinstance(value, dict):
        return {key: plain(content) for key, content in value.items()}
    if isinstance(value, list):
        return [plain(content) for content in value]
    return HASH.sub(r"\1", value) if isinstance(value, str) else value


def by_name(manifests: list[Any]) -> dict[str, Any]:
    return {f"{one['kind']}/{one['metadata']['name']}": one for one in manifests}


def main() -> int:
    wrong = 0
    for name in OVERLAYS:
        command = ["kubectl", "kustomize", str(KUSTOMIZE / "overlays" / name)]
        rendered = subprocess.run(command, check=True, capture_output=True, text=True).stdout
        theirs = by_name(plain(list(yaml.safe_load_all(rendered))))
        ours = by_name(overlay(name))
        for key in sorted(theirs.keys() | ours.keys()):
            if theirs.get(key) != ours.get(key):
                wrong += 1
                sys.stdout.write(f"{name}: {key} differs\n  kubectl: {theirs.get(key)}\n  reader:  {ours.get(key)}\n")
        sys.stdout.write(f"{name}: {len(theirs)} objects compared\n")
    return 1 if wrong else 0


if __name__ == "__main__":
    raise SystemExit(main())
