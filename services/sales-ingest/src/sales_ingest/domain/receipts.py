"""A receipt as it is stored: a cabinet's document whose sums were proven against its own totals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from sales_ingest.domain.items import NOT_REVENUE, NOTHING, BoundItem, Carried, Found, ItemBook, Resolution, find_item
from sales_ingest.domain.line_sums import LineSums, NotUnderstoodError, line_sums
from sales_ingest.domain.prices import PriceSource, line_price
from smena.cabinets.documents import CabinetDocument, CabinetLine, DocumentKind
from smena.kinds.identity import SMENA_NAMESPACE, compact_utc
from smena.kinds.money import format_money
from smena.kinds.vat import VatRate, vat_inside

FREE_LINE_UNIT = "шт"
"""The unit of a line that names none and has no item (domain.md, readings agreed)."""

KINDS_WITH_LINES = (DocumentKind.SALE, DocumentKind.REFUND)
KINDS_WITH_PAYMENTS = (*KINDS_WITH_LINES, DocumentKind.CORRECTION)


class VatSource(StrEnum):
    """Where a line's VAT rate comes from; all but ``given`` are marked for the accountant.

    ``cabinet-item``: the receipt names none, the cabinet's item had it when the receipt was first read.
    """

    GIVEN = "given"
    CABINET_ITEM = "cabinet-item"
    SALE = "sale"
    ITEM = "item"
    DEFAULT = "default"


@dataclass(frozen=True, slots=True)
class RegisterRules:
    """What a register's configuration decides about its lines."""

    free_line_vat: VatRate
    default_items: Mapping[str, str]
    fill_defaults: bool


@dataclass(frozen=True, slots=True)
class ReceiptLine:
    """One line with everything decided: sums, price, VAT rate, unit, item.

    ``list_price`` is the price set for the item when the line was decided, None where none is known.
    """

    source: CabinetLine
    sums: LineSums
    price: int
    price_source: PriceSource
    list_price: int | None
    unit: str
    vat_rate: VatRate
    vat_source: VatSource
    vat_amount: int
    item_ref: str | None
    resolution: Resolution
    group: str


@dataclass(frozen=True, slots=True)
class ShiftGroup:
    """Where a document belongs until the shift's identity is known: one shift of one register.

    The cabinet's own id of the shift decides; else number and opening; else the number alone, which says
    enough only until the shift is closed, since numbers restart.
    """

    key: str
    number: int
    opened_at: datetime | None

    @property
    def by_number_alone(self) -> bool:
        """Whether nothing but the number tells the shift."""
        return self.key == f"number|{self.number}"


def closed_group(group_key: str, number: int, opened_at: datetime) -> str:
    """The key of a shift known by its number alone, once it is closed: the number is free for the next one."""
    by_number_alone = ShiftGroup(group_key, number, None).by_number_alone
    return f"{group_key}|{compact_utc(opened_at)}" if by_number_alone else group_key


def receipt_id(cabinet: str, register_number: str, fiscal_id: str) -> UUID:
    """The same id for the same fiscal document, whoever reads it."""
    return uuid5(SMENA_NAMESPACE, f"receipt|{cabinet}|{register_number}|{fiscal_id}")


def shift_group(number: int, external_id: str | None, opened_at: datetime | None) -> ShiftGroup:
    """The group of a document that names its shift like this."""
    if external_id:
        return ShiftGroup(f"id|{external_id}", number, opened_at)
    if opened_at is not None:
        return ShiftGroup(f"opened|{number}|{opened_at.timestamp():.3f}", number, opened_at)
    return ShiftGroup(f"number|{number}", number, None)


def check_document(document: CabinetDocument) -> tuple[LineSums, ...]:
    """Prove a document against its own totals; give the sums of its lines.

    Raises:
        NotUnderstoodError: an unknown kind, a Z-report without figures, or sums that do not add up.
    """
    if document.kind is DocumentKind.UNKNOWN:
        raise NotUnderstoodError("неизвестный вид документа")
    if document.kind is DocumentKind.Z_REPORT and document.z_report is None:
        raise NotUnderstoodError("Z-отчёт без показателей")
    if document.kind in KINDS_WITH_LINES or document.payments:
        paid = sum(amount for _, amount in document.payments)
        if paid != document.payable:
            raise NotUnderstoodError(
                f"оплаты на {format_money(paid)} не равны сумме чека {format_money(document.payable)}"
            )
    if document.kind not in KINDS_WITH_LINES:
        return ()
    if not document.lines:
        raise NotUnderstoodError("чек без строк")
    if any(line.quantity <= 0 for line in document.lines):
        raise NotUnderstoodError("количество в строке не больше нуля")
    return line_sums(document)


def carried_by(line: CabinetLine) -> Carried:
    """What a line carries to be recognised by."""
    return Carried(line.cabinet_item_id, line.barcode, line.article, line.name)


def decide_line(
    line: CabinetLine,
    sums: LineSums,
    book: ItemBook,
    rules: RegisterRules,
    *,
    sold_at_rate: VatRate | None = None,
    filled: Found | None = None,
) -> ReceiptLine:
    """Give a line its item, price, unit and VAT rate.

    ``sold_at_rate`` is the rate of the sale a refund names, ``filled`` what stood in an earlier version of the line
    because nothing it carries decides.
    """
    carried = carried_by(line)
    found = find_item(carried, book)
    if found is NOTHING and filled is not None:
        found = filled
    vat_rate, vat_source = line_vat(line.vat_rate, sold_at_rate, found.item, rules, looked_up=line.vat_looked_up)
    if found is NOTHING and line.kind not in NOT_REVENUE:
        found = default_item(vat_rate, rules)
    list_price = found.item.price if found.item else None
    price, source = line_price(line.quantity, sums.gross, given=line.price, list_price=list_price)
    return ReceiptLine(
        source=line,
        sums=sums,
        price=price,
        price_source=source,
        list_price=list_price,
        unit=line.unit or (found.item.unit if found.item else FREE_LINE_UNIT),
        vat_rate=vat_rate,
        vat_source=vat_source,
        vat_amount=vat_inside(sums.amount, vat_rate),
        item_ref=found.item_ref,
        resolution=found.resolution,
        group=carried.group,
    )


def line_vat(
    given: VatRate | None,
    sold_at_rate: VatRate | None,
    item: BoundItem | None,
    rules: RegisterRules,
    *,
    looked_up: bool = False,
) -> tuple[VatRate, VatSource]:
    """The VAT rate of a line: of the sale it refunds, else the cabinet's, the item's, the register's default."""
    if sold_at_rate is not None:
        return sold_at_rate, VatSource.SALE
    if given is not None:
        return given, VatSource.CABINET_ITEM if looked_up else VatSource.GIVEN
    if item is not None and item.vat_rate is not None:
        return item.vat_rate, VatSource.ITEM
    return rules.free_line_vat, VatSource.DEFAULT


def filled_by_a_person(item_ref: str, rules: RegisterRules) -> Resolution:
    """The register's default item is a stand-in whoever puts it in; any other item is a decision."""
    return Resolution.DEFAULT if item_ref in rules.default_items.values() else Resolution.MANUAL


def default_item(vat_rate: VatRate, rules: RegisterRules) -> Found:
    """The register's stand-in for lines without an item, only where it fills by itself."""
    ref = rules.default_items.get(vat_rate.value) if rules.fill_defaults else None
    return Found(ref, Resolution.DEFAULT) if ref else NOTHING
