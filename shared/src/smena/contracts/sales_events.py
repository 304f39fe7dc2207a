"""Events of sales-ingest. Sums are decimal strings of rubles, quantities decimal strings with 3 places."""

from datetime import date, datetime

import msgspec

RECEIPTS_STORED = "by.smena.sales.receipts-stored.v1"
SHIFT_CLOSED = "by.smena.sales.shift-closed.v1"
SHIFT_HELD = "by.smena.sales.shift-held.v1"
REGISTER_SILENT = "by.smena.sales.register-silent.v1"
SHIFT_CLOSED_BYTES_MAX = 4 * 1024 * 1024


class ShiftIdentity(msgspec.Struct, frozen=True, kw_only=True):
    """Which shift: its id is the same in every service."""

    id: str
    organization: str
    cabinet: str
    register: str
    register_number: str
    number: int
    opened_at: datetime


class ShiftLine(msgspec.Struct, frozen=True, kw_only=True):
    """Receipt lines of one item, unit, price, VAT rate, discount yes/no and direction.

    ``amount`` is the exact sum of the receipt lines after discounts; ``discount_amount`` what was taken off;
    both positive in either direction. ``price`` is informational where ``price_derived``.
    """

    key: str
    item_ref: str
    name: str
    unit: str
    quantity: str
    price: str
    amount: str
    discount_amount: str
    vat_rate: str
    vat_amount: str
    direction: str
    discount: bool = False
    price_derived: bool = False


class ShiftPayment(msgspec.Struct, frozen=True, kw_only=True):
    """What came in by one payment kind: sales without the annulled ones, refunds, and their difference."""

    kind: str
    sales: str
    refunds: str
    amount: str


class ShiftComponent(msgspec.Struct, frozen=True, kw_only=True):
    """Money that is no revenue (certificates and advances sold), by name."""

    name: str
    amount: str


class ShiftCounts(msgspec.Struct, frozen=True, kw_only=True):
    """How many documents of each kind the shift holds."""

    sales: int = 0
    refunds: int = 0
    annulments: int = 0
    deposits: int = 0
    withdrawals: int = 0
    corrections: int = 0
    receipt_lines: int = 0


class AcceptedDifference(msgspec.Struct, frozen=True, kw_only=True):
    """A difference a person accepted, with the reason; both figures stand everywhere after."""

    field: str
    receipts: str
    z_report: str
    reason: str


class ShiftClosed(msgspec.Struct, frozen=True, kw_only=True):
    """A shift proven complete: one immutable revision of it.

    ``z_report`` maps the field of a Z-report to its figure (sums as decimal strings, counts as whole-number
    strings); a figure the cabinet does not give is absent. ``sha256`` is of the canonical form: this object
    without ``sha256``, as JSON with sorted keys and no spaces.
    """

    shift: ShiftIdentity
    revision: int
    previous_revision: int | None
    opened_at: datetime
    closed_at: datetime
    business_date: date
    lines: list[ShiftLine]
    payments: list[ShiftPayment]
    components: list[ShiftComponent]
    amount: str
    z_report: dict[str, str]
    counts: ShiftCounts
    accepted: list[AcceptedDifference] = []
    sha256: str = ""


class ShiftHeld(msgspec.Struct, frozen=True, kw_only=True):
    """A shift waits, and why; said once for each set of reasons."""

    shift: ShiftIdentity
    state: str
    reasons: list[str]


class ReceiptsStored(msgspec.Struct, frozen=True, kw_only=True):
    """A pull stored something of a register."""

    organization: str
    register: str
    period_from: datetime
    period_to: datetime
    read: int
    new: int
    changed: int
    quarantined: int


class RegisterSilent(msgspec.Struct, frozen=True, kw_only=True):
    """A register that is usually open has reported nothing since its last document; told once for each silence."""

    organization: str
    register: str
    silent_since: datetime
    raised_at: datetime
