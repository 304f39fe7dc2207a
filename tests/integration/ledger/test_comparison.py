"""Delivery ``compare`` over a month against a real 1C protocol: nothing is written, each seeded difference is found."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import msgspec
import pytest

from contract.erp.bases import onec_base
from contract.sandbox_onec import wire
from contract.sandbox_onec.wire import Onec
from integration.ledger.api import Api, api_of, with_people
from integration.ledger.conftest import CONFIG, Bench
from smena.erp.onec.documents import OneCDocuments
from unit.ledger.making import CLOSED, DAY, OPENED, line, payment, revision, shift_key

MONTH = {"from": "2026-01-01", "to": "2026-01-31"}
DAYS = [date(2026, 1, 5) + timedelta(days=n) for n in range(8)]
OTHER_DESK = "70000000-0000-4000-8000-0000000000ff"
DOCUMENTS = {
    "delivery": "compare",
    "outlet": {"ref": wire.OUTLET, "name": "Магазин № 1"},
    "payments": {
        "cash": {"document": "cash-order", "cash_desk": wire.DESK, "cash_flow_item": wire.REVENUE},
        "card": {"document": "card-payment", "type": wire.CARD, "acquirer": wire.BANK, "contract": wire.DEAL},
    },
}


@dataclass
class Parallel:
    """The ledger in delivery ``compare`` beside the base in which the accountant works."""

    api: Api
    onec: Onec

    async def enter(self, kind: str, day: date, **fields: Any) -> str:
        """A document as the accountant types it: at noon, without any marker."""
        common = {"Date": f"{day}T12:00:00", "Организация_Key": wire.ROMASHKA, "Posted": True}
        made = await self.onec.edit(do="create", kind=kind, fields={**common, **fields})
        return str(made["ref"])

    async def enter_shift(self, day: date, leave_out: str = "", **changed: Any) -> None:
        """Everything of one day as it was: bread 1.5 for 12.30 and milk for 12.30, 14.60 in cash."""
        rows = [wire.row("1", Номенклатура_Key=wire.MILK), wire.row("2", Количество=changed.get("bread", 1.5))]
        report = {"ВидОперации": "ОтчетНТТОПродажах", "Склад_Key": wire.OUTLET, "СуммаВключаетНДС": True}
        kept = wire.report()["СуммаДокумента"]
        if leave_out != wire.REPORT:
            await self.enter(wire.REPORT, day, **report, СуммаДокумента=kept, Товары=rows)
        if leave_out != wire.CASH_IN:
            order = {key: value for key, value in wire.cash_order().items() if key not in {"Date", "Комментарий"}}
            order["СуммаДокумента"] = changed.get("cash", 14.6)
            await self.enter(wire.CASH_IN, changed.get("cash_day", day), **order)
        if leave_out != wire.CARDS:
            card = {"ВидОплаты_Key": wire.CARD, "Контрагент_Key": wire.BANK, "ДоговорКонтрагента_Key": wire.DEAL}
            await self.enter(wire.CARDS, day, ВидОперации="РозничнаяВыручка", СуммаДокумента=10, **card)

    async def held(self) -> list[dict[str, Any]]:
        answer = await self.onec.control("GET", "documents")
        return list(msgspec.json.decode(answer.content)["documents"])


@pytest.fixture
async def parallel(bench: Bench) -> AsyncIterator[Parallel]:
    onec = Onec()
    (own,) = CONFIG["erp"]
    bench.erp = OneCDocuments(onec_base(onec), organization_ref=wire.ROMASHKA)  # type: ignore[assignment]
    config = with_people({"documents": DOCUMENTS}, erp=[{**own, "refs": {"organization": wire.ROMASHKA}}])
    async with api_of(bench, config) as api:
        yield Parallel(api, onec)


async def _publish(parallel: Parallel, day: date, number: int) -> None:
    apart = day - DAY
    bread, milk = (
        line(item, 1500, 1230, key=item, price=820, name=name)
        for item, name in ((wire.BREAD, "Хлеб"), (wire.MILK, "Молоко"))
    )
    shift = shift_key(number, opened_at=OPENED + apart)
    facts = revision(
        [bread, milk],
        [payment("cash", 1460), payment("card", 1000)],
        shift=shift,
        opened_at=OPENED + apart,
        closed_at=CLOSED + apart,
        business_date=day,
    )
    await parallel.api.bench.publish(facts)


async def test_a_month_in_parallel_writes_nothing_and_each_seeded_difference_is_found(parallel: Parallel) -> None:
    for number, day in enumerate(DAYS, start=1):
        await _publish(parallel, day, number)
    await parallel.enter_shift(DAYS[0])
    await parallel.enter_shift(DAYS[1], cash=14.61)
    await parallel.enter_shift(DAYS[2], bread=1.6)
    await parallel.enter_shift(DAYS[3], leave_out=wire.CARDS)
    await parallel.enter_shift(DAYS[4], cash_day=DAYS[4] + timedelta(days=1))
    await parallel.enter_shift(DAYS[5])
    twice = await parallel.enter(
        wire.CARDS, DAYS[5], ВидОперации="РозничнаяВыручка", СуммаДокумента=10, ВидОплаты_Key=wire.CARD
    )
    await parallel.enter_shift(DAYS[6], leave_out=wire.REPORT)
    await parallel.enter_shift(DAYS[7])
    await parallel.enter(wire.CASH_IN, DAYS[7], ВидОперации="РозничнаяВыручка", СуммаДокумента=5, Касса_Key=OTHER_DESK)
    before = await parallel.held()

    await parallel.api.bench.deliver(rounds=3)
    found = await parallel.api.get("/comparison", **MONTH, register="kassa-1", limit=500)

    assert before == await parallel.held()
    assert {"planned"} == set(await parallel.api.bench.states())
    assert found["counts"] == {"matched": 19, "differs": 3, "only-ours": 2, "only-theirs": 1}
    named = {
        (one["status"], one["kind"], one["business_date"], one["amount_apart"])
        for one in found["data"]
        if one["status"] != "matched"
    }
    assert named == {
        ("differs", "cash-receipt-order", str(DAYS[1]), "0.01"),
        ("differs", "retail-report", str(DAYS[2]), "0.00"),
        ("only-ours", "card-payment", str(DAYS[3]), "-10.00"),
        ("differs", "cash-receipt-order", str(DAYS[4]), "0.00"),
        ("only-theirs", "card-payment", str(DAYS[5]), "10.00"),
        ("only-ours", "retail-report", str(DAYS[6]), "-24.60"),
    }
    fields = {
        one["business_date"]: {d["field"]: (d["ours"][:10], d["theirs"][:10]) for d in one["differences"]}
        for one in found["data"]
        if one["status"] == "differs"
    }
    assert fields == {
        str(DAYS[1]): {"amount": ("14.60", "14.61")},
        str(DAYS[2]): {"Хлеб, 10: quantity": ("1.500", "1.600")},
        str(DAYS[4]): {"date": (str(DAYS[4]), str(DAYS[4] + timedelta(days=1)))},
    }
    doubled = [one["theirs"]["ref"] for one in found["data"] if one["status"] == "only-theirs"]
    assert doubled == [twice]


async def test_a_comparison_is_paged_and_filtered(parallel: Parallel) -> None:
    await _publish(parallel, DAYS[0], 1)
    await parallel.enter_shift(DAYS[0], leave_out=wire.CARDS)

    first = await parallel.api.get("/comparison", **MONTH, limit=2)
    second = await parallel.api.get("/comparison", **MONTH, limit=2, cursor=first["next_cursor"])
    alone = await parallel.api.get("/comparison", **MONTH, status="only-ours")

    assert [len(first["data"]), len(second["data"]), second["next_cursor"]] == [2, 1, None]
    assert first["counts"] == second["counts"] == {"matched": 2, "differs": 0, "only-ours": 1, "only-theirs": 0}
    assert [one["kind"] for one in alone["data"]] == ["card-payment"]
    await parallel.api.get("/comparison", 422, **{**MONTH, "from": "2025-01-01"})
    await parallel.api.get("/comparison", 422, **MONTH, register="kassa-9")
    assert (await parallel.api.get("/comparison", who="stranger", **MONTH))["data"] == []


async def test_an_erp_that_does_not_answer_is_named(bench: Bench) -> None:
    async with api_of(bench, with_people({"documents": {"delivery": "compare"}})) as api:
        bench.erp.down = True
        found = await api.get("/comparison", **MONTH)

    assert [one["organization"] for one in found["unavailable"]] == ["romashka"]
    assert "нет связи с 1С" in found["unavailable"][0]["reason"]
