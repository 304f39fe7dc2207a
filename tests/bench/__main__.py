"""``python -m bench``: run the benchmarks and write bench.json."""

import argparse
import asyncio
import json
import logging
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import structlog

from bench.catalogue import BENCHES
from bench.measuring import ROUNDS_MIN, lines_of, measure
from bench.scales import SCALES, Scale
from bench.servers import Servers

PACKAGES = ("polars", "psycopg", "sqlalchemy", "msgspec", "aio-pika", "fastapi", "pydantic", "httpx")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench", description=__doc__)
    parser.add_argument("only", nargs="*", help=f"names of benchmarks: {', '.join(BENCHES)}")
    parser.add_argument("--scale", choices=SCALES, default="full")
    parser.add_argument("--rounds", type=int, default=ROUNDS_MIN)
    parser.add_argument("--out", type=Path, default=Path("bench.json"))
    asked = parser.parse_args()
    unknown = [name for name in asked.only if name not in BENCHES]
    if unknown:
        parser.error(f"no benchmark {', '.join(unknown)}; there are {', '.join(BENCHES)}")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    report = asyncio.run(run(asked.only or list(BENCHES), SCALES[asked.scale], asked.rounds))
    asked.out.write_text(json.dumps(report, ensure_ascii=False, indent=2) + "\n")
    missed = [one["name"] for one in report["benchmarks"] if not one["met"]]
    sys.stdout.write(f"Written to {asked.out}. Missed: {', '.join(missed) or 'none'}.\n")


async def run(names: list[str], scale: Scale, rounds: int, servers: Servers | None = None) -> dict[str, Any]:
    """Every benchmark, one after the other; servers are started when one needs them."""
    found = []
    with servers or Servers() as running:
        for name in names:
            async with BENCHES[name](scale, running) as bench:
                result = (await measure(name, bench, rounds)).as_json()
            found.append(result)
            sys.stdout.write("\n".join(lines_of(result)) + "\n")
            sys.stdout.flush()
        versions = {name: version(name) for name in PACKAGES} | running.versions()
    return {
        "scale": scale.name,
        "rounds": rounds,
        "python": platform.python_version(),
        "machine": {"cores": os.cpu_count(), "system": platform.platform()},
        "commit": commit(),
        "versions": versions,
        "benchmarks": found,
    }


def commit() -> str:
    """Of the code that was measured; empty outside a repository."""
    told = subprocess.run(["git", "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return told.stdout.strip()


if __name__ == "__main__":
    main()
