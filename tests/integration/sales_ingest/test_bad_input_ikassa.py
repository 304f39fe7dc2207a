"""What iKassa should never say: each document waits with its own reason, and the rest of its page goes on."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from uuid import uuid4

from contract.cabinets.ikassa_by_hand import DOCS, REGISTER, IkassaByHand, ikassa_by_hand
from contract.outside.raw_http import Asked, Reply
from integration.sales_ingest.shop import Shop
from sales_ingest.use_cases.pull_receipts import Period, pull_receipts
from unit.sales_ingest.till import setup

DAY = date(2026, 2, 3)
NOW = datetime(2026, 2, 3, 16, tzinfo=UTC)
Json = dict[str, Any]


def sale(number: int) -> Json:
    line = {"name": "Молоко", "quantity": 1000, "price": 200, "sum": 200, "tax": 10}
    return {
        "mark": number, "uid": f"{number:024x}", "type": "sale", "number": number, "shift": 7, "cashier": "Иванова",
        "created": f"2026-02-03T08:{number:02}:00+03:00", "currency": "BYN", "items": [line],
        "payments": [{"type": "cash", "sum": 200}],
        "totals": {"raw": 200, "discount": 0, "markup": 0, "payable": 200, "change": 0},
    }  # fmt: skip


def worth(document: Json, value: object) -> None:
    """The sale is worth this wherever it says so."""
    document["items"][0]["sum"] = document["payments"][0]["sum"] = value
    document["totals"].update(raw=value, payable=value)


def item(document: Json) -> Json:
    found: Json = document["items"][0]
    return found


SPOILT: dict[str, tuple[Callable[[Json], object], str]] = {
    "name with a zero byte": (lambda one: item(one).update(name="Молоко\x00"), "недопустимые"),
    "name with half a pair": (lambda one: item(one).update(name="Молоко\ud800"), "недопустимые"),
    "name that is no UTF-8": (lambda one: item(one).update(name="~FF~"), "недопустимые"),
    "name without end": (lambda one: item(one).update(name="М" * 5_000), "длинный"),
    "cashier with half a pair": (lambda one: one.update(cashier="И\udc00"), "недопустимые"),
    "cashier that is no UTF-8": (lambda one: one.update(cashier="~FF~"), "недопустимые"),
    "id with half a pair": (lambda one: one.update(uid="a\udc00b"), "фискальный"),
    "id that is no UTF-8": (lambda one: one.update(uid="a~FF~b"), "фискальный"),
    "no id": (lambda one: one.update(uid=None), "нет uid"),
    "amount is a bare NaN": (lambda one: worth(one, "@NaN@"), "не читается"),
    "quantity is a bare Infinity": (lambda one: item(one).update(quantity="@-Infinity@"), "не читается"),
    "amount of 400 digits": (lambda one: worth(one, "@1e400@"), "не целое"),
    "amount without an end to its exponent": (lambda one: worth(one, "@1e99999999999999999999@"), "не читается"),
    "amount of five thousand digits": (lambda one: worth(one, f"@{'9' * 5_000}@"), "не читается"),
    "amount beyond belief": (lambda one: worth(one, 200_000_000_000), "велика"),
    "amount in words": (lambda one: one["totals"].update(raw="два рубля"), "не читается"),
    "amount finer than a kopeck": (lambda one: worth(one, 200.5), "не целое"),
    "lines do not add up": (lambda one: item(one).update(sum=199), "ни до скидки, ни после"),
    "payments do not add up": (lambda one: one["payments"][0].update(sum=199), "сумма оплат"),
    "negative sale": (lambda one: worth(one, -200), "отрицательная"),
    "quantity zero": (lambda one: item(one).update(quantity=0), "количество"),
    "quantity below zero": (lambda one: item(one).update(quantity=-1000), "количество"),
    "nothing sold": (lambda one: one.update(items=[]), "без строк"),
    "number beyond belief": (lambda one: one.update(number=10**30), "номер"),
    "number below zero": (lambda one: one.update(number=-2), "номер"),
    "type unknown": (lambda one: one.update(type="guarantee"), "неизвестный вид документа"),
    "payment unknown": (lambda one: one["payments"][0].update(type="крипта"), "неизвестный вид оплаты"),
    "clock in the future": (lambda one: one.update(created="2026-02-03T23:00:00+03:00"), "в будущем"),
    "clock without a zone": (lambda one: one.update(created="2026-02-03T09:00:00"), "без смещения"),
    "no time at all": (lambda one: one.update(created=None), "created"),
}
SOUND: dict[str, Callable[[Json], object]] = {
    "nothing spoilt": lambda one: None,
    "numbers as text": lambda one: worth(one, "200"),
    "whole numbers as decimals": lambda one: worth(one, 200.0),
    "unknown fields": lambda one: one.update(brandNew={"deep": [1]}),
}


def raw_documents(by_hand: IkassaByHand) -> Callable[[Asked], Reply]:
    """The documents of the day on one page; what stands between @ and @ goes out as it is, ``~FF~`` as one byte."""

    def answer(asked: Asked) -> Reply:
        of_day = json.loads(asked.body)["from"].startswith(str(DAY))
        found = by_hand.documents if of_day else []
        text = json.dumps({"docs": found, "total": len(found)}, ensure_ascii=True)
        return Reply(text.replace('"@', "").replace('@"', "").encode().replace(b"~FF~", b"\xff"))

    return answer


async def _silent(_done: int, _total: int) -> None: ...


async def test_each_document_of_ikassa_that_cannot_be_true_waits_with_its_reason_and_the_rest_goes_on(
    shop: Shop,
) -> None:
    places = dict(enumerate([*SPOILT, *SOUND], start=1))
    documents = {place: sale(place) for place in places}
    for place, name in places.items():
        SPOILT[name][0](documents[place]) if name in SPOILT else SOUND[name](documents[place])
    twins = sale(58), {**sale(58), "cashier": "Петрова"}
    register = setup("kassa-1", REGISTER, lookback_days=0)
    shop.clock.moment = NOW
    async with ikassa_by_hand() as by_hand:
        by_hand.documents = [*documents.values(), *twins, sale(59)]
        by_hand.server.answers[DOCS] = by_hand.guarded(raw_documents(by_hand))

        async def pull() -> int:
            (pulled,) = await pull_receipts(
                uuid4(), [register], Period(DAY, DAY), cabinets=lambda _: by_hand.cabinet,
                open_work=shop.open_work, clock=shop.clock, progress=_silent,
            )  # fmt: skip
            return pulled.counts.quarantined

        assert await pull() == len(SPOILT) + 1
        assert await pull() == 0

    entries = shop.rows("select raw, reason from sales_ingest.quarantine")
    told = [(bytes(raw).decode(), reason) for raw, reason in entries]
    for place, name in places.items():
        if name in SPOILT:
            mine = [reason for raw, reason in told if f'"mark": {place},' in raw]
            assert [SPOILT[name][1] in reason for reason in mine] == [True], (name, mine)
    assert [reason for _, reason in told if "два разных" in reason] == ["два разных документа с одним uid"]
    stored = [row[0] for row in shop.rows("select number from sales_ingest.receipt order by 1")]
    assert stored == [*(place for place, name in places.items() if name in SOUND), 59]
