"""The cabinet's goods: most equal the catalogue, some are missing, some differ, so that a diff has something to say."""

from collections.abc import Sequence
from random import Random

from smena_sandbox.world.barcodes import with_check_digit
from smena_sandbox.world.cabinet import UNITS, VAT_CODES, Cabinet
from smena_sandbox.world.model import CatalogueItem, Good

MISSING, OTHER_PRICE, OTHER_NAME, OTHER_SPACES = 0.12, 0.12, 0.05, 0.05
"""Shares of the catalogue; at least one item each where there are enough."""

CABINET_ONLY = ("Пакет-майка", "Открытка авторская", "Товар старого кода")


def fill_goods(cabinet: Cabinet, items: Sequence[CatalogueItem], seed: int) -> None:
    """Put the goods into the cabinet, in order of their ids."""
    random = Random(f"{seed}|cabinet")
    order = list(range(len(items)))
    random.shuffle(order)
    fate: dict[int, str] = {}
    for name, share in (
        ("missing", MISSING),
        ("price", OTHER_PRICE),
        ("name", OTHER_NAME),
        ("spaces", OTHER_SPACES),
    ):
        for _ in range(min(len(order), max(1, round(len(items) * share)))):
            fate[order.pop()] = name
    for n, item in enumerate(items):
        if fate.get(n) != "missing":
            good = good_of(item)
            _alter(good, fate.get(n), random)
            cabinet.goods[good.good_id] = good
    for n, name in enumerate(CABINET_ONLY):
        good_id = cabinet.id_for(None, None)
        cabinet.goods[good_id] = Good(
            good_id, name, f"OLD-{n + 1}", 0, None, 50 * (n + 1), gtin=with_check_digit(f"4810{28_000_000 + n:08d}"),
            is_open=n < len(CABINET_ONLY) - 1,
        )  # fmt: skip


def good_of(item: CatalogueItem) -> Good:
    """The good that equals an item in full."""
    return Good(
        good_id=item.good_id,
        name=item.name,
        vendor_code=item.article or None,
        unit=UNITS.index(item.unit),
        buy_price=item.purchase_price,
        sell_price=item.retail_price,
        group_name=item.group or None,
        good_type=1 if item.service_at_till else 0,
        gtin=item.barcode or None,
        sell_vat=VAT_CODES[item.retail_vat_rate],
    )


def _alter(good: Good, fate: str | None, random: Random) -> None:
    if fate == "price" and good.sell_price is not None:
        good.sell_price += max(1, good.sell_price * random.randint(2, 15) // 100)
    elif fate == "name":
        good.name = f"{good.name} (новый)"
    elif fate == "spaces":
        good.name = f" {good.name.replace(' ', '  ', 1)} "
