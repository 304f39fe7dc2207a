"""A RabbitMQ node of our own: own ports, own data, own epmd, stopped by process id."""

import atexit
import contextlib
import json
import os
import secrets
import signal
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

from smena.runtime.local.erlang import ErlangTools, find_erlang_tools
from smena.runtime.local.ports import LOOPBACK, free_ports, speaks_amqp

BOOT_SECONDS_MAX = 90.0
"""A node with a backlog on a loaded machine was seen to need 36 s."""
STOP_SECONDS_MAX = 20.0
CTL_SECONDS_MAX = 60.0
POLL_SECONDS = 0.05
USER = "guest"

_CONF = """\
listeners.tcp.1 = 127.0.0.1:{amqp}
raft.wal_max_size_bytes = 16000000
disk_free_limit.absolute = 50MB
log.file.level = warning
"""
_ADVANCED = """\
[{kernel, [{inet_dist_use_interface, {127,0,0,1}}]},
 {rabbit, [{channel_tick_interval, 1000}]}].
"""
_QUIET_SCHEDULERS = "+sbwt none +sbwtdcpu none +sbwtdio none"
"""Idle schedulers sleep at once: several nodes share a small machine in the tests."""


class RabbitNotInstalledError(Exception):
    """There is no RabbitMQ on this machine; the message names the package."""

    def __init__(self) -> None:
        super().__init__(
            "RabbitMQ is not installed: install the package `rabbitmq-server` (Debian, Homebrew: rabbitmq)"
        )


class RabbitNode:
    """One private node in one folder; a restart keeps its ports and its data."""

    def __init__(self, folder: Path, tools: ErlangTools | None = None) -> None:
        found = tools or find_erlang_tools()
        if found is None:
            raise RabbitNotInstalledError
        self._tools = found
        self.folder = folder
        self._node: subprocess.Popen[bytes] | None = None
        self._epmd: subprocess.Popen[bytes] | None = None
        self._ports = self._prepare()

    @property
    def port(self) -> int:
        """Where the node listens for AMQP."""
        return self._ports["amqp"]

    @property
    def pid(self) -> int:
        """The process of the node."""
        return int((self.folder / "node.pid").read_text())

    def url(self, vhost: str = "/") -> str:
        """The address of one of the node's virtual hosts."""
        return f"amqp://{USER}:{USER}@{LOOPBACK}:{self.port}/{quote(vhost, safe='')}"

    def start(self) -> str:
        """Start epmd and the node, wait until it answers; gives the address of the default virtual host."""
        atexit.register(self.stop)
        if self._epmd is None or self._epmd.poll() is not None:
            self._epmd = self._spawn([str(self._tools.epmd), "-port", str(self._ports["epmd"])], "epmd.log")
        self._node = self._spawn([str(self._tools.server)], "node.log")
        deadline = time.monotonic() + BOOT_SECONDS_MAX
        while not speaks_amqp(self.port):
            if self._node.poll() is not None or time.monotonic() > deadline:
                log = (self.folder / "node.log").read_text(errors="replace")[-2000:]
                self.stop()
                raise RuntimeError(f"the private RabbitMQ node did not start; the end of its log:\n{log}")
            time.sleep(POLL_SECONDS)
        return self.url()

    def stop(self) -> None:
        """Stop the node and its epmd, whatever state they are in."""
        atexit.unregister(self.stop)
        for process in (self._node, self._epmd):
            if process is not None:
                _end(process)
        self._node = self._epmd = None

    def kill(self) -> None:
        """Kill the node as a power cut would; its data stay."""
        assert self._node is not None
        self._signal(signal.SIGKILL)
        self._node.wait(STOP_SECONDS_MAX)

    def freeze(self) -> None:
        """Stop the node in its tracks: connections stay open and nothing answers."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let a frozen node go on."""
        self._signal(signal.SIGCONT)

    def restart(self) -> str:
        """Start again on the same ports and data, after ``kill`` or instead of it."""
        if self._node is not None:
            _end(self._node)
        return self.start()

    def add_vhost(self, name: str) -> str:
        """Make a virtual host; gives its address."""
        self.ctl("add_vhost", name)
        self.ctl("set_permissions", "-p", name, USER, ".*", ".*", ".*")
        return self.url(name)

    def remove_vhost(self, name: str) -> None:
        """Remove a virtual host and everything in it."""
        self.ctl("delete_vhost", name)

    def evaluate(self, expression: str) -> str:
        """Evaluate Erlang on the node."""
        return self.ctl("eval", expression)

    def ctl(self, *arguments: str) -> str:
        """Run rabbitmqctl against this node."""
        done = subprocess.run(  # noqa: S603 - our own arguments
            [str(self._tools.ctl), "--quiet", *arguments],
            env=self._environment(),
            capture_output=True,
            check=False,
            timeout=CTL_SECONDS_MAX,
            cwd=self.folder,
        )
        if done.returncode:
            raise RuntimeError(f"rabbitmqctl {arguments[0]}: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout.decode().strip()

    def _signal(self, number: signal.Signals) -> None:
        assert self._node is not None
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self._node.pid, number)

    def _prepare(self) -> dict[str, int]:
        """Write the configuration once; later starts read the ports back."""
        self.folder.mkdir(parents=True, exist_ok=True)
        ports_file = self.folder / "ports.json"
        if not ports_file.exists():
            amqp, distribution, epmd = free_ports(3)
            ports_file.write_text(json.dumps({"amqp": amqp, "distribution": distribution, "epmd": epmd}))
            cookie = self.folder / ".erlang.cookie"
            cookie.write_text(secrets.token_hex(16))
            cookie.chmod(0o400)
            (self.folder / "rabbitmq.conf").write_text(_CONF.format(amqp=amqp))
            (self.folder / "advanced.config").write_text(_ADVANCED)
            (self.folder / "enabled_plugins").write_text("[].\n")
        ports: dict[str, int] = json.loads(ports_file.read_text())
        return ports

    def _environment(self) -> dict[str, str]:
        folder = self.folder
        return {
            "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
            "LANG": "C.UTF-8",
            "HOME": str(folder),
            "ERL_EPMD_PORT": str(self._ports["epmd"]),
            "ERL_EPMD_ADDRESS": LOOPBACK,
            "RABBITMQ_NODENAME": "smena@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": LOOPBACK,
            "RABBITMQ_NODE_PORT": str(self._ports["amqp"]),
            "RABBITMQ_DIST_PORT": str(self._ports["distribution"]),
            "RABBITMQ_MNESIA_BASE": str(folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(folder / "enabled_plugins"),
            "RABBITMQ_CONFIG_FILE": str(folder / "rabbitmq.conf"),
            "RABBITMQ_ADVANCED_CONFIG_FILE": str(folder / "advanced.config"),
            "RABBITMQ_PID_FILE": str(folder / "node.pid"),
            "RABBITMQ_CONF_ENV_FILE": "/dev/null",
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": _QUIET_SCHEDULERS,
        }

    def _spawn(self, command: list[str], log: str) -> subprocess.Popen[bytes]:
        """Start in a session of its own, so that a signal reaches the node's helpers as well."""
        with (self.folder / log).open("ab") as output:
            return subprocess.Popen(  # noqa: S603 - our own arguments
                command,
                env=self._environment(),
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                cwd=self.folder,
                start_new_session=True,
            )


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask a process group to stop, then make it; a frozen one is woken first."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGCONT)
        os.killpg(process.pid, signal.SIGTERM)
    try:
        process.wait(STOP_SECONDS_MAX)
    except subprocess.TimeoutExpired:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait(STOP_SECONDS_MAX)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
