"""One connection with one channel, made again for as long as it is wanted."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable

import aio_pika
import structlog
from aio_pika.abc import AbstractChannel, AbstractConnection
from aio_pika.exceptions import CONNECTION_EXCEPTIONS

from smena.messaging.metrics import ATTACHED

HEARTBEAT_SECONDS = 10
"""A dead peer is noticed after three times this and a little; the library's default of 60 would take three minutes."""
CONNECT_SECONDS_MAX = 5.0
PREPARE_SECONDS_MAX = 15.0
CLOSE_SECONDS_MAX = 2.0
RECONNECT_SECONDS = 0.2
RECONNECT_SECONDS_MAX = 5.0

_log = structlog.get_logger(__name__)


class RabbitLine:
    """Holds its connection and channel itself: the library would let go of what nobody else holds.

    The plain connection is used on purpose: what is declared and consumed after a loss is said here, once.
    """

    def __init__(self, url: str, name: str, prepare: Callable[[AbstractChannel], Awaitable[None]]) -> None:
        self._url = url
        self._name = name
        self._prepare = prepare
        self._lost = asyncio.Event()
        self._channel: AbstractChannel | None = None
        self._said: str | None = None
        self.attached = False

    def drop(self) -> None:
        """Give this connection up and make a new one."""
        self.attached = False
        self._lost.set()

    async def run(self) -> None:
        """Connect, prepare, wait for the loss, and again, until cancelled."""
        delay = RECONNECT_SECONDS
        while True:
            try:
                await self._once()
                delay = RECONNECT_SECONDS
            except (*CONNECTION_EXCEPTIONS, TimeoutError) as error:
                self._say(f"{type(error).__name__}: {error}")
            except asyncio.CancelledError:
                task = asyncio.current_task()
                if task is not None and task.cancelling():
                    raise
                self._say("the library cancelled its own call")
            await asyncio.sleep(delay)
            delay = min(delay * 2, RECONNECT_SECONDS_MAX)

    async def _once(self) -> None:
        self._lost = lost = asyncio.Event()
        async with asyncio.timeout(CONNECT_SECONDS_MAX):
            connection = await aio_pika.connect(
                self._url,
                heartbeat=HEARTBEAT_SECONDS,
                timeout=CONNECT_SECONDS_MAX,
                client_properties={"connection_name": f"smena {self._name}"},
            )
        try:
            async with asyncio.timeout(PREPARE_SECONDS_MAX):
                channel = await connection.channel(publisher_confirms=True, on_return_raises=True)
                channel.close_callbacks.add(lambda *_: lost.set())
                underlay = await channel.get_underlay_channel()
                underlay.on_consumer_cancel_callbacks.add(lambda _: lost.set())
                self._channel = channel
                await self._prepare(channel)
            self.attached = True
            ATTACHED.labels(self._name).set(1)
            self._say(None)
            await lost.wait()
        finally:
            self.attached = False
            ATTACHED.labels(self._name).set(0)
            self._channel = None
            await _close(connection)

    def _say(self, trouble: str | None) -> None:
        """Log a change once, not every attempt of a long outage."""
        if trouble != self._said:
            self._said = trouble
            if trouble:
                _log.warning("bus.lost", connection=self._name, error=trouble)
            else:
                _log.info("bus.attached", connection=self._name)


async def _close(connection: AbstractConnection) -> None:
    """Close within bounds: a frozen broker never answers a goodbye."""
    with contextlib.suppress(*CONNECTION_EXCEPTIONS, TimeoutError):
        async with asyncio.timeout(CLOSE_SECONDS_MAX):
            await connection.close()
