"""The bus: publishing from the outbox and consuming, against the library used straight."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractIncomingMessage

from bench.measuring import Arm, Bench, RateGoal
from bench.scales import Scale
from bench.servers import Servers
from servers.messages import ROUTED, Desk, outgoing, subscription
from servers.postgres import fresh_database
from servers.waiting import until
from smena.contracts.envelope import CONTENT_TYPE, routing_key
from smena.contracts.routing import EXCHANGE, Subscription
from smena.db.notifications import Notifications
from smena.messaging.port import Consumer, ReceivedEvent
from smena.messaging.rabbit import RabbitTransport
from smena.messaging.topology import declare_everything
from smena.outbox.relay import Pass, Relay

EVENT_BYTES = 2_000
IN_FLIGHT = 100
ACK_EVERY = 50
ROWS_PER_TRANSACTION = 500


@asynccontextmanager
async def relaying(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Committed events of 2 KB to a quorum queue, each confirmed."""
    notes = subscription()
    with fresh_database(servers.postgres_url()) as url:
        desk = Desk(url)
        await desk.create()
        notifications = Notifications(url)
        async with servers.vhost() as amqp, straight(amqp, notes) as (channel, exchange):
            transport = RabbitTransport(amqp, {"desk": desk.book}, [notes])
            await transport.start()
            await until(transport.healthy)
            relay = Relay(
                desk.database, desk.tables, transport, notifications, desk.clock, service="bench", poll_seconds=0.1
            )
            texts = ["x" * EVENT_BYTES] * scale.events
            bodies = [outgoing(text).body for text in texts]

            async def empty() -> None:
                await (await channel.get_queue(notes.queue)).purge()
                async with desk.database.session() as session:
                    await session.execute(desk.tables.outbox.delete())
                    await session.commit()

            async def filled() -> None:
                await empty()
                for first in range(0, len(texts), ROWS_PER_TRANSACTION):
                    await desk.send(*texts[first : first + ROWS_PER_TRANSACTION])

            async def product() -> None:
                while await relay.pass_once() is Pass.SENT:
                    pass
                assert await desk.unsent() == 0

            name, limit = "relay from the outbox", f"aio-pika, {IN_FLIGHT} confirms in flight"
            yield Bench(
                [
                    Arm(name, scale.events, product, filled),
                    Arm(limit, scale.events, lambda: publish(exchange, bodies), empty),
                ],
                [RateGoal(name, limit, 0.8)],
            )
            await transport.stop()
        await notifications.close()
        await desk.close()


@asynccontextmanager
async def consuming(scale: Scale, servers: Servers) -> AsyncIterator[Bench]:
    """Events from a quorum queue to a handler that does nothing, each acknowledged after it."""
    notes = subscription()
    with fresh_database(servers.postgres_url()) as url:
        desk = Desk(url)
        await desk.create()
        async with servers.vhost() as amqp, straight(amqp, notes) as (channel, exchange):
            bodies = [outgoing("x" * EVENT_BYTES).body for _ in range(scale.events)]

            async def filled() -> None:
                await (await channel.get_queue(notes.queue)).purge()
                await publish(exchange, bodies)

            async def product() -> None:
                all_of_them, taken = asyncio.Event(), 0

                async def handle(_: ReceivedEvent) -> None:
                    nonlocal taken
                    taken += 1
                    if taken == scale.events:
                        all_of_them.set()

                transport = RabbitTransport(amqp, {"desk": desk.book}, [notes])
                await transport.start()
                await transport.consume([Consumer(notes, handle)])
                async with asyncio.timeout(60):
                    await all_of_them.wait()
                await transport.stop()

            name, limit = "consume, handled and acknowledged", "aio-pika, acknowledged in batches"
            yield Bench(
                [
                    Arm(name, scale.events, product, filled),
                    Arm(limit, scale.events, lambda: take(amqp, notes, scale.events), filled),
                ],
                [RateGoal(name, limit, 0.5)],
            )
        await desk.close()


@asynccontextmanager
async def straight(amqp: str, notes: Subscription) -> AsyncIterator[tuple[AbstractChannel, AbstractExchange]]:
    """The library's own channel with confirms, and the exchange of events."""
    connection = await aio_pika.connect(amqp)
    async with connection:
        channel = await connection.channel(publisher_confirms=True)
        await declare_everything(channel, [notes])
        yield channel, await channel.get_exchange(EXCHANGE)


async def publish(exchange: AbstractExchange, bodies: Sequence[bytes]) -> None:
    """A sliding window of confirms."""
    window = asyncio.Semaphore(IN_FLIGHT)

    async def one(body: bytes) -> None:
        try:
            message = aio_pika.Message(
                body,
                content_type=CONTENT_TYPE,
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                message_id=uuid4().hex,
            )
            await exchange.publish(message, routing_key(ROUTED))
        finally:
            window.release()

    async with asyncio.TaskGroup() as group:
        for body in bodies:
            await window.acquire()
            group.create_task(one(body))


async def take(amqp: str, notes: Subscription, count: int) -> None:
    """One acknowledgement for every 50 messages."""
    done, taken = asyncio.Event(), 0
    connection = await aio_pika.connect(amqp)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=2 * ACK_EVERY)
        queue = await channel.get_queue(notes.queue)

        async def on_message(message: AbstractIncomingMessage) -> None:
            nonlocal taken
            taken += 1
            if taken % ACK_EVERY == 0 or taken == count:
                await message.ack(multiple=True)
            if taken == count:
                done.set()

        await queue.consume(on_message)
        async with asyncio.timeout(60):
            await done.wait()
