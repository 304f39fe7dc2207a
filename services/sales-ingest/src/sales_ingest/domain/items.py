"""Which ERP item a sold line is: by binding, barcode, article, a person's rule, or the register's default."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from hashlib import sha256

from smena.kinds.barcode import normalise_barcode
from smena.kinds.vat import VatRate


class Resolution(StrEnum):
    """How a line found its item (words.md)."""

    BINDING = "binding"
    BARCODE = "barcode"
    ARTICLE = "article"
    RULE = "rule"
    DEFAULT = "default"
    MANUAL = "manual"
    NONE = "none"


NOT_REVENUE = frozenset({"certificate", "advance"})
"""Sorts of lines that bring money and no revenue; they are components of a report and need no item."""

WAITING = (Resolution.NONE, Resolution.DEFAULT)
"""What a binding that arrives later may still decide; a default was only a stand-in."""


@dataclass(frozen=True, slots=True)
class BoundItem:
    """An ERP item as bound to an item of the cabinet; ``price`` is the list price in kopecks."""

    item_ref: str
    unit: str
    vat_rate: VatRate | None
    price: int | None


@dataclass(frozen=True, slots=True)
class Carried:
    """What a sold line carries to be recognised by."""

    cabinet_item_id: str | None
    barcode: str | None
    article: str | None
    name: str

    @property
    def barcode_digits(self) -> str | None:
        """The barcode in comparable form; None where there is none."""
        code = normalise_barcode(self.barcode) if self.barcode else None
        return code.digits if code else None

    @property
    def group(self) -> str:
        """The group of lines that carry the same: a short stable key (``GET /unresolved``)."""
        if self.cabinet_item_id:
            text = f"item|{self.cabinet_item_id}"
        elif self.barcode_digits:
            text = f"barcode|{self.barcode_digits}"
        elif self.article:
            text = f"article|{self.article}"
        else:
            text = f"name|{' '.join(self.name.split()).casefold()}"
        return sha256(text.encode()).hexdigest()[:GROUP_KEY_DIGITS]


GROUP_KEY_DIGITS = 24


@dataclass(frozen=True, slots=True)
class ItemBook:
    """Everything known of one cabinet's items that the lines at hand may ask for.

    A barcode or article that belongs to several items is absent: an ambiguous match is never written.
    """

    by_item: Mapping[str, BoundItem] = field(default_factory=dict)
    by_barcode: Mapping[str, BoundItem] = field(default_factory=dict)
    by_article: Mapping[str, BoundItem] = field(default_factory=dict)
    rules: Mapping[str, str] = field(default_factory=dict)
    by_ref: Mapping[str, BoundItem] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Found:
    """The item of a line, how it was found, and what is known of it."""

    item_ref: str | None
    resolution: Resolution
    item: BoundItem | None = None


NOTHING = Found(None, Resolution.NONE)


def find_item(carried: Carried, book: ItemBook) -> Found:
    """Look in the accountant's order: binding, barcode, article, then a remembered rule."""
    if carried.cabinet_item_id and (item := book.by_item.get(carried.cabinet_item_id)):
        return Found(item.item_ref, Resolution.BINDING, item)
    if book.by_barcode and (digits := carried.barcode_digits) and (item := book.by_barcode.get(digits)):
        return Found(item.item_ref, Resolution.BARCODE, item)
    if carried.article and (item := book.by_article.get(carried.article)):
        return Found(item.item_ref, Resolution.ARTICLE, item)
    if book.rules and (ref := book.rules.get(carried.group)):
        return Found(ref, Resolution.RULE, book.by_ref.get(ref))
    return NOTHING
