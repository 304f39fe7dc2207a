"""Order within a partition key, side by side across keys."""

import asyncio
from collections.abc import Awaitable, Callable

from smena.messaging.chains import Chains


class Log:
    def __init__(self) -> None:
        self.lines: list[str] = []
        self.gates: dict[str, asyncio.Event] = {}

    def work(self, name: str, *, done: bool = True) -> Callable[[], Awaitable[bool]]:
        gate = self.gates.setdefault(name, asyncio.Event())

        async def run() -> bool:
            self.lines.append(f"{name} begins")
            await gate.wait()
            self.lines.append(f"{name} ends")
            return done

        return run

    def back(self, name: str) -> Callable[[], Awaitable[None]]:
        async def give_back() -> None:
            self.lines.append(f"{name} goes back")

        return give_back

    def open(self, *names: str) -> None:
        for name in names:
            self.gates[name].set()


async def test_keys_run_side_by_side_and_each_in_order() -> None:
    log, chains = Log(), Chains()
    for key, name in (("k1", "a"), ("k1", "b"), ("k2", "c")):
        chains.start(key, log.work(name), log.back(name))
    await asyncio.sleep(0)
    assert log.lines == ["a begins", "c begins"]

    log.open("a", "b", "c")
    await chains.drain(5)
    assert log.lines.index("a ends") < log.lines.index("b goes back")


async def test_what_waits_behind_one_that_goes_back_goes_back_after_it_in_order() -> None:
    log, chains = Log(), Chains()
    chains.start("k", log.work("a", done=False), log.back("a"))
    for name in ("b", "c"):
        chains.start("k", log.work(name), log.back(name))
    log.open("a")
    await _quiet()

    assert log.lines == ["a begins", "a ends", "a goes back", "b goes back", "c goes back"]


async def test_one_that_comes_again_before_those_behind_it_are_back_is_worked_on() -> None:
    """The broker redelivers the first while the others are still on their way back."""
    log, chains = Log(), Chains()

    async def back_and_redelivered() -> None:
        log.lines.append("a goes back")
        chains.start("k", log.work("a again"), log.back("a again"))

    chains.start("k", log.work("a", done=False), back_and_redelivered)
    chains.start("k", log.work("b"), log.back("b"))
    log.gates.setdefault("a again", asyncio.Event()).set()
    log.open("a")
    await _quiet()

    assert log.lines == ["a begins", "a ends", "a goes back", "b goes back", "a again begins", "a again ends"]


async def test_a_drain_lets_the_running_finish_begins_nothing_and_gives_back_what_is_late() -> None:
    log, chains = Log(), Chains()
    chains.start("k1", log.work("quick"), log.back("quick"))
    chains.start("k1", log.work("waiting"), log.back("waiting"))
    chains.start("k2", log.work("endless"), log.back("endless"))
    await asyncio.sleep(0)
    log.open("quick")
    await chains.drain(0.05)

    assert "quick ends" in log.lines
    assert "waiting begins" not in log.lines
    assert {"waiting goes back", "endless goes back"} <= set(log.lines)


async def _quiet() -> None:
    for _ in range(20):
        await asyncio.sleep(0)
