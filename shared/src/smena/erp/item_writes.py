"""What stands in the way of a write into an ERP's catalogue, and whether it holds what was sent."""

from smena.erp.catalogue import ErpItem, ItemChange
from smena.erp.errors import ErpError, ErpRefusedError
from smena.kinds.identity import document_id


class ItemMovedError(ErpError):
    """The item is not what the caller knows: nothing was written."""


class BarcodeTakenError(ErpRefusedError):
    """Another item holds the barcode."""

    def __init__(self, barcode: str, holder: ErpItem | None) -> None:
        named = f"у товара «{holder.name}»" if holder is not None else "занят"
        code = f" (код {holder.code})" if holder is not None and holder.code else ""
        super().__init__(f"Штрихкод {barcode} в 1С уже {named}{code}")
        self.barcode = barcode
        self.holder = holder


def imported_ref(cabinet: str, cabinet_item_id: str) -> str:
    """The reference wished for an item that comes from a cabinet: the same however often it is imported."""
    return str(document_id(f"item|{cabinet}|{cabinet_item_id}"))


def not_held(change: ItemChange, item: ErpItem) -> tuple[str, ...]:
    """The names of the fields that were sent and do not stand as sent."""
    retail = item.retail_vat_rate if item.retail_vat_rate is not None else item.vat_rate
    pairs = (
        ("name", change.name, item.name),
        ("full_name", change.full_name, item.full_name),
        ("article", None if change.article is None else change.article.strip(), item.article or ""),
        ("unit", None if change.unit is None else plain_unit(change.unit), plain_unit(item.unit or "")),
        ("vat_rate", change.vat_rate, item.vat_rate),
        ("retail_vat_rate", change.retail_vat_rate, retail),
        ("active", change.active, item.active),
    )
    return tuple(name for name, sent, found in pairs if sent is not None and sent != found)


def plain_unit(unit: str) -> str:
    """A unit without case and closing full stop."""
    return unit.strip().rstrip(".").strip().casefold()
