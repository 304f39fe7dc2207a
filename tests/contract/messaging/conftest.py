from collections.abc import AsyncIterator

import pytest

from contract.messaging.carriers import Carrier, EmbeddedCarrier, RabbitCarrier
from servers.messages import Desk


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    desk = Desk(database_url)
    await desk.create()
    yield desk
    await desk.close()


@pytest.fixture(params=["embedded", "rabbit"])
def carrier(request: pytest.FixtureRequest, desk: Desk) -> Carrier:
    if request.param == "embedded":
        return EmbeddedCarrier(desk)
    return RabbitCarrier(desk, request.getfixturevalue("amqp_vhost_url"))


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Back-off in milliseconds instead of seconds."""
    monkeypatch.setattr("smena.messaging.handling.BACK_OFF_SECONDS", 0.001)
    monkeypatch.setattr("smena.messaging.handling.BACK_OFF_SECONDS_MAX", 0.01)
    monkeypatch.setattr("smena.messaging.embedded.POSTPONE_SECONDS", 0.01)
    monkeypatch.setattr("smena.messaging.embedded.POLL_SECONDS", 0.05)
