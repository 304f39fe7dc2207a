from collections.abc import AsyncIterator
from uuid import uuid4

import pytest

from servers.messages import Desk
from servers.rabbitmq import RabbitNode


@pytest.fixture
async def desk(database_url: str) -> AsyncIterator[Desk]:
    desk = Desk(database_url)
    await desk.create()
    yield desk
    await desk.close()


@pytest.fixture
def node_url(rabbit_node: RabbitNode) -> str:
    """A virtual host of its own on the node that may be killed; it goes with the node."""
    return rabbit_node.add_vhost(f"test-{uuid4().hex[:12]}")
