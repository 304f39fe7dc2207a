"""A cabinet connected by a manifest alone: each way in, each way of paging, each form, each kind of refusal."""

import json
from base64 import b64encode
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

import pytest

from contract.cabinets.manifest_by_hand import FIELDS, by_manifest, documents
from contract.outside.raw_http import Asked, RawServer, Reply, html_reply, json_reply
from smena.cabinets.declarative import paging
from smena.cabinets.documents import CabinetDocument, CabinetLine, PaymentKind, UnreadableDocument
from smena.cabinets.port import (
    CabinetRefusedError,
    CabinetUnavailableError,
)
from smena.kinds.money import Kopecks
from smena.kinds.quantity import Thousandths
from smena.kinds.vat import VatRate

CODES = '\n[codes.kinds]\nIN = "deposit"\nOUT = "withdrawal"\nX = "skip"\n'
PLAIN = (
    CODES + '[[documents]]\nrequest = { path = "docs", query = { from = "{from}" } }\nrecords = "data.list"\n' + FIELDS
)


def deposit(number: int, /, **other: Any) -> dict[str, Any]:
    at = f"2026-02-03T10:{number % 60:02}:00+03:00"
    return {"id": f"d-{number}", "type": "IN", "number": number, "at": at, "shift": 3, "sum": 100 + number} | other


def answer(*numbers: int, **other: Any) -> Reply:
    return json_reply({"data": {"list": [deposit(number) for number in numbers]}, **other})


def query_of(asked: Asked) -> dict[str, str]:
    return dict(parse_qsl(asked.target.partition("?")[2], keep_blank_values=True))


def asked_for(server: RawServer, path: str = "/docs") -> list[dict[str, str]]:
    return [query_of(asked) for asked in server.asked if asked.path == path]


@pytest.mark.parametrize(
    ("table", "header", "value"),
    [
        ("", "authorization", None),
        ('[authentication]\nkind = "header"\nname = "X-Key"\nvalue = "k {key}"\n', "x-key", "k secret"),
        (
            '[authentication]\nkind = "basic"\nuser = "shop"\npassword = "{key}"\n',
            "authorization",
            f"Basic {b64encode(b'shop:secret').decode()}",
        ),
    ],
    ids=["none", "header", "basic"],
)
async def test_the_cabinet_is_let_in_as_the_manifest_says(
    tmp_path: Path, table: str, header: str, value: str | None
) -> None:
    text = f'[asks]\nkey = "secret"\n{table}{PLAIN}'
    async with by_manifest(tmp_path, text, {"key": "secret"}) as (server, cabinet):
        server.on("/docs", answer(1))

        assert [one.number for one in await documents(cabinet)] == [1]
        assert server.asked[0].headers.get(header) == value


async def test_client_credentials_get_a_token_and_a_new_one_when_it_is_refused(tmp_path: Path) -> None:
    text = (
        '[asks]\nkey = "secret"\n[authentication]\nkind = "oauth-client-credentials"\n'
        'token_url = "{server}/accounts/token"\nform = { client_id = "shop", client_secret = "{key}" }\n' + PLAIN
    )
    async with by_manifest(tmp_path, text, {"key": "secret"}) as (server, cabinet):
        server.on("/accounts/token", *(json_reply({"access_token": f"t{n}", "expires_in": 600}) for n in (1, 2)))
        server.on("/docs", json_reply({}, 401), answer(1))

        await documents(cabinet)

        asked = [one for one in server.asked if one.path == "/accounts/token"]
        assert dict(parse_qsl(asked[0].body.decode())) == {
            "grant_type": "client_credentials",
            "client_id": "shop",
            "client_secret": "secret",
        }
        assert [one.headers["authorization"] for one in server.asked if one.path == "/docs"] == [
            "Bearer t1",
            "Bearer t2",
        ]


def paged(paging: str, query: str) -> str:
    return (
        CODES
        + f'[[documents]]\nrequest = {{ path = "docs", query = {{ {query} }} }}\npaging = {{ {paging} }}\n'
        + 'records = "data.list"\n'
        + FIELDS
    )


async def test_offset_paging_counts_records_to_the_total(tmp_path: Path) -> None:
    text = paged('kind = "offset", size = 2, total = "total"', 'o = "{offset}", n = "{limit}"')
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", answer(1, 2, total=5), answer(3, 4, total=5), answer(5, total=5))

        assert [one.number for one in await documents(cabinet)] == [1, 2, 3, 4, 5]
        assert asked_for(server) == [{"o": "0", "n": "2"}, {"o": "2", "n": "2"}, {"o": "4", "n": "2"}]


async def test_a_list_that_moves_under_the_offsets_is_read_again(tmp_path: Path) -> None:
    text = paged('kind = "offset", size = 2, total = "total"', 'o = "{offset}"')
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", answer(1, 2, total=3), answer(2, 3, total=4), answer(1, 2, total=3), answer(3, total=3))
        assert [one.number for one in await documents(cabinet)] == [1, 2, 3]

        server.on("/docs", *[answer(1, 2, total=3), answer(2, total=3)] * 3)
        with pytest.raises(CabinetUnavailableError, match="меняется"):
            await documents(cabinet)


async def test_cursor_paging_goes_on_from_the_last_record_until_a_short_page(tmp_path: Path) -> None:
    text = paged('kind = "cursor", size = 2, cursor = "id"', 'after = "{cursor}"')
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", answer(1, 2), answer(3, 4), answer())

        assert [one.number for one in await documents(cabinet)] == [1, 2, 3, 4]
        assert asked_for(server) == [{}, {"after": "d-2"}, {"after": "d-4"}]


async def test_page_tokens_lead_until_there_is_none(tmp_path: Path) -> None:
    text = paged('kind = "page-token", next = "next.token", first = "start"', 'page = "{token}"')
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", answer(1, next={"token": "b"}), answer(next={"token": "c"}), answer(2, next={"token": None}))

        assert [one.number for one in await documents(cabinet)] == [1, 2]
        assert asked_for(server) == [{"page": "start"}, {"page": "b"}, {"page": "c"}]


async def test_pages_that_lead_in_a_circle_are_left(tmp_path: Path) -> None:
    text = paged('kind = "page-token", next = "next"', 'page = "{token}"')
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", answer(1, next="b"), answer(2, next="c"), answer(3, next="b"))

        with pytest.raises(CabinetUnavailableError, match="ведёт к прежней"):
            await documents(cabinet)


async def test_pages_that_lead_on_for_ever_and_bring_nothing_new_are_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "IDLE_PAGES_MAX", 2)
    text = paged('kind = "page-token", next = "next"', 'page = "{token}"')
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", *(answer(1, next=f"token {n}") for n in range(9)))

        with pytest.raises(CabinetUnavailableError, match="без новых записей"):
            await documents(cabinet)
        assert len(asked_for(server)) == 4


async def test_a_day_window_asks_for_the_day_of_the_zone(tmp_path: Path) -> None:
    text = '[instants]\nday = "%d.%m.%Y"\n' + paged('kind = "day-window"', 'd = "{day}"')
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", answer(1))

        assert [one.number for one in await documents(cabinet)] == [1]
        assert asked_for(server) == [{"d": "03.02.2026"}]


@pytest.mark.parametrize(
    ("form", "written", "last"),
    [
        ("iso", "2026-02-03T00:00:00+03:00", "2026-02-03T23:59:59+03:00"),
        ("epoch-ms", "1770066000000", "1770152399000"),
        ("epoch-s", "1770066000", "1770152399"),
        ("%d.%m.%Y %H:%M:%S", "03.02.2026 00:00:00", "03.02.2026 23:59:59"),
    ],
)
async def test_instants_go_out_as_the_manifest_writes_them(tmp_path: Path, form: str, written: str, last: str) -> None:
    text = f'[instants]\nformat = "{form}"\n' + paged('kind = "none"', 'f = "{from}", l = "{last}"')
    async with by_manifest(tmp_path, text.replace('at = "at"', 'at = { path = "at", format = "iso" }')) as (
        server,
        cabinet,
    ):
        server.on("/docs", answer(1))

        assert [one.number for one in await documents(cabinet)] == [1]
        assert asked_for(server) == [{"f": written, "l": last}]


XML = """<?xml version="1.0" encoding="windows-1251"?>
<r:answer xmlns:r="urn:x"><r:receipts>
  <receipt id="u-1" shift="3"><no>7</no><when>03.02.2026</when><time>10:05:00</time><sort>S</sort>
    <total>12,10</total><off>0.35</off>
    <rows><row><title>Молоко &amp; сыр</title><q>2,5</q><s>12.45</s><vat>10%</vat><ean>4810000000018</ean></row></rows>
    <cash>10.00</cash><card>2.10</card></receipt>
  <receipt id="u-2" shift="3"><no>8</no><when>03.02.2026</when><time>10:06:00</time><sort>?</sort>
    <total>1</total></receipt>
</r:receipts></r:answer>"""
XML_MANIFEST = """
[codes.kinds]
S = "sale"
[codes.vat]
"10%" = "10"
[[documents]]
format = "xml"
request = { path = "docs" }
records = "receipts.receipt"
[documents.fields]
fiscal_id = "@id"
kind = { path = "sort", codes = "kinds" }
number = "no"
at = { join = ["when", "time"], format = "%d.%m.%Y %H:%M:%S" }
shift_number = "@shift"
shift_id = { join = ["@shift", "when"], separator = "/" }
payable = "total"
discount = "off"
currency = { constant = "BYN" }
cashier = { path = "cashier", default = "Кассир" }
[documents.lines]
records = "rows.row"
[documents.lines.fields]
name = "title"
quantity = "q"
amount = "s"
vat_rate = { path = "vat", codes = "vat" }
barcode = "ean"
[documents.payments]
fields = { cash = "cash", card = "card" }
"""


async def test_xml_in_its_own_encoding_with_attributes_commas_and_joined_fields(tmp_path: Path) -> None:
    async with by_manifest(tmp_path, XML_MANIFEST) as (server, cabinet):
        server.on("/docs", Reply(XML.encode("cp1251"), headers={"Content-Type": "application/xml"}))

        sale, odd = await documents(cabinet)

    assert isinstance(sale, CabinetDocument)
    assert (sale.fiscal_id, sale.number, sale.shift_external_id, sale.cashier) == ("u-1", 7, "3/03.02.2026", "Кассир")
    assert sale.at.isoformat() == "2026-02-03T07:05:00+00:00"
    assert (sale.payable, sale.discount) == (1210, 35)
    assert sale.payments == ((PaymentKind.CASH, 1000), (PaymentKind.CARD, 210))
    assert sale.lines == (
        CabinetLine(
            position=1, name="Молоко & сыр", quantity=Thousandths(2500), amount=Kopecks(1245),
            vat_rate=VatRate.TEN, barcode="4810000000018",
        ),
    )  # fmt: skip
    assert isinstance(odd, UnreadableDocument)
    assert (odd.reason, odd.number) == ("kind: кода «?» нет в таблице kinds", 8)


async def test_xml_with_a_document_type_is_no_answer(tmp_path: Path) -> None:
    bomb = '<!DOCTYPE r [<!ENTITY a "aaaaaaaaaa">]><answer><receipts><receipt id="&a;"/></receipts></answer>'
    async with by_manifest(tmp_path, XML_MANIFEST) as (server, cabinet):
        server.on("/docs", Reply(bomb.encode(), headers={"Content-Type": "application/xml"}))

        with pytest.raises(CabinetUnavailableError, match="объявлением типа"):
            await documents(cabinet)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"type": "GIFT"}, "kind: кода «GIFT» нет в таблице kinds"),
        ({"number": None}, "number: пусто"),
        ({"number": "7.5"}, "number: 7.5 не целое число"),
        ({"sum": "много"}, "payable: «много» не число"),
        ({"sum": 100.5}, "payable: 1.005 не сумма в рублях и копейках"),
        ({"sum": [1]}, "payable: вместо значения список"),
        ({"sum": True}, "payable: вместо числа true"),
    ],
)
async def test_a_record_that_does_not_read_is_kept_with_the_reason(
    tmp_path: Path, other: dict[str, Any], reason: str
) -> None:
    async with by_manifest(tmp_path, PLAIN) as (server, cabinet):
        server.on("/docs", json_reply({"data": {"list": [deposit(1), deposit(2, **other), deposit(3, type="X")]}}))

        good, bad = sorted(await documents(cabinet), key=lambda one: one.fiscal_id or "")

    assert isinstance(good, CabinetDocument)
    assert isinstance(bad, UnreadableDocument)
    assert (bad.reason, bad.fiscal_id) == (reason, "d-2")
    assert json.loads(bad.raw) == deposit(2, **other)


async def test_one_document_twice_is_one_and_two_under_one_id_are_none(tmp_path: Path) -> None:
    async with by_manifest(tmp_path, PLAIN) as (server, cabinet):
        server.on("/docs", json_reply({"data": {"list": [deposit(1), deposit(1), deposit(2), deposit(2, sum=5)]}}))

        one, two = await documents(cabinet)

    assert isinstance(one, CabinetDocument)
    assert isinstance(two, UnreadableDocument)


@pytest.mark.parametrize(
    "fault",
    [json_reply({}, 500), Reply(b""), Reply(b'{"data": {"li'), Reply(drop=True), html_reply(), json_reply({"d": 1}),
     json_reply({"data": {"list": "none"}}), json_reply({}, 429)],
    ids=["500", "empty", "truncated", "dropped", "html", "no-list", "other-shape", "429"],
)  # fmt: skip
async def test_an_unusable_answer_is_a_cabinet_that_is_unavailable(tmp_path: Path, fault: Reply) -> None:
    async with by_manifest(tmp_path, PLAIN) as (server, cabinet):
        server.on("/docs", fault)

        with pytest.raises(CabinetUnavailableError):
            await documents(cabinet)


async def test_a_refusal_is_told_in_the_cabinets_words_also_inside_a_200(tmp_path: Path) -> None:
    text = '[errors]\nmessage = "err.text"\ncode = "err.code"\nrefused_when = { path = "ok", equals = false }\n' + PLAIN
    async with by_manifest(tmp_path, text) as (server, cabinet):
        for status in (400, 200):
            server.on("/docs", json_reply({"ok": False, "err": {"code": 7, "text": "Касса не найдена"}}, status))
            with pytest.raises(CabinetRefusedError, match="7: Касса не найдена"):
                await documents(cabinet)


async def test_an_answer_or_a_window_beyond_its_limit_is_asked_for_in_parts(tmp_path: Path) -> None:
    text = "[limits]\nrecords_per_window = 2\n" + PLAIN
    async with by_manifest(tmp_path, text) as (server, cabinet):
        server.on("/docs", answer(1, 2, 3), answer(1, 2), answer())

        assert [one.number for one in await documents(cabinet)] == [1, 2]
        assert asked_for(server)[1:] == [{"from": "2026-02-03T00:00:00+03:00"}, {"from": "2026-02-03T12:00:00+03:00"}]


async def test_the_worked_example_of_the_documentation_works(tmp_path: Path) -> None:
    page = (Path(__file__).parents[3] / "docs" / "manifests.md").read_text(encoding="utf-8")
    said, manifest = (page.split(f"```{form}\n")[place].split("```")[0] for form, place in (("json", 1), ("toml", 3)))
    text = "\n".join(manifest.splitlines()[2:])
    async with by_manifest(tmp_path, text, {"api_key": "k"}) as (server, cabinet):
        server.on("/docs", Reply(said.replace("31.01.2026", "03.02.2026").encode()))

        (sale,) = await documents(cabinet)

        assert asked_for(server) == [{"till": "131010705", "day": "2026-02-03"}]
    assert isinstance(sale, CabinetDocument)
    assert (sale.payable, sale.payments) == (1210, ((PaymentKind.CASH, 1210),))
    assert [(line.quantity, line.amount, line.vat_rate) for line in sale.lines] == [(2000, 1210, VatRate.TEN)]
