"""Processes the command line starts and stops: the sandbox and the services."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

READY_SECONDS_MAX = 180.0
STOP_SECONDS_MAX = 30.0
LOOK_AGAIN_SECONDS = 0.1
LOG_TAIL_CHARACTERS = 3000


class StartError(Exception):
    """A process did not come up; the message holds the end of its log."""


@dataclass(frozen=True, slots=True)
class Child:
    """A process we started."""

    name: str
    process: subprocess.Popen[bytes]
    log: Path

    def tail(self) -> str:
        """The end of its log."""
        return self.log.read_text(errors="replace")[-LOG_TAIL_CHARACTERS:] if self.log.exists() else ""


def script(name: str) -> str:
    """A command installed beside this Python."""
    return str(Path(sys.executable).parent / name)


def start(name: str, command: Sequence[str], log: Path, environment: Mapping[str, str] | None = None) -> Child:
    """Start a process in a group of its own, so that Ctrl-C reaches it through us alone."""
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("ab") as output:
        process = subprocess.Popen(  # noqa: S603 — our own commands, no shell
            list(command),
            stdout=output,
            stderr=subprocess.STDOUT,
            stdin=subprocess.DEVNULL,
            env={**os.environ, **(environment or {})},
            start_new_session=True,
        )
    return Child(name, process, log)


def wait_ready(child: Child, url: str) -> None:
    """Wait until the address answers 200.

    Raises:
        StartError: the process ended, or did not answer in time.
    """
    deadline = time.monotonic() + READY_SECONDS_MAX
    while time.monotonic() < deadline:
        if child.process.poll() is not None:
            raise StartError(f"{child.name} ended with code {child.process.returncode}:\n{child.tail()}")
        if answers(url):
            return
        time.sleep(LOOK_AGAIN_SECONDS)
    raise StartError(f"{child.name} did not answer at {url} within {READY_SECONDS_MAX:.0f} s:\n{child.tail()}")


def answers(url: str) -> bool:
    """Whether a GET of the address brings 200 now."""
    try:
        return httpx.get(url, timeout=5).status_code == httpx.codes.OK
    except httpx.HTTPError:
        return False


def stop(children: Sequence[Child]) -> None:
    """Ask each process to end, last started first; kill what does not within the time."""
    for child in reversed(children):
        if child.process.poll() is None:
            child.process.send_signal(signal.SIGTERM)
    deadline = time.monotonic() + STOP_SECONDS_MAX
    for child in reversed(children):
        try:
            child.process.wait(timeout=max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()


def end_as_by_hand() -> None:
    """SIGTERM ends this command as Ctrl-C does, so that what it started is stopped and no port stays taken."""

    def interrupt(_signal: int, _frame: object) -> None:
        raise KeyboardInterrupt

    signal.signal(signal.SIGTERM, interrupt)
    signal.signal(signal.SIGINT, interrupt)  # a shell that starts in the background has it ignored


def free_port(wished: int) -> int:
    """The wished port of the loopback address if it is free, else another that is."""
    for port in (wished, 0):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise StartError("no free port on the loopback address")
