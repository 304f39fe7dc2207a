"""Runs over HTTP: the answer comes after the commit, events end with the run, nobody sees another's."""

import asyncio
import json
from collections.abc import AsyncIterator
from hashlib import sha256
from typing import Annotated, Any

import httpx
import psycopg
import pytest
from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from starlette.types import Message, Receive, Scope, Send

from smena.config.organizations import ApiToken
from smena.http.application import create_app
from smena.http.auth import Principal, TokenBook, require
from smena.http.problems import Words
from smena.http.standard_problems import CONFLICT
from smena.runs.context import RunContext
from smena.runs.routes import run_accepted, run_routes

Caller = Annotated[Principal, Depends(require("sales:write"))]


@pytest.fixture
def app(runs: Any) -> FastAPI:
    router = APIRouter(prefix="/sales/v1")

    @router.post("/pulls", status_code=202)
    async def pull(request: Request, caller: Caller) -> JSONResponse:
        return run_accepted(await runs.create(), "/sales/v1/pulls", request)

    tokens = [
        ApiToken(
            name=name,
            sha256=sha256(name.encode()).hexdigest(),
            person=name,
            organizations=(organization,),
            scopes=("sales:write",),
        )
        for name, organization in (("ours", "romashka"), ("theirs", "lilia"), ("all", "*"))
    ]
    watched = run_routes(
        "/sales/v1/pulls",
        "sales:read",
        database=runs.database,
        store=runs.store,
        notifications=runs.notifications,
        kinds={"pull"},
    )
    return create_app("test", [router, watched], tokens=TokenBook(tokens))


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app)
    headers = {"Authorization": "Bearer ours", "Accept-Language": "en"}
    async with httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers) as client:
        yield client


async def test_the_answer_comes_after_the_commit(app: FastAPI, database_url: str) -> None:
    """F1: a commit in a dependency's teardown would run after the client had its answer."""
    stored: list[int] = []

    async def look_when_answered(scope: Scope, receive: Receive, send: Send) -> None:
        async def look(message: Message) -> None:
            if message["type"] == "http.response.start":
                async with await psycopg.AsyncConnection.connect(database_url) as other:
                    row = await (await other.execute("select count(*) from sales_ingest.run")).fetchone()
                    assert row is not None
                    stored.append(row[0])
            await send(message)

        await app(scope, receive, look)

    transport = httpx.ASGITransport(look_when_answered)
    async with httpx.AsyncClient(transport=transport, base_url="http://test") as client:
        answer = await client.post("/sales/v1/pulls", headers={"Authorization": "Bearer ours"})

    assert answer.status_code == 202
    assert stored == [1]


async def test_a_run_is_found_at_the_location_of_its_202(client: httpx.AsyncClient) -> None:
    accepted = await client.post("/sales/v1/pulls")

    assert accepted.status_code == 202
    found = await client.get(accepted.headers["location"])
    assert found.json() == accepted.json()
    assert found.json()["state"] == "queued"
    assert found.json()["progress"] == {"done": 0, "total": None}


async def test_the_events_of_a_run_end_with_it(client: httpx.AsyncClient, runs: Any) -> None:
    step = asyncio.Event()

    async def read(context: RunContext) -> dict[str, Any]:
        await context.progress(1, 2)
        await step.wait()
        await context.progress(2, 2)
        return {"read": 2}

    accepted = await client.post("/sales/v1/pulls")
    watching = asyncio.create_task(client.get(f"{accepted.headers['location']}/events"))
    async with runs.working(read):
        await runs.until(accepted.json()["id"], lambda run: run.done == 1)
        step.set()
        async with asyncio.timeout(20):
            answer = await watching

    assert answer.headers["content-type"].startswith("text/event-stream")
    events = _events(answer.text)
    assert [name for name, _ in events][-1] == "end"
    assert {name for name, _ in events[:-1]} <= {"progress"}
    assert events[-1][1]["state"] == "succeeded"
    assert events[-1][1]["result"] == {"read": 2}


async def test_the_events_of_an_ended_run_are_its_end(client: httpx.AsyncClient, runs: Any) -> None:
    async def refuse(context: RunContext) -> dict[str, Any]:
        raise CONFLICT(Words("Уже есть.", "There already."), version=7)

    accepted = await client.post("/sales/v1/pulls")
    await runs.worker(refuse).work_once()

    answer = await client.get(f"{accepted.headers['location']}/events")

    ((name, run),) = _events(answer.text)
    assert (name, run["state"]) == ("end", "failed")
    assert run["error"]["type"] == "https://smena.example/problems/conflict"
    assert (run["error"]["detail"], run["error"]["version"]) == ("There already.", 7)


async def test_the_problem_of_a_run_speaks_its_readers_language(client: httpx.AsyncClient, runs: Any) -> None:
    async def refuse(context: RunContext) -> dict[str, Any]:
        raise CONFLICT(Words("Уже есть.", "There already."))

    accepted = await client.post("/sales/v1/pulls")
    await runs.worker(refuse).work_once()

    russian = await client.get(accepted.headers["location"], headers={"Accept-Language": "ru"})

    assert russian.json()["error"]["detail"] == "Уже есть."


@pytest.mark.parametrize("path", ["", "/events"])
async def test_another_organisations_run_is_not_found(client: httpx.AsyncClient, path: str) -> None:
    accepted = await client.post("/sales/v1/pulls")
    place = accepted.headers["location"] + path

    assert (await client.get(place, headers={"Authorization": "Bearer theirs"})).status_code == 404


async def test_a_run_for_several_organisations_is_seen_by_who_sees_them_all(
    client: httpx.AsyncClient, runs: Any
) -> None:
    run = await runs.create(organization="lilia,romashka")

    for token, status in (("ours", 404), ("theirs", 404), ("all", 200)):
        answer = await client.get(f"/sales/v1/pulls/{run.id}", headers={"Authorization": f"Bearer {token}"})
        assert answer.status_code == status


@pytest.mark.parametrize("run_id", ["nothing", "00000000-0000-0000-0000-000000000000"])
async def test_a_run_that_is_not_there_is_a_404(client: httpx.AsyncClient, run_id: str) -> None:
    assert (await client.get(f"/sales/v1/pulls/{run_id}")).status_code == 404


async def test_a_run_of_another_collection_is_not_found_here(client: httpx.AsyncClient, runs: Any) -> None:
    run = await runs.create(kind="publication")

    assert (await client.get(f"/sales/v1/pulls/{run.id}")).status_code == 404


def _events(stream: str) -> list[tuple[str, dict[str, Any]]]:
    events = []
    for block in stream.replace("\r\n", "\n").strip().split("\n\n"):
        fields = dict(line.split(": ", 1) for line in block.splitlines() if not line.startswith(":"))
        if fields:
            events.append((fields["event"], json.loads(fields["data"])))
    return events


async def test_a_process_that_stops_ends_the_streams_it_serves(app: FastAPI, client: httpx.AsyncClient) -> None:
    accepted = await client.post("/sales/v1/pulls")
    watching = asyncio.create_task(client.get(f"{accepted.headers['location']}/events"))
    app.state.stopping = True

    async with asyncio.timeout(20):
        answer = await watching

    assert [name for name, _ in _events(answer.text)] == ["progress"]
