"""Which RabbitMQ the tests take, and what they say when there is none."""

from pathlib import Path

import pytest

from servers import packages, rabbitmq
from servers.rabbitmq import LOCAL_URL, broker
from smena.runtime.local.rabbitmq import RabbitNotInstalledError


def test_a_named_broker_is_taken_as_it_is(tmp_path: Path) -> None:
    with broker(tmp_path, {"SMENA_TEST_AMQP_URL": "amqp://named/"}) as found:
        assert (found.url, found.node) == ("amqp://named/", None)


def test_a_broker_that_runs_here_is_taken_where_no_node_can_be_started(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rabbitmq, "find_erlang_tools", lambda: None)
    monkeypatch.setattr(rabbitmq, "speaks_amqp", lambda _port: True)

    with broker(tmp_path, {}) as found:
        assert (found.url, found.node) == (LOCAL_URL, None)


@pytest.mark.parametrize(("user", "apt"), [(1000, "/usr/bin/apt-get"), (0, None)])
def test_where_no_broker_can_be_had_the_package_is_named(
    user: int, apt: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither a binary nor a running one, and no right or no means to install: a sentence, never a skip."""
    monkeypatch.setattr(rabbitmq, "find_erlang_tools", lambda: None)
    monkeypatch.setattr(rabbitmq, "speaks_amqp", lambda _port: False)
    monkeypatch.setattr("os.geteuid", lambda: user)
    monkeypatch.setattr(packages, "which", lambda _name: apt)

    with pytest.raises(RabbitNotInstalledError, match="rabbitmq-server"), broker(tmp_path, {}):
        pass


def test_as_root_on_debian_apt_brings_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """apt is asked for the package; what it could not bring is still named."""
    asked: list[list[str]] = []

    class Done:
        returncode = 0

    def run(command: list[str], **_options: object) -> Done:
        asked.append(command)
        return Done()

    monkeypatch.setattr(rabbitmq, "find_erlang_tools", lambda: None)
    monkeypatch.setattr(rabbitmq, "speaks_amqp", lambda _port: False)
    monkeypatch.setattr("os.geteuid", lambda: 0)
    monkeypatch.setattr(packages, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.setattr("subprocess.run", run)

    with pytest.raises(RabbitNotInstalledError), broker(tmp_path, {}):
        pass
    assert asked[-1][:2] == ["apt-get", "install"]
    assert "rabbitmq-server" in asked[-1]
