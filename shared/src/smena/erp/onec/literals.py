"""How values are written in OData queries, and read from JSON."""

from datetime import date, datetime
from decimal import Decimal

from smena.erp.errors import ErpRefusedError
from smena.kinds.identity import onec_ref
from smena.kinds.money import format_money

EMPTY_REF = "00000000-0000-0000-0000-000000000000"
SECTIONS = {"goods": "Строка", "refunds": "Строка возвратов"}
MEND = {
    "item": "ссылку номенклатуры в каталоге (ref)",
    "reference": "ссылку документа: возьмите её из 1С",
}
"""What is to be mended where a reference does not come from smena.toml."""
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
    """A reference in 1C's form; ``what`` is a word of smena.toml, or one of those that stand elsewhere.

    Raises:
        ErpRefusedError: it is none, so 1C would not take it either.
    """
    if (parsed := onec_ref(ref)) is None:
        mend = MEND.get(what, f"{what} в smena.toml")
        raise ErpRefusedError(f"«{ref}» не ссылка 1С (GUID): исправьте {mend}")
    return parsed


def line_item_ref(ref: str, section: str, place: int, name: str) -> str:
    """The item of a document's line in 1C's form.

    Raises:
        ErpRefusedError: it is none; the message names the line as sold, and says where the item is chosen.
    """
    if (parsed := onec_ref(ref)) is None:
        sold = f" «{name}»" if name else ""
        raise ErpRefusedError(
            f"{SECTIONS[section]} {place}{sold}: номенклатура «{ref}» не ссылка 1С (GUID). Исправьте сопоставление"
            " этого товара с номенклатурой 1С (или номенклатуру в строках его чеков) и передайте смену снова:"
            " новая версия заменит этот документ"
        )
    return parsed


def number_text(value: object, places: int) -> str:
    """A number of 1C with a fixed count of decimals; whatever does not fit stays as it is and is seen as different."""
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        return "" if value is None else str(value)
    exact = Decimal(value)
    if not exact.is_finite():
        return str(exact)
    scaled = exact.quantize(Decimal(1).scaleb(-places)) if abs(exact) < 10**20 else exact
    return f"{scaled:f}" if scaled == exact else f"{exact.normalize():f}"
