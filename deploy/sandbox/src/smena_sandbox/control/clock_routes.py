"""``/_sandbox/clock``: the outside world's time."""

from datetime import datetime

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smena_sandbox.clock import SandboxClock
from smena_sandbox.control.replies import ControlError, body_of, reply


class ClockRequest(msgspec.Struct, forbid_unknown_fields=True):
    """``set`` to an instant (RFC 3339), ``advance`` by seconds, ``freeze`` or run on; applied in this order."""

    set: datetime | None = None
    advance: float | None = None
    freeze: bool | None = None


class ClockRoutes:
    """Reads and moves the clock."""

    def __init__(self, clock: SandboxClock) -> None:
        self.clock = clock

    def routes(self) -> list[Route]:
        """The routes, to be mounted under ``/_sandbox``."""
        return [
            Route("/_sandbox/clock", self.read, methods=["GET"]),
            Route("/_sandbox/clock", self.move, methods=["POST"]),
        ]

    async def read(self, _request: Request) -> Response:
        """The instant in UTC, and whether time stands."""
        return reply({"now": self.clock.now(), "frozen": self.clock.frozen})

    async def move(self, request: Request) -> Response:
        """Set, advance, freeze."""
        asked = await body_of(request, ClockRequest)
        if asked.set is not None:
            if asked.set.tzinfo is None:
                raise ControlError(400, "an instant needs its offset, as 2026-01-31T20:00:00+03:00")
            self.clock.set(asked.set)
        if asked.advance is not None:
            self.clock.advance(asked.advance)
        if asked.freeze is not None:
            self.clock.freeze(asked.freeze)
        return await self.read(request)
