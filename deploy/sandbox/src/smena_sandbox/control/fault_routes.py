"""``/_sandbox/faults``: add, list with counters, release, clear."""

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from smena_sandbox.control.replies import ControlError, body_of, reply
from smena_sandbox.faults.engine import FaultEngine, record
from smena_sandbox.faults.rule import FaultRequest


class FaultRoutes:
    """Control of the faults in force."""

    def __init__(self, faults: FaultEngine, targets: frozenset[str]) -> None:
        self.faults, self.targets = faults, targets

    def routes(self) -> list[Route]:
        """The routes, to be mounted under ``/_sandbox``."""
        return [
            Route("/_sandbox/faults", self.add, methods=["POST"]),
            Route("/_sandbox/faults", self.list, methods=["GET"]),
            Route("/_sandbox/faults", self.clear, methods=["DELETE"]),
            Route("/_sandbox/faults/{number:int}", self.clear, methods=["DELETE"]),
            Route("/_sandbox/faults/{number:int}/release", self.release, methods=["POST"]),
        ]

    async def add(self, request: Request) -> Response:
        """Put a fault in force; answers it with its id."""
        asked = await body_of(request, FaultRequest)
        if asked.target not in self.targets:
            raise ControlError(400, f"target is one of {', '.join(sorted(self.targets))}")
        return reply(record(self.faults.add(asked)), 201)

    async def list(self, _request: Request) -> Response:
        """Every fault with how often it matched and struck."""
        return reply({"data": self.faults.as_records()})

    async def clear(self, request: Request) -> Response:
        """Remove one or all."""
        number = request.path_params.get("number")
        removed = self.faults.clear(number)
        if number is not None and not removed:
            raise ControlError(404, f"no fault {number}")
        return reply({"removed": removed})

    async def release(self, request: Request) -> Response:
        """Let late records arrive."""
        if not self.faults.release(request.path_params["number"]):
            raise ControlError(404, f"no fault {request.path_params['number']}")
        return reply({"released": True})
