"""The sandbox as the demo uses it: start it, ask it for its configuration, count what reached it."""

import hashlib
import json
import secrets
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import httpx

from smena.cli.demo import children
from smena.cli.demo.job import Task
from smena.cli.demo.worlds import TOKEN_FILE, World

SANDBOX_PORT = 8090
ANSWER_SECONDS_MAX = 120.0
DEMO_TOKEN_BYTES = 32
WRITE_METHODS = frozenset({"POST", "PATCH", "PUT", "DELETE"})


@dataclass(frozen=True, slots=True)
class Sandbox:
    """A running sandbox; ``child`` is None when somebody else started it."""

    url: str
    child: children.Child | None = None

    def state(self) -> dict[str, Any]:
        """What the sandbox says of itself."""
        answer: dict[str, Any] = self._get("/_sandbox/state").json()
        return answer

    def configuration(self, operator: str = "webkassa") -> str:
        """The product's configuration for this world seen through an operator's cabinet, as TOML."""
        return self._get(f"/_sandbox/config?operator={operator}").text

    def secrets(self) -> dict[str, str]:
        """Environment variables that the configuration's secrets name."""
        given: dict[str, str] = self.state()["secrets"]
        return given

    def task(self) -> Task:
        """The whole of what this world holds, as one job."""
        state = self.state()
        return Task(
            organization=state["organization"],
            registers=tuple(register["id"] for register in state["registers"]),
            first=date.fromisoformat(state["period"]["from"]),
            last=date.fromisoformat(state["period"]["to"]),
        )

    def _get(self, path: str) -> httpx.Response:
        answer = httpx.get(f"{self.url}{path}", timeout=ANSWER_SECONDS_MAX)
        answer.raise_for_status()
        return answer


def start_sandbox(world: World, folder: Path, wished_port: int = SANDBOX_PORT) -> Sandbox:
    """Start a sandbox that plays the world and wait until it answers."""
    port = children.free_port(wished_port)
    arguments = world.sandbox_arguments(port, folder / "sandbox.journal")
    child = children.start("sandbox", [children.script("smena-sandbox"), *arguments], folder / "sandbox.log")
    url = f"http://127.0.0.1:{port}"
    children.wait_ready(child, f"{url}/_sandbox/state")
    return Sandbox(url, child)


def demo_token() -> str:
    """The demo's API token: made once, kept readable for its owner alone."""
    if TOKEN_FILE.exists():
        return TOKEN_FILE.read_text().strip()
    TOKEN_FILE.parent.mkdir(parents=True, exist_ok=True)
    TOKEN_FILE.touch(mode=0o600)
    token = secrets.token_urlsafe(DEMO_TOKEN_BYTES)
    TOKEN_FILE.write_text(token + "\n")
    return token


def write_configuration(sandbox: Sandbox, path: Path, token: str, operator: str = "webkassa") -> None:
    """Write the configuration of this world, with one token that may do everything in it.

    ``operator`` is whose cabinet stands before its registers, or ``every``: four organisations, one behind each.
    """
    digest = hashlib.sha256(token.encode()).hexdigest()
    scopes = json.dumps(["catalog:write", "sales:write", "ledger:write"])
    block = f'\n[[api_tokens]]\nname = "demo"\nsha256 = "{digest}"\nperson = "demo"\norganizations = ["*"]\n'
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(f"{sandbox.configuration(operator)}{block}scopes = {scopes}\n", encoding="utf-8")
