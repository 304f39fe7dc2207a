"""What a person does at a till from outside: ring, also into a closed shift."""

from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import Literal

import msgspec

from smena_sandbox.clock import SandboxClock, milliseconds
from smena_sandbox.control.replies import ControlError
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import Document, Good, Kind, Line, Payments, Shift, half_up
from smena_sandbox.world.till import Till, TillError


class RingLine(msgspec.Struct, forbid_unknown_fields=True):
    """A line: a good by ``good_id``, ``article`` or ``gtin``, or free-form by ``name``; ``sum`` wins over ``price``."""

    good_id: int | None = None
    article: str | None = None
    gtin: str | None = None
    name: str | None = None
    quantity: str | int = 1
    price: str | int | None = None
    sum: str | int | None = None
    discount: str | int = 0
    allowance: str | int = 0


class RingPayments(msgspec.Struct, forbid_unknown_fields=True):
    """Rubles by the cabinet's three buckets."""

    cash: str | int = 0
    no_cash: str | int = 0
    other: str | int = 0


class RingRequest(msgspec.Struct, forbid_unknown_fields=True):
    """Body of ``POST /_sandbox/cabinets/{id}/receipts``.

    Rung now, or at an instant; into the shift of that instant or the one named by number. In a closed shift the
    Z-report is made again, unless ``recount`` is false. ``target`` is the fiscal id of the sale to annul or refund;
    a refund with a target and no lines gives all of it back. Payments default to cash.
    """

    register: str
    kind: Literal["sale", "refund", "annulment", "deposit", "withdrawal"] = "sale"
    at: datetime | None = None
    shift: int | None = None
    lines: list[RingLine] = msgspec.field(default_factory=list)
    discount: str | int = 0
    allowance: str | int = 0
    payments: RingPayments | None = None
    amount: str | int = 0
    target: str | None = None
    number: int | None = None
    recount: bool = True


def ring(cabinet: Cabinet, clock: SandboxClock, asked: RingRequest) -> Document:
    """Ring one document; a refusal of the till becomes a 409 with its words."""
    till = till_of(cabinet, asked.register)
    target = till.document(asked.target) if asked.target else None
    if asked.target and target is None:
        raise ControlError(404, f"no document {asked.target} on {till.identity}")
    try:
        at, shift = _moment(till, asked, clock.now_ms())
        number = asked.number
        if shift.closed is not None and number is None:
            number = till.number_for_late(shift, recount=asked.recount)
        document = _rung(cabinet, till, asked, target, at, shift, number)
        if shift.closed is not None:
            document.arrived = clock.now_ms()
            if asked.recount:
                till.recount(shift)
    except TillError as error:
        raise ControlError(409, str(error)) from error
    return document


def till_of(cabinet: Cabinet, name: str) -> Till:
    """The register by id or number."""
    till = cabinet.till(name)
    if till is None:
        raise ControlError(404, f"no register {name}")
    return till


def kopecks(value: str | int) -> int:
    """Rubles as given into kopecks."""
    return _scaled(value, 2)


def _rung(
    cabinet: Cabinet, till: Till, asked: RingRequest, target: Document | None, at: int, shift: Shift, number: int | None
) -> Document:
    kind = Kind(asked.kind)
    if kind in {Kind.DEPOSIT, Kind.WITHDRAWAL}:
        return till.move_cash(kind, kopecks(asked.amount), at=at, shift=shift, number=number)
    if kind is Kind.ANNULMENT:
        if target is None:
            raise ControlError(400, "an annulment needs its target")
        return till.annul(target, at=at, shift=shift, number=number)
    lines = [_line(cabinet, line) for line in asked.lines]
    discount, allowance = kopecks(asked.discount), kopecks(asked.allowance)
    paid = asked.payments
    payments = Payments(kopecks(paid.cash), kopecks(paid.no_cash), kopecks(paid.other)) if paid else None
    if target is not None and not lines:
        lines = list(target.lines)
        discount = target.discount - sum(line.discount for line in lines)
        allowance = target.allowance - sum(line.allowance for line in lines)
        payments = payments or Payments(target.cash, target.no_cash, target.other)
    if not lines:
        raise ControlError(400, "a receipt needs lines")
    net = sum(line.amount - line.discount + line.allowance for line in lines) - discount + allowance
    return till.ring(
        kind, lines, payments or Payments(cash=net), at=at, discount=discount, allowance=allowance, shift=shift,
        number=number,
    )  # fmt: skip


def _moment(till: Till, asked: RingRequest, now: int) -> tuple[int, Shift]:
    at = now if asked.at is None else _aware_ms(asked.at)
    if asked.shift is not None:
        shift = next((shift for shift in till.shifts if shift.number == asked.shift), None)
        if shift is None:
            raise ControlError(404, f"no shift {asked.shift} on {till.identity}")
        if asked.at is None and shift.closed is not None:
            at = shift.closed - 1000
        return at, shift
    for shift in till.shifts:
        if shift.opened <= at and (shift.closed is None or at <= shift.closed):
            return at, shift
    if till.shifts and at < till.shifts[-1].opened:
        raise ControlError(409, f"no shift of {till.identity} was open at that instant; name one by `shift`")
    return at, till.open(at)


def _aware_ms(moment: datetime) -> int:
    if moment.tzinfo is None:
        raise ControlError(400, "an instant needs its offset, as 2026-01-31T20:00:00+03:00")
    return milliseconds(moment)


def _line(cabinet: Cabinet, asked: RingLine) -> Line:
    good = _good(cabinet, asked)
    if good is None and not asked.name:
        raise ControlError(400, "a line names a good of the cabinet or has a name")
    quantity = _scaled(asked.quantity, 3)
    if asked.sum is not None:
        amount = kopecks(asked.sum)
    elif asked.price is not None:
        amount = half_up(quantity, kopecks(asked.price))
    elif good is not None and good.sell_price is not None:
        amount = half_up(quantity, good.sell_price)
    else:
        raise ControlError(400, "a line without a good needs a price or a sum")
    name = asked.name or (good.name if good else "")
    good_id = good.good_id if good else asked.good_id
    return Line(good_id, name, quantity, amount, kopecks(asked.discount), kopecks(asked.allowance))


def _good(cabinet: Cabinet, asked: RingLine) -> Good | None:
    """The good named; an unknown id is allowed beside a name: a till may sell what the cabinet lost."""
    if asked.good_id is None and asked.article is None and asked.gtin is None:
        return None
    for good in cabinet.goods.values():
        if (
            (asked.good_id is not None and good.good_id == asked.good_id)
            or (asked.article is not None and good.vendor_code == asked.article)
            or (asked.gtin is not None and good.gtin == asked.gtin)
        ):
            return good
    if asked.good_id is not None and asked.name:
        return None
    raise ControlError(404, f"no such good: {asked.good_id or asked.article or asked.gtin}")


def _scaled(value: str | int, places: int) -> int:
    try:
        scaled = Decimal(value).scaleb(places)
    except InvalidOperation as error:
        raise ControlError(400, f"not a number: {value}") from error
    if not scaled.is_finite() or scaled != scaled.to_integral_value():
        raise ControlError(400, f"more than {places} decimals: {value}")
    return int(scaled)
