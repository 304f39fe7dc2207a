"""Whether this process can do its work now."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping

import structlog

CHECK_SECONDS_MAX = 3.0

Check = Callable[[], Awaitable[bool]]

_log = structlog.get_logger(__name__)


class Readiness:
    """Asks the database and the bus, and says no from the moment the process begins to stop.

    Neither a cabinet nor 1C is asked: a process that waits for them is ready.
    """

    def __init__(self, checks: Mapping[str, Check]) -> None:
        self._checks = checks
        self.stopping = False

    async def look(self) -> dict[str, bool]:
        """Each check by its name; one that does not answer in time has failed."""
        results = await asyncio.gather(*(_passes(check) for check in self._checks.values()))
        return {**dict(zip(self._checks, results, strict=True)), "not-stopping": not self.stopping}


async def _passes(check: Check) -> bool:
    try:
        async with asyncio.timeout(CHECK_SECONDS_MAX):
            return await check()
    except Exception as error:  # noqa: BLE001 - whatever is wrong with the dependency, it is not ready
        _log.debug("readiness.failed", error=f"{type(error).__name__}: {error}")
        return False
