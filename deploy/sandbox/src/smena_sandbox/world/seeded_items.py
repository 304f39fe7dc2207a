"""The seeded shop's catalogue."""

from random import Random

from smena_sandbox.world.assortment import NEVER_SOLD, SHELVES, Shelf
from smena_sandbox.world.barcodes import in_store, with_check_digit
from smena_sandbox.world.model import CatalogueItem

FIRST_GOOD_ID = 40_001
OTHER_RETAIL_RATE_EVERY = 23
"""Every so many items are bought with 20 % and sold with 10 %: the retail rate is the one that counts."""


def seeded_items(seed: int) -> list[CatalogueItem]:
    """Every item has an article, a barcode, a group and both prices, so that each can be sold and exported."""
    random = Random(f"{seed}|items")
    items: list[CatalogueItem] = []
    for shelf in SHELVES:
        for name in shelf.names:
            for variant in shelf.variants:
                items.append(_item(shelf, f"{name} {variant}", len(items), random))
    return items


def _item(shelf: Shelf, name: str, n: int, random: Random) -> CatalogueItem:
    retail = random.randint(*shelf.prices)
    weighed = shelf.unit == "кг"
    barcode = in_store((1000 + n) * 100_000, "21") if weighed else with_check_digit(f"4810{20_000_000 + n:08d}")
    other_rate = shelf.vat_rate == "20" and n % OTHER_RETAIL_RATE_EVERY == OTHER_RETAIL_RATE_EVERY - 1
    return CatalogueItem(
        name=name,
        unit=shelf.unit,
        group=shelf.group,
        article=f"A-{1001 + n}",
        barcode=barcode,
        vat_rate=shelf.vat_rate,
        retail_vat_rate="10" if other_rate else shelf.vat_rate,
        purchase_price=max(1, retail * random.randint(55, 80) // 100),
        retail_price=retail,
        good_id=FIRST_GOOD_ID + n,
    )


def never_sold_items() -> list[CatalogueItem]:
    """Items only 1C knows, some of them unfit for export; they have no reserved good."""
    return [
        CatalogueItem(
            name=name,
            unit="шт",
            group=group,
            article=article,
            barcode=with_check_digit(f"4810{29_000_000 + n:08d}") if with_barcode else "",
            vat_rate="20",
            retail_vat_rate="20",
            purchase_price=1000,
            retail_price=1500,
            good_id=0,
            kind=kind,
        )
        for n, (name, kind, group, article, with_barcode) in enumerate(NEVER_SOLD)
    ]
