"""Run each arm of a benchmark in turn, in an order that rotates, and set the product against its limit."""

import gc
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from statistics import median, quantiles
from time import perf_counter
from typing import Any

from smena.runtime.process import spare_the_collector

ROUNDS_MIN = 5
"""Fewer say nothing about the spread."""


async def nothing() -> None:
    """No preparation."""


@dataclass(frozen=True)
class Arm:
    """One way of doing the work; ``before`` is not measured."""

    name: str
    units: int
    run: Callable[[], Awaitable[None]]
    before: Callable[[], Awaitable[None]] = nothing


@dataclass(frozen=True)
class RateGoal:
    """The arm's rate is at least so much of the limit's."""

    arm: str
    limit: str
    at_least: float

    words = "of the rate of"

    def ratio(self, arm: float, limit: float) -> float:
        """From seconds per unit."""
        return limit / arm

    def met(self, ratio: float) -> bool:
        return ratio >= self.at_least

    @property
    def asked(self) -> str:
        return f">= {self.at_least:g}"


@dataclass(frozen=True)
class CostGoal:
    """A unit costs the arm at most so many times what it costs the limit."""

    arm: str
    limit: str
    at_most: float

    words = "times the cost per unit of"

    def ratio(self, arm: float, limit: float) -> float:
        return arm / limit

    def met(self, ratio: float) -> bool:
        return ratio <= self.at_most

    @property
    def asked(self) -> str:
        return f"<= {self.at_most:g}"


@dataclass(frozen=True)
class Fact:
    """A number that is counted, not timed, and how large it may be."""

    name: str
    value: float
    at_most: float


@dataclass(frozen=True)
class Bench:
    """Arms, what is asked of them, and what is counted after the rounds."""

    arms: Sequence[Arm]
    goals: Sequence[RateGoal | CostGoal]
    facts: Callable[[], Awaitable[Sequence[Fact]]] | None = None


Opened = Callable[[Any, Any], AbstractAsyncContextManager[Bench]]
"""Makes a benchmark ready for a scale and the servers."""


@dataclass
class Measured:
    """What a benchmark gave."""

    name: str
    units: dict[str, int]
    seconds: dict[str, list[float]] = field(default_factory=dict)
    goals: list[dict[str, Any]] = field(default_factory=list)
    facts: list[dict[str, Any]] = field(default_factory=list)

    @property
    def met(self) -> bool:
        return all(one["met"] for one in [*self.goals, *self.facts])

    def as_json(self) -> dict[str, Any]:
        arms = {
            name: {
                "units": self.units[name],
                "seconds": [round(one, 6) for one in found],
                "median_seconds": round(median(found), 6),
                "spread": spread_of(found),
                "units_per_second": round(self.units[name] / median(found), 1),
            }
            for name, found in self.seconds.items()
        }
        return {"name": self.name, "met": self.met, "arms": arms, "goals": self.goals, "facts": self.facts}


async def measure(name: str, bench: Bench, rounds: int) -> Measured:
    """Every round runs every arm once; the order rotates, so that no arm always follows the same one."""
    result = Measured(name, {arm.name: arm.units for arm in bench.arms}, {arm.name: [] for arm in bench.arms})
    spare_the_collector()  # as every process does once it is built
    for number in range(rounds if bench.arms else 0):
        shift = number % len(bench.arms)
        for arm in [*bench.arms[shift:], *bench.arms[:shift]]:
            await arm.before()
            gc.collect()
            began = perf_counter()
            await arm.run()
            result.seconds[arm.name].append(perf_counter() - began)
    result.goals = [_judged(goal, result) for goal in bench.goals]
    found = await bench.facts() if bench.facts else ()
    result.facts = [
        {
            "name": one.name,
            "value": round(one.value, 4),
            "asked": f"<= {one.at_most:g}",
            "met": one.value <= one.at_most,
        }
        for one in found
    ]
    return result


def _judged(goal: RateGoal | CostGoal, result: Measured) -> dict[str, Any]:
    """The median of the rounds' ratios: both arms of a round ran on the same machine within seconds."""
    pairs = zip(result.seconds[goal.arm], result.seconds[goal.limit], strict=True)
    units = result.units
    ratios = [goal.ratio(arm / units[goal.arm], limit / units[goal.limit]) for arm, limit in pairs]
    found = median(ratios)
    return {
        "what": f"{goal.arm} {goal.words} {goal.limit}",
        "ratio": round(found, 3),
        "spread": spread_of(ratios),
        "asked": goal.asked,
        "met": goal.met(found),
    }


def spread_of(values: Sequence[float]) -> list[float]:
    """Lower and upper quartile; of a single value itself."""
    if len(values) == 1:
        return [round(values[0], 4)] * 2
    low, _, high = quantiles(values, n=4, method="inclusive")
    return [round(low, 4), round(high, 4)]


def lines_of(result: Mapping[str, Any]) -> list[str]:
    """A benchmark as a person reads it."""
    lines = [f"{result['name']}: {'met' if result['met'] else 'MISSED'}"]
    for name, arm in result["arms"].items():
        low, high = arm["spread"]
        rate = f"{arm['units_per_second']:>14,.0f}/s"
        lines.append(f"    {name:<44} {arm['median_seconds']:>10.4f} s  [{low:.4f} … {high:.4f}] {rate}")
    for goal in result["goals"]:
        low, high = goal["spread"]
        mark = "ok " if goal["met"] else "NOT"
        lines.append(f"  {mark} {goal['ratio']:.3f} [{low:.3f} … {high:.3f}]  {goal['asked']:<8} {goal['what']}")
    for fact in result["facts"]:
        mark = "ok " if fact["met"] else "NOT"
        lines.append(f"  {mark} {fact['value']:g}  {fact['asked']:<8} {fact['name']}")
    return lines
