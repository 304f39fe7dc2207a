"""A consumer of Smena's events in its smallest complete form.

    python consume_events.py amqp://user:password@host/ [events.sqlite]

It binds a queue of its own, handles each event once however often it is delivered, and acknowledges only what it has
kept. Needs nothing of Smena, only aio-pika (pip install aio-pika).
"""

import asyncio
import json
import sqlite3
import sys

import aio_pika

QUEUE = "example.shifts"
ROUTING_KEYS = ("sales.shift-closed.v1", "ledger.shift-posted.v1")


def keep(store: sqlite3.Connection, event: dict) -> bool:
    """Keep an event in the same transaction as the note that it was handled; False for a repeat."""
    with store:
        try:
            store.execute("insert into handled values (?)", (event["id"],))
        except sqlite3.IntegrityError:
            return False
        store.execute("insert into event values (?, ?)", (event["type"], json.dumps(event["data"])))
    return True


async def consume(address: str, file: str) -> None:
    """Take events until the process is stopped."""
    store = sqlite3.connect(file)
    store.execute("create table if not exists handled (id text primary key)")
    store.execute("create table if not exists event (type text, data text)")
    connection = await aio_pika.connect_robust(address)
    async with connection:
        channel = await connection.channel()
        await channel.set_qos(prefetch_count=20)
        exchange = await channel.get_exchange("smena.events")
        queue = await channel.declare_queue(QUEUE, durable=True, arguments={"x-queue-type": "quorum"})
        for key in ROUTING_KEYS:
            await queue.bind(exchange, key)
        print("waiting", flush=True)
        async with queue.iterator() as messages:
            async for message in messages:
                async with message.process(requeue=True):
                    event = json.loads(message.body)
                    news = "new" if keep(store, event) else "repeat"
                    print(news, event["type"], event["partitionkey"], flush=True)


if __name__ == "__main__":
    asyncio.run(consume(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else "events.sqlite"))
