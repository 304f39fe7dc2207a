"""Base of request and response models, and the types of their fields."""

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    ValidationInfo,
    WithJsonSchema,
)

from smena.http.field_names import FreeFieldNames
from smena.http.problems import WrongValueError
from smena.kinds.money import Kopecks, NotMoneyError, format_money, parse_money
from smena.kinds.quantity import NotQuantityError, Thousandths, format_quantity, quantity_from_number

NUMBER_LENGTH_MAX = 24
_MADE_BY_US = {"made_by_us": True}


class ApiModel(BaseModel, metaclass=FreeFieldNames):
    """A request or response body: unknown fields are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)

    def __init__(self, /, **fields: Any) -> None:
        """Made by our own code, as against read from a request: money may be given as kopecks."""
        __tracebackhide__ = True
        self.__pydantic_validator__.validate_python(fields, self_instance=self, context=_MADE_BY_US)

    # pydantic calls an __init__ without this mark while it reads a request too, which would take away the difference
    __init__.__pydantic_base_init__ = True  # type: ignore[attr-defined]


def _decimal_text(value: Any) -> str:
    if not isinstance(value, str):
        raise WrongValueError('нужно число в кавычках, как "12.30"', 'a decimal in quotes is expected, as "12.30"')
    if len(value) > NUMBER_LENGTH_MAX or not value.isascii() or set(value) - set("-0123456789."):
        raise WrongValueError('нужны цифры и точка, как "12.30"', 'digits and a point are expected, as "12.30"')
    return value


def _ours(value: Any, info: ValidationInfo) -> bool:
    return type(value) is int and bool((info.context or {}).get("made_by_us"))


def _money(value: Any, info: ValidationInfo) -> int:
    if _ours(value, info):
        return int(value)
    try:
        return parse_money(_decimal_text(value))
    except NotMoneyError as error:
        raise WrongValueError('нужна сумма в рублях и копейках, как "12.30"', str(error)) from error


def _quantity(value: Any, info: ValidationInfo) -> int:
    if _ours(value, info):
        return int(value)
    try:
        return quantity_from_number(_decimal_text(value))
    except NotQuantityError as error:
        raise WrongValueError('нужно количество до тысячных, как "1.500"', str(error)) from error


def _utc_text(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat().replace("+00:00", "Z")


MoneyText = Annotated[
    Kopecks,
    BeforeValidator(_money),
    PlainSerializer(format_money, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d{1,2})?$", "examples": ["12.30"]}),
]
"""Kopecks inside, ``"12.30"`` in JSON. Our own code makes a model with kopecks; a JSON number is refused."""

QuantityText = Annotated[
    Thousandths,
    BeforeValidator(_quantity),
    PlainSerializer(format_quantity, return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?\d+(\.\d{1,3})?$", "examples": ["1.500"]}),
]
"""Thousandths inside, ``"1.500"`` in JSON."""

Instant = Annotated[AwareDatetime, PlainSerializer(_utc_text, return_type=str, when_used="json")]
"""An aware instant, RFC 3339 in UTC in JSON."""
