"""What the cabinet sends, field by field (wire.md); every field may be null, and an unknown one is ignored."""

# ruff: noqa: N815 - the names are the cabinet's

from decimal import Decimal

import msgspec

Number = int | Decimal | None
"""An id; some come as ``123.0`` in a client's models, so a decimal is read and checked later."""


class Good(msgspec.Struct, omit_defaults=True):
    """An item of the warehouse."""

    goodId: Number = None
    vendorCode: str | None = None
    goodName: str | None = None
    unit: Number = None
    buyPrice: Decimal | None = None
    sellPrice: Decimal | None = None
    groupName: str | None = None
    goodType: Number = None
    gtin: str | None = None
    gtinAdditional: list[str | None] | None = None
    isOpen: int | bool | None = None
    sellVat: Number = None


class Header(msgspec.Struct):
    """A document's header (``get-check-history``)."""

    cashRegisterId: str | int | None = None
    shiftId: Number = None
    shiftNumber: Number = None
    beginDate: Number = None
    endDate: Number = None
    cashierName: str | None = None
    docId: Number = None
    docNumber: Number = None
    uid: str | None = None
    docDate: Number = None
    docTypeName: str | None = None
    totalSum: Decimal | None = None


class SoldLine(msgspec.Struct):
    """A line of a sale or of a refund."""

    goodId: Number = None
    productName: str | None = None
    quantity: Decimal | None = None
    sum: Decimal | None = None
    discount: Decimal | None = None
    allowance: Decimal | None = None
    productOrder: Number = None
    markValue: str | None = None


class Receipt(msgspec.Struct):
    """A sale or a refund; the two differ in the name of their lines only."""

    saleId: Number = None
    subTotalSum: Decimal | None = None
    subTotalDiscount: Decimal | None = None
    subTotalAllowance: Decimal | None = None
    totalSumCash: Decimal | None = None
    totalSumNoCash: Decimal | None = None
    totalSumOther: Decimal | None = None
    saleProducts: list[SoldLine] | None = None
    moneyBackProducts: list[SoldLine] | None = None


class RollBack(msgspec.Struct):
    """An annulment."""

    targetUid: str | None = None
    totalSum: Decimal | None = None


class Movement(msgspec.Struct):
    """Cash put in or taken out."""

    sum: Decimal | None = None


class ZReport(msgspec.Struct):
    """A Z-report."""

    shiftId: Number = None
    shiftNumber: Number = None
    beginDate: Number = None
    endDate: Number = None
    firstDocNumber: Number = None
    lastDocNumber: Number = None
    salesCount: Number = None
    salesSumCash: Decimal | None = None
    salesSumNoCash: Decimal | None = None
    salesSumOther: Decimal | None = None
    salesSum: Decimal | None = None
    moneyBacksCount: Number = None
    moneyBacksSum: Decimal | None = None
    rollBacksCount: Number = None
    rollBacksSum: Decimal | None = None
    depositsCount: Number = None
    depositsSum: Decimal | None = None
    withdrawsCount: Number = None
    withdrawsSum: Decimal | None = None


class Contents(msgspec.Struct):
    """An envelope with exactly one of its objects filled."""

    docId: Number = None
    uid: str | None = None
    docDate: Number = None
    docNumber: Number = None
    shiftId: Number = None
    sale: Receipt | None = None
    moneyBack: Receipt | None = None
    rollBack: RollBack | None = None
    deposit: Movement | None = None
    withdraw: Movement | None = None
    zreport: ZReport | None = None


class ContentsOfPeriod(msgspec.Struct):
    """``get-cashdocs-for-period``; each document stays text until it is read alone."""

    sales: list[msgspec.Raw] | None = None
    moneyBacks: list[msgspec.Raw] | None = None
    rollBacks: list[msgspec.Raw] | None = None
    deposits: list[msgspec.Raw] | None = None
    withdraws: list[msgspec.Raw] | None = None
    zreports: list[msgspec.Raw] | None = None


class SaleRow(msgspec.Struct):
    """A row of ``get-sales``; only what the VAT of a line needs."""

    saleId: Number = None
    goodId: Number = None
    sellVatId: Number = None


class SaveResult(msgspec.Struct):
    """The outcome of one good of ``warehouse/save``."""

    index: Number = None
    status: str | None = None
    goodId: Number = None
    errMess: str | None = None


class SaveAnswer(msgspec.Struct):
    """The answer of ``warehouse/save``."""

    results: list[SaveResult]


class ErrorBody(msgspec.Struct):
    """What a refusal says."""

    errMessForClient: str | None = None
    errMessOriginal: str | None = None


class ErrorAnswer(msgspec.Struct):
    """The envelope of a refusal."""

    exception: ErrorBody


GOODS = msgspec.json.Decoder(list[msgspec.Raw])
GOOD = msgspec.json.Decoder(Good)
HEADERS = msgspec.json.Decoder(list[msgspec.Raw])
HEADER = msgspec.json.Decoder(Header)
PERIOD = msgspec.json.Decoder(ContentsOfPeriod)
CONTENTS = msgspec.json.Decoder(Contents)
SALE_ROWS = msgspec.json.Decoder(list[SaleRow])
SAVED = msgspec.json.Decoder(SaveAnswer)
ERROR = msgspec.json.Decoder(ErrorAnswer)
ENCODER = msgspec.json.Encoder(decimal_format="number")
