"""The ledger's metrics: documents by state, age of the oldest verification, differences by place; few labels."""

from prometheus_client import REGISTRY

from integration.ledger.conftest import Bench
from integration.ledger.test_http_api import SHIFT, Office, office
from ledger.domain.reconciliation import SalesFigures
from ledger.workers.measure_documents import measure_documents
from unit.ledger.making import line, payment, revision

__all__ = ["office"]


def _value(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(name, labels) or 0.0


async def test_documents_are_counted_by_state_and_the_oldest_verification_has_an_age(bench: Bench) -> None:
    await bench.publish(revision([line(amount=500)], [payment("cash", 300), payment("card", 200)]))
    await measure_documents(["romashka"], bench.clock, bench.work)
    assert _value("smena_ledger_documents", organization="romashka", state="planned") == 3
    assert _value("smena_ledger_documents_kopecks", organization="romashka", state="planned") == 1000
    assert _value("smena_ledger_unverified_seconds", organization="romashka") == 0

    await bench.deliver()
    bench.clock.advance(7200)
    await measure_documents(["romashka"], bench.clock, bench.work)

    assert _value("smena_ledger_documents", organization="romashka", state="planned") == 0
    assert _value("smena_ledger_documents", organization="romashka", state="posted") == 3
    assert _value("smena_ledger_documents_kopecks", organization="romashka", state="planned") == 0
    assert _value("smena_ledger_documents_kopecks", organization="romashka", state="posted") == 1000
    assert _value("smena_ledger_unverified_seconds", organization="romashka") >= 7200


async def test_differences_are_counted_by_the_place_they_stand_at(office: Office) -> None:
    await office.posted()
    figures = office.desk.shifts[SHIFT]
    office.desk.shifts[SHIFT] = SalesFigures({**figures.z_report, "sales_sum": "6.51"}, figures.receipts)
    before = _value("smena_ledger_reconciliation_differences_total", place="z_report")

    await office.get(f"/shifts/{SHIFT}/reconciliation")

    assert _value("smena_ledger_reconciliation_differences_total", place="z_report") == before + 2
