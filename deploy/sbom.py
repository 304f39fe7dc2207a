"""Write the bill of materials of the images, CycloneDX 1.5 in JSON, from the hashed lock: python deploy/sbom.py OUT."""

import json
import re
import sys
import tomllib
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any
from uuid import UUID

ROOT = Path(__file__).parents[1]
LOCK = ROOT / "requirements" / "base.txt"
PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^\]]*\])?==([^\s;\\]+)")
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")


def components(lock: str) -> Iterator[dict[str, Any]]:
    """One component for each pinned package, with the hash of every file the lock allows."""
    found: dict[str, Any] | None = None
    for line in lock.splitlines():
        if match := PINNED.match(line):
            if found is not None:
                yield found
            name, version = match.groups()
            purl = f"pkg:pypi/{name}@{version}"
            found = {
                "type": "library",
                "bom-ref": purl,
                "name": name,
                "version": version,
                "purl": purl,
                "hashes": [],
            }
        if found is not None:
            found["hashes"] += [{"alg": "SHA-256", "content": content} for content in HASH.findall(line)]
    if found is not None:
        yield found


def bill() -> dict[str, Any]:
    """The whole document; its serial number is the lock's own, so that the same lock gives the same bytes."""
    lock = LOCK.read_text()
    version = tomllib.loads((ROOT / "shared" / "pyproject.toml").read_text())["project"]["version"]
    serial = UUID(bytes=sha256(lock.encode()).digest()[:16], version=4)
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{serial}",
        "version": 1,
        "metadata": {"component": {"type": "application", "bom-ref": "smena", "name": "smena", "version": version}},
        "components": list(components(lock)),
    }


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(json.dumps(bill(), indent=2) + "\n", encoding="utf-8")
