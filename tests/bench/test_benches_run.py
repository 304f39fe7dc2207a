"""Every benchmark still runs: at a tiny scale, where its ratios mean nothing and are not looked at."""

import json

import pytest

from bench.__main__ import run
from bench.catalogue import BENCHES
from bench.measuring import Arm, Bench, CostGoal, RateGoal, lines_of, measure
from bench.scales import TINY
from bench.servers import Servers
from servers.rabbitmq import Broker


@pytest.mark.parametrize("name", BENCHES)
@pytest.mark.timeout(300)
async def test_a_benchmark_measures_its_arms_and_its_goals(name: str, postgres_url: str, amqp_broker: Broker) -> None:
    report = await run([name], TINY, 1, Servers(postgres_url, amqp_broker))

    (found,) = report["benchmarks"]
    assert found["arms"] or found["facts"]
    assert all(arm["units_per_second"] > 0 for arm in found["arms"].values())
    assert {"polars", "postgresql"} <= report["versions"].keys()
    assert json.loads(json.dumps(report)) == report
    assert lines_of(found)[0].startswith(name)


async def test_the_order_of_the_arms_rotates_and_ratios_are_of_one_round() -> None:
    order: list[str] = []

    def arm(name: str, units: int) -> Arm:
        async def work() -> None:
            order.append(name)

        return Arm(name, units, work)

    bench = Bench([arm("a", 10), arm("b", 10), arm("c", 1)], [RateGoal("a", "b", 0.5), CostGoal("c", "a", 2.0)])
    result = await measure("made", bench, 3)

    assert order == ["a", "b", "c", "b", "c", "a", "c", "a", "b"]
    assert [len(found) for found in result.seconds.values()] == [3, 3, 3]
    assert [goal["asked"] for goal in result.goals] == [">= 0.5", "<= 2"]
    assert RateGoal("a", "b", 0.5).ratio(2.0, 1.0) == 0.5
    assert CostGoal("a", "b", 2.0).ratio(2.0, 1.0) == 2.0
