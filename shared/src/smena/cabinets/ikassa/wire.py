"""What iKassa's calls send, field by field (wire.md); every field may be null, and an unknown one is ignored."""

# ruff: noqa: N815 - the names are the cabinet's

from decimal import Decimal

import msgspec

Number = int | Decimal | None
"""A whole number of kopecks, thousandths or percent; a decimal is read and checked later."""


class Sku(msgspec.Struct):
    """An item of the warehouse; ``unit``, ``tax``, ``group`` and ``buyPrice`` are assumed."""

    id: str | int | None = None
    article: str | None = None
    code: str | None = None
    isGTIN: bool | None = None
    name: str | None = None
    price: Number = None
    priceHasTax: bool | None = None
    type: str | None = None
    unit: str | None = None
    tax: Number = None
    group: str | None = None
    buyPrice: Number = None


class SkuPage(msgspec.Struct):
    """A page of ``wms.sku.list``."""

    sku: list[msgspec.Raw]
    total: int | None = None


class Saved(msgspec.Struct):
    """What became of one item of ``wms.sku.create`` or ``update`` (assumed)."""

    id: str | int | None = None
    status: str | None = None
    error: str | None = None


class SavedAnswer(msgspec.Struct):
    """The answer of ``wms.sku.create`` and ``update``."""

    sku: list[Saved]


class Cashbox(msgspec.Struct):
    """A register."""

    number: str | int
    name: str | None = None


class Cashboxes(msgspec.Struct):
    """The answer of ``workstations.cashboxes``."""

    cashboxes: list[Cashbox]


class Code(msgspec.Struct):
    """What a line is known by: ``code``, ``gtin``, ``service`` or ``prepayment``."""

    type: str | None = None
    value: str | None = None


class Modifier(msgspec.Struct):
    """A discount (negative) or a markup, in kopecks."""

    modifier: Number = None
    name: str | None = None


class Item(msgspec.Struct):
    """A line of a receipt."""

    code: Code | None = None
    name: str | None = None
    quantity: Number = None
    price: Number = None
    sum: Number = None
    tax: Number = None
    modifiers: list[Modifier] | None = None


class Payment(msgspec.Struct):
    """One payment of a receipt."""

    type: str | None = None
    sum: Number = None


class Totals(msgspec.Struct):
    """The till's own totals of a document."""

    raw: Number = None
    discount: Number = None
    markup: Number = None
    payable: Number = None
    change: Number = None


class Report(msgspec.Struct):
    """A Z-report (the published X/Z layout of the register)."""

    shiftNumber: Number = None
    openDate: str | None = None
    closed: str | None = None
    salesCount: Number = None
    salesCash: Number = None
    salesCashless: Number = None
    salesOther: Number = None
    salesSum: Number = None
    moneyBacksCount: Number = None
    moneyBacksSum: Number = None
    depositsCount: Number = None
    depositsSum: Number = None
    withdrawsCount: Number = None
    withdrawsSum: Number = None
    rollbacksCount: Number = None
    rollbacksSum: Number = None
    correctionsCount: Number = None
    correctionsSum: Number = None


class Doc(msgspec.Struct):
    """One document of a register."""

    uid: str | None = None
    type: str | None = None
    number: Number = None
    shift: Number = None
    cashier: str | None = None
    created: str | None = None
    currency: str | None = None
    items: list[Item] | None = None
    payments: list[Payment] | None = None
    modifiers: list[Modifier] | None = None
    totals: Totals | None = None
    target: str | None = None
    report: Report | None = None


class DocPage(msgspec.Struct):
    """A page of ``workstations.docs.list``; each document stays text until it is read alone."""

    docs: list[msgspec.Raw]
    total: int | None = None


class ErrorAnswer(msgspec.Struct):
    """A refusal."""

    code: str | int | None = None
    message: str | None = None


SKU = msgspec.json.Decoder(Sku)
SKU_PAGE = msgspec.json.Decoder(SkuPage)
SAVED = msgspec.json.Decoder(SavedAnswer)
CASHBOXES = msgspec.json.Decoder(Cashboxes)
DOC = msgspec.json.Decoder(Doc)
RAW = msgspec.json.Decoder(msgspec.Raw)
DOC_PAGE = msgspec.json.Decoder(DocPage)
ERROR = msgspec.json.Decoder(ErrorAnswer)
ENCODER = msgspec.json.Encoder()
