"""One finished day of the shop as rows of a table, by the columns of an operator's format."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from smena_sandbox.clock import MINSK, instant
from smena_sandbox.webkassa.documents_wire import CASHIERS
from smena_sandbox.world.model import Document, Kind, Line, Shift, ZReport
from smena_sandbox.world.refs import stable_number
from smena_sandbox.world.till import Till
from smena_sandbox.world.world import World

UNITS = ("шт", "кг", "л", "м")
VAT = {0: "20", 1: "10", 2: "0", 3: "none"}


@dataclass(frozen=True, slots=True)
class LineFacts:
    """What a line's item is called by, beside its name."""

    article: str | None = None
    barcode: str | None = None
    unit: str = "шт"
    vat: str | None = None


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    """A line with its receipt, or a document without lines."""

    till: Till
    document: Document
    line: Line | None
    facts: LineFacts

    @property
    def cashier(self) -> str:
        """Who rang it."""
        return CASHIERS[stable_number(f"{self.till.number}|{self.document.shift.shift_id}") % len(CASHIERS)]


@dataclass(frozen=True, slots=True)
class ZRow:
    """A Z-report."""

    till: Till
    document: Document
    shift: Shift
    z: ZReport


Column = tuple[str, Callable[[Any], Any]]
Registers = frozenset[str] | None
"""Ids of registers; None is all of them."""


def finished_days(world: World, registers: Registers = None) -> list[date]:
    """The days that have documents and are over by the sandbox's clock."""
    now = world.clock.now().astimezone(MINSK).date()
    days = {local(document.at).date() for till in _tills(world, registers) for document in till.documents}
    return sorted(day for day in days if day < now)


def receipt_rows(world: World, day: date, registers: Registers = None) -> Iterator[ReceiptRow]:
    """Every document of a day but the Z-reports, a row for each line; of ``registers`` alone when they are named."""
    items = {item.good_id: item for item in [*world.items, *world.extra_items]}

    def facts(line: Line) -> LineFacts:
        good = None if line.good_id is None else world.cabinet.goods.get(line.good_id)
        if good is not None:
            vat = VAT.get(good.sell_vat) if good.sell_vat is not None else None
            return LineFacts(good.vendor_code, good.gtin, UNITS[good.unit or 0], vat)
        item = items.get(line.good_id or 0)
        return LineFacts() if item is None else LineFacts(item.article, item.barcode, item.unit, item.retail_vat_rate)

    for till, document in _documents(world, day, registers):
        if document.kind is Kind.Z_REPORT:
            continue
        for line in document.lines:
            yield ReceiptRow(till, document, line, facts(line))
        if not document.lines:
            yield ReceiptRow(till, document, None, LineFacts())


def z_rows(world: World, day: date, registers: Registers = None) -> Iterator[ZRow]:
    """The Z-reports of a day."""
    for till, document in _documents(world, day, registers):
        if document.z is not None:
            yield ZRow(till, document, document.shift, document.z)


def local(epoch_ms: int) -> datetime:
    """An instant as the shop's clock shows it."""
    return instant(epoch_ms).astimezone(MINSK)


def shown(epoch_ms: int | None) -> str:
    """An instant as text."""
    return "" if epoch_ms is None else f"{local(epoch_ms):%d.%m.%Y %H:%M:%S}"


def _tills(world: World, registers: Registers) -> list[Till]:
    tills = world.cabinet.tills.values()
    return [till for till in tills if registers is None or till.identity in registers]


def _documents(world: World, day: date, registers: Registers) -> Iterator[tuple[Till, Document]]:
    for till in _tills(world, registers):
        for document in till.documents:
            if local(document.at).date() == day:
                yield till, document
