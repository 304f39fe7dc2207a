"""Fill prices from goods receipts or price settings, each with where it comes from."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TypeAlias

from catalog_sync.domain.rows import Value
from smena.kinds.money import Kopecks, format_money


class PriceSource(StrEnum):
    """Where a price is taken from."""

    GOODS_RECEIPTS = "goods-receipts"
    PRICE_TYPE = "price-type"


@dataclass(frozen=True, slots=True)
class PriceChoice:
    """Source of one price of a diff; ``price_type`` only for ``PRICE_TYPE``."""

    source: PriceSource
    price_type: str | None = None

    def not_found(self, as_of: date) -> dict[str, Value]:
        """The provenance of a price that was looked for in vain."""
        where = (
            "в документах поступления" if self.source is PriceSource.GOODS_RECEIPTS else f"по типу «{self.price_type}»"
        )
        return {
            "source": self.source.value,
            "price_type": self.price_type,
            "reason": f"Нет цены {where} на {as_of.isoformat()}",
        }


@dataclass(frozen=True, slots=True)
class ReceiptPrice:
    """The price of an item in one line of a goods receipt."""

    item_ref: str
    price: Kopecks
    date: date
    number: str
    ref: str
    line: int


@dataclass(frozen=True, slots=True)
class TypedPrice:
    """The price of an item by a price type, in force from an aware instant in local time."""

    item_ref: str
    price: Kopecks
    price_type: str
    effective_at: datetime
    document: str

    @property
    def effective(self) -> date:
        """The local day from which it is in force."""
        return self.effective_at.date()


@dataclass(frozen=True, slots=True)
class FilledPrice:
    """A price and what it comes from; ``tied`` when another receipt of the same day had to give way."""

    price: Kopecks
    source: ReceiptPrice | TypedPrice
    tied: bool = False

    @property
    def provenance(self) -> dict[str, Value]:
        """Document number, date and line, or price type and effective date; made only for rows that are shown."""
        if isinstance(self.source, TypedPrice):
            return _setting_provenance(self.source)
        return _receipt_provenance(self.source, self.tied)


Filling: TypeAlias = dict[str, FilledPrice]
"""Item ref → the price found for it."""


def fill_from_receipts(lines: Iterable[ReceiptPrice], as_of: date) -> Filling:
    """Take the latest receipt of each item up to a date.

    Two receipts of one day: the number later as text wins, then the later line, and the row says so
    (domain.md, readings agreed).
    """
    best: dict[str, ReceiptPrice] = {}
    tied: set[str] = set()
    for line in lines:
        if line.date > as_of:
            continue
        known = best.get(line.item_ref)
        if known is None or line.date > known.date:
            best[line.item_ref] = line
            tied.discard(line.item_ref)
        elif line.date == known.date:
            if line.ref != known.ref:
                tied.add(line.item_ref)
            if (line.number, line.ref, line.line) > (known.number, known.ref, known.line):
                best[line.item_ref] = line
    return {ref: FilledPrice(line.price, line, ref in tied) for ref, line in best.items()}


def fill_from_price_type(settings: Iterable[TypedPrice], price_type: str, as_of: date) -> Filling:
    """Take the latest setting of each item by one price type; settings dated in the future are ignored."""
    best: dict[str, TypedPrice] = {}
    for setting in settings:
        if setting.price_type != price_type or setting.effective > as_of:
            continue
        known = best.get(setting.item_ref)
        if known is None or _order(setting) > _order(known):
            best[setting.item_ref] = setting
    return {ref: FilledPrice(setting.price, setting) for ref, setting in best.items()}


def _order(setting: TypedPrice) -> tuple[datetime, str]:
    return (setting.effective_at, setting.document)


def _receipt_provenance(line: ReceiptPrice, tied: bool) -> dict[str, Value]:
    found: dict[str, Value] = {
        "source": PriceSource.GOODS_RECEIPTS.value,
        "price": format_money(line.price),
        "document": line.ref,
        "number": line.number,
        "date": line.date.isoformat(),
        "line": str(line.line),
    }
    if tied:
        found["note"] = "Несколько поступлений за день: взят документ с большим номером"
    return found


def _setting_provenance(setting: TypedPrice) -> dict[str, Value]:
    return {
        "source": PriceSource.PRICE_TYPE.value,
        "price": format_money(setting.price),
        "price_type": setting.price_type,
        "effective_at": setting.effective_at.isoformat(),
        "number": setting.document or None,
    }
