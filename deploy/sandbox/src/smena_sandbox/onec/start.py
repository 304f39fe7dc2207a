"""What a base holds at its start, as plain rows.

Names are ours; ``loading`` gives them the names of ``docs/reference/onec-names.md``. Money is integer
kopecks, quantity integer thousandths, a reference a uuid as text, a date naive local time of the base.
"""

from dataclasses import dataclass
from datetime import datetime

from smena_sandbox.onec.switches import OnecSwitches

NO_REF = "00000000-0000-0000-0000-000000000000"

__all__ = [
    "NO_REF",
    "Barcode",
    "CashDesk",
    "CashFlowItem",
    "Contract",
    "Counterparty",
    "GoodsReceipt",
    "GoodsReceiptLine",
    "Group",
    "Item",
    "OnecStart",
    "OnecSwitches",
    "Organization",
    "PaymentType",
    "PriceLine",
    "PriceSetting",
    "PriceType",
    "Unit",
    "VatRate",
    "Warehouse",
]


@dataclass(frozen=True, slots=True)
class Organization:
    """``Catalog_Организации``; ``prefix`` begins the numbers of its documents (GUESS)."""

    ref: str
    name: str
    unp: str = ""
    prefix: str = "0000"


@dataclass(frozen=True, slots=True)
class Unit:
    """``Catalog_КлассификаторЕдиницИзмерения``."""

    ref: str
    name: str
    code: str = ""


@dataclass(frozen=True, slots=True)
class VatRate:
    """``Catalog_СтавкиНДС``, served where VAT is a catalogue; ``code`` is one of 20, 10, 25, 0, none."""

    ref: str
    code: str
    name: str


@dataclass(frozen=True, slots=True)
class Group:
    """A group of ``Catalog_Номенклатура`` (``IsFolder``)."""

    ref: str
    name: str
    code: str = ""
    parent: str = NO_REF


@dataclass(frozen=True, slots=True)
class Item:
    """``Catalog_Номенклатура``.

    ``vat_rate`` and ``retail_vat_rate`` are 20, 10, 25, 0 or none; ``kind`` is goods, service, material,
    fixed-asset or certificate; an inactive item is one marked for deletion.
    """

    ref: str
    name: str
    code: str = ""
    full_name: str = ""
    article: str = ""
    group: str = NO_REF
    unit: str = NO_REF
    vat_rate: str = "20"
    retail_vat_rate: str = "20"
    kind: str = "goods"
    active: bool = True


@dataclass(frozen=True, slots=True)
class Barcode:
    """``InformationRegister_ШтрихкодыНоменклатуры``; ``item`` is a ``Item.ref``."""

    barcode: str
    item: str


@dataclass(frozen=True, slots=True)
class PriceType:
    """``Catalog_ТипыЦенНоменклатуры``."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True)
class PriceLine:
    """A row of a price setting; ``price`` in kopecks."""

    item: str
    price: int


@dataclass(frozen=True, slots=True)
class PriceSetting:
    """``Document_УстановкаЦенНоменклатуры``."""

    ref: str
    number: str
    date: datetime
    price_type: str
    lines: tuple[PriceLine, ...]
    posted: bool = True
    comment: str = ""


@dataclass(frozen=True, slots=True)
class GoodsReceiptLine:
    """A row of a goods receipt: sums in kopecks, ``quantity`` in thousandths."""

    item: str
    quantity: int
    price: int
    amount: int
    vat_rate: str = "20"
    vat_amount: int = 0


@dataclass(frozen=True, slots=True)
class GoodsReceipt:
    """``Document_ПоступлениеТоваровУслуг``; ``supplier`` is a ``Counterparty.ref``."""

    ref: str
    number: str
    date: datetime
    supplier: str
    warehouse: str
    lines: tuple[GoodsReceiptLine, ...]
    sum_includes_vat: bool = True
    posted: bool = True


@dataclass(frozen=True, slots=True)
class Warehouse:
    """``Catalog_Склады``; ``kind`` is wholesale, retail or manual-outlet."""

    ref: str
    name: str
    kind: str = "wholesale"


@dataclass(frozen=True, slots=True)
class CashDesk:
    """``Catalog_Кассы``."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True)
class CashFlowItem:
    """``Catalog_СтатьиДвиженияДенежныхСредств``."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True)
class PaymentType:
    """``Catalog_ВидыОплатОрганизаций``; ``kind`` names the value, as ``ПлатежнаяКарта`` or ``Наличные``."""

    ref: str
    name: str
    kind: str = "ПлатежнаяКарта"


@dataclass(frozen=True, slots=True)
class Counterparty:
    """``Catalog_Контрагенты``."""

    ref: str
    name: str


@dataclass(frozen=True, slots=True)
class Contract:
    """``Catalog_ДоговорыКонтрагентов``; ``counterparty`` is its owner."""

    ref: str
    name: str
    counterparty: str


@dataclass(frozen=True, slots=True)
class OnecStart:
    """Everything a base holds before its first request."""

    organizations: tuple[Organization, ...] = ()
    units: tuple[Unit, ...] = ()
    vat_rates: tuple[VatRate, ...] = ()
    groups: tuple[Group, ...] = ()
    items: tuple[Item, ...] = ()
    barcodes: tuple[Barcode, ...] = ()
    price_types: tuple[PriceType, ...] = ()
    price_settings: tuple[PriceSetting, ...] = ()
    goods_receipts: tuple[GoodsReceipt, ...] = ()
    warehouses: tuple[Warehouse, ...] = ()
    cash_desks: tuple[CashDesk, ...] = ()
    cash_flow_items: tuple[CashFlowItem, ...] = ()
    payment_types: tuple[PaymentType, ...] = ()
    counterparties: tuple[Counterparty, ...] = ()
    contracts: tuple[Contract, ...] = ()
