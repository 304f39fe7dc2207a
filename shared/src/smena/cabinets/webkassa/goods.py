"""Goods of the cabinet and items in our words, in both directions."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final

from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError
from smena.cabinets.reading import UnreadableError, money_or_none, whole, whole_or_none
from smena.cabinets.webkassa.codes import (
    GOOD_KIND_CODES,
    GOOD_KINDS,
    UNIT_CODES,
    UNITS,
    VAT_CODES,
    VAT_RATES,
)
from smena.cabinets.webkassa.wire import Good, SaveAnswer, SaveResult
from smena.kinds.money import Kopecks, rubles

_NAMES_OF: Final[dict[str, tuple[str, ...]]] = {
    "article": ("vendorCode",),
    "unit": ("unit",),
    "group": ("groupName",),
    "vat_rate": ("sellVat",),
    "purchase_price": ("buyPrice",),
    "retail_price": ("sellPrice",),
    "barcodes": ("gtin", "gtinAdditional"),
}
"""What is sent as null to empty a field (assumed)."""


def item_of(good: Good) -> CabinetItem:
    """A good in our words; a code outside the lists leaves its field empty, so that it compares as different.

    Raises:
        UnreadableError: it has no id.
    """
    return CabinetItem(
        id=str(whole(good.goodId, "goodId")),
        name=good.goodName or "",
        article=good.vendorCode or None,
        unit=UNITS.get(_code(good.unit)),
        group=good.groupName or None,
        barcodes=tuple(code for code in (good.gtin, *(good.gtinAdditional or ())) if code),
        vat_rate=VAT_RATES.get(_code(good.sellVat)),
        purchase_price=_price(good.buyPrice),
        retail_price=_price(good.sellPrice),
        kind="goods" if good.goodType is None else _kind(_code(good.goodType)),
        active=bool(good.isOpen) if good.isOpen is not None else True,
    )


def good_of(item: ItemWrite) -> dict[str, Any]:
    """An item as the cabinet takes it.

    What is None is left out, which keeps the cabinet's value; what is to be emptied is null (both assumed).

    Raises:
        CabinetRefusedError: a code list has no code for a value.
    """
    keeps_unit = item.id is not None and not item.unit
    good: dict[str, Any] = {
        "goodName": item.name,
        **({} if keeps_unit else {"unit": _known(UNIT_CODES, item.unit, "единица", item)}),
        "goodType": _known(GOOD_KIND_CODES, item.kind, "вид товара", item),
        "isOpen": int(item.active),
        "sellVat": _known(VAT_CODES, item.vat_rate, "ставка НДС", item),
    }
    if item.id is not None:
        good["goodId"] = int(item.id) if item.id.isdigit() else item.id
    optional: dict[str, Any] = {
        "vendorCode": item.article,
        "groupName": item.group,
        "buyPrice": None if item.purchase_price is None else rubles(item.purchase_price),
        "sellPrice": None if item.retail_price is None else rubles(item.retail_price),
    }
    good.update({name: value for name, value in optional.items() if value is not None})
    if item.barcodes:
        good["gtin"] = item.barcodes[0]
        good["gtinAdditional"] = list(item.barcodes[1:])
    good.update(dict.fromkeys(name for field in sorted(item.clear) for name in _NAMES_OF[field]))
    return good


def results_of(answer: SaveAnswer, items: Sequence[ItemWrite]) -> tuple[ItemWriteResult, ...]:
    """One result per item, in the batch's order.

    Raises:
        CabinetOutcomeUnknownError: an item has no result, two, or one we do not know.
    """
    by_index: dict[int, ItemWriteResult] = {}
    for result in answer.results:
        found = _result(result)
        if found.index in by_index or not 0 <= found.index < len(items):
            raise CabinetOutcomeUnknownError(f"неожиданный ответ кабинета о товаре {found.index}")
        by_index[found.index] = found
    if missing := [index for index in range(len(items)) if index not in by_index]:
        raise CabinetOutcomeUnknownError(f"кабинет не сказал, что стало с товарами {missing[:10]}: прочитайте их снова")
    return tuple(by_index[index] for index in range(len(items)))


def _result(result: SaveResult) -> ItemWriteResult:
    try:
        index, good_id = whole(result.index, "index"), whole_or_none(result.goodId, "goodId")
        status = ItemWriteStatus(result.status or "")
    except ValueError as error:
        raise CabinetOutcomeUnknownError(f"ответ кабинета о товаре не распознан ({error})") from error
    if status is ItemWriteStatus.CREATED and good_id is None:
        raise CabinetOutcomeUnknownError(f"кабинет создал товар {index}, но не назвал его goodId")
    return ItemWriteResult(index, status, None if good_id is None else str(good_id), result.errMess or None)


def _known(codes: dict[Any, int], value: object, what: str, item: ItemWrite) -> int:
    if value not in codes:
        raise CabinetRefusedError(f"у кабинета нет кода: {what} «{value}», товар «{item.name}»")
    return codes[value]


def _code(value: int | Decimal | None) -> int:
    try:
        found = whole_or_none(value, "code")
    except UnreadableError:
        return -1
    return -1 if found is None else found


def _kind(code: int) -> str:
    return GOOD_KINDS.get(code, f"unknown-{code}")


def _price(value: Decimal | None) -> Kopecks | None:
    try:
        return money_or_none(value, "price")
    except UnreadableError:
        return None
