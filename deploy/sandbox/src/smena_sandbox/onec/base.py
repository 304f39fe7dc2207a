"""One 1C base: what the sandbox's application mounts."""

from collections.abc import Callable
from datetime import datetime

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from smena_sandbox.onec.start import OnecStart
from smena_sandbox.onec.switches import OnecSwitches


class OnecBase:
    """A base with its documents, catalogues and rules, in memory.

    ``handle`` answers everything below ``…/odata/standard.odata`` wherever it is mounted; ``control_routes``
    are the sandbox's own and no part of 1C. ``now`` gives an aware instant (a naive one is taken as the
    server's local time). A write leaves ``scope["smena.journal"] = {"before": …, "after": …}``.
    """

    def __init__(self, start: OnecStart, now: Callable[[], datetime], switches: OnecSwitches | None = None) -> None:
        self.start = start
        self.now = now
        self.switches = switches or OnecSwitches()

    async def handle(self, request: Request) -> Response:
        """Answer one request of the OData interface."""
        return PlainTextResponse(f"{request.method} {self.switches.base_id}", status_code=501)

    def control_routes(self) -> list[Route]:
        """Routes of ``/_sandbox/onec/…``."""
        return []
