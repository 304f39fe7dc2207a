"""Items of a cabinet, in our words."""

from dataclasses import dataclass
from enum import StrEnum

from smena.kinds.money import Kopecks
from smena.kinds.vat import VatRate


@dataclass(frozen=True, slots=True)
class CabinetItem:
    """An item as the cabinet holds it; a field the cabinet leaves empty is None."""

    id: str
    name: str
    article: str | None = None
    unit: str | None = None
    group: str | None = None
    barcodes: tuple[str, ...] = ()
    vat_rate: VatRate | None = None
    purchase_price: Kopecks | None = None
    retail_price: Kopecks | None = None
    kind: str = "goods"
    active: bool = True


@dataclass(frozen=True, slots=True)
class ItemWrite:
    """What is to be written: a new item where ``id`` is None, else the fields of an existing one.

    A None, no barcodes or an empty unit keeps what the cabinet holds, unless ``clear`` names the field: then it
    is emptied.
    """

    id: str | None
    name: str
    article: str | None
    unit: str
    group: str | None
    barcodes: tuple[str, ...]
    vat_rate: VatRate
    purchase_price: Kopecks | None
    retail_price: Kopecks | None
    kind: str = "goods"
    active: bool = True
    clear: frozenset[str] = frozenset()


class ItemWriteStatus(StrEnum):
    """How the cabinet answered for one item."""

    CREATED = "created"
    UPDATED = "updated"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class ItemWriteResult:
    """The outcome of one item of a batch, in the batch's order."""

    index: int
    status: ItemWriteStatus
    id: str | None
    message: str | None = None
