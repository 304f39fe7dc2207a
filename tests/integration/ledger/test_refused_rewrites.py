"""A later revision that 1C refuses to write over the former one: what stands there counts, and may stay so."""

from datetime import date

import pytest

from integration.ledger.conftest import Bench
from integration.ledger.desk import Desk
from integration.ledger.test_restated import WHY, comparing, posted, sold, standing, updating
from ledger.domain.reconciliation import SalesFigures
from ledger.domain.shifts import ShiftRevision
from ledger.http_api.bodies import document_body
from ledger.use_cases.adjust_document import adjust
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.decide_document import Deciding, ImpossibleDecisionError, keep_theirs, resend
from ledger.use_cases.reconcile_shifts import reconcile_shifts

__all__ = ["updating"]


def desk_of(facts: ShiftRevision, net: str) -> Desk:
    receipts = {"sales_sum": net, "annulments_sum": "0.00", "refunds_sum": "0.00"}
    return Desk({facts.shift.id: SalesFigures(receipts, receipts)})


async def test_what_1c_refuses_to_rewrite_counts_as_it_stands_there_and_may_stay_so(updating: Bench) -> None:
    bench, facts = updating, sold(2, 400)
    await posted(bench, sold(1, 500))
    bench.erp.refuse_unpost = "Период закрыт (ДатыЗапретаИзменения)"
    await posted(bench, facts)
    tools, rules = comparing(bench, desk_of(facts, "4.00")), bench.rulebook.delivery_rules("kassa-1")
    report, cash = await bench.stored()
    shown = document_body(report, rules)
    assert [(one.field, one.sent, one.found) for one in shown.differences if one.field == "amount"] == [
        ("amount", "4.00", "5.00")
    ]
    assert (shown.state, shown.erp.decisions) == ("rejected", ["keep-theirs"])

    (compared,) = await reconcile_shifts([facts.shift.id], "", tools)
    assert (compared.result.balanced, compared.result.sums()["erp"]) == (False, "5.00")
    assert f"retail-report.amount: {bench.erp.refuse_unpost}" in [
        f"{one.field}: {report.status.reason}" for one in compared.result.differences if one.place == "erp"
    ]
    with pytest.raises(ImpossibleDecisionError, match="не дала записать новую версию"):
        await adjust(report.id, date(2026, 2, 1), WHY, Deciding(tools))
    with pytest.raises(ImpossibleDecisionError, match="ДатыЗапретаИзменения"):
        await cancel(report.id, WHY, Deciding(tools))
    assert await bench.states() == ["rejected", "planned"], "nothing was changed by hand: no conflict"

    for one in (report, cash):
        await keep_theirs(one.id, WHY, Deciding(tools))
    (compared,) = await reconcile_shifts([facts.shift.id], "", tools)

    assert (await bench.states(), compared.result.sums()["erp"]) == (["posted", "posted"], "5.00")
    assert {one.place for one in compared.result.differences} == {"erp"}


async def test_a_refused_rewrite_is_sent_again_once_the_period_is_open(updating: Bench) -> None:
    bench = updating
    await posted(bench, sold(1, 500))
    bench.erp.refuse_unpost = "Период закрыт (ДатыЗапретаИзменения)"
    report, _ = await posted(bench, sold(2, 400))
    with pytest.raises(ImpossibleDecisionError):
        await cancel(report.id, WHY, Deciding(comparing(bench)))

    bench.erp.refuse_unpost = None
    await resend(report.id, WHY, Deciding(comparing(bench)))
    await bench.deliver()

    assert (await bench.states(), {one[0] for one in standing(bench).values()}) == (["posted", "posted"], {"4.00"})
