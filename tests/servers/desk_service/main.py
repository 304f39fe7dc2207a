"""The desk in the place of sales-ingest: POST a note, find its effect once; a process of its own for fault tests.

Run: ``python -m servers.desk_service.main migrate|up|serve|work``.
"""

import asyncio
import sys
from dataclasses import dataclass
from functools import partial
from hashlib import sha256

import uvloop
from fastapi import APIRouter, Depends

from servers.messages import Desk, note
from smena.config.model import SmenaConfig
from smena.config.organizations import ApiToken
from smena.contracts.routing import subscription_of
from smena.db.migrate import migrate
from smena.http.auth import Principal, require
from smena.http.models import ApiModel
from smena.messaging.port import Consumer, ReceivedEvent
from smena.runtime.failpoints import reach
from smena.runtime.process import run_process
from smena.runtime.service import BackgroundLoop, Runtime, ServiceDefinition, ServiceParts
from smena.settings import ProcessSettings

TOKEN = "token-of-the-desk"
WRITER = require("sales:write")


class NewNotes(ApiModel):
    texts: list[str]
    slow_seconds: float = 0


@dataclass
class Handlers:
    desk: Desk

    async def post(self, notes: NewNotes, _principal: Principal = Depends(WRITER)) -> dict[str, int]:
        await asyncio.sleep(notes.slow_seconds)
        async with self.desk.work() as work:
            for text in notes.texts:
                work.outbox.add(note(text, key=text[-1]))
            reach("desk.before-commit")
            await work.commit()
        reach("desk.after-commit")
        return {"accepted": len(notes.texts)}

    async def list(self, _principal: Principal = Depends(WRITER)) -> dict[str, list[str]]:
        return {"data": await self.desk.done()}

    async def take(self, event: ReceivedEvent, consumer: str) -> None:
        reach("desk.before-effect")
        await self.desk.take(event, consumer)
        reach("desk.after-effect")


async def build(runtime: Runtime) -> ServiceParts:
    desk = Desk(runtime.database.url)
    handlers = Handlers(desk)
    router = APIRouter()
    router.add_api_route("/notes", handlers.post, methods=["POST"])
    router.add_api_route("/notes", handlers.list, methods=["GET"])

    async def tick() -> None:
        while True:
            await runtime.notifications.wait("tick", 0.05)

    return ServiceParts(
        routers=(router,),
        consumers=(Consumer(NOTES, partial(handlers.take, consumer=NOTES.consumer)),),
        loops=(BackgroundLoop("tick", tick),),
        close=desk.close,
    )


NOTES = subscription_of("sales-ingest.bindings")
_PLAIN = Desk("postgresql://nowhere/none")
SERVICE = ServiceDefinition(
    name="sales-ingest",
    segment="sales",
    schema="desk",
    metadata=_PLAIN.metadata,
    messaging=_PLAIN.tables,
    migrations="servers.desk_service.migrations",
    build=build,
)


async def run(command: str) -> None:
    settings = ProcessSettings()
    if command == "migrate":
        assert settings.database_url
        await migrate(SERVICE, settings.database_url)
        return
    token = ApiToken(
        name="desk",
        sha256=sha256(TOKEN.encode()).hexdigest(),
        person="desk",
        organizations=("*",),
        scopes=("sales:write",),
    )
    config = SmenaConfig(api_tokens=(token,))
    await run_process([SERVICE], settings, config, http=command in {"up", "serve"}, workers=command in {"up", "work"})


def main() -> None:
    with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
        runner.run(run(sys.argv[1]))


if __name__ == "__main__":
    main()
