"""Read a published shift from the bus into facts, or say in plain words why it can't be taken."""

from hashlib import sha256
from uuid import UUID

import msgspec

from ledger.domain.accepted_differences import AcceptedDifference
from ledger.domain.shifts import PaymentTurnover, ShiftKey, ShiftRevision, SoldLine, faults
from smena.contracts.sales_events import ShiftClosed, ShiftLine
from smena.kinds.money import Kopecks, NotMoneyError, parse_money
from smena.kinds.quantity import quantity_from_number
from smena.kinds.vat import VatRate


class UnreadableShiftError(Exception):
    """This shift can't become documents, however often it is tried; the message says why."""


def read_shift(data: bytes) -> tuple[ShiftRevision, str]:
    """The facts of a ``shift-closed`` event and the hash of its content.

    The hash is taken over the data as it came, so that fields a newer sender adds belong to it.

    Raises:
        UnreadableShiftError: the data does not fit the contract, or does not add up.
    """
    content_hash = _checked_hash(data)
    try:
        event = msgspec.json.decode(data, type=ShiftClosed)
        revision = _revision(event)
    except (msgspec.DecodeError, ValueError) as error:
        raise UnreadableShiftError(f"смена не по договору: {error}") from error
    if found := faults(revision):
        raise UnreadableShiftError("смена не сходится сама с собой: " + "; ".join(found))
    return revision, content_hash


def _checked_hash(data: bytes) -> str:
    try:
        fields = msgspec.json.decode(data)
    except msgspec.DecodeError as error:
        raise UnreadableShiftError(f"смена не читается: {error}") from error
    if not isinstance(fields, dict):
        raise UnreadableShiftError("смена не по договору: ждали объект")
    stated = fields.pop("sha256", "")
    found = sha256(msgspec.json.encode(fields, order="sorted")).hexdigest()
    if stated and stated != found:
        raise UnreadableShiftError(f"содержание смены не отвечает её sha256: {found}, а указано {stated}")
    return found


def _revision(event: ShiftClosed) -> ShiftRevision:
    shift = event.shift
    if event.revision < 1 or (event.previous_revision or 0) >= event.revision:
        raise ValueError(f"версия {event.revision} после {event.previous_revision}")
    return ShiftRevision(
        shift=ShiftKey(
            id=UUID(shift.id),
            organization=shift.organization,
            cabinet=shift.cabinet,
            register=shift.register,
            register_number=shift.register_number,
            number=shift.number,
            opened_at=shift.opened_at,
        ),
        number=event.revision,
        previous=event.previous_revision,
        opened_at=event.opened_at,
        closed_at=event.closed_at,
        business_date=event.business_date,
        lines=tuple(_line(line) for line in event.lines),
        payments=tuple(
            PaymentTurnover(
                kind=payment.kind,
                sales=_money(f"продажи оплаты «{payment.kind}»", payment.sales),
                refunds=_money(f"возвраты оплаты «{payment.kind}»", payment.refunds),
                amount=_money(f"сумма оплаты «{payment.kind}»", payment.amount),
            )
            for payment in event.payments
        ),
        components=tuple((part.name, _money(f"сумма «{part.name}»", part.amount)) for part in event.components),
        amount=_money("сумма смены", event.amount),
        z_report=event.z_report,
        counts=msgspec.structs.asdict(event.counts),
        accepted=tuple(AcceptedDifference(one.field, one.receipts, one.z_report, one.reason) for one in event.accepted),
    )


def _money(what: str, text: str) -> Kopecks:
    """A sum of the event; one that is none is named in the accountant's words."""
    try:
        return parse_money(text)
    except NotMoneyError as error:
        raise ValueError(f"{what}: «{text}» — не сумма в рублях и копейках ({error})") from error


def _line(line: ShiftLine) -> SoldLine:
    if line.direction not in {"sale", "refund"}:
        raise ValueError(f"строка «{line.name}»: неизвестное направление {line.direction!r}")
    try:
        rate = VatRate(line.vat_rate)
    except ValueError as error:
        raise ValueError(f"строка «{line.name}»: неизвестная ставка НДС {line.vat_rate!r}") from error
    try:
        return SoldLine(
            key=line.key,
            item_ref=line.item_ref,
            name=line.name,
            unit=line.unit,
            quantity=quantity_from_number(line.quantity),
            price=_money("цена", line.price),
            amount=_money("сумма", line.amount),
            vat_rate=rate,
            vat_amount=_money("сумма НДС", line.vat_amount),
            refund=line.direction == "refund",
            discount=line.discount,
            price_derived=line.price_derived,
        )
    except ValueError as error:
        raise ValueError(f"строка «{line.name}»: {error}") from error
