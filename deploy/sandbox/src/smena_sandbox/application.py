"""Puts the outside systems, the faults before them and the control routes into one ASGI application."""

from base64 import b64encode
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from smena_sandbox.control.cabinet_routes import CabinetRoutes
from smena_sandbox.control.clock_routes import ClockRoutes
from smena_sandbox.control.fault_routes import FaultRoutes
from smena_sandbox.control.file_routes import FileRoutes
from smena_sandbox.control.journal_routes import JournalRoutes
from smena_sandbox.control.replies import ControlError, control_error
from smena_sandbox.control.state_routes import StateRoutes
from smena_sandbox.faults.engine import FaultEngine
from smena_sandbox.faults.middleware import FaultMiddleware, whole_body
from smena_sandbox.ikassa.routes import PREFIX as IKASSA_PREFIX
from smena_sandbox.ikassa.routes import AtMostThree, IkassaCabinet
from smena_sandbox.ikassa.shelf import Shelf
from smena_sandbox.ikassa.tokens import Accounts
from smena_sandbox.journal.journal import Journal
from smena_sandbox.journal.keeping import Keeper, do_again
from smena_sandbox.onec.base import OnecBase
from smena_sandbox.onec.switches import OnecSwitches
from smena_sandbox.webkassa.routes import PREFIX as WEBKASSA_PREFIX
from smena_sandbox.webkassa.routes import WebkassaCabinet
from smena_sandbox.world.onec_start import onec_start
from smena_sandbox.world.refs import cabinet_token, ref
from smena_sandbox.world.settings import ORGANIZATIONS
from smena_sandbox.world.world import World

ONEC_PREFIX = "/onec/"
KEPT_CONTROL = ("/_sandbox/cabinets/", "/_sandbox/onec/")
"""Control writes that change the world, and so are done again after a restart."""

TOKEN_LIFE = timedelta(days=90)
"""Three months, as the cabinet gives a key (facts on the operators)."""


class Sandbox:
    """One running outside world; an ASGI application."""

    def __init__(
        self,
        world: World,
        *,
        tokens: Sequence[str] = (),
        switches: OnecSwitches | None = None,
        keeper: Keeper | None = None,
    ) -> None:
        self.world = world
        self.tokens = list(tokens) or [default_token(world)]
        self.faults = FaultEngine(world.seed)
        self.journal = Journal()
        self.keeper = keeper
        self.onec = OnecBase(onec_start(world), world.clock.now, switches)
        cabinet = WebkassaCabinet(world.cabinet, self.tokens, world.clock.now_ms)
        unps = frozenset(each.unp for each in ORGANIZATIONS)
        self.accounts = Accounts(ref("ikassa-secret", world.cabinet.identity), unps)
        shelf = Shelf(world.cabinet.goods, [*world.items, *world.extra_items])
        ikassa = IkassaCabinet(world.cabinet, shelf, self.accounts, world.clock.now_ms)
        self.ikassa_gate = AtMostThree(self._guarded("ikassa", ikassa))
        self._systems: list[tuple[str, ASGIApp]] = [
            (WEBKASSA_PREFIX, cabinet),
            (ONEC_PREFIX, self._onec),
            (IKASSA_PREFIX, ikassa),
        ]
        self._targets: list[tuple[str, ASGIApp]] = [
            (WEBKASSA_PREFIX, self._guarded("webkassa", cabinet)),
            (ONEC_PREFIX, self._guarded("onec", self._onec)),
            (IKASSA_PREFIX, self.ikassa_gate),
        ]
        self._control = Starlette(
            routes=[
                *StateRoutes(self).routes(),
                *FaultRoutes(self.faults, frozenset({"webkassa", "ikassa", "onec"})).routes(),
                *JournalRoutes(self.journal).routes(),
                *ClockRoutes(world.clock).routes(),
                *CabinetRoutes(world).routes(),
                *FileRoutes(world).routes(),
                *self.onec.control_routes(),
            ],
            exception_handlers={ControlError: control_error},
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request to the system it is meant for."""
        path = scope.get("path", "")
        for prefix, app in self._targets:
            if path.startswith(prefix):
                await app(scope, receive, send)
                return
        if self.keeper is not None and scope.get("method") == "POST" and path.startswith(KEPT_CONTROL):
            await self._kept_control(scope, receive, send, self.keeper)
            return
        await self._control(scope, receive, send)

    async def recall(self) -> int:
        """Do every kept write again, each at its own time; returns how many. The clock never runs back over them."""
        if self.keeper is None:
            return 0
        clock, done = self.world.clock, 0
        resumes, was_frozen = clock.now(), clock.frozen
        clock.freeze(True)
        for write in self.keeper.kept():
            moment = datetime.fromisoformat(write.at)
            clock.set(moment)
            resumes = max(resumes, moment)
            app, authorization = self._behind(write.path)
            await do_again(write, app, authorization)
            done += 1
        clock.set(resumes)
        clock.freeze(was_frozen)
        return done

    def _behind(self, path: str) -> tuple[ASGIApp, str | None]:
        """The system of a path without faults and journal, and what it is let in with."""
        if path.startswith(WEBKASSA_PREFIX):
            return self._systems[0][1], f"Bearer {self.tokens[0]}"
        if path.startswith(ONEC_PREFIX):
            pair = f"{self.onec.switches.user}:{self.onec.switches.password}".encode()
            return self._systems[1][1], f"Basic {b64encode(pair).decode()}"
        if path.startswith(IKASSA_PREFIX):
            return self._systems[2][1], self.accounts.replayed
        return self._control, None

    async def _kept_control(self, scope: Scope, receive: Receive, send: Send, keeper: Keeper) -> None:
        body, at = await whole_body(receive), self.world.clock.now()

        async def replay() -> Message:
            return {"type": "http.request", "body": body, "more_body": False}

        async def watch(message: Message) -> None:
            if message["type"] == "http.response.start" and message["status"] < 400:
                keeper.keep(scope, body, at)
            await send(message)

        await self._control(scope, replay, watch)

    def _guarded(self, target: str, app: ASGIApp) -> FaultMiddleware:
        return FaultMiddleware(target, app, self.faults, self.journal, self.world.clock.now, self.keeper)

    async def _onec(self, scope: Scope, receive: Receive, send: Send) -> None:
        response: Response = await self.onec.handle(Request(scope, receive))
        await response(scope, receive, send)


def default_token(world: World) -> str:
    """A key that is valid for three months from the later of the two clocks."""
    return cabinet_token(world.cabinet.identity, max(world.clock.now(), datetime.now(UTC)) + TOKEN_LIFE)


def create_application(
    world: World,
    *,
    tokens: Sequence[str] = (),
    switches: OnecSwitches | None = None,
    keeper: Keeper | None = None,
) -> Sandbox:
    """The application over a world; ``tokens`` are the cabinet's accepted keys, one is made when none is given."""
    return Sandbox(world, tokens=tokens, switches=switches, keeper=keeper)
