"""Keep a background loop alive."""

import asyncio
from time import monotonic

import structlog

from smena.messaging.metrics import LOOP_CRASHES
from smena.runtime.service import BackgroundLoop

RESTART_SECONDS = 1.0
RESTART_SECONDS_MAX = 30.0
CALM_SECONDS = 60.0
"""A loop that ran so long before it crashed is started again without the growing pause."""

_log = structlog.get_logger(__name__)


async def supervise(loop: BackgroundLoop) -> None:
    """Run a loop until cancelled; a crash is logged and counted, and the loop is started again."""
    pause = RESTART_SECONDS
    while True:
        started = monotonic()
        try:
            await loop.run()
            _log.error("loop.ended", loop=loop.name)
        except asyncio.CancelledError:
            task = asyncio.current_task()
            if task is not None and task.cancelling():
                raise
            _log.exception("loop.cancelled-inside", loop=loop.name)
        except Exception:  # noqa: BLE001 - whatever it was, the loop must go on
            _log.exception("loop.crashed", loop=loop.name)
        LOOP_CRASHES.labels(loop.name).inc()
        if monotonic() - started > CALM_SECONDS:
            pause = RESTART_SECONDS
        await asyncio.sleep(pause)
        pause = min(pause * 2, RESTART_SECONDS_MAX)
