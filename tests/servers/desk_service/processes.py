"""Start the desk as a process and talk to it."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep

import httpx

from servers.desk_service.main import TOKEN
from smena.runtime.local.ports import free_ports

TESTS = Path(__file__).parents[2]
READY_SECONDS_MAX = 60.0
POLL_SECONDS = 0.05


@dataclass
class DeskProcess:
    process: subprocess.Popen[bytes]
    http_port: int
    admin_port: int
    log: Path

    def ready(self) -> dict[str, bool] | None:
        """The checks, or None while nothing answers."""
        try:
            answer = httpx.get(f"http://127.0.0.1:{self.admin_port}/readyz", timeout=5)
        except httpx.HTTPError:
            return None
        checks: dict[str, bool] = answer.json()["checks"]
        assert (answer.status_code == 200) == all(checks.values())
        return checks

    def wait_ready(self) -> None:
        deadline = monotonic() + READY_SECONDS_MAX
        while True:
            checks = self.ready()
            if checks is not None and all(checks.values()):
                return
            assert self.process.poll() is None, self.log.read_text()
            assert monotonic() < deadline, (checks, self.log.read_text())
            sleep(POLL_SECONDS)

    def client(self) -> httpx.Client:
        headers = {"Authorization": f"Bearer {TOKEN}"}
        return httpx.Client(base_url=f"http://127.0.0.1:{self.http_port}/sales/v1", headers=headers, timeout=30)

    def terminate(self) -> int:
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(30)

    def kill(self) -> None:
        self.process.kill()
        self.process.wait(30)


@contextmanager
def desk_process(command: str, folder: Path, **environment: str) -> Iterator[DeskProcess]:
    http_port, admin_port = free_ports(2)
    log = folder / f"{command}-{admin_port}.log"
    given = {
        **{name: value for name, value in os.environ.items() if not name.startswith("SMENA_")},
        "PYTHONPATH": str(TESTS),
        "SMENA_HTTP_PORT": str(http_port),
        "SMENA_ADMIN_PORT": str(admin_port),
        "SMENA_STATE_DIR": str(folder / "state"),
        **environment,
    }
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", "servers.desk_service.main", command],
            env=given,
            stdout=output,
            stderr=output,
            cwd=folder,
        )
    desk = DeskProcess(process, http_port, admin_port, log)
    try:
        yield desk
    finally:
        if process.poll() is None:
            process.terminate()
            try:
                process.wait(25)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(10)
