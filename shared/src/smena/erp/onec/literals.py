"""How values are written in OData queries, and read from JSON."""

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from smena.erp.errors import ErpRefusedError
from smena.kinds.money import format_money

EMPTY_REF = "00000000-0000-0000-0000-000000000000"
MOMENT_FORMAT = "%Y-%m-%dT%H:%M:%S"


def guid(ref: str) -> str:
    """A reference as a literal of a filter or key."""
    return f"guid'{ref}'"


def text(value: str) -> str:
    """A string as a literal."""
    return "'" + value.replace("'", "''") + "'"


def moment(value: datetime) -> str:
    """A naive local instant as a literal."""
    return f"datetime'{value.strftime(MOMENT_FORMAT)}'"


def amount(value: int) -> str:
    """Kopecks as a literal of rubles."""
    return format_money(value)


def day_bounds(day: date, field: str = "Date") -> str:
    """A condition on the day of a document."""
    return period_bounds(day, day, field)


def period_bounds(first: date, last: date, field: str = "Date") -> str:
    """A condition on the date of a document; both days belong to the period."""
    return f"{field} ge datetime'{first}T00:00:00' and {field} le datetime'{last}T23:59:59'"


def parsed_ref(ref: str, what: str) -> str:
    """A reference in 1C's form.

    Raises:
        ErpRefusedError: it is none, so 1C would not take it either.
    """
    try:
        return str(UUID(ref))
    except ValueError as error:
        raise ErpRefusedError(f"{what}: «{ref}» не ссылка 1С (GUID), исправьте её в smena.toml") from error


def number_text(value: object, places: int) -> str:
    """A number of 1C with a fixed count of decimals; whatever does not fit stays as it is and is seen as different."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "" if value is None else str(value)
    exact = Decimal(value)
    if not exact.is_finite():
        return str(exact)
    scaled = exact.quantize(Decimal(1).scaleb(-places)) if abs(exact) < 10**20 else exact
    return f"{scaled:f}" if scaled == exact else f"{exact.normalize():f}"
