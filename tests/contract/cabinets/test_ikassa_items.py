"""iKassa's items, its token and its pace, typed by hand from wire.md."""

import asyncio
import json
from collections.abc import AsyncIterator
from urllib.parse import parse_qs

import pytest

from contract.cabinets.ikassa_by_hand import (
    CREATE,
    DOCS,
    FORM,
    REGISTER,
    TOKEN_PATH,
    UPDATE,
    IkassaByHand,
    ikassa_by_hand,
)
from contract.cabinets.webkassa_by_hand import DAY_END, DAY_START
from contract.outside.raw_http import Reply, json_reply
from servers.waiting import until
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteStatus
from smena.cabinets.port import (
    CabinetOutcomeUnknownError,
    CabinetRefusedError,
    CabinetRegister,
    CabinetUnavailableError,
)
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

MILK = ItemWrite(None, "Хлеб", "A-1", "шт", "Продукты", ("4810000000025",), VatRate.TEN, Kopecks(100), Kopecks(150))


@pytest.fixture
async def ikassa() -> AsyncIterator[IkassaByHand]:
    async with ikassa_by_hand() as opened:
        yield opened


async def items(ikassa: IkassaByHand) -> list[CabinetItem]:
    return [item async for page in ikassa.cabinet.list_items() for item in page]


def bodies(ikassa: IkassaByHand, path: str) -> list[dict[str, object]]:
    return [row for asked in ikassa.server.asked if asked.path == path for row in json.loads(asked.body)["sku"]]


async def test_items_in_our_words_and_nothing_guessed(ikassa: IkassaByHand) -> None:
    assert await items(ikassa) == [
        CabinetItem(
            id="a-5", name="Молоко", article="A-5", unit="шт", group="Продукты/Молочные", barcodes=("4810000000018",),
            vat_rate=VatRate.TEN, purchase_price=Kopecks(150), retail_price=Kopecks(200),
        ),
        CabinetItem(id="7", name="Сыр, вес", unit="кг", vat_rate=VatRate.NONE, retail_price=Kopecks(1225)),
        CabinetItem(id="d-1", name="Доставка", article="D-1", unit="час", kind="service"),
    ]  # fmt: skip


async def test_a_new_item_is_created_and_given_the_rest_by_update(ikassa: IkassaByHand) -> None:
    (result,) = await ikassa.cabinet.save_items([MILK])

    assert result.status is ItemWriteStatus.CREATED
    assert bodies(ikassa, CREATE) == [
        {
            "id": result.id,
            "article": "A-1",
            "code": "4810000000025",
            "isGTIN": True,
            "name": "Хлеб",
            "price": 150,
            "priceHasTax": True,
            "type": "product",
        }
    ]
    assert bodies(ikassa, UPDATE) == [
        {"id": result.id, "tax": 10, "unit": "шт", "group": "Продукты", "buyPrice": 100},
    ]


async def test_the_same_new_item_sent_again_carries_the_same_id(ikassa: IkassaByHand) -> None:
    (first,) = await ikassa.cabinet.save_items([MILK])
    (second,) = await ikassa.cabinet.save_items([MILK])

    assert first.id == second.id


async def test_an_update_keeps_what_is_not_given_and_empties_what_is_named(ikassa: IkassaByHand) -> None:
    clear = frozenset({"article", "barcodes"})
    item = ItemWrite("a-5", "Молоко", None, "", None, (), VatRate.NONE, None, Kopecks(210), clear=clear)

    await ikassa.cabinet.save_items([item])

    assert bodies(ikassa, UPDATE) == [
        {"id": "a-5", "name": "Молоко", "type": "product", "tax": None, "price": 210, "priceHasTax": True,
         "article": None, "code": None, "isGTIN": False},
    ]  # fmt: skip


async def test_created_and_then_left_without_the_rest_is_no_clear_outcome(ikassa: IkassaByHand) -> None:
    ikassa.server.on(UPDATE, json_reply({"code": "x", "message": "позже"}, 429))

    with pytest.raises(CabinetOutcomeUnknownError, match="созданы, но не дополнены"):
        await ikassa.cabinet.save_items([MILK])


@pytest.mark.parametrize(
    "fault", [json_reply({}, 500), Reply(b""), Reply(drop=True), json_reply({"sku": []})],
    ids=["500", "empty", "dropped", "no-result"],
)  # fmt: skip
async def test_a_create_without_a_clear_answer_is_unknown_and_sent_once(ikassa: IkassaByHand, fault: Reply) -> None:
    ikassa.server.on(CREATE, fault)

    with pytest.raises(CabinetOutcomeUnknownError):
        await ikassa.cabinet.save_items([MILK])

    assert ikassa.server.paths().count(CREATE) == 1


async def test_a_token_is_asked_for_once_and_renewed_before_it_ends(ikassa: IkassaByHand) -> None:
    await asyncio.gather(*(items(ikassa) for _ in range(4)))
    assert ikassa.tokens == 1

    ikassa.now = 3600 - 361
    await items(ikassa)
    assert ikassa.tokens == 1

    ikassa.now = 3600 - 359
    await items(ikassa)
    assert ikassa.tokens == 2
    asked = next(one for one in ikassa.server.asked if one.path == TOKEN_PATH)
    assert {name: values[0] for name, values in parse_qs(asked.body.decode()).items()} == FORM
    assert asked.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_a_token_that_ended_early_is_renewed_once_for_reads_and_writes(ikassa: IkassaByHand) -> None:
    await items(ikassa)
    ikassa.good_tokens.clear()

    await ikassa.cabinet.save_items([MILK])

    assert ikassa.tokens == 2
    assert ikassa.server.paths().count(CREATE) == 2


async def test_a_token_refused_twice_says_what_to_do(ikassa: IkassaByHand) -> None:
    ikassa.server.on(DOCS, json_reply({"code": "auth", "message": "Нет доступа"}, 403))

    with pytest.raises(CabinetRefusedError, match=r"client_secret.*УНП.*Нет доступа"):
        async for _ in ikassa.cabinet.read_documents(REGISTER, DAY_START, DAY_END):
            pass

    assert ikassa.server.paths().count(DOCS) == 2


async def test_wrong_credentials_are_refused_in_words_that_help(ikassa: IkassaByHand) -> None:
    ikassa.server.on(TOKEN_PATH, json_reply({"error": "invalid_client", "error_description": "Нет клиента"}, 401))

    with pytest.raises(CabinetRefusedError, match=r"проверьте client_id и client_secret.*Нет клиента"):
        await items(ikassa)


@pytest.mark.parametrize(("bearer", "header"), [(False, "token-1"), (True, "Bearer token-1")])
async def test_the_token_goes_raw_or_as_bearer(bearer: bool, header: str) -> None:
    async with ikassa_by_hand(bearer=bearer) as ikassa:
        await items(ikassa)

        assert ikassa.server.asked[-1].headers["authorization"] == header


async def test_no_more_than_three_calls_run_at_once(ikassa: IkassaByHand) -> None:
    ikassa.server.on(DOCS, Reply(json.dumps({"docs": [], "total": 0}).encode(), hang=True))

    async def read() -> None:
        async for _ in ikassa.cabinet.read_documents(REGISTER, DAY_START, DAY_END):
            pass

    await items(ikassa)
    reads = [asyncio.create_task(read()) for _ in range(9)]
    await until(lambda: ikassa.server.running == 3)
    ikassa.server.release.set()
    await asyncio.gather(*reads)

    assert ikassa.server.running_most == 3


async def test_the_registers_are_named(ikassa: IkassaByHand) -> None:
    assert list(await ikassa.cabinet.list_registers()) == [CabinetRegister(REGISTER, "Магазин")]


async def test_a_list_of_items_that_moved_is_no_list(ikassa: IkassaByHand) -> None:
    ikassa.server.on("/api/wms.sku.list", json_reply({"sku": [], "total": 3}))

    with pytest.raises(CabinetUnavailableError, match="изменился"):
        await items(ikassa)
