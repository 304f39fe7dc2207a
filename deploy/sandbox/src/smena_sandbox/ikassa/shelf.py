"""Items of the cabinet: what ``wms.sku.*`` show and take."""

from collections.abc import Callable
from typing import Any

from smena_sandbox.world.cabinet import UNITS, VAT_CODES
from smena_sandbox.world.model import CatalogueItem, Good

KINDS = ("product", "service", "certificate")
RATES = {code: None if rate == "none" else int(rate) for rate, code in VAT_CODES.items()}
LONGEST_NAME = 255
TYPES: dict[str, Callable[[Any], bool]] = {
    "article": lambda value: isinstance(value, str),
    "code": lambda value: isinstance(value, str),
    "isGTIN": lambda value: isinstance(value, bool),
    "name": lambda value: isinstance(value, str) and 0 < len(value) <= LONGEST_NAME,
    "price": lambda value: isinstance(value, int) and value >= 0,
    "priceHasTax": lambda value: isinstance(value, bool),
    "type": lambda value: value in KINDS,
    "unit": lambda value: value in UNITS,
    "tax": lambda value: value in {0, 10, 20, 25},
    "group": lambda value: isinstance(value, str),
    "buyPrice": lambda value: isinstance(value, int) and value >= 0,
}
NEEDED = ("article", "code", "isGTIN", "name", "price", "priceHasTax", "type")
"""What ``create`` takes and needs; the rest follows by ``update`` (wire.md)."""


class RejectedError(ValueError):
    """A row that is not taken; the text becomes ``error``."""


class Shelf:
    """Items by their id, which is the caller's own."""

    def __init__(self, goods: dict[int, Good], items: list[CatalogueItem]) -> None:
        self.skus: dict[str, dict[str, Any]] = {str(good.good_id): _sku(good) for good in goods.values()}
        self._goods = goods
        self._items = {item.good_id: item for item in items}

    def facts(self, good_id: int | None) -> tuple[dict[str, str] | None, int | None]:
        """Code and VAT percent of a line's item, which a till knows before the cabinet lists it."""
        good = None if good_id is None else self._goods.get(good_id)
        if good is not None:
            return _code(good.gtin, good.vendor_code), RATES.get(good.sell_vat or 0)
        item = None if good_id is None else self._items.get(good_id)
        if item is None:
            return None, None
        return _code(item.barcode, item.article), RATES[VAT_CODES[item.retail_vat_rate]]

    def create(self, row: Any) -> dict[str, Any]:
        """Make one item; an id that is taken is refused."""
        sku_id, values = _checked(row)
        if missing := [name for name in NEEDED if values.get(name) is None]:
            raise RejectedError(f"не указано: {', '.join(missing)}")
        if unknown := sorted(set(values) - set(NEEDED)):
            raise RejectedError(f"create не принимает: {', '.join(unknown)}")
        if sku_id in self.skus:
            raise RejectedError(f"товар {sku_id} уже есть")
        self.skus[sku_id] = {"id": sku_id, **dict.fromkeys(TYPES), **values}
        return self.skus[sku_id]

    def update(self, row: Any) -> tuple[dict[str, Any], dict[str, Any]]:
        """Change one item: an absent field is kept, null empties. Before and after."""
        sku_id, values = _checked(row)
        if sku_id not in self.skus:
            raise RejectedError(f"товар {sku_id} не найден")
        before = self.skus[sku_id]
        self.skus[sku_id] = {**before, **values}
        return before, self.skus[sku_id]


def _checked(row: Any) -> tuple[str, dict[str, Any]]:
    if not isinstance(row, dict) or not isinstance(row.get("id"), str) or not row["id"]:
        raise RejectedError("у товара нет id")
    values = {name: value for name, value in row.items() if name != "id"}
    for name, value in values.items():
        if name not in TYPES:
            raise RejectedError(f"неизвестное поле {name}")
        if value is not None and not TYPES[name](value):
            raise RejectedError(f"{name}: недопустимое значение")
    if "name" in values and not values["name"]:
        raise RejectedError("не указано наименование")
    return row["id"], values


def _sku(good: Good) -> dict[str, Any]:
    return {
        "id": str(good.good_id),
        "article": good.vendor_code,
        "code": good.gtin or good.vendor_code,
        "isGTIN": bool(good.gtin),
        "name": good.name,
        "price": good.sell_price,
        "priceHasTax": True,
        "type": KINDS[good.good_type or 0],
        "unit": None if good.unit is None else UNITS[good.unit],
        "tax": RATES.get(good.sell_vat) if good.sell_vat is not None else None,
        "group": good.group_name,
        "buyPrice": good.buy_price,
    }


def _code(barcode: str | None, article: str | None) -> dict[str, str] | None:
    if barcode:
        return {"type": "gtin", "value": barcode}
    return {"type": "code", "value": article} if article else None
