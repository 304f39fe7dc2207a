"""Types of the sandbox's world. Money is in integer kopecks, quantity in integer thousandths, instants in epoch ms."""

from dataclasses import dataclass, field
from enum import StrEnum


class Kind(StrEnum):
    """Kinds of documents a till makes."""

    SALE = "sale"
    REFUND = "refund"
    ANNULMENT = "annulment"
    DEPOSIT = "deposit"
    WITHDRAWAL = "withdrawal"
    Z_REPORT = "z-report"


def half_up(quantity: int, price: int) -> int:
    """Thousandths × kopecks in kopecks, halves away from zero (both are positive here)."""
    return (quantity * price + 500) // 1000


@dataclass(slots=True)
class CatalogueItem:
    """One item of the shop as the ERP holds it; ``good_id`` is reserved in the cabinet in advance."""

    name: str
    unit: str
    group: str
    article: str
    barcode: str
    vat_rate: str
    retail_vat_rate: str
    purchase_price: int
    retail_price: int
    good_id: int
    kind: str = "goods"
    service_at_till: bool = False

    @property
    def key(self) -> str:
        """The stable name behind the item's ref."""
        return self.article or self.name


@dataclass(slots=True)
class Good:
    """One good of the cabinet; field by field what ``warehouse/list`` shows."""

    good_id: int
    name: str
    vendor_code: str | None = None
    unit: int | None = 0
    buy_price: int | None = None
    sell_price: int | None = None
    discount_value: int | None = None
    quantity: int | None = None
    group_name: str | None = None
    good_type: int | None = 0
    gtin: str | None = None
    gtin_additional: list[str] = field(default_factory=list)
    is_open: bool = True
    sell_vat: int | None = 0
    stock_id: int | None = None


@dataclass(slots=True)
class Line:
    """One line of a receipt; ``amount`` is before discount and markup."""

    good_id: int | None
    name: str
    quantity: int
    amount: int
    discount: int = 0
    allowance: int = 0


@dataclass(slots=True)
class ZReport:
    """Totals of a closed shift. Sales are gross: annulled ones are in them and are counted apart (wire.md)."""

    first_number: int | None = None
    last_number: int | None = None
    sales_count: int = 0
    sales_cash: int = 0
    sales_no_cash: int = 0
    sales_other: int = 0
    refunds_count: int = 0
    refunds_sum: int = 0
    annulments_count: int = 0
    annulments_sum: int = 0
    deposits_count: int = 0
    deposits_sum: int = 0
    withdrawals_count: int = 0
    withdrawals_sum: int = 0

    @property
    def sales_sum(self) -> int:
        """Gross sales in kopecks: cash + no cash + other."""
        return self.sales_cash + self.sales_no_cash + self.sales_other


@dataclass(slots=True)
class Document:
    """One document of a till. Of a deposit or withdrawal the sum is ``cash``; an annulment repeats its target's."""

    kind: Kind
    doc_id: int
    uid: str
    number: int
    at: int
    shift: "Shift"
    lines: list[Line] = field(default_factory=list)
    subtotal: int = 0
    discount: int = 0
    allowance: int = 0
    cash: int = 0
    no_cash: int = 0
    other: int = 0
    target: str | None = None
    z: ZReport | None = None
    arrived: int | None = None
    """When the cabinet got it; None: at once."""

    @property
    def payable(self) -> int:
        """What was paid: subtotal − discount + allowance of a sale or refund."""
        return self.cash + self.no_cash + self.other


@dataclass(slots=True)
class Shift:
    """One shift of a register; ``closed`` is None while it is open."""

    shift_id: int
    number: int
    opened: int
    closed: int | None = None
    documents: list[Document] = field(default_factory=list)


@dataclass(slots=True)
class Payments:
    """How a receipt is paid, in kopecks."""

    cash: int = 0
    no_cash: int = 0
    other: int = 0

    @property
    def total(self) -> int:
        """Kopecks over all kinds."""
        return self.cash + self.no_cash + self.other
