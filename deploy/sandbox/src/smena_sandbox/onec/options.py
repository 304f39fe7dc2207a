"""Query options, read from the raw query string: only ``%20`` is a space here."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import unquote

from smena_sandbox.onec.errors import bad_option

KNOWN = frozenset(
    {
        "$filter",
        "$orderby",
        "$select",
        "$expand",
        "$top",
        "$skip",
        "$inlinecount",
        "$format",
        "allowedOnly",
    }
)


def raw_options(query: bytes) -> dict[str, str]:
    """Split a query string without HTML's rule that ``+`` is a space (LIVE-A: 1C does not know it)."""
    found: dict[str, str] = {}
    for part in query.decode("latin-1").split("&"):
        name, _, value = part.partition("=")
        if name:
            found[unquote(name)] = unquote(value)
    return found


@dataclass(frozen=True, slots=True)
class Options:
    """The options of one read."""

    filter: str = ""
    orderby: str = ""
    select: tuple[str, ...] = ()
    expand: tuple[str, ...] = ()
    top: int | None = None
    skip: int = 0
    count: bool = False
    allowed_only: bool = False


def read_options(raw: Mapping[str, str]) -> Options:
    """Read the options; an unknown ``$`` option is refused with code 14 (DOC)."""
    for name in raw:
        if name.startswith("$") and name not in KNOWN:
            raise bad_option(f"Неизвестная опция запроса '{name}'")
    counting = raw.get("$inlinecount", "none")
    if counting not in {"none", "allpages"}:
        raise bad_option(f"Неверное значение опции запроса $inlinecount: {counting}")
    return Options(
        filter=raw.get("$filter", "").strip(),
        orderby=raw.get("$orderby", "").strip(),
        select=_names(raw.get("$select", "")),
        expand=_names(raw.get("$expand", "")),
        top=_count("$top", raw.get("$top")),
        skip=_count("$skip", raw.get("$skip")) or 0,
        count=counting == "allpages",
        allowed_only=raw.get("allowedOnly", "").lower() == "true",
    )


def _names(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def _count(name: str, text: str | None) -> int | None:
    if text is None:
        return None
    if not text.strip().isdecimal():
        raise bad_option(f"Неверное значение опции запроса {name}: {text}")
    return int(text)
