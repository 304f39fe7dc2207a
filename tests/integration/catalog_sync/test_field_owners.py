"""«Цена задана вручную»: what the cabinet owns is given to new items, shown as not compared, and never overwritten."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
from pydantic import ValidationError

from integration.catalog_sync.shop import Shop, item, price
from smena.config.cabinets import FieldOwners
from smena.config.model import SmenaConfig
from smena.kinds.money import Kopecks


@pytest.fixture
async def owned(database_url: str) -> AsyncIterator[Shop]:
    """A shop whose cabinet owns its retail prices."""
    async with Shop.opened(database_url, fields={"retail_price": "cabinet"}, lease=5) as opened:
        yield opened


async def filled(shop: Shop) -> None:
    shop.catalogue.all_items = [item(n) for n in range(1, 4)]
    shop.catalogue.all_prices = [price(n, 100 * n) for n in range(1, 4)]
    await shop.pull()


async def test_a_price_set_by_hand_in_the_cabinet_stays_and_the_rest_is_written(owned: Shop) -> None:
    await filled(owned)
    await owned.apply(await owned.diff())
    made = {one.name: one for one in owned.cabinet.items.values()}
    owned.cabinet.items[made["Товар 1"].id] = replace(made["Товар 1"], retail_price=Kopecks(777))
    owned.catalogue.all_items[0] = item(1, name="Новое имя")
    owned.catalogue.all_prices = [price(n, 5 * n, document_number="00000002") for n in range(1, 4)]
    await owned.pull()

    diff = await owned.diff()
    (row,) = await owned.rows(diff, status="differs")
    run = await owned.apply(diff)

    assert {one.name: one.retail_price for one in made.values()}["Товар 1"] == Kopecks(100)
    assert (diff["not_compared"], diff["owned_by_cabinet"]) == (["retail_price"], ["retail_price"])
    assert [change["field"] for change in row["changes"]] == ["name"]
    assert run["result"]["updated"] == 1
    assert owned.cabinet.items[made["Товар 1"].id].retail_price == Kopecks(777)
    assert (await owned.diff())["counts"]["identical"] == 3


async def test_a_missing_price_stops_a_new_item_and_not_one_whose_price_is_the_cabinets(owned: Shop) -> None:
    await filled(owned)
    await owned.apply(await owned.diff())
    owned.catalogue.all_prices = [price(1, 100)]
    owned.catalogue.all_items.append(item(4))
    await owned.pull()

    diff = await owned.diff()

    assert (diff["counts"]["identical"], diff["counts"]["invalid"]) == (3, 1)


async def test_an_import_takes_over_what_the_cabinet_owns(owned: Shop) -> None:
    await filled(owned)
    await owned.apply(await owned.diff())
    owned.cabinet.items = {key: replace(one, retail_price=Kopecks(999)) for key, one in owned.cabinet.items.items()}

    diff = await owned.diff(direction="import", prices={"retail": {"source": "price-type"}})

    assert diff["owned_by_cabinet"] == []
    assert diff["counts"]["differs"] == 3


@pytest.mark.parametrize("fields", [{"retail_price": "nobody"}, {"colour": "cabinet"}, {"active": "cabinet"}])
def test_an_owner_or_field_nobody_knows_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValidationError):
        FieldOwners.model_validate(fields)


def test_every_field_is_the_erps_unless_said_otherwise() -> None:
    assert FieldOwners().of_cabinet == frozenset()
    assert SmenaConfig().cabinets == ()
