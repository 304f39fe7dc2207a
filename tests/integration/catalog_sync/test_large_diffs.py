"""A diff computed by columns is stored as the one computed by objects: every row, number and count."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date
from random import Random
from typing import Any

import pytest

from catalog_sync.use_cases import compute_diff, compute_large_diff, outdated
from integration.catalog_sync.shop import Shop, barcode, item, price, receipt
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

SEED = 20260131
ITEMS = 300
SELECTIONS: tuple[dict[str, Any], ...] = (
    {},
    {"selection": {"kind": "group", "group": "Продукты"}},
    {"selection": {"kind": "synced"}},
    {"selection": {"kind": "goods-receipts", "documents": ["receipt-1"]}},
    {"direction": "import"},
    {"direction": "import", "selection": {"kind": "synced"}},
    {"direction": "import", "prices": {"retail": {"source": "price-type", "price_type": "Розничная"}}},
    {"prices": {"purchase": {"source": "price-type", "price_type": "Закупочная"}, "as_of": "2026-01-05"}},
)


@contextmanager
def large_from(items: int, identical_kept: int = 10_000) -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for module in (compute_diff, outdated):
            patch.setattr(module, "LARGE_FROM_ITEMS", items)
        for module in (compute_diff, compute_large_diff):
            patch.setattr(module, "IDENTICAL_ROWS_KEPT_MAX", identical_kept)
        yield


def erp_items(random: Random) -> list[ErpItem]:
    """Most of them sound, some of every trouble."""
    troubles: list[dict[str, Any]] = [
        {"name": ""},
        {"name": 'Имя, в котором «кавычки", запятые,\nи строки\t\\N'},
        {"article": ""},
        {"unit": None},
        {"unit": "ШТ."},
        {"group": "Продуктыы"},
        {"barcodes": ()},
        {"barcodes": (barcode(1),)},
        {"barcodes": ("1" * 30, barcode(2), "текст")},
        {"vat_rate": None, "retail_vat_rate": VatRate.TEN},
        {"kind": "service"},
        {"active": False},
    ]
    return [
        item(n, **(random.choice(troubles) if random.random() < 0.3 else {}), version=f"v{n}")
        for n in range(1, ITEMS + 1)
    ]


def cabinet_items(random: Random, items: list[ErpItem]) -> list[CabinetItem]:
    found = []
    for n, one in enumerate(random.sample(items, ITEMS * 3 // 4), start=1):
        changed = random.random() < 0.3
        found.append(
            CabinetItem(
                id=f"held-{n}",
                name=f"{one.name} " if changed and random.random() < 0.5 else one.name,
                article=one.article,
                unit=one.unit,
                group=one.group,
                barcodes=one.barcodes,
                vat_rate=one.vat_rate,
                purchase_price=None,
                retail_price=Kopecks(random.choice([100, 100 + n % 7])),
                active=not changed or random.random() < 0.8,
            )
        )
    return found


async def filled(shop: Shop) -> None:
    random = Random(SEED)
    shop.catalogue.all_items = erp_items(random)
    shop.catalogue.all_prices = [
        price(n, 100, document_number=str(document)) for n in range(1, ITEMS) for document in range(n % 3)
    ] + [price(n, n * 10, price_type="Закупочная") for n in range(1, ITEMS, 2)]
    shop.catalogue.all_goods_receipts = [
        receipt(number, date(2026, 1, 2), *((n, n * 7) for n in range(1, ITEMS, step)))
        for number, step in (("1", 3), ("2", 4), ("10", 6))
    ]
    for one in cabinet_items(random, shop.catalogue.all_items):
        shop.cabinet.items[one.id] = one
    await shop.pull()
    first = await shop.diff()
    equal = [row["id"] for row in await shop.rows(first, status="identical")]
    await shop.apply(first, equal[: len(equal) // 2])


@pytest.mark.parametrize("identical_kept", [10_000, 30, 0])
async def test_a_diff_by_columns_is_the_diff_by_objects(shop: Shop, identical_kept: int) -> None:
    await filled(shop)
    for wanted in SELECTIONS:
        with large_from(10**9, identical_kept):
            by_objects = await shop.diff(**wanted)
        with large_from(0, identical_kept):
            by_columns = await shop.diff(**wanted)

        assert by_columns["state"] == "ready"
        for told in ("counts", "versions", "not_compared", "identical_rows_listed"):
            assert by_columns[told] == by_objects[told], (wanted, told)
        assert await shop.rows(by_columns) == await shop.rows(by_objects), wanted


async def test_a_diff_by_columns_is_applied_and_then_identical(shop: Shop) -> None:
    await filled(shop)
    with large_from(0):
        run = await shop.apply(await shop.diff())
        again = await shop.diff()

    assert run["state"] == "succeeded"
    assert run["result"]["created"] > 0
    assert run["result"]["updated"] > 0
    assert (again["counts"]["missing"], again["counts"]["differs"]) == (0, 0)


async def test_a_moved_row_of_a_large_catalogue_is_found(shop: Shop) -> None:
    await filled(shop)
    with large_from(0):
        diff = await shop.diff()
        changed = await shop.rows(diff, status="differs")
        assert len(changed) > 1
        moved = changed[0]["counterpart"]["id"]
        shop.cabinet.items[moved] = replace(shop.cabinet.items[moved], name="Кто-то был быстрее")

        refused = await shop.send("POST", f"/diffs/{diff['id']}/apply", {"rows": [row["id"] for row in changed]})
        rest = await shop.apply(diff, [row["id"] for row in changed[1:]])

    assert (refused.status_code, refused.json()["rows"]) == (409, [changed[0]["id"]])
    assert rest["result"]["updated"] == len(changed) - 1
