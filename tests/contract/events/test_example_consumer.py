"""The example consumer of the documentation, run as a stranger would run it."""

import asyncio
import sys
from pathlib import Path

import aio_pika

from smena.contracts.routing import SUBSCRIPTIONS
from smena.messaging.topology import declare_everything

EXAMPLE = Path(__file__).parents[3] / "docs" / "examples" / "consume_events.py"
GOLDEN = Path(__file__).parent / "golden"
SECONDS = 30


async def test_the_example_keeps_each_event_once_however_often_it_comes(amqp_vhost_url: str, tmp_path: Path) -> None:
    connection = await aio_pika.connect(amqp_vhost_url)
    async with connection:
        channel = await connection.channel()
        await declare_everything(channel, SUBSCRIPTIONS)
        process = await asyncio.create_subprocess_exec(
            sys.executable, EXAMPLE, amqp_vhost_url, tmp_path / "events.sqlite", stdout=asyncio.subprocess.PIPE
        )
        try:
            assert process.stdout is not None
            assert await _line(process.stdout) == "waiting"
            exchange = await channel.get_exchange("smena.events")
            for name in ("sales.shift-closed.v1", "sales.shift-closed.v1", "ledger.shift-posted.v1"):
                await exchange.publish(aio_pika.Message((GOLDEN / f"{name}.json").read_bytes()), name)
            assert [await _line(process.stdout) for _ in range(3)] == [
                "new by.smena.sales.shift-closed.v1 kassa-1",
                "repeat by.smena.sales.shift-closed.v1 kassa-1",
                "new by.smena.ledger.shift-posted.v1 kassa-1",
            ]
        finally:
            process.kill()
            await process.wait()


async def _line(stream: asyncio.StreamReader) -> str:
    return (await asyncio.wait_for(stream.readline(), SECONDS)).decode().strip()
