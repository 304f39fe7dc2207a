"""What a cabinet should never say: the document waits with its reason, its shift is held, the rest goes on."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import uuid4

from contract.cabinets.webkassa_by_hand import MIDNIGHT_MS, MINSK, TOKEN
from contract.outside.raw_http import Asked, Reply, raw_server
from integration.sales_ingest.shop import Shop, binding
from sales_ingest.use_cases.pull_receipts import Period, pull_receipts
from smena.cabinets.documents import CabinetDocument, DocumentKind, DocumentPage, UnreadableDocument
from smena.cabinets.memory import MemoryCabinet
from smena.cabinets.webkassa.api import WebkassaApi
from smena.cabinets.webkassa.cabinet import WebkassaCabinet
from smena.cabinets.webkassa.codes import OWN_KINDS, DocumentKinds
from smena.clock import SystemClock
from smena.kinds.money import Kopecks
from smena.outside.budget import Budget
from smena.outside.client import OutsideClient
from unit.sales_ingest.till import Till, line, setup

DAY = date(2026, 2, 3)
NOW = datetime(2026, 2, 3, 16, tzinfo=UTC)
OPENED_MS = MIDNIGHT_MS + 8 * 3_600_000
Json = dict[str, Any]


@dataclass
class Day:
    """A register's day typed from wire.md: a sound sale of 1.00, one of 2.00 that a case spoils, a Z-report of both."""

    lists: dict[str, list[Json]] = field(default_factory=lambda: {"sales": [], "zreports": []})
    headers: list[Json] = field(default_factory=list)

    @classmethod
    def of(cls, number: str) -> "Day":
        day = cls()
        for place, value in ((1, 1.00), (2, 2.00)):
            day.headers.append(_header(number, place, "Продажа", value))
            day.lists["sales"].append({**_envelope(number, place), "sale": _sale(place, value)})
        day.headers.append(_header(number, 3, "Z-отчет", None))
        day.lists["zreports"].append({**_envelope(number, 3), "zreport": _z_report()})
        return day

    @property
    def envelope(self) -> Json:
        return self.lists["sales"][1]

    @property
    def sale(self) -> Json:
        found: Json = self.envelope["sale"]
        return found

    @property
    def sold(self) -> Json:
        found: Json = self.sale["saleProducts"][0]
        return found

    @property
    def header(self) -> Json:
        return self.headers[1]


def _envelope(number: str, place: int) -> Json:
    at = OPENED_MS + place * 60_000
    return {"docId": place, "uid": f"{number}-{place}", "docDate": at, "docNumber": place, "shiftId": int(number)}


def _header(number: str, place: int, type_name: str, total: float | None) -> Json:
    shift = {"cashRegisterId": number, "shiftNumber": 7, "beginDate": OPENED_MS, "endDate": OPENED_MS + 180_000}
    return {**_envelope(number, place), **shift, "cashierName": "Иванова", "docTypeName": type_name, "totalSum": total}


def _sale(place: int, value: float) -> Json:
    sold = {"goodId": None, "productName": "Молоко", "quantity": 1, "sum": value, "productOrder": 1}
    paid = {"totalSumCash": value, "totalSumNoCash": 0, "totalSumOther": 0}
    return {"saleId": place, "subTotalSum": value, "subTotalDiscount": 0, "subTotalAllowance": 0, **paid} | {
        "saleProducts": [sold]
    }


def _z_report() -> Json:
    times = {"shiftNumber": 7, "beginDate": OPENED_MS, "endDate": OPENED_MS + 180_000}
    return {**times, "firstDocNumber": 1, "lastDocNumber": 2, "salesCount": 2, "salesSum": 3.00, "salesSumCash": 3.00}


def worth(day: Day, value: object) -> None:
    """The sale is worth this wherever it says so."""
    day.sale.update(subTotalSum=value, totalSumCash=value)
    day.sold["sum"] = day.header["totalSum"] = value


def as_text(day: Day) -> None:
    """Its amounts and its quantity come in quotes."""
    worth(day, "2.00")
    day.sold["quantity"] = "1.000"


def named(day: Day, **values: object) -> None:
    """Both halves of the document say this."""
    day.envelope.update(values)
    day.header.update({name: value for name, value in values.items() if name in day.header})


SPOILT: dict[str, tuple[Callable[[Day], object], str]] = {
    "lines do not add up": (lambda day: day.sold.update(sum=1.99), "ни до скидки, ни после"),
    "payments do not add up": (lambda day: day.sale.update(totalSumCash=1.99), "сумма оплат"),
    "header and contents differ": (lambda day: day.header.update(totalSum=2.01), "totalSum"),
    "negative sale": (lambda day: worth(day, -2.00), "отрицательная"),
    "negative payment": (lambda day: day.sale.update(totalSumCash=-1.00, totalSumNoCash=3.00), "отрицательная"),
    "negative discount": (
        lambda day: day.sale.update(subTotalDiscount=-1.00, totalSumCash=3.00) or day.header.update(totalSum=3.00),
        "отрицательная",
    ),
    "line discount below zero": (lambda day: day.sold.update(sum=1.00, discount=-1.00), "отрицательная"),
    "amount beyond belief": (lambda day: worth(day, 2_000_000_000.00), "велика"),
    "amount of 400 digits": (lambda day: worth(day, "@1e400@"), "сумма"),
    "amount of a million digits": (lambda day: worth(day, "@1e999999@"), "сумма"),
    "amount without an end to its exponent": (
        lambda day: day.sale.update(subTotalSum="@1e99999999999999999999@"),
        "не читается",
    ),
    "number of five thousand digits": (lambda day: day.sold.update(goodId=f"@{'9' * 5_000}@"), "не читается"),
    "amount finer than a kopeck": (lambda day: worth(day, 2.005), "рублях и копейках"),
    "amount is no number": (lambda day: worth(day, "NaN"), "NaN"),
    "amount is endless": (lambda day: worth(day, "Infinity"), "Infinity"),
    "amount is a bare NaN": (lambda day: day.sale.update(subTotalSum="@NaN@"), "не читается"),
    "amount is a bare Infinity": (lambda day: day.sold.update(quantity="@-Infinity@"), "не читается"),
    "amount in words": (lambda day: day.sale.update(subTotalSum="два рубля"), "не читается"),
    "amount is a list": (lambda day: day.sold.update(sum=[2]), "не читается"),
    "nothing sold": (lambda day: day.sale.update(saleProducts=[]), "без строк"),
    "no quantity": (lambda day: day.sold.update(quantity=None), "нет количества"),
    "quantity zero": (lambda day: day.sold.update(quantity=0), "количество"),
    "quantity below zero": (lambda day: day.sold.update(quantity=-1), "количество"),
    "quantity beyond belief": (lambda day: day.sold.update(quantity="@1e300@"), "количество"),
    "quantity of a million digits": (lambda day: day.sold.update(quantity="@1e999999@"), "количество"),
    "name with a zero byte": (lambda day: day.sold.update(productName="Молоко\x00"), "недопустимые"),
    "name with half a pair": (lambda day: day.sold.update(productName="Молоко\ud800"), "недопустимые"),
    "id with half a pair": (lambda day: named(day, uid="a\udc00b"), "фискальный"),
    "name that is no UTF-8": (lambda day: day.sold.update(productName="~FF~"), "недопустимые"),
    "cashier that is no UTF-8": (lambda day: day.header.update(cashierName="~FF~"), "недопустимые"),
    "name without end": (lambda day: day.sold.update(productName="М" * 5_000), "длинный"),
    "mark with a zero byte": (lambda day: day.sold.update(markValue="01\x00"), "недопустимые"),
    "cashier with a zero byte": (lambda day: day.header.update(cashierName="И\x00"), "недопустимые"),
    "id with a zero byte": (lambda day: named(day, uid="a\x00b"), "фискальный"),
    "id without end": (lambda day: named(day, uid="u" * 9_000), "фискальный"),
    "number beyond belief": (lambda day: named(day, docNumber=10**30), "номер"),
    "number below zero": (lambda day: named(day, docNumber=-2), "номер"),
    "shift number beyond belief": (lambda day: day.header.update(shiftNumber=10**30), "номер"),
    "type unknown": (lambda day: day.header.update(docTypeName="Гарантия\x00"), "неизвестный вид"),
    "no header": (lambda day: day.headers.pop(1), "нет заголовка"),
    "no contents": (lambda day: day.lists["sales"].pop(1), "нет содержания"),
    "two texts of one id": (
        lambda day: day.lists["sales"].append({**day.envelope, "dateIn": 5}),
        "два разных документа",
    ),
    "clock in the future": (lambda day: named(day, docDate=MIDNIGHT_MS + 23 * 3_600_000), "в будущем"),
    "no time at all": (lambda day: named(day, docDate=None), "docDate"),
}
"""What is done to the second sale, and what its reason must say."""

SOUND: dict[str, Callable[[Day], object]] = {
    "nothing spoilt": lambda day: None,
    "numbers as text": as_text,
    "noise of a float": lambda day: worth(day, "@1.9999999999999998@"),
    "the same document twice": lambda day: day.lists["sales"].append(dict(day.envelope)),
    "unknown fields": lambda day: named(day, brandNew={"deep": [1]}),
}


def served(days: dict[str, Day]) -> dict[str, Callable[[Asked], Reply]]:
    """The answers of a cabinet; what stands between @ and @ goes out as it is, ``~FF~`` as one byte."""

    def of(asked: Asked) -> tuple[Day, dict[str, list[str]]]:
        query = parse_qs(asked.target.partition("?")[2])
        return days[query["cashRegisterId"][0]], query

    def period(asked: Asked) -> Reply:
        day, query = of(asked)
        start, end = int(query["dateStart"][0]), int(query["dateEnd"][0])
        return _reply(
            {
                name: [one for one in found if start <= (one["docDate"] or OPENED_MS) < end]
                for name, found in day.lists.items()
            }
        )

    def headers(asked: Asked) -> Reply:
        day, query = of(asked)
        return _reply(day.headers if query["date"] == [str(MIDNIGHT_MS)] else [])

    return {
        "/api/get-cashdocs-for-period": period,
        "/api/get-check-history": headers,
        "/api/get-sales": lambda _: Reply(b"[]"),
        "/api/warehouse/list": lambda _: Reply(b"[]"),
    }


def _reply(content: object) -> Reply:
    text = json.dumps(content, ensure_ascii=True)
    raw = text.replace('"@', "").replace('@"', "")
    return Reply(raw.encode().replace(b"~FF~", b"\xff"))


async def pull_webkassa(shop: Shop, days: dict[str, Day], kinds: DocumentKinds = OWN_KINDS) -> dict[str, int]:
    """Read every register over a socket; how many documents of each went into quarantine."""
    shop.registers = {number: setup(number, number, lookback_days=0) for number in days}
    shop.clock.moment = NOW
    async with raw_server() as server:
        server.answers = served(days)
        client = OutsideClient(server.address, Budget(10_000, 4), timeout_seconds=20, backoff_seconds=0.001)
        cabinet = WebkassaCabinet(WebkassaApi(client), token=TOKEN, zone=MINSK, clock=SystemClock(), kinds=kinds)
        pulled = await pull_receipts(
            uuid4(), list(shop.registers.values()), Period(DAY, DAY), cabinets=lambda _: cabinet,
            open_work=shop.open_work, clock=shop.clock, progress=_silent,
        )  # fmt: skip
        await cabinet.close()
    return {one.register: one.counts.quarantined for one in pulled}


async def _silent(_done: int, _total: int) -> None: ...


async def test_each_document_that_cannot_be_true_waits_with_its_reason_and_the_rest_goes_on(shop: Shop) -> None:
    numbers = {str(1000 + place): name for place, name in enumerate([*SPOILT, *SOUND])}
    days = {number: Day.of(number) for number in numbers}
    for number, name in numbers.items():
        SPOILT[name][0](days[number]) if name in SPOILT else SOUND[name](days[number])

    quarantined = await pull_webkassa(shop, days)

    assert {numbers[one]: count for one, count in quarantined.items()} == {
        name: 1 if name in SPOILT else 0 for name in numbers.values()
    }
    told = dict(shop.rows("select register, reason from sales_ingest.quarantine where resolved_at is null"))
    assert {
        name: told[number] for number, name in numbers.items() if name in SPOILT and SPOILT[name][1] not in told[number]
    } == {}
    stored = dict(shop.rows("select register, count(*) from sales_ingest.receipt group by 1"))
    assert {numbers[one]: count for one, count in stored.items()} == {
        name: 2 if name in SPOILT else 3 for name in numbers.values()
    }
    for number, state, reasons in shop.rows(
        "select register, state, reasons from sales_ingest.shift where closed_at is not null"
    ):
        reason_codes = {one["code"] for one in reasons}
        if numbers[number] in SOUND:
            assert (numbers[number], state) == (numbers[number], "unresolved")
        else:
            assert state == "incomplete", numbers[number]
            assert "quarantined-document" in reason_codes, (numbers[number], reason_codes)


async def test_a_document_waits_until_the_code_table_knows_its_kind_and_is_resolved_then(shop: Shop) -> None:
    day = Day.of("1000")
    day.header["docTypeName"] = "Продажа со скидкой"
    await pull_webkassa(shop, {"1000": day})
    await pull_webkassa(shop, {"1000": day})
    waiting = "select count(*) filter (where resolved_at is null), count(*) from sales_ingest.quarantine"
    assert shop.rows(waiting) == [(1, 1)]

    await pull_webkassa(shop, {"1000": day}, DocumentKinds({"продажа со скидкой": DocumentKind.SALE}))

    assert shop.rows(waiting) == [(0, 1)]
    assert shop.states() == {7: "unresolved"}


async def test_a_clock_that_was_ahead_heals_by_itself_once_its_time_has_come(shop: Shop) -> None:
    day = Day.of("1000")
    named(day, docDate=int((NOW + timedelta(hours=2)).timestamp() * 1000))
    await pull_webkassa(shop, {"1000": day})
    assert shop.rows("select reason from sales_ingest.quarantine")[0][0].startswith("время документа в будущем")
    moved = NOW + timedelta(hours=2)

    shop.cabinet = MemoryCabinet(registers=["1000"])
    shop.clock.moment = moved
    await _pull_again(shop, {"1000": day}, moved)

    assert shop.rows("select count(*) from sales_ingest.quarantine where resolved_at is null") == [(0,)]


async def _pull_again(shop: Shop, days: dict[str, Day], now: datetime) -> None:
    global NOW  # noqa: PLW0603 - the moment at which the cabinet is read
    before, NOW = NOW, now
    try:
        await pull_webkassa(shop, days)
    finally:
        NOW = before


async def test_a_z_report_without_receipts_and_receipts_without_one_are_held_each_with_its_reason(shop: Shop) -> None:
    closed, still_open = Till(), Till(at=datetime(2026, 1, 16, 6, tzinfo=UTC), shift=2, next_number=10)
    closed.sale(line("4.10"))
    closed.close()
    still_open.sale(line("4.10"))
    shop.cabinet.documents.extend([closed.documents[-1], *still_open.documents])
    await shop.bind(binding())

    await shop.pull()

    assert shop.states() == {1: "incomplete", 2: "open"}
    assert set(shop.reasons(1)) == {"missing-number", "count-differs", "sum-differs"}
    assert shop.reasons(2) == ["no-z-report"]
    assert (await shop.publish()).published == ()


async def test_a_document_that_moved_to_another_shift_is_counted_there_alone(shop: Shop) -> None:
    till = Till()
    till.sale(line("4.10"))
    moved = till.sale(line("1.00"))
    till.close(sales_count=1, sales_sum=Kopecks(410), sales_by_payment={}, last_number=1)
    till.sale(line("2.00"))
    till.close(sales_count=2, sales_sum=Kopecks(300), sales_by_payment={}, first_number=None, last_number=None)
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())
    await shop.pull()
    assert shop.states() == {1: "incomplete", 2: "incomplete"}

    there = replace(moved, shift_number=2, shift_external_id=till.documents[3].shift_external_id, number=4)
    shop.cabinet.documents[1] = there
    renumbered = replace(till.documents[2], number=2)
    shop.cabinet.documents[2] = renumbered
    second = [one for one in shop.cabinet.documents if isinstance(one, CabinetDocument) and one.shift_number == 2]
    for place, one in enumerate(one for one in second if one is not there):
        shop.cabinet.documents[shop.cabinet.documents.index(one)] = replace(one, number=5 + place)
    await shop.pull()

    assert shop.states() == {1: "ready", 2: "ready"}
    assert shop.rows("select count(*), count(distinct fiscal_id) from sales_ingest.receipt") == [(5, 5)]
    assert shop.rows("select count(*) from sales_ingest.receipt_version where version = 2") == [(4,)]


async def test_two_contents_under_one_id_hold_the_shift_and_the_later_reading_decides(shop: Shop) -> None:
    till = Till()
    sale = till.sale(line("4.10"))
    till.close()
    other = replace(sale, payable=Kopecks(500), gross=Kopecks(500), raw=b"{}")
    shop.cabinet.documents.extend([sale, other, *till.documents[1:]])
    await shop.bind(binding())

    await shop.pull()
    assert (shop.states(), shop.reasons(1)) == ({1: "incomplete"}, ["doubled-number", "quarantined-document"])
    shop.cabinet.documents.remove(other)
    await shop.pull()

    assert shop.states() == {1: "ready"}


async def test_a_page_that_repeats_or_skips_loses_and_doubles_nothing(shop: Shop) -> None:
    till = Till()
    for _ in range(6):
        till.sale(line("4.10"))
    till.close()
    await shop.bind(binding())
    shop.cabinet = Overlapping(till.documents, skip=3)

    await shop.pull()
    assert shop.rows("select count(*), max(version) from sales_ingest.receipt") == [(6, 1)]
    assert (shop.states(), shop.reasons(1)[0]) == ({1: "incomplete"}, "missing-number")
    shop.cabinet = Overlapping(till.documents, skip=None)
    await shop.pull()

    assert shop.states() == {1: "ready"}
    assert shop.rows("select count(*), max(version) from sales_ingest.receipt") == [(7, 1)]


class Overlapping(MemoryCabinet):
    """Gives each document on three pages of one window, and one of them on none."""

    def __init__(self, documents: list[CabinetDocument], skip: int | None) -> None:
        super().__init__(documents=documents)
        self._skip = skip

    async def read_documents(self, register_number: str, start: datetime, end: datetime) -> AsyncIterator[DocumentPage]:
        shown: list[CabinetDocument | UnreadableDocument] = [one for one in self.documents if one.number != self._skip]
        for first in range(-2, len(shown)):
            whole = first == len(shown) - 1
            yield DocumentPage(start, end, tuple(shown[max(0, first) : first + 3]), complete=whole)


async def test_a_receipt_of_ten_thousand_lines_is_one_receipt(shop: Shop) -> None:
    till = Till()
    till.sale(*(line("0.01") for _ in range(10_000)))
    till.close()
    shop.cabinet.documents.extend(till.documents)
    await shop.bind(binding())

    await shop.pull()
    outcome = await shop.publish()

    assert [one.revision for one in outcome.published] == [1]
    (event,) = shop.closed()
    assert [(one.quantity, one.amount) for one in event.lines] == [("10000.000", "100.00")]
