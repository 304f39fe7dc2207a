"""Find for each row's item its one counterpart, or say that there are several.

The order is binding, then barcode; article and name only ever propose (domain.md, Catalogue). A barcode that
more than one item of either side carries makes every row with it ambiguous. Active items go before archived
ones: an archived item gives way to an active one of its side that carries the same barcode.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from catalog_sync.domain.rows import Match, MatchedBy
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.barcode import EAN13_DIGITS, Barcode, normalise_barcode

BARCODES_REMEMBERED = 1 << 20
"""Normalised forms kept between calls, since both sides carry mostly the same codes."""


class Node(NamedTuple):
    """An item of either side as matching sees it; ``codes`` are comparable barcodes."""

    id: str
    codes: tuple[str, ...]
    active: bool


@dataclass(frozen=True, slots=True)
class Matching:
    """What was found for each row; a row in none of the three has no counterpart."""

    pairs: dict[str, tuple[str, Match]]
    ambiguous: dict[str, tuple[str, ...]]
    gave_way: frozenset[str]
    """Archived rows whose barcode an active row carries."""


@lru_cache(maxsize=BARCODES_REMEMBERED)
def normal(barcode: str) -> Barcode | None:
    """A barcode in comparable form, worked out once for both sides."""
    return normalise_barcode(barcode)


def comparable(barcode: str) -> str | None:
    """The digits two barcodes are compared by."""
    found = normal(barcode)
    return None if found is None else found.digits


def spellings(barcode: str) -> tuple[str, ...]:
    """The forms in which a barcode may be written: as given, comparable, UPC-A, GTIN-14."""
    code = comparable(barcode) or ""
    shorter = code[1:] if len(code) == EAN13_DIGITS and code.startswith("0") else code
    return tuple(dict.fromkeys((barcode, code, shorter, "0" + code)))


def erp_nodes(items: Iterable[ErpItem]) -> list[Node]:
    """The ERP's side."""
    return [Node(item.ref, comparable_all(item.barcodes), item.active) for item in items]


def cabinet_nodes(items: Iterable[CabinetItem]) -> list[Node]:
    """The cabinet's side."""
    return [Node(item.id, comparable_all(item.barcodes), item.active) for item in items]


def comparable_all(barcodes: Iterable[str]) -> tuple[str, ...]:
    """The comparable forms of an item's barcodes, without repeats, the main one first."""
    return tuple(dict.fromkeys(code for barcode in barcodes if (code := comparable(barcode)) is not None))


def match_rows(rows: Sequence[Node], others: Sequence[Node], bindings: Mapping[str, str]) -> Matching:
    """Pair whole catalogues, whatever the diff selects: a rival outside the selection is one too.

    ``bindings`` map a row's id to the other side's; one that leads to nothing is passed over.
    """
    other_ids = {other.id for other in others}
    pairs = {
        row.id: (bound_to, Match(MatchedBy.BINDING, f"Связь с {bound_to}"))
        for row in rows
        if (bound_to := bindings.get(row.id)) is not None and bound_to in other_ids
    }
    taken_by = {other: row for row, (other, _) in pairs.items()}
    owners, holders = _by_code(rows), _by_code(others)
    ambiguous: dict[str, tuple[str, ...]] = {}
    gave_way: set[str] = set()
    wishes: dict[str, tuple[str, str]] = {}
    wished_by: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        if row.id in pairs:
            continue
        rivals = [rival for code in row.codes for rival in owners[code] if rival.id != row.id]
        if not row.active and any(rival.active for rival in rivals):
            gave_way.add(row.id)
            continue
        rival_ids = {rival.id for rival in rivals if rival.active or not row.active}
        candidates = _active_first([(holder, code) for code in row.codes for holder in holders.get(code, ())])
        for candidate in candidates:
            wished_by[candidate].append(row.id)
        rival_ids.update(taken_by[candidate] for candidate in candidates if candidate in taken_by)
        if rival_ids or len(candidates) > 1:
            ambiguous[row.id] = tuple(sorted({*rival_ids, *candidates}))
        elif candidates:
            wishes[row.id] = next(iter(candidates.items()))
    for row_id, (candidate, code) in wishes.items():
        if len(wished_by[candidate]) > 1:
            ambiguous[row_id] = tuple(sorted({candidate, *wished_by[candidate]} - {row_id}))
        else:
            pairs[row_id] = (candidate, Match(MatchedBy.BARCODE, f"Штрихкод {code}"))
    return Matching(pairs, ambiguous, frozenset(gave_way))


def _by_code(nodes: Sequence[Node]) -> dict[str, list[Node]]:
    by_code: dict[str, list[Node]] = defaultdict(list)
    for node in nodes:
        for code in node.codes:
            by_code[code].append(node)
    return by_code


def _active_first(found: list[tuple[Node, str]]) -> dict[str, str]:
    """Candidate id → the code that led to it; archived ones only where no active one carries a code."""
    any_active = any(node.active for node, _ in found)
    candidates: dict[str, str] = {}
    for node, code in found:
        if node.active or not any_active:
            candidates.setdefault(node.id, code)
    return candidates
