"""Tests only: the time of the sandbox instead of the machine's."""

import asyncio
import time
from datetime import UTC, datetime, timedelta

import httpx
import structlog

LOOK_SECONDS = 0.2
ANSWER_SECONDS_MAX = 5.0

_log = structlog.get_logger(__name__)


class RemoteClock:
    """Asks again and again, and counts on by itself between two answers unless time stands there."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._base = datetime.now(UTC)
        self._mark = time.monotonic()
        self._frozen = False

    def now(self) -> datetime:
        """The sandbox's instant, at most a look old."""
        if self._frozen:
            return self._base
        return self._base + timedelta(seconds=time.monotonic() - self._mark)

    async def look(self, client: httpx.AsyncClient) -> None:
        """Take the time over once."""
        answer = await client.get(self._url)
        answer.raise_for_status()
        told = answer.json()
        self._base, self._mark = datetime.fromisoformat(told["now"]).astimezone(UTC), time.monotonic()
        self._frozen = bool(told.get("frozen", False))

    async def run(self) -> None:
        """Follow the sandbox's time until cancelled."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX) as client:
            while True:
                try:
                    await self.look(client)
                except (httpx.HTTPError, ValueError, KeyError) as error:
                    _log.warning("clock.not-told", error=str(error))
                await asyncio.sleep(LOOK_SECONDS)

    async def begin(self) -> None:
        """Know the time before anything else starts."""
        async with httpx.AsyncClient(timeout=ANSWER_SECONDS_MAX) as client:
            await self.look(client)
