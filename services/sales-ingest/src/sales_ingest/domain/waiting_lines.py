"""Lines that were stored before anybody knew their item, and what is decided about them later."""

from dataclasses import dataclass, replace
from uuid import UUID

from sales_ingest.domain.items import NOT_REVENUE, NOTHING, Carried, Found
from sales_ingest.domain.prices import PriceSource, line_price
from sales_ingest.domain.receipts import FREE_LINE_UNIT, RegisterRules, VatSource, default_item, line_vat
from smena.kinds.vat import VatRate, vat_inside


@dataclass(frozen=True, slots=True)
class WaitingLine:
    """A stored line whose item may still be decided."""

    receipt_id: UUID
    version: int
    position: int
    register: str
    shift_seq: int
    kind: str
    carried: Carried
    quantity: int
    gross: int
    amount: int
    price: int
    price_source: PriceSource
    unit: str
    unit_given: bool
    vat_rate: VatRate
    vat_source: VatSource
    item_ref: str | None

    @property
    def id(self) -> str:
        """The line as the API names it."""
        return f"{self.receipt_id}:{self.position}"

    @property
    def needs_item(self) -> bool:
        """A line that brings no revenue (a certificate or an advance sold) needs none."""
        return self.kind not in NOT_REVENUE


@dataclass(frozen=True, slots=True)
class LineDecision:
    """What was decided about a waiting line."""

    line: WaitingLine
    found: Found
    price: int
    price_source: PriceSource
    list_price: int | None
    unit: str
    vat_rate: VatRate
    vat_source: VatSource
    vat_amount: int


def decide_waiting(line: WaitingLine, found: Found, rules: RegisterRules) -> LineDecision | None:
    """Give a waiting line its item and what follows from it; None when nothing changes.

    What the cabinet gave (price, unit, VAT rate) stays as it is: an imported figure is a fact.
    """
    if found.item_ref is None or found.item_ref == line.item_ref:
        return None
    return _decided(line, found, rules)


def decide_anew(line: WaitingLine, found: Found, rules: RegisterRules) -> LineDecision:
    """Take a line's item away and decide it as if it were read now: what is found, else the stand-in, else empty."""
    decision = _decided(line, found, rules)
    if found is NOTHING and line.needs_item:
        return replace(decision, found=default_item(decision.vat_rate, rules))
    return decision


def _decided(line: WaitingLine, found: Found, rules: RegisterRules) -> LineDecision:
    given_price = line.price if line.price_source is PriceSource.GIVEN else None
    list_price = found.item.price if found.item else None
    price, price_source = line_price(line.quantity, line.gross, given=given_price, list_price=list_price)
    looked_up = line.vat_source is VatSource.CABINET_ITEM
    given_rate = line.vat_rate if looked_up or line.vat_source is VatSource.GIVEN else None
    sold_rate = line.vat_rate if line.vat_source is VatSource.SALE else None
    vat_rate, vat_source = line_vat(given_rate, sold_rate, found.item, rules, looked_up=looked_up)
    named_by_item = found.item.unit if found.item else FREE_LINE_UNIT
    unit = line.unit if line.unit_given else named_by_item
    vat_amount = vat_inside(line.amount, vat_rate)
    return LineDecision(line, found, price, price_source, list_price, unit, vat_rate, vat_source, vat_amount)
