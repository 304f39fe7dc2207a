"""The import direction told a second time, from the accountant's rules, with nothing of the product's code."""

from types import SimpleNamespace
from typing import Any

from unit.catalog_sync.oracle import Told, candidates_of, codes, digits, find, money, rate

__all__ = ["candidates_of", "imported"]


def imported(
    items: list[Any], cabinet: list[Any], bindings: dict[str, str], prices: dict[str, int], *, vat_payer: bool = True
) -> dict[str, Told]:
    """Every row of an import of everything, with retail prices; ``bindings`` map the cabinet's ids to refs."""
    rows = [SimpleNamespace(ref=one.id, active=one.active, barcodes=one.barcodes) for one in cabinet]
    others = [SimpleNamespace(id=one.ref, active=one.active, barcodes=one.barcodes) for one in items]
    by_ref = {one.ref: one for one in items}
    told = {}
    for row, one in zip(rows, cabinet, strict=True):
        found, ambiguous, omitted = find(row, rows, others, bindings)
        if omitted:
            continue
        item = None if found is None else by_ref[found.id]
        ref = None if item is None else item.ref
        if one.active and not one.name.strip():
            told[one.id] = Told("invalid", ref, frozenset(), False)
        elif ambiguous:
            told[one.id] = Told("ambiguous", None, frozenset(), False)
        elif item is None:
            told[one.id] = Told("missing", None, creation(one, vat_payer), False)
        else:
            told[one.id] = comparison(item, one, prices, vat_payer)
    return told


def creation(one: Any, vat_payer: bool) -> frozenset[tuple[str, Any, Any]]:
    main = next((code for code in one.barcodes if digits(code)), None)
    given = {
        "name": one.name,
        "unit": one.unit,
        "barcode": main,
        "article": one.article,
        "vat_rate": one.vat_rate if vat_payer else None,
        "retail_price": money(one.retail_price) if one.retail_price else None,
    }
    return frozenset((field, None, value) for field, value in given.items() if value)


def comparison(item: Any, one: Any, prices: dict[str, int], vat_payer: bool) -> Told:
    changes: set[tuple[str, Any, Any]] = set()
    if not one.active:
        changes = {("active", True, False)} if item.active else set()
        return Told("differs" if changes else "identical", item.ref, frozenset(changes), False)
    if item.name != one.name:
        changes.add(("name", item.name, one.name))
    if one.unit and item.unit != one.unit:
        changes.add(("unit", item.unit, one.unit))
    if one.article and item.article != one.article:
        changes.add(("article", item.article, one.article))
    if vat_payer and one.vat_rate is not None and rate(item) != one.vat_rate:
        changes.add(("vat_rate", rate(item), one.vat_rate))
    if one.retail_price and prices.get(item.ref) != one.retail_price:
        changes.add(("retail_price", money(prices.get(item.ref)), money(one.retail_price)))
    if not item.active:
        changes.add(("active", False, True))
    main = next((code for code in one.barcodes if digits(code)), None)
    if main is not None and digits(main) not in codes(item):
        changes.add(("barcode", next((code for code in item.barcodes if digits(code)), None), main))
    cosmetic = all(
        field in {"name", "article"} and (before or "").split() == (after or "").split()
        for field, before, after in changes
    )
    status = "differs" if changes else "identical"
    return Told(status, item.ref, frozenset(changes), bool(changes) and cosmetic)
