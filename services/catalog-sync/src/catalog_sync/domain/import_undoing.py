"""Take one imported row back: what goes back into the ERP, and what an ERP cannot be given back."""

from dataclasses import dataclass, replace

from catalog_sync.domain.comparison import money_value
from catalog_sync.domain.import_writes import pictured
from catalog_sync.domain.rows import Field
from catalog_sync.domain.undoing import PutBack, RefusedField, put_back
from smena.cabinets.items import CabinetItem, ItemWrite
from smena.erp.catalogue import ErpItem, ItemChange
from smena.kinds.money import Kopecks


@dataclass(frozen=True, slots=True)
class ErpPutBack:
    """What undoes a row; everything empty where nothing is left to put back."""

    plan: PutBack
    change: ItemChange
    barcodes_added: tuple[str, ...] = ()
    barcodes_removed: tuple[str, ...] = ()
    price: Kopecks | None = None

    @property
    def writes(self) -> bool:
        """Whether anything is to be written."""
        return self.plan.write is not None


def put_back_into_erp(
    before: CabinetItem | None, written: ItemWrite, item: ErpItem, price: Kopecks | None, *, sent: bool
) -> ErpPutBack:
    """Undo one row against the item as it is found now; ``price`` is the one in force.

    A unit, a rate and a price that were not there before are left, and said: an ERP does not give them back. Of a
    row that was ``sent`` barcodes may be half on their way: that is no change by another hand.
    """
    found = pictured(item, price)
    seen = replace(found, barcodes=written.barcodes) if sent and _half_way(before, written, found) else found
    plan = put_back(before, written, seen)
    refused = list(plan.refused)
    target = plan.item
    for field, name in ((Field.UNIT, "unit"), (Field.VAT_RATE, "vat_rate"), (Field.RETAIL_PRICE, "retail_price")):
        held = getattr(found, name)
        if held is not None and getattr(target, name) is None:
            target = replace(target, **{name: held})
            shown = money_value(held) if field is Field.RETAIL_PRICE else str(held)
            refused.append(RefusedField(field, shown, shown))
    write = plan.write if target != found else None
    change = ItemChange(
        name=None if target.name == found.name else target.name,
        article=None if target.article == found.article else target.article or "",
        unit=None if target.unit == found.unit else target.unit,
        retail_vat_rate=None if target.vat_rate == found.vat_rate else target.vat_rate,
        active=None if target.active == found.active else target.active,
    )
    return ErpPutBack(
        PutBack(write, target, tuple(refused)),
        change,
        tuple(code for code in target.barcodes if code not in found.barcodes),
        tuple(code for code in found.barcodes if code not in target.barcodes),
        None if target.retail_price == found.retail_price else target.retail_price,
    )


def _half_way(before: CabinetItem | None, written: ItemWrite, found: CabinetItem) -> bool:
    """Whether the barcodes found are some of what was written and some of what stood before."""
    old, put, now = set(before.barcodes if before else ()), set(written.barcodes), set(found.barcodes)
    return old & put <= now <= old | put and now != old
