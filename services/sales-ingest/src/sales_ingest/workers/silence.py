"""The silence alarm by itself: every process looks, the first one to see a silence tells of it."""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from sales_ingest.domain.registers import Registers
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.watch_silence import watch_silence
from sales_ingest.workers.metrics import REGISTER_SILENT
from smena.clock import Clock
from smena.runtime.service import BackgroundLoop

SILENCE_LOOK_SECONDS = 60.0
"""How often silence is looked for; ``silence_after`` is hours."""

_log = structlog.get_logger(__name__)


def silence_alarm(
    registers: Registers, open_work: OpenWork, clock: Clock, pause: Callable[[], Awaitable[None]]
) -> BackgroundLoop:
    """Look at every register with ``silence_after`` again and again."""
    watched = [register for register in registers.values() if register.silence_after is not None]
    known: set[str] = set()

    async def run() -> None:
        while True:
            silent = await watch_silence(watched, open_work=open_work, clock=clock)
            for register in watched:
                REGISTER_SILENT.labels(register.id).set(register.id in silent)
            for name in sorted(silent - known):
                _log.warning("register.silent", register=name)
            known.clear()
            known.update(silent)
            await pause()

    return BackgroundLoop("silence-alarm", run)


async def pause() -> None:
    """Wait until silence is looked for again."""
    await asyncio.sleep(SILENCE_LOOK_SECONDS)
