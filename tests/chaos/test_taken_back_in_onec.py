"""A period rolled back, and documents restored by decision, in the sandbox's 1C: nothing doubled, nothing lost."""

from datetime import date
from typing import Any

import pytest

from chaos.delivery_bench import ACCOUNTANT, KINDS, DeliveryBench
from integration.ledger.desk import Desk
from ledger.use_cases.decide_document import resend
from ledger.use_cases.restore_document import restore_ours
from ledger.use_cases.roll_back_period import plan_rollback, result_of, roll_back

REPORT = KINDS["retail-report"]
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
BASES: dict[str, dict[str, Any]] = {
    "refs-kept": {"if_match": "honoured"},
    "refs-ignored": {"client_ref": "ignored", "vat": "catalogue", "refunds_section": True},
}


async def told(_: int, __: int) -> None:
    """Nobody listens to the progress of these runs."""


async def rolled_back(bench: DeliveryBench) -> dict[str, Any]:
    tools, registers = bench.deciding(Desk()), [bench.config.registers[0].id]
    plan = [step.as_json() for step in await plan_rollback(registers, *YEAR, tools, told)]
    outcomes = await roll_back(plan, ACCOUNTANT, tools, told)
    return result_of(plan, outcomes, reason=ACCOUNTANT.reason, person=ACCOUNTANT.person)


def booked(bench: DeliveryBench) -> list[tuple[bool, bool]]:
    rows = [row for name in KINDS.values() for row in bench.sandbox.onec.context.store.table(name)]
    return [(row["Posted"], row["DeletionMark"]) for row in rows]


@pytest.mark.parametrize("base", BASES)
async def test_a_period_is_rolled_back_and_sent_again_without_a_second_document(base: str, database_url: str) -> None:
    async with DeliveryBench.open(database_url, **BASES[base]) as bench:
        for number in (1, 2):
            await bench.publish(bench.shift(number))
        await bench.deliver()
        expected = bench.in_onec()

        result = await rolled_back(bench)

        assert result["counts"] == {"cancelled": 6}
        assert booked(bench) == [(False, True)] * 6
        for one in await bench.stored():
            await resend(one.id, ACCOUNTANT, bench.deciding(Desk()))
        await bench.deliver()
        assert {one.status.state.value for one in await bench.stored()} == {"posted"}
        assert bench.in_onec() == expected
        assert not [one for one in bench.requests() if one.method in {"PUT", "DELETE"}]


@pytest.mark.parametrize("base", BASES)
async def test_a_document_edited_by_hand_is_left_by_a_rollback_and_written_over_by_her_decision(
    base: str, database_url: str
) -> None:
    async with DeliveryBench.open(database_url, **BASES[base]) as bench:
        await bench.publish(bench.shift(1))
        await bench.deliver()
        expected = bench.in_onec()
        report = (await bench.stored())[0]
        await bench.control("edits", do="change-sum", kind=REPORT, ref=report.status.erp_ref, amount="1.00")
        result = await rolled_back(bench)
        assert (result["counts"], [one["key"] for one in result["conflicts"]]) == (
            {"cancelled": 2, "conflict": 1},
            [report.document.key],
        )

        await restore_ours(report.id, ACCOUNTANT, bench.deciding(Desk()))
        for one in (await bench.stored())[1:]:
            await resend(one.id, ACCOUNTANT, bench.deciding(Desk()))
        await bench.deliver()

        assert {one.status.state.value for one in await bench.stored()} == {"posted"}
        assert bench.in_onec() == expected


async def test_a_day_1c_has_closed_is_not_rolled_back_and_says_so_in_1cs_words(database_url: str) -> None:
    async with DeliveryBench.open(database_url) as bench:
        await bench.publish(bench.shift(1))
        await bench.deliver()
        await bench.control("switches", closed_until="2026-12-31")

        result = await rolled_back(bench)

        assert result["counts"] == {"refused": 3}
        assert all("запрета изменения" in one["reason"] for one in result["outcomes"])
        assert booked(bench) == [(True, False)] * 3
