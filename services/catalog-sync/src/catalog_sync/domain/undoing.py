"""Take one written row back: which fields return to what stood before, and which somebody changed since."""

from dataclasses import dataclass, fields, replace

from catalog_sync.domain.comparison import money_value
from catalog_sync.domain.matching import comparable
from catalog_sync.domain.rows import Field, Value
from smena.cabinets.items import CabinetItem, ItemWrite
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class RefusedField:
    """A field that is not put back: it holds ``found``, not the ``written`` of the run that is undone."""

    field: Field
    written: Value
    found: Value


@dataclass(frozen=True, slots=True)
class PutBack:
    """The write that undoes a row, and the item after it; None where nothing is left to put back."""

    write: ItemWrite | None
    item: CabinetItem
    refused: tuple[RefusedField, ...] = ()


def put_back(before: CabinetItem | None, written: ItemWrite, found: CabinetItem) -> PutBack:
    """Undo one row against the item as it is found now.

    A field is put back where it still holds what was written, left alone where it holds the before-value again,
    and refused where it holds a third value. What the run made is archived, whatever was changed in it since.
    """
    if before is None:
        target = replace(found, active=False)
        return PutBack(_write(found, target) if found.active else None, target)
    target, refused = found, list[RefusedField]()
    for field, name in _NAMES.items():
        old, put, now = getattr(before, name), _written(written, name, before), getattr(found, name)
        if _same(name, old, put) or _same(name, now, old):
            continue
        if _same(name, now, put):
            target = replace(target, **{name: old})
        else:
            refused.append(RefusedField(field, _value(name, put), _value(name, now)))
    return PutBack(_write(found, target) if target != found else None, target, tuple(refused))


_NAMES = {
    Field.NAME: "name",
    Field.UNIT: "unit",
    Field.GROUP: "group",
    Field.BARCODE: "barcodes",
    Field.ARTICLE: "article",
    Field.VAT_RATE: "vat_rate",
    Field.PURCHASE_PRICE: "purchase_price",
    Field.RETAIL_PRICE: "retail_price",
    Field.ACTIVE: "active",
}
_CLEARED = ("unit", "group", "article", "vat_rate", "purchase_price", "retail_price", "barcodes")


def _written(written: ItemWrite, name: str, before: CabinetItem) -> object:
    """What the cabinet held after the write: a None, no barcodes or an empty unit left the before-value."""
    value = getattr(written, name)
    return getattr(before, name) if value in (None, (), "") else value


def _same(name: str, left: object, right: object) -> bool:
    if name == "barcodes":
        assert isinstance(left, tuple)
        assert isinstance(right, tuple)
        return tuple(map(comparable, left)) == tuple(map(comparable, right))
    return left == right


def _value(name: str, value: object) -> Value:
    if name in {"purchase_price", "retail_price"}:
        return money_value(value if isinstance(value, int) else None)
    if name == "barcodes":
        assert isinstance(value, tuple)
        return ", ".join(value) or None
    return value if isinstance(value, bool) else None if value is None else str(value)


def _write(found: CabinetItem, target: CabinetItem) -> ItemWrite:
    """Everything as found but the fields that go back; one that goes back to nothing is cleared."""
    values = {one.name: getattr(target, one.name) for one in fields(target)}
    cleared = frozenset(
        name for name in _CLEARED if values[name] in (None, ()) and getattr(found, name) != values[name]
    )
    values["unit"] = values["unit"] or ""
    values["vat_rate"] = values["vat_rate"] or VatRate.NONE
    return ItemWrite(**values, clear=cleared)
