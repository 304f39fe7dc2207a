"""The diff told a second time, slowly and from the accountant's rules, with nothing of the product's code."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Told:
    """What the oracle says of one row."""

    status: str
    counterpart: str | None
    changes: frozenset[tuple[str, Any, Any]]
    cosmetic: bool


def digits(code: str) -> str:
    plain = "".join(sign for sign in code if sign.isdigit())
    if len(plain) == 12:
        return "0" + plain
    if len(plain) == 14 and plain.startswith("0"):
        return plain[1:]
    return plain


def codes(item: Any) -> set[str]:
    return {digits(code) for code in item.barcodes} - {""}


def export(items: list[Any], cabinet: list[Any], bindings: dict[str, str], prices: dict[str, int]) -> dict[str, Told]:
    """Every row of an export of everything; the cabinet knows шт and кг, rates 20, 10 and none."""
    told = {}
    for item in items:
        counterpart, ambiguous, omitted = find(item, items, cabinet, bindings)
        if omitted:
            continue
        if not item.active:
            if ambiguous:
                told[item.ref] = Told("ambiguous", None, frozenset(), False)
            elif counterpart is not None:
                change = frozenset({("active", True, False)}) if counterpart.active else frozenset[Any]()
                told[item.ref] = Told("differs" if change else "identical", counterpart.id, change, False)
            continue
        if not valid(item, prices):
            told[item.ref] = Told("invalid", counterpart.id if counterpart else None, frozenset(), False)
        elif ambiguous:
            told[item.ref] = Told("ambiguous", None, frozenset(), False)
        elif counterpart is None:
            told[item.ref] = Told("missing", None, frozenset(), False)
        else:
            told[item.ref] = compare(item, counterpart, prices)
    return told


def find(item: Any, items: list[Any], cabinet: list[Any], bindings: dict[str, str]) -> tuple[Any, bool, bool]:
    """The counterpart, whether there are several, and whether the row is left out."""
    known = {one.id: one for one in cabinet}

    def bound(other: Any) -> Any:
        return known.get(bindings.get(other.ref, ""))

    if bound(item) is not None:
        return bound(item), False, False
    sharing = [other for other in items if other.ref != item.ref and codes(other) & codes(item)]
    if not item.active and any(other.active for other in sharing):
        return None, False, True
    candidates = candidates_of(item, cabinet)
    if any(other.active or not item.active for other in sharing) or len(candidates) > 1:
        return None, True, False
    if not candidates:
        return None, False, not item.active
    for other in items:
        if other.ref == item.ref:
            continue
        if bound(other) is not None:
            if bound(other).id == candidates[0].id:
                return None, True, False
            continue
        gives_way = not other.active and any(
            third.active and third.ref != other.ref and codes(third) & codes(other) for third in items
        )
        if not gives_way and candidates[0] in candidates_of(other, cabinet):
            return None, True, False
    return candidates[0], False, False


def candidates_of(item: Any, cabinet: list[Any]) -> list[Any]:
    sharing = [one for one in cabinet if codes(one) & codes(item)]
    return [one for one in sharing if one.active] or sharing


def valid(item: Any, prices: dict[str, int]) -> bool:
    return bool(
        item.name.strip()
        and item.unit in {"шт", "кг"}
        and item.group
        and item.article
        and codes(item)
        and rate(item) in {"20", "10", "none"}
        and prices.get(item.ref, 0) > 0
    )


def rate(item: Any) -> Any:
    return item.retail_vat_rate if item.retail_vat_rate is not None else item.vat_rate


def compare(item: Any, counterpart: Any, prices: dict[str, int]) -> Told:
    pairs = {
        "name": (counterpart.name, item.name),
        "group": (counterpart.group, item.group),
        "article": (counterpart.article, item.article),
        "unit": (counterpart.unit, item.unit),
        "vat_rate": (counterpart.vat_rate, rate(item)),
        "retail_price": (money(counterpart.retail_price), money(prices[item.ref])),
        "active": (counterpart.active, True),
    }
    changes = {(field, before, after) for field, (before, after) in pairs.items() if (before or "") != (after or "")}
    main, wanted = next(iter(counterpart.barcodes), None), next(code for code in item.barcodes if digits(code))
    if main is None or digits(main) != digits(wanted):
        changes.add(("barcode", main, wanted))
    cosmetic = all(
        field in {"name", "group", "article"} and (before or "").split() == (after or "").split()
        for field, before, after in changes
    )
    return Told("differs" if changes else "identical", counterpart.id, frozenset(changes), bool(changes) and cosmetic)


def money(kopecks: int | None) -> str | None:
    return None if kopecks is None else f"{kopecks // 100}.{kopecks % 100:02d}"
