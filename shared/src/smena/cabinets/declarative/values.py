"""Values of a record as a map says; what does not read is refused with the field and the reason, never guessed."""

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Final
from zoneinfo import ZoneInfo

from smena.cabinets.declarative.model import Constant, FieldMap, Manifest, Maps
from smena.cabinets.declarative.records import Node, value_at
from smena.cabinets.declarative.targets import Sort
from smena.cabinets.reading import UnreadableError, instant
from smena.kinds.money import NotMoneyError, money_from_number
from smena.kinds.quantity import NotQuantityError, quantity_from_number

TRUE: Final = frozenset({"true", "1", "да", "yes", "истина"})
FALSE: Final = frozenset({"false", "0", "нет", "no", "ложь"})
SPACES: Final = str.maketrans({" ": None, "\u00a0": None, "\u202f": None, ",": "."})


class Values:
    """Reads fields by the code tables and the way of writing instants of one manifest."""

    def __init__(self, manifest: Manifest) -> None:
        self._codes = {
            name: {code.strip().casefold(): meaning for code, meaning in table.items()}
            for name, table in manifest.codes.items()
        }
        self._instants = manifest.instants
        self._zone = ZoneInfo(manifest.instants.zone)

    def read(self, record: Node, name: str, maps: Maps, known: Mapping[str, Sort]) -> Any:
        """The value of a field; None where the manifest has no map or the record nothing for it.

        Raises:
            UnreadableError: what stands there is no such value.
        """
        one = maps.get(name)
        if one is None:
            return None
        found = _found(record, one)
        if found is None:
            found = one.default
        elif one.codes is not None:
            found = self._decoded(name, found, one.codes)
        return None if found is None else self._as(name, found, one, known[name])

    def _decoded(self, name: str, value: Any, table: str) -> str:
        meaning = self._codes[table].get(_text(value).casefold())
        if meaning is None:
            raise UnreadableError(f"{name}: кода «{_text(value)[:40]}» нет в таблице {table}")
        return meaning

    def _as(self, name: str, value: Any, one: FieldMap, sort: Sort) -> Any:
        if sort is Sort.TEXTS:
            return (
                tuple(_text(each) for each in value if each not in {None, ""})
                if isinstance(value, list)
                else (_text(value),)
            )
        if isinstance(value, list | dict):
            raise UnreadableError(f"{name}: вместо значения {'список' if isinstance(value, list) else 'объект'}")
        match sort:
            case Sort.WHOLE:
                return _whole(name, _number(name, value, one.scale))
            case Sort.MONEY:
                return _money(name, _number(name, value, one.scale))
            case Sort.QUANTITY:
                return _quantity(name, _number(name, value, one.scale))
            case Sort.INSTANT:
                return self._instant(name, value, one.format or self._instants.format)
            case Sort.BOOLEAN:
                return _boolean(name, value)
        return _text(value)

    def _instant(self, name: str, value: Any, form: str) -> datetime:
        if isinstance(value, datetime):
            return self._in_utc(name, value)
        if form in {"epoch-ms", "epoch-s"}:
            return instant(_number(name, value, 0) * (1 if form == "epoch-ms" else 1000), name)
        text = _text(value)
        try:
            read = datetime.fromisoformat(text) if form == "iso" else datetime.strptime(text, form)  # noqa: DTZ007 - the zone follows
        except ValueError as error:
            raise UnreadableError(f"{name}: «{text[:40]}» не время вида {form}") from error
        return self._in_utc(name, read)

    def _in_utc(self, name: str, read: datetime) -> datetime:
        try:
            return (read if read.tzinfo else read.replace(tzinfo=self._zone)).astimezone(UTC)
        except OverflowError as error:  # the first or the last hours that can be counted
            raise UnreadableError(f"{name}: {read.isoformat()} не время документа") from error


def written_instant(moment: datetime, form: str, zone: ZoneInfo) -> str | int:
    """An instant as a request carries it."""
    if form == "epoch-ms":
        return int(moment.timestamp()) * 1000
    if form == "epoch-s":
        return int(moment.timestamp())
    local = moment.astimezone(zone)
    return local.isoformat() if form == "iso" else local.strftime(form)


def _found(record: Node, one: FieldMap) -> Any:
    if one.constant is not None:
        return one.constant
    if one.join is not None:
        parts = [value_at(record, path) for path in one.join]
        given = [_text(part) for part in parts if part is not None]
        return one.separator.join(given) if len(given) == len(parts) else None
    return value_at(record, one.path or "")


def _text(value: Any) -> str:
    """A value as text; a table's whole number that came as ``123.0`` is ``123``."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        value = Decimal(str(value))
    if isinstance(value, Decimal):
        return format(value.quantize(Decimal(1)) if value == value.to_integral_value() else value, "f")
    return str(value).strip()


def _number(name: str, value: Any, scale: int) -> Decimal:
    if isinstance(value, bool):
        raise UnreadableError(f"{name}: вместо числа {_text(value)}")
    try:
        number = Decimal(str(value).strip().translate(SPACES))
    except InvalidOperation as error:
        raise UnreadableError(f"{name}: «{str(value)[:40]}» не число") from error
    if not number.is_finite():
        raise UnreadableError(f"{name}: «{value}» не число")
    return number.scaleb(-scale)


def _whole(name: str, number: Decimal) -> int:
    if number != number.to_integral_value():
        raise UnreadableError(f"{name}: {number} не целое число")
    return int(number)


def _money(name: str, number: Decimal) -> int:
    try:
        return money_from_number(number)
    except NotMoneyError as error:
        raise UnreadableError(f"{name}: {number} не сумма в рублях и копейках") from error


def _quantity(name: str, number: Decimal) -> int:
    try:
        return quantity_from_number(number)
    except NotQuantityError as error:
        raise UnreadableError(f"{name}: {number} не количество с тремя знаками") from error


def _boolean(name: str, value: Constant) -> bool:
    text = _text(value).casefold()
    if text in TRUE:
        return True
    if text in FALSE:
        return False
    raise UnreadableError(f"{name}: «{text[:40]}» не да и не нет")
