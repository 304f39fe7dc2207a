"""``/_sandbox/state`` and ``/_sandbox/config``: what this world is, and the configuration that fits it."""

from collections import Counter
from typing import Any, Protocol

from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from smena_sandbox.clock import instant
from smena_sandbox.control.config_toml import (
    EVERY_OPERATOR,
    IKASSA_VARIABLE,
    OPERATORS,
    PASSWORD_VARIABLE,
    TOKEN_VARIABLE,
    config_toml,
)
from smena_sandbox.control.replies import ControlError, reply
from smena_sandbox.faults.engine import FaultEngine
from smena_sandbox.ikassa.tokens import Accounts
from smena_sandbox.journal.journal import Journal
from smena_sandbox.onec.base import OnecBase
from smena_sandbox.world.settings import ORGANIZATION
from smena_sandbox.world.till import Till
from smena_sandbox.world.world import World


class Running(Protocol):
    """What the state is read from."""

    world: World
    tokens: list[str]
    faults: FaultEngine
    journal: Journal
    onec: OnecBase
    accounts: Accounts


class StateRoutes:
    """Shows the world; changes nothing."""

    def __init__(self, running: Running) -> None:
        self.running = running

    def routes(self) -> list[Route]:
        """The routes, to be mounted under ``/_sandbox``."""
        return [
            Route("/_sandbox/state", self.state, methods=["GET"]),
            Route("/_sandbox/config", self.config, methods=["GET"]),
        ]

    async def state(self, _request: Request) -> Response:
        """Where the world comes from, its clock, keys and passwords, counts, and the loader's report."""
        running, world = self.running, self.running.world
        return reply(
            {
                "seed": world.seed,
                "source": world.source,
                "organization": ORGANIZATION.identity,
                "period": {"from": f"{world.first_day:%Y-%m-%d}", "to": f"{world.last_day:%Y-%m-%d}"},
                "secrets": {
                    TOKEN_VARIABLE: running.tokens[0],
                    IKASSA_VARIABLE: running.accounts.secret,
                    PASSWORD_VARIABLE: running.onec.switches.password,
                },
                "registers": [_register(till) for till in world.cabinet.tills.values()],
                "now": world.clock.now(),
                "clock_frozen": world.clock.frozen,
                "cabinets": [
                    {
                        "id": world.cabinet.identity,
                        "operator": "webkassa",
                        "tokens": running.tokens,
                        "goods": len(world.cabinet.goods),
                        "registers": list(world.cabinet.tills),
                    }
                ],
                "onec": {
                    "user": running.onec.switches.user,
                    "password": running.onec.switches.password,
                    "items": len(world.items) + len(world.extra_items),
                },
                "faults": len(running.faults),
                "requests": len(running.journal),
                "report": world.report.as_records(),
                "loader": world.report.as_lines(),
            }
        )

    async def config(self, request: Request) -> Response:
        """The text of ``smena.toml`` by ``?operator=``; its addresses are those by which this request came."""
        address = str(request.base_url).rstrip("/")
        operator = request.query_params.get("operator", "webkassa")
        if operator not in {*OPERATORS, EVERY_OPERATOR}:
            raise ControlError(400, f"operator is one of {', '.join(OPERATORS)}, {EVERY_OPERATOR}")
        return PlainTextResponse(config_toml(self.running.world, address, self.running.onec.switches.user, operator))


def _register(till: Till) -> dict[str, Any]:
    shift = till.open_shift
    return {
        "id": till.identity,
        "number": till.number,
        "shifts": len(till.shifts),
        "documents": dict(Counter(document.kind.value for document in till.documents)),
        "open_shift": None if shift is None else {"number": shift.number, "opened": instant(shift.opened)},
    }
