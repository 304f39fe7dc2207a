"""Erlang and RabbitMQ as they are installed on this machine."""

import shutil
from dataclasses import dataclass
from pathlib import Path

SERVER_PLACES = (
    Path("/usr/lib/rabbitmq/bin/rabbitmq-server"),
    Path("/opt/homebrew/opt/rabbitmq/sbin/rabbitmq-server"),
    Path("/usr/local/opt/rabbitmq/sbin/rabbitmq-server"),
)
"""The start script itself: the wrapper in /usr/sbin changes the user."""


@dataclass(frozen=True, slots=True)
class ErlangTools:
    """The programs a private node needs."""

    server: Path
    ctl: Path
    epmd: Path


def find_erlang_tools() -> ErlangTools | None:
    """Look for RabbitMQ and epmd; None when one of them is not installed."""
    server = next((place for place in SERVER_PLACES if place.is_file()), None)
    epmd = _find_epmd()
    if server is None or epmd is None:
        return None
    return ErlangTools(server=server, ctl=server.with_name("rabbitmqctl"), epmd=epmd)


def _find_epmd() -> Path | None:
    found = shutil.which("epmd")
    if found:
        return Path(found)
    erl = shutil.which("erl")
    if not erl:
        return None
    root = Path(erl).resolve().parent.parent
    return next(iter(sorted(root.glob("erts-*/bin/epmd")) or sorted(root.glob("lib/erlang/erts-*/bin/epmd"))), None)
