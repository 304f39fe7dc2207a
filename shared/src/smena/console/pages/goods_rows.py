"""A row of a diff as a person reads it: what would change, why the pair is one, where a price comes from."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from smena.console.vocabulary import words_of
from smena.console.words import Translate, day, money

PRICED = ("purchase_price", "retail_price")
UNBOUND = "barcode"
"""A pair found by barcode is bound by the apply; every other one stands in the bindings already."""


@dataclass(frozen=True, slots=True)
class ShownChange:
    """One field, before and after; ``cosmetic`` when only white space or spelling moves."""

    field: str
    before: str
    after: str
    cosmetic: bool
    source: str


@dataclass(frozen=True, slots=True)
class ShownRow:
    """One row; ``sources`` tell of prices that do not change, ``pair_with`` are ids to choose from."""

    id: str
    status: str
    name: str
    codes: str
    other_name: str
    other_codes: str
    changes: Sequence[ShownChange]
    problems: Sequence[Mapping[str, Any]]
    sources: Sequence[tuple[str, str]]
    matched_by: str
    why: str
    pair_with: Sequence[str]
    can_apply: bool
    can_untie: bool


def shown_row(row: Mapping[str, Any], language: str, translate: Translate) -> ShownRow:
    """The row in the person's words."""
    item, other, match = row["item"], row["counterpart"], row["match"]
    told = {field: provenance(found, language, translate) for field, found in row["provenance"].items()}
    ordered = sorted(row["changes"], key=lambda change: change["sort"] == "cosmetic")
    changes = [_change(change, told.pop(change["field"], ""), translate) for change in ordered]
    unbound = row["status"] == "identical" and item is not None and match is not None and match["by"] == UNBOUND
    return ShownRow(
        id=row["id"],
        status=row["status"],
        name=item["name"] if item else "",
        codes=_codes(item, item["ref"] if item else ""),
        other_name=other["name"] if other else "",
        other_codes=_codes(other, other["id"] if other else ""),
        changes=changes,
        problems=row["problems"],
        sources=[(field, words) for field, words in told.items() if words],
        matched_by=words_of("resolution", match["by"]).word(language) if match else "",
        why=match["explain"] if match else "",
        pair_with=row["candidates"] if row["status"] == "ambiguous" else (),
        can_apply=row["status"] in {"missing", "differs"} or unbound,
        can_untie=match is not None and match["by"] != UNBOUND,
    )


def provenance(found: Mapping[str, Any] | None, language: str, translate: Translate) -> str:
    """Where a price comes from, in one sentence; empty when there is nothing to tell."""
    if not found:
        return ""
    if found.get("reason"):
        return str(found["reason"])
    price = money(str(found.get("price") or ""))
    if found.get("source") == "goods-receipts":
        dated = day(str(found.get("date") or ""), language)
        said = translate("{price}: поступление № {number} от {date}, строка {line}").format(
            price=price,
            number=found.get("number"),
            date=dated,
            line=found.get("line"),
        )
        return f"{said}. {found['note']}" if found.get("note") else said
    since = day(str(found.get("effective_at") or "")[:10], language)
    said = translate("{price}: тип цен «{type}», действует с {date}").format(
        price=price,
        type=found.get("price_type"),
        date=since,
    )
    return f"{said}, № {found['number']}" if found.get("number") else said


def _change(change: Mapping[str, Any], source: str, translate: Translate) -> ShownChange:
    return ShownChange(
        field=change["field"],
        before=_value(change["field"], change["from"], translate),
        after=_value(change["field"], change["to"], translate),
        cosmetic=change["sort"] == "cosmetic",
        source=source,
    )


def _value(field: str, value: str | bool | None, translate: Translate) -> str:
    if isinstance(value, bool):
        return translate("да") if value else translate("нет")
    if value is None or value == "":
        return ""
    if field in PRICED:
        return money(value)
    if field == "vat_rate":
        return translate("Без НДС") if value == "none" else f"{value} %"
    return value


def _codes(item: Mapping[str, Any] | None, fallback: str) -> str:
    """Code, article and main barcode in one line."""
    if item is None:
        return ""
    codes = [item.get("code") or fallback, item.get("article"), next(iter(item["barcodes"]), None)]
    return " · ".join(dict.fromkeys(str(code) for code in codes if code))
