"""iKassa's items and items in our words, in both directions."""

from collections.abc import Sequence
from typing import Any, Final
from uuid import uuid5

import msgspec

from smena.cabinets.ikassa import wire
from smena.cabinets.ikassa.codes import ITEM_KIND_CODES, ITEM_KINDS, UNITS, VAT_CODES, VAT_RATES
from smena.cabinets.ikassa.wire import SavedAnswer, Sku
from smena.cabinets.items import CabinetItem, ItemWrite, ItemWriteResult, ItemWriteStatus
from smena.cabinets.loose import loosely
from smena.cabinets.port import CabinetOutcomeUnknownError, CabinetRefusedError
from smena.cabinets.reading import UnreadableError, kopecks_or_none, whole_or_none
from smena.kinds.identity import SMENA_NAMESPACE
from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate

_NAMES_OF: Final[dict[str, str]] = {
    "article": "article",
    "unit": "unit",
    "group": "group",
    "vat_rate": "tax",
    "purchase_price": "buyPrice",
    "retail_price": "price",
    "barcodes": "code",
}
"""What is sent as null to empty a field (assumed)."""
_STATUSES: Final = {
    "created": ItemWriteStatus.CREATED,
    "updated": ItemWriteStatus.UPDATED,
    "rejected": ItemWriteStatus.REJECTED,
}


def readable_items(raws: Sequence[msgspec.Raw]) -> list[CabinetItem]:
    """The items of an answer; one without an id, or that is none, cannot be named and is left out."""
    found = []
    for raw in raws:
        try:
            sku = wire.SKU.decode(raw)
        except msgspec.ValidationError:
            sku = _field_by_field(raw)
        if sku.id not in {None, ""}:
            found.append(item_of(sku))
    return found


def item_of(sku: Sku) -> CabinetItem:
    """An item in our words; a code outside the lists leaves its field empty, so that it compares as different."""
    return CabinetItem(
        id=str(sku.id),
        name=sku.name or "",
        article=sku.article or None,
        unit=sku.unit or None,
        group=sku.group or None,
        barcodes=(sku.code,) if sku.code and sku.isGTIN else (),
        vat_rate=_rate(sku.tax),
        purchase_price=_price(sku.buyPrice),
        retail_price=None if sku.priceHasTax is False else _price(sku.price),
        kind=ITEM_KINDS.get(sku.type or "product", f"unknown-{sku.type}"),
    )


def new_id(item: ItemWrite) -> str:
    """The caller's own id of a new item: the same item sent twice is one item over there."""
    main = next(iter(item.barcodes), "")
    return str(uuid5(SMENA_NAMESPACE, f"ikassa-sku|{main}|{item.article or ''}|{item.name}"))


def created_fields(item: ItemWrite, sku_id: str) -> dict[str, Any]:
    """What ``wms.sku.create`` takes (observed); a price that is not known is 0 there until one is."""
    barcode = next(iter(item.barcodes), None)
    return {
        "id": sku_id,
        "article": item.article or "",
        "code": barcode or item.article or "",
        "isGTIN": barcode is not None,
        "name": item.name,
        "price": item.retail_price or 0,
        "priceHasTax": True,
        "type": _kind(item),
    }


def rest_fields(item: ItemWrite, sku_id: str) -> dict[str, Any]:
    """What a new item gets by ``update``, since ``create`` does not take it (assumed)."""
    return {"id": sku_id, **_unit_tax_group_purchase(item)}


def updated_fields(item: ItemWrite) -> dict[str, Any]:
    """What ``wms.sku.update`` takes (assumed): what is left out is kept, null empties."""
    fields: dict[str, Any] = {"id": item.id, "name": item.name, "type": _kind(item), **_unit_tax_group_purchase(item)}
    if item.article is not None:
        fields["article"] = item.article
    if item.barcodes:
        fields.update(code=item.barcodes[0], isGTIN=True)
    if item.retail_price is not None:
        fields.update(price=int(item.retail_price), priceHasTax=True)
    fields.update(dict.fromkeys(_NAMES_OF[name] for name in sorted(item.clear)))
    if "barcodes" in item.clear:
        fields["isGTIN"] = False
    return fields


def results_of(answer: SavedAnswer, ids: Sequence[str]) -> dict[str, ItemWriteResult]:
    """One result per id sent; the index is its place among them.

    Raises:
        CabinetOutcomeUnknownError: an item has no result, two, or one we do not know.
    """
    found: dict[str, ItemWriteResult] = {}
    places = {sku_id: place for place, sku_id in enumerate(ids)}
    for saved in answer.sku:
        sku_id, status = str(saved.id), _STATUSES.get(saved.status or "")
        if sku_id not in places or sku_id in found or status is None:
            raise CabinetOutcomeUnknownError(
                f"ответ кабинета о товаре {sku_id} не распознан (status «{saved.status}»): прочитайте товары снова"
            )
        found[sku_id] = ItemWriteResult(places[sku_id], status, sku_id, saved.error or None)
    if missing := [sku_id for sku_id in ids if sku_id not in found]:
        raise CabinetOutcomeUnknownError(f"кабинет не сказал, что стало с товарами {missing[:10]}: прочитайте их снова")
    return found


def _unit_tax_group_purchase(item: ItemWrite) -> dict[str, Any]:
    if item.unit and item.unit not in UNITS:
        raise CabinetRefusedError(f"кабинету неизвестна единица «{item.unit}», товар «{item.name}»")
    fields: dict[str, Any] = {"tax": VAT_CODES[item.vat_rate]}
    if item.unit:
        fields["unit"] = item.unit
    if item.group is not None:
        fields["group"] = item.group
    if item.purchase_price is not None:
        fields["buyPrice"] = int(item.purchase_price)
    return fields


def _kind(item: ItemWrite) -> str:
    if item.kind not in ITEM_KIND_CODES:
        raise CabinetRefusedError(f"кабинету неизвестен вид товара «{item.kind}», товар «{item.name}»")
    return ITEM_KIND_CODES[item.kind]


def _rate(tax: wire.Number) -> VatRate | None:
    try:
        percent = whole_or_none(tax, "tax")
    except UnreadableError:
        return None
    return VatRate.NONE if percent is None else VAT_RATES.get(percent)


def _price(value: wire.Number) -> Kopecks | None:
    try:
        return kopecks_or_none(value, "price")
    except UnreadableError:
        return None


def _field_by_field(raw: msgspec.Raw) -> Sku:
    loose = loosely(raw)
    sku = Sku()
    for field in msgspec.structs.fields(Sku):
        try:
            setattr(sku, field.name, msgspec.convert(loose.get(field.name), field.type))
        except msgspec.ValidationError:
            continue
    return sku
