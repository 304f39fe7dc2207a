"""A RabbitMQ for the tests: the one that is named, else a private node, else one that runs here, else apt's."""

import os
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import which
from urllib.parse import quote, urlsplit
from uuid import uuid4

from servers.packages import bring
from smena.runtime.local.erlang import find_erlang_tools
from smena.runtime.local.ports import speaks_amqp
from smena.runtime.local.rabbitmq import RabbitNode, RabbitNotInstalledError

__all__ = ["Broker", "RabbitNode", "broker", "fresh_vhost"]

DEFAULT_PORT = 5672
LOCAL_URL = "amqp://guest:guest@127.0.0.1:5672/%2F"


@dataclass(frozen=True)
class Broker:
    """Where the tests' RabbitMQ is; ``node`` is there when it is ours to kill."""

    url: str
    node: RabbitNode | None = None


@contextmanager
def broker(folder: Path, environment: Mapping[str, str] = os.environ) -> Iterator[Broker]:
    """Never skips: a machine without RabbitMQ gets a sentence that names the package."""
    named = environment.get("SMENA_TEST_AMQP_URL")
    if named:
        yield Broker(named)
        return
    if find_erlang_tools() is None:
        if speaks_amqp(DEFAULT_PORT):
            yield Broker(LOCAL_URL)
            return
        install()
    with private_node(folder) as node:
        yield Broker(node.url(), node)


@contextmanager
def private_node(folder: Path) -> Iterator[RabbitNode]:
    node = RabbitNode(folder)
    node.start()
    try:
        yield node
    finally:
        node.stop()


def install() -> None:
    """As root on Debian, let apt bring the broker; its own node is not left running."""
    if not bring("rabbitmq-server", lambda: find_erlang_tools() is not None):
        raise RabbitNotInstalledError


@contextmanager
def fresh_vhost(where: Broker) -> Iterator[str]:
    """A virtual host of its own for one test; on a broker that is not ours, made by its rabbitmqctl."""
    name = f"test-{uuid4().hex[:12]}"
    if where.node is not None:
        url = where.node.add_vhost(name)
        try:
            yield url
        finally:
            where.node.remove_vhost(name)
        return
    parts = urlsplit(where.url)
    system_ctl("add_vhost", name)
    system_ctl("set_permissions", "-p", name, parts.username or "guest", ".*", ".*", ".*")
    try:
        yield parts._replace(path="/" + quote(name, safe="")).geturl()
    finally:
        system_ctl("delete_vhost", name)


def system_ctl(*arguments: str) -> None:
    ctl = which("rabbitmqctl")
    if ctl is None:
        raise RuntimeError("a broker named by SMENA_TEST_AMQP_URL needs rabbitmqctl here: each test has its own vhost")
    subprocess.run([ctl, "--quiet", *arguments], check=True, capture_output=True)
