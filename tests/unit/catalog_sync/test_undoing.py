"""What one row puts back, field by field, against an oracle that knows only three values per field."""

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog_sync.domain.undoing import put_back
from smena.cabinets.items import CabinetItem, ItemWrite
from smena.cabinets.memory import MemoryCabinet
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate
from unit.catalog_sync.things import BREAD, MILK, TEA, held

VALUES: dict[str, list[Any]] = {
    "name": ["Молоко", "Хлеб", "Чай"],
    "unit": ["шт", "кг", None],
    "group": ["Продукты", "Иное", None],
    "article": ["A", "B", None],
    "vat_rate": [VatRate.TEN, VatRate.TWENTY, VatRate.NONE],
    "purchase_price": [Kopecks(1), Kopecks(2), None],
    "retail_price": [Kopecks(3), Kopecks(4), None],
    "barcodes": [(MILK,), (BREAD, TEA), ()],
    "active": [True, False],
}
contents = st.fixed_dictionaries({name: st.sampled_from(values) for name, values in VALUES.items()})


def write_of(item: CabinetItem) -> ItemWrite:
    return ItemWrite(
        id=item.id,
        name=item.name,
        article=item.article,
        unit=item.unit or "",
        group=item.group,
        barcodes=item.barcodes,
        vat_rate=item.vat_rate or VatRate.NONE,
        purchase_price=item.purchase_price,
        retail_price=item.retail_price,
        active=item.active,
    )


async def saved(item: CabinetItem, write: ItemWrite | None) -> CabinetItem:
    cabinet = MemoryCabinet(items=[item])
    if write is not None:
        await cabinet.save_items([write])
    return cabinet.items[item.id]


@settings(max_examples=400, deadline=None, print_blob=True)
@given(contents, contents, contents)
async def test_each_field_goes_back_or_is_named_with_both_values(
    before: dict[str, Any], wrote: dict[str, Any], later: dict[str, Any]
) -> None:
    old, write = held("1", **before), write_of(held("1", **wrote))
    written = await saved(old, write)
    found = replace(written, **{name: value for name, value in later.items() if value})

    plan = put_back(old, write, found)
    after = await saved(found, plan.write)

    refused = {{"barcode": "barcodes"}.get(one.field.value, one.field.value) for one in plan.refused}
    for name in VALUES:
        was, put, now = (getattr(one, name) for one in (old, written, found))
        changed_since = put != was and now not in (put, was)
        assert (name in refused) == changed_since, name
        expected = was if now == put and put != was else now
        assert getattr(after, name) == expected, name
    assert after == plan.item


def test_what_was_made_is_archived_whatever_was_changed_in_it_since() -> None:
    found = held(name="Рукой", retail_price=Kopecks(999))

    plan = put_back(None, write_of(held()), found)

    assert plan.write is not None
    assert (plan.item, plan.refused) == (replace(found, active=False), ())
    assert put_back(None, write_of(held()), plan.item).write is None


def test_a_value_that_was_empty_is_emptied_again() -> None:
    old = held(article=None, purchase_price=None, retail_price=None, group=None, barcodes=())

    plan = put_back(old, write_of(held(purchase_price=Kopecks(5))), held(purchase_price=Kopecks(5)))

    assert plan.write is not None
    assert plan.write.clear == {"article", "purchase_price", "retail_price", "group", "barcodes"}
    assert plan.item == old


def test_a_refused_price_is_shown_in_roubles_and_barcodes_as_a_list() -> None:
    old = held(retail_price=Kopecks(100), barcodes=(MILK,))
    written = write_of(held(retail_price=Kopecks(250), barcodes=(BREAD, TEA)))

    plan = put_back(old, written, held(retail_price=Kopecks(777), barcodes=(TEA,)))

    assert {(one.field.value, one.written, one.found) for one in plan.refused} == {
        ("retail_price", "2.50", "7.77"),
        ("barcode", f"{BREAD}, {TEA}", TEA),
    }
    assert plan.write is None
