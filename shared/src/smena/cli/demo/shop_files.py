"""What a shop's program would have exported: put once into the folder of every cabinet that is read by files."""

import tomllib
from pathlib import Path
from typing import Any

import httpx

from smena.cli.demo.sandbox import ANSWER_SECONDS_MAX, Sandbox


def put_shop_files(sandbox: Sandbox, configuration: Path) -> None:
    """Have the sandbox write the finished days of each file cabinet's registers beside the configuration.

    A folder that is there already is left alone: its files were put, and maybe taken. A folder appears with all of
    its files or not at all, so that a call that was cut short is made good by the next.
    """
    config = tomllib.loads(configuration.read_text(encoding="utf-8"))
    for cabinet in config["cabinets"]:
        if "folder" not in cabinet:
            continue
        folder = (configuration.parent / cabinet["folder"]).absolute()
        if not folder.exists():
            _put(sandbox, cabinet, config["registers"], folder)


def _put(sandbox: Sandbox, cabinet: dict[str, Any], registers: list[dict[str, Any]], folder: Path) -> None:
    beside = folder.with_name(f"{folder.name}.part")
    body = {
        "operator": cabinet["manifest"],
        "folder": str(beside),
        "registers": [register["id"] for register in registers if register["cabinet"] == cabinet["id"]],
    }
    httpx.post(f"{sandbox.url}/_sandbox/files", json=body, timeout=ANSWER_SECONDS_MAX).raise_for_status()
    beside.rename(folder)
