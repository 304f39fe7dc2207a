"""Receipt lines of a shift brought together as the accountant sees them in her report."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from hashlib import sha256
from typing import NamedTuple
from uuid import UUID

from smena.kinds.money import half_up
from smena.kinds.quantity import THOUSANDTHS_PER_UNIT
from smena.kinds.vat import VatRate, vat_inside

LINE_KEY_DIGITS = 24
SALE, REFUND = "sale", "refund"


class SoldLine(NamedTuple):
    """One line of a counted receipt; sums in kopecks, quantity in thousandths, all positive."""

    receipt: UUID
    version: int
    number: int
    position: int
    direction: str
    item_ref: str
    name: str
    unit: str
    quantity: int
    price: int
    price_derived: bool
    gross: int
    discount: int
    amount: int
    vat_rate: str


class LineIdentity(NamedTuple):
    """What lines must share to become one; ``price`` is None where prices were derived."""

    direction: str
    item_ref: str
    unit: str
    price: int | None
    vat_rate: str
    discount: bool


@dataclass(slots=True)
class AggregatedLine:
    """Lines of one identity. ``amount`` is the exact sum of the receipt lines."""

    identity: LineIdentity
    name: str
    named_by: tuple[int, int]
    quantity: int = 0
    gross: int = 0
    discount: int = 0
    amount: int = 0
    sources: list[tuple[UUID, int, int]] = field(default_factory=list)

    @property
    def key(self) -> str:
        """A short stable key of the identity, safe in an address."""
        return line_key(self.identity)

    @property
    def price(self) -> int:
        """The common price; where prices were derived, the informational one of the whole line."""
        if self.identity.price is not None:
            return self.identity.price
        return half_up(self.gross * THOUSANDTHS_PER_UNIT, self.quantity)

    @property
    def vat_amount(self) -> int:
        """VAT inside the aggregated amount, rounded half up once."""
        return vat_inside(self.amount, VatRate(self.identity.vat_rate))


def line_key(identity: LineIdentity) -> str:
    """The first digits of the sha256 of the identity's parts."""
    direction, item_ref, unit, price, vat_rate, discount = identity
    text = f"{direction}\x1f{item_ref}\x1f{unit}\x1f{price}\x1f{vat_rate}\x1f{discount}"
    return sha256(text.encode()).hexdigest()[:LINE_KEY_DIGITS]


def aggregate(lines: Iterable[SoldLine]) -> list[AggregatedLine]:
    """Bring lines together by item, unit, price, VAT rate, discount yes/no and direction.

    Lines with derived prices of one item are one line whose price is informational; different list prices
    are never averaged. The name is that of the earliest line, so that it does not depend on the reading order.
    """
    found: dict[tuple[object, ...], AggregatedLine] = {}
    for line in lines:
        (
            receipt, version, number, position, direction, item_ref, name, unit, quantity, price, derived,
            gross, discount, amount, vat_rate,
        ) = line  # fmt: skip
        identity = (direction, item_ref, unit, None if derived else price, vat_rate, discount != 0)
        whole = found.get(identity)
        if whole is None:
            whole = found[identity] = AggregatedLine(LineIdentity._make(identity), name, (number, position))
        elif (number, position) < whole.named_by:
            whole.name, whole.named_by = name, (number, position)
        whole.quantity += quantity
        whole.gross += gross
        whole.discount += discount
        whole.amount += amount
        whole.sources.append((receipt, version, position))
    for whole in found.values():
        whole.sources.sort()
    return sorted(found.values(), key=_order)


def _order(line: AggregatedLine) -> tuple[object, ...]:
    one = line.identity
    price = -1 if one.price is None else one.price
    return (one.direction != SALE, one.item_ref, one.unit, one.vat_rate, one.discount, price)
