"""Goods: how they are shown, filtered and saved."""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from smena_sandbox.webkassa.answers import rubles_or_null
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import Good

LONGEST_NAME = 255
FIELDS = {
    "vendorCode": "vendor_code",
    "goodName": "name",
    "unit": "unit",
    "buyPrice": "buy_price",
    "sellPrice": "sell_price",
    "discountValue": "discount_value",
    "quantity": "quantity",
    "groupName": "group_name",
    "goodType": "good_type",
    "gtin": "gtin",
    "gtinAdditional": "gtin_additional",
    "isOpen": "is_open",
    "sellVat": "sell_vat",
    "stockId": "stock_id",
}
SCALES = {"buyPrice": 2, "sellPrice": 2, "discountValue": 2, "quantity": 3}
CODES = {"unit": 4, "goodType": 3, "sellVat": 4, "isOpen": 2}
"""Fields with a code from 0 and how many codes there are (wire.md)."""


class RejectedGoodError(ValueError):
    """A row the cabinet does not take; the text becomes ``errMess``."""


def shown(good: Good) -> dict[str, Any]:
    """A Good as ``warehouse/list`` gives it."""
    return {
        "goodId": good.good_id,
        "vendorCode": good.vendor_code,
        "goodName": good.name,
        "unit": good.unit,
        "buyPrice": rubles_or_null(good.buy_price),
        "sellPrice": rubles_or_null(good.sell_price),
        "discountValue": rubles_or_null(good.discount_value),
        "quantity": None if good.quantity is None else good.quantity / 1000,
        "groupName": good.group_name,
        "goodType": good.good_type,
        "gtin": good.gtin,
        "gtinAdditional": good.gtin_additional,
        "isOpen": int(good.is_open),
        "sellVat": good.sell_vat,
        "stockId": good.stock_id,
    }


def selected(cabinet: Cabinet, asked: dict[str, Any]) -> Iterator[Good]:
    """Goods that fit every filter given; hidden ones come with ``isOpen`` 0 only."""
    is_open = asked.get("isOpen", 1) not in (0, "0")
    for good in cabinet.goods.values():
        if good.is_open is not is_open:
            continue
        if asked.get("goodId") is not None and good.good_id != asked["goodId"]:
            continue
        if asked.get("vendorCode") is not None and good.vendor_code != asked["vendorCode"]:
            continue
        gtin = asked.get("gtin")
        if gtin is not None and gtin != good.gtin and gtin not in good.gtin_additional:
            continue
        yield good


def save(cabinet: Cabinet, row: Any) -> tuple[str, Good, dict[str, Any] | None]:
    """Create or update one good: ``(status, good, before)``. An absent field is kept, null clears (wire.md)."""
    if not isinstance(row, dict):
        raise RejectedGoodError("строка не является товаром")
    values = {attribute: _value(name, row[name]) for name, attribute in FIELDS.items() if name in row}
    good_id = row.get("goodId")
    if good_id is None:
        if not values.get("name"):
            raise RejectedGoodError("не указано наименование")
        good = Good(cabinet.id_for(values.get("gtin"), values.get("vendor_code")), values["name"])
        status, before = "created", None
    else:
        found = cabinet.goods.get(good_id) if isinstance(good_id, int) else None
        if found is None:
            raise RejectedGoodError(f"товар {good_id} не найден")
        good, status, before = found, "updated", shown(found)
        if "name" in values and not values["name"]:
            raise RejectedGoodError("не указано наименование")
    for attribute, value in values.items():
        setattr(good, attribute, value)
    cabinet.goods[good.good_id] = good
    return status, good, before


def _value(name: str, value: Any) -> Any:
    if name == "gtinAdditional":
        return _texts(value)
    if name == "isOpen":
        return value is None or bool(_code(name, value))
    if value is None:
        return None
    if name in SCALES:
        return _scaled(name, value)
    if name in CODES:
        return _code(name, value)
    if name == "stockId":
        if not isinstance(value, int):
            raise RejectedGoodError("stockId: ожидается целое число")
        return value
    if not isinstance(value, str):
        raise RejectedGoodError(f"{name}: ожидается строка")
    if len(value) > LONGEST_NAME:
        raise RejectedGoodError(f"{name}: длиннее {LONGEST_NAME} символов")
    return value


def _texts(value: Any) -> list[str]:
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise RejectedGoodError("gtinAdditional: ожидается список строк")
    return value


def _code(name: str, value: Any) -> int:
    if not isinstance(value, int) or not 0 <= value < CODES[name]:
        raise RejectedGoodError(f"{name}: неизвестный код {value}")
    return int(value)


def _scaled(name: str, value: Any) -> int:
    """A number of the body as an integer of its smallest unit; more decimals than the cabinet has are refused."""
    if not isinstance(value, (int, Decimal)) or isinstance(value, bool):
        raise RejectedGoodError(f"{name}: ожидается число")
    scaled = Decimal(value).scaleb(SCALES[name])
    if scaled != scaled.to_integral_value() or scaled < 0:
        raise RejectedGoodError(f"{name}: недопустимое значение {value}")
    return int(scaled)
