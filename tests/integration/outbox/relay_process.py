"""A desk that writes and relays in a process that may be killed; its arguments are those of ``main``."""

import asyncio
import sys

from servers.messages import Desk, note, subscription
from servers.waiting import until
from smena.db.notifications import Notifications
from smena.messaging.rabbit import RabbitTransport
from smena.outbox.relay import Relay
from smena.runtime.failpoints import reach


async def main(database_url: str, amqp_url: str, prefix: str, count: int) -> None:
    """Write ``count`` events, one transaction each, and relay until killed or, with 0, until the outbox is empty."""
    desk = Desk(database_url)
    transport = RabbitTransport(amqp_url, {"desk": desk.book}, [subscription()])
    await transport.start()
    await until(transport.healthy, seconds=60)
    relay = Relay(
        desk.database,
        desk.tables,
        transport,
        Notifications(database_url),
        desk.clock,
        service="desk",
        poll_seconds=0.02,
    )
    running = asyncio.create_task(relay.run())
    for number in range(count):
        async with desk.work() as work:
            work.outbox.add(note(f"{prefix}{number:04d}"))
            reach("desk.before-commit")
            await work.commit()
        reach("desk.after-commit")
    await until(lambda: _nothing_unsent(desk), seconds=100)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    await transport.stop()


async def _nothing_unsent(desk: Desk) -> bool:
    return await desk.unsent() == 0


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], int(sys.argv[4])))
