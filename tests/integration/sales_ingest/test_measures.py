"""How far a register is read, and the money without an item, can be seen."""

from datetime import timedelta

from prometheus_client import REGISTRY

from integration.sales_ingest.shop import Shop
from sales_ingest.workers.measure_sales import measure_sales
from unit.sales_ingest.till import Till, line


def _value(name: str, **labels: str) -> float | None:
    return REGISTRY.get_sample_value(name, labels)


async def test_lag_states_and_unresolved_money_are_measured(shop: Shop) -> None:
    register = shop.registers["kassa-1"]
    till = Till()
    till.sale(line("1.50"), line("2.25"))
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.pull()
    (read_until,) = shop.rows("select covered_until from sales_ingest.register_cursor")[0]
    (last_at,) = shop.rows("select max(last_at) from sales_ingest.shift")[0]
    (waiting,) = shop.rows("select count(*) from sales_ingest.receipt_line where resolution = 'none'")[0]
    (state,) = shop.rows("select state from sales_ingest.shift")[0]
    shop.clock.moment = read_until + timedelta(hours=3)

    await measure_sales(shop.registers, shop.clock, shop.open_work)

    assert _value("smena_register_read_lag_seconds", register="kassa-1") == 3 * 3600
    age = (read_until - last_at).total_seconds() + 3 * 3600
    assert _value("smena_register_document_age_seconds", register="kassa-1") == age
    assert _value("smena_sales_shifts", organization=register.organization, state=state) == 1
    assert _value("smena_sales_shifts", organization=register.organization, state="published") == 0
    assert waiting == 2
    assert _value("smena_sales_unresolved_lines", organization=register.organization) == 2
    assert _value("smena_sales_unresolved_kopecks", organization=register.organization) == 375
