"""Items written through a manifest: what goes out, what stays here, and what an unclear answer means."""

import json
from pathlib import Path

import pytest

from contract.cabinets.manifest_by_hand import FIELDS, by_manifest
from contract.outside.raw_http import Reply, json_reply
from smena.cabinets.items import ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError, PortOperation
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

PLAIN = '\n[codes.kinds]\nIN = "deposit"\n[[documents]]\nrequest = { path = "docs" }\n' + FIELDS
SAVE = (
    PLAIN
    + """
[codes.units]
PIECE = "шт"
[save_items]
request = { method = "POST", path = "save", body = { goods = "{items}", dry = false } }
[save_items.fields]
id = "id"
title = "name"
unit = { field = "unit", codes = "units" }
price = { field = "retail_price", type = "number" }
cost = { field = "purchase_price", scale = 2 }
code = "barcodes"
origin = { constant = "smena" }
[save_items.results]
records = "saved"
fields = { id = "id", error = "why" }
"""
)
BREAD = ItemWrite(None, "Хлеб", None, "шт", None, ("481",), VatRate.TEN, Kopecks(100), Kopecks(150))


async def test_items_go_out_by_their_map_and_what_has_no_code_stays_here(tmp_path: Path) -> None:
    bricks = ItemWrite("k-1", "Кирпич", None, "тонна", None, (), VatRate.TEN, None, None)
    cheese = ItemWrite("s-1", "Сыр", None, "", None, (), VatRate.TEN, None, None, clear=frozenset({"retail_price"}))
    async with by_manifest(tmp_path, SAVE) as (server, cabinet):
        server.on("/save", json_reply({"saved": [{"id": "h-1"}, {"id": "s-1", "why": "занят"}]}))

        results = await cabinet.save_items([BREAD, bricks, cheese])

        assert json.loads(server.asked[0].body) == {
            "dry": False,
            "goods": [
                {"title": "Хлеб", "unit": "PIECE", "price": 1.5, "cost": "100", "code": ["481"], "origin": "smena"},
                {"id": "s-1", "title": "Сыр", "price": None, "origin": "smena"},
            ],
        }
        can = cabinet.capabilities()
    assert results[0] == ItemWriteResult(0, ItemWriteStatus.CREATED, "h-1")
    assert (results[1].status, results[1].id) == (ItemWriteStatus.REJECTED, "k-1")
    assert "тонна" in (results[1].message or "")
    assert results[2] == ItemWriteResult(2, ItemWriteStatus.REJECTED, "s-1", "занят")
    assert can.writable_fields == {"name", "unit", "retail_price", "purchase_price", "barcodes"}
    assert can.units == {"шт"}


@pytest.mark.parametrize(
    "fault",
    [json_reply({}, 500), Reply(b""), Reply(drop=True), json_reply({"saved": []}), json_reply({"saved": [{}]}),
     json_reply({"saved": [{"id": "1"}, {"id": "2"}]})],
    ids=["500", "empty", "dropped", "no-result", "no-id", "too-many"],
)  # fmt: skip
async def test_a_save_without_a_clear_answer_is_unknown_and_sent_once(tmp_path: Path, fault: Reply) -> None:
    async with by_manifest(tmp_path, SAVE) as (server, cabinet):
        server.on("/save", fault)

        with pytest.raises(CabinetOutcomeUnknownError):
            await cabinet.save_items([BREAD])

        assert server.paths() == ["/save"]


async def test_what_a_manifest_does_not_say_the_cabinet_cannot(tmp_path: Path) -> None:
    async with by_manifest(tmp_path, PLAIN) as (_, cabinet):
        can = cabinet.capabilities()

        assert [operation.operation for operation in can.operations] == [PortOperation.READ_DOCUMENTS]
        assert can.writable_fields == frozenset()
        with pytest.raises(CabinetRefusedError, match="не записывает товары"):
            await cabinet.save_items([BREAD])
        with pytest.raises(CabinetRefusedError, match="не перечисляет кассы"):
            await cabinet.list_registers()
