"""What writing into an ERP's catalogue promises, on the sandbox's 1C as siblings differ, and on the fake."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

import pytest

from contract.erp.bases import onec_catalogue
from contract.erp.test_catalogue import BREAD_ITEM, MILK_ITEM
from contract.sandbox_onec.wire import BARCODES, BREAD, ITEMS, MILK, Onec
from smena.erp.catalogue import ErpCatalogue, ItemChange, PriceSetting
from smena.erp.errors import ErpRefusedError
from smena.erp.item_writes import BarcodeTakenError, ItemMovedError, imported_ref, not_held
from smena.erp.memory import MemoryCatalogue
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

SIBLINGS: dict[str, dict[str, Any]] = {
    "refs-kept": {},
    "refs-ignored": {"client_ref": "ignored"},
    "vat-catalogue": {"vat": "catalogue", "if_match": "honoured"},
    "harsh": {
        "client_ref": "ignored",
        "comment_like_rules": True,
        "unknown_filter_field": "empty",
        "iis_paths": True,
        "charset": "windows-1251",
        "unique_item_names": True,
        "refuse_groups": True,
    },
}
WISHED = imported_ref("wk-main", "17")
TEA = ItemChange(
    name="Чай «Лисма» 100% + мята", full_name="Чай «Лисма» 100% + мята", article="T+1", unit="шт",
    vat_rate=VatRate.TWENTY, retail_vat_rate=VatRate.TWENTY, kind="goods",
)  # fmt: skip
TEA_CODE = "4810000000032"
NOON = datetime(2026, 1, 30, 12)


@dataclass(frozen=True)
class Written:
    """A catalogue, and whether it keeps the references it is asked for."""

    catalogue: ErpCatalogue
    keeps: bool


@pytest.fixture(params=[*SIBLINGS, "memory", "memory-ignoring"])
async def erp(request: pytest.FixtureRequest) -> AsyncIterator[Written]:
    if request.param.startswith("memory"):
        keeps = request.param == "memory"
        opened: ErpCatalogue = MemoryCatalogue(
            items=[replace(item, version="1") for item in (BREAD_ITEM, MILK_ITEM)], keeps_client_ref=keeps
        )
    else:
        switches = SIBLINGS[request.param]
        keeps, opened = switches.get("client_ref") != "ignored", onec_catalogue(Onec(**switches))
    yield Written(opened, keeps)
    await opened.close()


def setting(**changes: Any) -> PriceSetting:
    fields: dict[str, Any] = {
        "key": "price-setting|romashka|run-1|Розничная|1",
        "price_type": "Розничная",
        "at": NOON,
        "prices": {BREAD: Kopecks(199), MILK: Kopecks(250)},
    }
    return PriceSetting(**(fields | changes))


async def test_a_new_item_holds_every_field_sent_and_no_group(erp: Written) -> None:
    made = await erp.catalogue.create_item(WISHED, TEA)

    held = await erp.catalogue.read_item(made.ref)
    assert held is not None
    assert not_held(TEA, made) == not_held(TEA, held) == ()
    assert (held.ref == WISHED) is erp.keeps
    assert await erp.catalogue.client_refs_kept() is erp.keeps
    assert (held.group, held.barcodes, held.kind, held.active) == (None, (), "goods", True)


async def test_an_item_is_found_by_reference_by_barcode_and_by_name_with_article(erp: Written) -> None:
    nothing = await erp.catalogue.find_items(WISHED, TEA, [TEA_CODE])
    made = await erp.catalogue.create_item(WISHED, TEA)
    bare = await erp.catalogue.find_items(WISHED, TEA, [TEA_CODE])
    await erp.catalogue.add_barcode(made.ref, TEA_CODE)
    whole = await erp.catalogue.find_items(WISHED, TEA, [TEA_CODE])
    other = await erp.catalogue.find_items(WISHED, replace(TEA, article="иной"), [])

    assert (nothing.ours, nothing.holders, nothing.alike) == (None, (), ())
    assert [item.ref for item in bare.alike] == ([] if erp.keeps else [made.ref])
    assert (bare.ours is not None) is erp.keeps
    assert [item.ref for item in whole.holders] == [made.ref]
    assert whole.holders[0].barcodes == (TEA_CODE,)
    assert other.alike == ()


async def test_a_barcode_is_found_in_every_spelling(erp: Written) -> None:
    found = await erp.catalogue.find_items(WISHED, TEA, ["481000000002"])

    assert [item.ref for item in found.holders] == [MILK]


async def test_given_fields_change_and_the_others_stay(erp: Written) -> None:
    known = await erp.catalogue.read_item(BREAD)
    assert known is not None

    changed = await erp.catalogue.change_item(known, ItemChange(name="Хлеб новый", retail_vat_rate=VatRate.TWENTY))

    assert await erp.catalogue.read_item(BREAD) == changed
    assert changed == replace(known, name="Хлеб новый", retail_vat_rate=VatRate.TWENTY, version=changed.version)
    assert changed.version != known.version


async def test_an_item_changed_by_another_hand_is_not_overwritten(erp: Written) -> None:
    known = await erp.catalogue.read_item(BREAD)
    assert known is not None
    theirs = await erp.catalogue.change_item(known, ItemChange(article="рукой"))

    with pytest.raises(ItemMovedError):
        await erp.catalogue.change_item(known, ItemChange(name="Хлеб новый"))

    assert await erp.catalogue.read_item(BREAD) == theirs


async def test_archiving_marks_and_takes_back_the_mark(erp: Written) -> None:
    known = await erp.catalogue.read_item(BREAD)
    assert known is not None

    archived = await erp.catalogue.change_item(known, ItemChange(active=False))
    back = await erp.catalogue.change_item(archived, ItemChange(active=True))

    assert (archived.active, back.active) == (False, True)


async def test_a_barcode_of_another_item_is_refused_with_the_item_that_holds_it(erp: Written) -> None:
    with pytest.raises(BarcodeTakenError, match="Молоко") as caught:
        await erp.catalogue.add_barcode(BREAD, MILK_ITEM.barcodes[0])

    assert caught.value.holder is not None
    assert caught.value.holder.ref == MILK


async def test_a_barcode_the_item_has_already_is_no_second_one(erp: Written) -> None:
    await erp.catalogue.add_barcode(BREAD, TEA_CODE)
    await erp.catalogue.add_barcode(BREAD, TEA_CODE)

    held = await erp.catalogue.read_item(BREAD)
    assert held is not None
    assert held.barcodes == ("4810000000012", TEA_CODE)


async def test_only_a_barcode_of_the_item_is_taken_from_it(erp: Written) -> None:
    await erp.catalogue.remove_barcode(BREAD, MILK_ITEM.barcodes[0])
    await erp.catalogue.remove_barcode(BREAD, BREAD_ITEM.barcodes[0])
    await erp.catalogue.remove_barcode(BREAD, BREAD_ITEM.barcodes[0])

    bread, milk = await erp.catalogue.read_item(BREAD), await erp.catalogue.read_item(MILK)
    assert bread is not None
    assert milk is not None
    assert (bread.barcodes, milk.barcodes) == ((), MILK_ITEM.barcodes)


async def test_a_unit_the_base_lacks_refuses_the_item_alone(erp: Written) -> None:
    with pytest.raises(ErpRefusedError, match="бочка"):
        await erp.catalogue.create_item(WISHED, replace(TEA, unit="бочка"))

    assert (await erp.catalogue.find_items(WISHED, TEA, [])).ours is None


async def test_prices_are_set_by_one_document_found_by_its_marker(erp: Written) -> None:
    wanted = setting()
    assert await erp.catalogue.find_prices(wanted) == []

    made = await erp.catalogue.create_prices(wanted)
    posted = await erp.catalogue.post_prices(made.ref)
    again = await erp.catalogue.post_prices(made.ref)

    assert (made.posted, posted.posted) == (False, True)
    assert posted == again
    assert list(await erp.catalogue.find_prices(wanted)) == [posted]
    assert (posted.price_type, posted.at, posted.prices) == ("Розничная", NOON, wanted.prices)
    assert await erp.catalogue.find_prices(setting(key="price-setting|romashka|run-1|Розничная|12")) == []


async def test_prices_that_were_set_are_read_with_the_others(erp: Written) -> None:
    before = [price async for page in erp.catalogue.prices() for price in page]
    made = await erp.catalogue.create_prices(setting())
    draft = [price async for page in erp.catalogue.prices() for price in page]
    await erp.catalogue.post_prices(made.ref)

    after = [price async for page in erp.catalogue.prices() for price in page]
    assert draft == before
    assert sorted(price.price for price in after if price.document_number == made.number) == [199, 250]


async def test_a_price_type_the_base_lacks_is_refused(erp: Written) -> None:
    with pytest.raises(ErpRefusedError, match="Секретная"):
        await erp.catalogue.create_prices(setting(price_type="Секретная"))


async def test_an_unknown_item_reads_as_none(erp: Written) -> None:
    assert await erp.catalogue.read_item(str(uuid4())) is None


async def test_a_second_item_of_one_name_is_refused_in_1cs_words() -> None:
    catalogue = onec_catalogue(Onec(unique_item_names=True))

    with pytest.raises(ErpRefusedError, match="уже существует"):
        await catalogue.create_item(WISHED, replace(TEA, name="Хлеб"))
    await catalogue.close()


async def test_a_long_name_is_cut_by_1c_and_seen() -> None:
    catalogue, long = onec_catalogue(Onec()), replace(TEA, name="Ж" * 150, full_name="Ж" * 150)

    made = await catalogue.create_item(WISHED, long)

    assert not_held(long, made) == ("name",)
    await catalogue.close()


async def test_nothing_but_a_barcode_is_deleted_and_nothing_is_put() -> None:
    onec = Onec()
    methods: list[tuple[str, str]] = []
    handle = onec.base.handle

    async def noted(request: Any) -> Any:
        methods.append((request.method, request.url.path.split("standard.odata/")[1].split("(")[0]))
        return await handle(request)

    onec.base.handle = noted  # type: ignore[method-assign]
    catalogue = onec_catalogue(onec)
    known = await catalogue.read_item(BREAD)
    assert known is not None
    await catalogue.change_item(known, ItemChange(name="Х"))
    await catalogue.remove_barcode(BREAD, BREAD_ITEM.barcodes[0])
    await catalogue.add_barcode(BREAD, TEA_CODE)

    assert [call for call in methods if call[0] != "GET"] == [
        ("PATCH", ITEMS),
        ("DELETE", BARCODES),
        ("POST", BARCODES),
    ]
    await catalogue.close()
