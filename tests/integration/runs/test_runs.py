"""Long work is a stored run: taken once, watched by anyone, taken up again when its worker is gone."""

import asyncio
import sys
from pathlib import Path
from typing import Any

import pytest

from smena.clock import SystemClock
from smena.http.problems import Words
from smena.http.standard_problems import CONFLICT
from smena.runs import worker as worker_module
from smena.runs.context import RunContext
from smena.runs.run import RunState
from smena.runs.store import RunLostError


async def test_a_run_is_worked_on_and_keeps_its_result(runs: Any) -> None:
    async def read(context: RunContext) -> dict[str, Any]:
        await context.progress(1, 2, register="kassa-1")
        return {"read": context.payload["pages"]}

    created = await runs.create(payload={"pages": 2})
    assert created.state is RunState.QUEUED

    assert await runs.worker(read).work_once()

    run = await runs.get(created.id)
    assert run.state is RunState.SUCCEEDED
    assert run.result == {"read": 2}
    assert (run.done, run.total, run.details) == (2, 2, {"register": "kassa-1"})
    assert (run.attempts, run.error) == (1, None)
    assert run.created_at <= run.started_at <= run.finished_at


async def test_a_new_run_wakes_a_waiting_worker(runs: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker_module, "POLL_SECONDS", 600.0)

    async with runs.working(_nothing):
        first = await runs.create()
        await runs.until(first.id, lambda run: run.state.ended)
        second = await runs.create()
        await runs.until(second.id, lambda run: run.state.ended)


async def test_the_same_dedupe_is_the_same_run_however_many_ask_at_once(runs: Any) -> None:
    created = await asyncio.gather(*(runs.create(dedupe="same") for _ in range(8)))
    other = await runs.create(dedupe="other")

    assert len({run.id for run in created}) == 1
    assert other.id != created[0].id


async def test_one_run_is_never_taken_by_two(runs: Any) -> None:
    worked: list[str] = []

    async def note(context: RunContext) -> dict[str, Any]:
        worked.append(str(context.run.id))
        await context.progress(1, None)
        return {}

    created = [await runs.create() for _ in range(20)]
    workers = [runs.worker(note) for _ in range(4)]

    async def drain(worker: Any) -> None:
        while await worker.work_once():
            pass

    await asyncio.gather(*map(drain, workers))

    assert sorted(worked) == sorted(str(run.id) for run in created)


async def test_a_run_of_a_kind_nobody_handles_waits(runs: Any) -> None:
    run = await runs.create(kind="unheard-of")

    assert not await runs.worker(_nothing).work_once()
    assert (await runs.get(run.id)).state is RunState.QUEUED


async def test_a_run_whose_worker_was_killed_is_taken_up_again_where_it_was(runs: Any, database_url: str) -> None:
    created = await runs.create()
    script = Path(__file__).with_name("worker_to_kill.py")
    process = await asyncio.create_subprocess_exec(
        sys.executable, str(script), database_url, stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    assert await process.stdout.readline() == b"taken\n"
    process.kill()
    await process.wait()
    seen: list[dict[str, Any]] = []

    async def go_on(context: RunContext) -> dict[str, Any]:
        seen.append(context.saved)
        return {"done": True}

    async with runs.working(go_on):
        run = await runs.until(created.id, lambda run: run.state.ended)

    assert run.state is RunState.SUCCEEDED
    assert seen == [{"page": 3}]
    assert run.attempts == 2


async def test_a_worker_that_slept_through_its_lease_can_write_nothing(runs: Any) -> None:
    await runs.create()
    slept = await runs.take()
    await runs.end_leases()
    await runs.take()
    context = RunContext(slept, runs.database, runs.store, SystemClock())

    with pytest.raises(RunLostError):
        await context.progress(1, 1)
    with pytest.raises(RunLostError):
        await context.checkpoint(page=1)
    async with runs.database.session() as session:
        with pytest.raises(RunLostError):
            await context.hold(session)
        with pytest.raises(RunLostError):
            await runs.store.succeed(session, slept, {"wrong": True})
        with pytest.raises(RunLostError):
            await runs.store.fail(session, slept, {})
        await runs.store.hand_back(session, slept)
        await session.commit()
    run = await runs.get(slept.id)
    assert (run.state, run.result, run.attempts) == (RunState.RUNNING, None, 2)


async def test_while_a_write_holds_the_run_nobody_else_can_take_it(runs: Any) -> None:
    await runs.create()
    ours = await runs.take()
    await runs.end_leases()
    async with runs.database.session() as session:
        await runs.store.hold(session, ours)
        async with runs.database.session() as other:
            assert await runs.store.take(other, ["pull"], "other", 60) is None


async def test_a_handler_is_stopped_when_its_lease_is_lost(runs: Any) -> None:
    stopped = asyncio.Event()
    begun = asyncio.Event()

    async def hang(context: RunContext) -> dict[str, Any]:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()
        return {}

    created = await runs.create()
    task = asyncio.create_task(runs.worker(hang, lease_seconds=0.4).work_once())
    await begun.wait()
    await runs.end_leases()
    successor = await runs.take()

    async with asyncio.timeout(20):
        await stopped.wait()
        assert await task
    run = await runs.get(created.id)
    assert (run.state, run.token) == (RunState.RUNNING, successor.token)


async def test_a_long_run_keeps_its_lease(runs: Any) -> None:
    go_on = asyncio.Event()

    async def slow(context: RunContext) -> dict[str, Any]:
        await go_on.wait()
        return {}

    created = await runs.create()
    task = asyncio.create_task(runs.worker(slow, lease_seconds=0.4).work_once())
    loop = asyncio.get_running_loop()
    until = loop.time() + 1.2
    while loop.time() < until:
        async with runs.database.session() as session:
            if (await runs.get(created.id)).state is RunState.RUNNING:
                assert await runs.store.take(session, ["pull"], "thief", 60) is None
    go_on.set()
    await task

    assert (await runs.get(created.id)).attempts == 1


async def test_a_failure_that_may_pass_is_tried_again_and_then_succeeds(runs: Any) -> None:
    async def second_time(context: RunContext) -> dict[str, Any]:
        if context.run.attempts < 2:
            raise ConnectionError("away")
        return {"attempt": context.run.attempts}

    created = await runs.create()
    async with runs.working(second_time):
        run = await runs.until(created.id, lambda run: run.state.ended)

    assert (run.state, run.result, run.error) == (RunState.SUCCEEDED, {"attempt": 2}, None)


async def test_retries_are_bounded_and_the_problem_stays_in_the_run(runs: Any) -> None:
    tried: list[int] = []

    async def never(context: RunContext) -> dict[str, Any]:
        tried.append(context.run.attempts)
        raise ConnectionError("away at 10.0.0.1")

    created = await runs.create()
    async with runs.working(never):
        run = await runs.until(created.id, lambda run: run.state.ended)

    assert tried == [1, 2, 3]
    assert run.state is RunState.FAILED
    assert run.error["name"] == "run-failed"
    assert "10.0.0.1" not in str(run.error)


async def test_what_the_outside_world_did_is_explained(runs: Any) -> None:
    async def never(context: RunContext) -> dict[str, Any]:
        raise ConnectionError

    def explain(error: Exception) -> Any:
        assert isinstance(error, ConnectionError)
        return CONFLICT(Words("Кабинет не отвечает.", "The cabinet does not answer."))

    created = await runs.create()
    async with runs.working(never, explain=explain):
        run = await runs.until(created.id, lambda run: run.state.ended)

    assert run.error["detail"]["en"] == "The cabinet does not answer."


async def test_a_problem_is_an_answer_and_is_not_tried_again(runs: Any) -> None:
    async def refuse(context: RunContext) -> dict[str, Any]:
        raise CONFLICT(Words("Уже есть.", "There already."), version=7)

    created = await runs.create()
    assert await runs.worker(refuse).work_once()

    run = await runs.get(created.id)
    assert (run.state, run.attempts) == (RunState.FAILED, 1)
    assert run.error["extensions"] == {"version": 7}


async def test_a_run_that_kills_every_worker_is_given_up(runs: Any) -> None:
    created = await runs.create()
    for _ in range(3):
        await runs.take()
        await runs.end_leases()

    async def unreachable(context: RunContext) -> dict[str, Any]:
        raise AssertionError("it was tried once too often")

    assert await runs.worker(unreachable).work_once()

    run = await runs.get(created.id)
    assert (run.state, run.error["name"]) == (RunState.FAILED, "run-failed")


async def test_a_stopping_worker_hands_its_run_back_at_once(runs: Any) -> None:
    begun = asyncio.Event()

    async def hang(context: RunContext) -> dict[str, Any]:
        begun.set()
        await asyncio.Event().wait()
        return {}

    created = await runs.create()
    async with runs.working(hang):
        await begun.wait()

    run = await runs.get(created.id)
    assert (run.state, run.attempts) == (RunState.QUEUED, 0)
    assert await runs.worker(_nothing).work_once()


async def _nothing(context: RunContext) -> dict[str, Any]:
    return {}


async def test_what_only_a_person_can_mend_is_not_tried_again(runs: Any) -> None:
    async def refuse(context: RunContext) -> dict[str, Any]:
        raise PermissionError

    created = await runs.create()
    assert await runs.worker(refuse, is_final=lambda error: isinstance(error, PermissionError)).work_once()

    run = await runs.get(created.id)
    assert (run.state, run.attempts) == (RunState.FAILED, 1)
