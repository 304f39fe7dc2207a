"""Servers for the tests. Nothing is skipped: what is missing fails with a sentence that says what to install."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from contract.cabinets.matrix import pytest_terminal_summary
from servers.postgres import fresh_database, open_folder, private_postgres
from servers.rabbitmq import Broker, RabbitNode, broker, fresh_vhost, private_node

__all__ = ["pytest_terminal_summary"]

# How fast a busy machine makes examples is no property of the product.
settings.register_profile("smena", deadline=None, suppress_health_check=[HealthCheck.too_slow], print_blob=True)
settings.load_profile("smena")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A server on which databases may be created."""
    named = os.environ.get("SMENA_TEST_DATABASE_URL")
    if named:
        yield named
        return
    with open_folder() as folder, private_postgres(folder) as url:
        yield url


@pytest.fixture
def state_dir() -> Iterator[Path]:
    """A state folder in which an embedded PostgreSQL can start, as root too."""
    with open_folder() as folder:
        yield folder


@pytest.fixture
def database_url(postgres_url: str) -> Iterator[str]:
    """A fresh empty database, dropped after the test."""
    with fresh_database(postgres_url) as url:
        yield url


@pytest.fixture(scope="session")
def amqp_broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Broker]:
    """The shared broker; it is never killed. Tests that kill take ``rabbit_node``."""
    with broker(tmp_path_factory.mktemp("rabbitmq")) as found:
        yield found


@pytest.fixture(scope="session")
def amqp_url(amqp_broker: Broker) -> str:
    return amqp_broker.url


@pytest.fixture
def amqp_vhost_url(amqp_broker: Broker) -> Iterator[str]:
    """A fresh virtual host, removed after the test."""
    with fresh_vhost(amqp_broker) as url:
        yield url


@pytest.fixture(scope="module")
def rabbit_node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitNode]:
    """A node of its own that may be killed, frozen and restarted."""
    with private_node(tmp_path_factory.mktemp("rabbit-node")) as node:
        yield node
