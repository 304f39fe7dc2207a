"""One process of Smena: everything it needs is started in order, and stopped in the opposite one."""

import asyncio
import contextlib
import gc
import inspect
import os
import signal
from collections.abc import Callable, Iterator, Sequence
from contextlib import AsyncExitStack

import structlog
from fastapi import FastAPI

from smena.clock import Clock, SystemClock
from smena.config.model import SmenaConfig
from smena.console.api import Doors
from smena.db.embedded import EmbeddedPostgres
from smena.http.services_app import services_app
from smena.http.sessions import Sessions
from smena.messaging.port import Transport
from smena.outbox.relay import Relay
from smena.runtime.admin import admin_app
from smena.runtime.console_mount import mount_console, open_doors
from smena.runtime.readiness import Check, Readiness
from smena.runtime.remote_clock import RemoteClock
from smena.runtime.service import BackgroundLoop, ServiceDefinition
from smena.runtime.services import OpenService, choose_transport, close_all, loops_of, open_service, relay_of
from smena.runtime.supervision import supervise
from smena.runtime.web_server import WebServer, listen
from smena.settings import ProcessSettings

LOOPS_SECONDS_MAX = 5.0
"""How long a cancelled loop may take to put its work down."""
FLUSH_SECONDS = 2.0
"""How long the relays send what is there before the process ends; the rest waits in the outbox."""

_log = structlog.get_logger(__name__)


class SeparateProcessError(Exception):
    """A process of one service alone needs a bus that reaches the others."""


async def run_process(
    definitions: Sequence[ServiceDefinition],
    settings: ProcessSettings,
    config: SmenaConfig,
    *,
    http: bool,
    workers: bool,
    ready: Callable[[], object] | None = None,
) -> None:
    """Run services until SIGTERM or SIGINT: all in one (migrates by itself), HTTP alone, or workers alone."""
    if workers and not http and not settings.amqp_url:
        raise SeparateProcessError("workers apart from HTTP need SMENA_AMQP_URL; `smena up` runs all in one process")
    with _stop_signals() as stop:
        async with AsyncExitStack() as cleanup:
            admin_listener = listen(settings.http_host, settings.admin_port, "SMENA_ADMIN_PORT")
            cleanup.callback(admin_listener.close)
            http_listener = listen(settings.http_host, settings.http_port, "SMENA_HTTP_PORT") if http else None
            if http_listener is not None:
                cleanup.callback(http_listener.close)
            clock = await _clock(settings, cleanup)
            services = await _open(definitions, settings, config, clock, cleanup, migrate_first=http and workers)
            running = Running(services, clock, config, drain_seconds=settings.drain_seconds)
            cleanup.push_async_callback(running.stop)
            if workers:
                await running.start_workers(settings.amqp_url)
            admin = WebServer(admin_app(running.readiness), admin_listener)
            await admin.start()
            cleanup.push_async_callback(admin.stop)
            if http_listener is not None:
                app, doors = _web(services, settings, config)
                cleanup.push_async_callback(doors.close)
                await running.start_web(WebServer(app, http_listener))
            spare_the_collector()
            _log.info("process.ready", services=[each.name for each in definitions], http=http, workers=workers)
            if ready is not None:
                answer = ready()
                if inspect.isawaitable(answer):
                    await answer
            await stop.wait()
            _log.info("process.stopping")
            await running.stop()
    _log.info("process.stopped")


def _web(services: Sequence[OpenService], settings: ProcessSettings, config: SmenaConfig) -> tuple[FastAPI, Doors]:
    """The API of the services, and the console beside it."""
    sessions = Sessions(settings.session_key)
    built = [(each.definition, each.database, each.parts) for each in services]
    app = services_app(built, config, sessions)
    doors = open_doors([each.definition.segment for each in services], settings, os.environ)
    mount_console(app, doors, sessions)
    return app, doors


def spare_the_collector() -> None:
    """Take what was loaded and built out of the collector's rounds: it stays for good.

    A batch of 1,000 rows is accepted in a third of the time when no round walks over the whole process.
    """
    gc.collect()
    gc.freeze()


class Running:
    """What runs in this process and how it is stopped: readiness off, consumers, requests, loops, relays, bus."""

    def __init__(
        self, services: Sequence[OpenService], clock: Clock, config: SmenaConfig, *, drain_seconds: float = 0
    ) -> None:
        self._drain_seconds = drain_seconds
        self._services = services
        self._clock = clock
        self._poll_seconds = config.timing.relay_poll
        self._transport: Transport | None = None
        self._relays: list[Relay] = []
        self._loops: list[asyncio.Task[None]] = []
        self._web: WebServer | None = None
        self._stopped = False
        self.readiness = Readiness({f"database {each.definition.name}": each.database_answers for each in services})

    async def start_workers(self, amqp_url: str | None) -> None:
        """Start the bus, the consumers, the relays and the loops."""
        transport = self._transport = choose_transport(amqp_url, self._services)
        checks: dict[str, Check] = {
            f"database {each.definition.name}": each.database_answers for each in self._services
        }
        self.readiness = Readiness({**checks, "bus": transport.healthy})
        await transport.start()
        await transport.consume([consumer for each in self._services for consumer in each.parts.consumers])
        for service in self._services:
            relay = relay_of(service, transport, self._clock, self._poll_seconds)
            self._relays.append(relay)
            for loop in loops_of(service, relay, self._clock):
                self._supervise(loop)

    async def start_web(self, web: WebServer) -> None:
        """Answer HTTP from now on."""
        self._web = web
        await web.start()

    async def stop(self) -> None:
        """Stop within the grace period of 20 s; what is not finished then is done after the next start."""
        if self._stopped:
            return
        self._stopped = True
        self.readiness.stopping = True
        stopping = [self._stop_loops()]
        if self._transport is not None:
            stopping.append(self._transport.stop_consuming())
        if self._web is not None:
            stopping.append(self._stop_web(self._web))
        await asyncio.gather(*stopping, return_exceptions=True)
        await asyncio.gather(*(relay.flush(FLUSH_SECONDS) for relay in self._relays), return_exceptions=True)
        if self._transport is not None:
            await self._transport.stop()

    async def _stop_web(self, web: WebServer) -> None:
        """Readiness is off already: whoever looks at it sends nothing new while we still answer."""
        await web.drain(self._drain_seconds)
        await web.stop()

    async def _stop_loops(self) -> None:
        for task in self._loops:
            task.cancel()
        if self._loops:
            _, late = await asyncio.wait(self._loops, timeout=LOOPS_SECONDS_MAX)
            for task in late:
                _log.warning("loop.would-not-stop", loop=task.get_name())

    def _supervise(self, loop: BackgroundLoop) -> None:
        self._loops.append(asyncio.create_task(supervise(loop), name=loop.name))


async def _open(
    definitions: Sequence[ServiceDefinition],
    settings: ProcessSettings,
    config: SmenaConfig,
    clock: Clock,
    cleanup: AsyncExitStack,
    *,
    migrate_first: bool,
) -> list[OpenService]:
    """Open every service; one embedded PostgreSQL serves those that name no database."""
    urls = {each.name: settings.database_url_of(each.name) for each in definitions}
    embedded: str | None = None
    if None in urls.values():
        server = EmbeddedPostgres(settings.state_dir)
        embedded = await server.start()
        cleanup.push_async_callback(server.stop)
    services: list[OpenService] = []
    cleanup.push_async_callback(close_all, services)
    for definition in definitions:
        url = urls[definition.name] or embedded
        assert url is not None
        services.append(await open_service(definition, url, settings, config, clock, migrate_first=migrate_first))
    return services


async def _clock(settings: ProcessSettings, cleanup: AsyncExitStack) -> Clock:
    if not settings.clock_url:
        return SystemClock()
    clock = RemoteClock(settings.clock_url)
    await clock.begin()
    following = asyncio.create_task(clock.run(), name="clock")
    cleanup.callback(following.cancel)
    return clock


@contextlib.contextmanager
def _stop_signals() -> Iterator[asyncio.Event]:
    """An event that SIGTERM and SIGINT set."""
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)
