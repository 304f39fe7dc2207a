"""The diff from the cabinet to the ERP: one row for each selected item of the cabinet."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from catalog_sync.domain.comparison import barcode_change, exact_change, money_change, money_value, text_change
from catalog_sync.domain.comparison import unit_change as compare_units
from catalog_sync.domain.import_writes import main_first
from catalog_sync.domain.matching import cabinet_nodes, comparable, comparable_all, erp_nodes, match_rows, normal
from catalog_sync.domain.rows import Change, DiffRow, Field, Match, Problem, Status, Value
from catalog_sync.domain.terms import Terms
from catalog_sync.domain.wanted import provenance_of
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem
from smena.kinds.vat import VatRate

IMPORTED_FIELDS = frozenset(
    {Field.NAME, Field.UNIT, Field.BARCODE, Field.ARTICLE, Field.VAT_RATE, Field.RETAIL_PRICE, Field.ACTIVE}
)
"""Items come without groups, as they do in 1C's own window, and without purchase prices."""


def import_rows(
    items: Sequence[ErpItem],
    cabinet_items: Sequence[CabinetItem],
    bindings: Mapping[str, str],
    terms: Terms,
    shown: Callable[[CabinetItem], bool],
) -> Iterator[DiffRow]:
    """Rows of the cabinet's items a selection shows; ``bindings`` map the cabinet's ids to refs."""
    matching = match_rows(cabinet_nodes(cabinet_items), erp_nodes(items), bindings)
    by_ref = {item.ref: item for item in items}
    for cabinet_item in cabinet_items:
        if shown(cabinet_item):
            pair = matching.pairs.get(cabinet_item.id)
            item, match = (by_ref[pair[0]], pair[1]) if pair else (None, None)
            row = import_row(cabinet_item, item, match, matching.ambiguous.get(cabinet_item.id, ()), terms)
            if row is not None:
                yield row


def import_row(
    cabinet_item: CabinetItem, item: ErpItem | None, match: Match | None, rivals: tuple[str, ...], terms: Terms
) -> DiffRow | None:
    """The row of one item, once its counterpart or its rivals are found; None where there is nothing to show."""
    problems = _problems(cabinet_item, terms)
    if item is None and not rivals and not cabinet_item.active:
        return None
    changes: tuple[Change, ...] = ()
    if cabinet_item.active and any(problem.blocking for problem in problems):
        status = Status.INVALID
    elif rivals:
        status = Status.AMBIGUOUS
    elif item is None:
        status, changes = Status.MISSING, _creation(cabinet_item, terms)
    else:
        changes = _differences(item, cabinet_item, terms)
        status = Status.DIFFERS if changes else Status.IDENTICAL
    return DiffRow(
        key=cabinet_item.id,
        status=status,
        item=item,
        counterpart=cabinet_item,
        match=match,
        changes=changes,
        problems=problems,
        provenance=provenance_of(item, terms) if item is not None and status is Status.DIFFERS else {},
        candidates=rivals,
    )


def _differences(item: ErpItem, cabinet_item: CabinetItem, terms: Terms) -> tuple[Change, ...]:
    """The changes that make the ERP's item what the cabinet holds; what the cabinet leaves empty is kept."""
    if not cabinet_item.active:
        found: tuple[Change | None, ...] = (Change(Field.ACTIVE, True, False) if item.active else None,)
    else:
        found = (
            text_change(Field.NAME, item.name, cabinet_item.name),
            compare_units(item.unit, cabinet_item.unit) if cabinet_item.unit else None,
            _barcode_change(item, cabinet_item),
            text_change(Field.ARTICLE, item.article, cabinet_item.article) if cabinet_item.article else None,
            _vat_change(item, cabinet_item.vat_rate, terms),
            _price_change(item, cabinet_item, terms),
            None if item.active else Change(Field.ACTIVE, False, True),
        )
    return tuple(change for change in found if change is not None and change.field in terms.fields)


def _vat_change(item: ErpItem, rate: VatRate | None, terms: Terms) -> Change | None:
    if rate is None or not terms.vat_payer:
        return None
    return exact_change(Field.VAT_RATE, terms.retail_rate(item.retail_vat_rate, item.vat_rate), rate)


def _barcode_change(item: ErpItem, cabinet_item: CabinetItem) -> Change | None:
    """A barcode the item carries already is no change: 1C's register knows no main one."""
    codes = main_first(cabinet_item.barcodes)
    if not codes or comparable(codes[0]) in set(comparable_all(item.barcodes)):
        return None
    return barcode_change(main_first(item.barcodes), codes)


def _priced(cabinet_item: CabinetItem) -> bool:
    """Whether the cabinet has a price; 0 is none."""
    return cabinet_item.retail_price is not None and cabinet_item.retail_price > 0


def _problems(cabinet_item: CabinetItem, terms: Terms) -> tuple[Problem, ...]:
    """An empty name stops the row; a price of nothing and a wrong check digit are only said."""
    found = [] if cabinet_item.name.strip() else [Problem(Field.NAME, "missing", "Нет наименования")]
    if terms.retail is not None and cabinet_item.retail_price is not None and not _priced(cabinet_item):
        words = "Цена в кабинете не больше нуля: она не загружается"
        found.append(Problem(Field.RETAIL_PRICE, "not-positive", words, blocking=False))
    for code in cabinet_item.barcodes:
        known = normal(code)
        if known is not None and known.check_digit_ok is False:
            words = f"Контрольная цифра не сходится: {code}"
            found.append(Problem(Field.BARCODE, "check-digit", words, blocking=False))
    return tuple(found)


def _price_change(item: ErpItem, cabinet_item: CabinetItem, terms: Terms) -> Change | None:
    if terms.retail is None or not _priced(cabinet_item):
        return None
    known = terms.retail_prices.get(item.ref)
    return money_change(Field.RETAIL_PRICE, known.price if known else None, cabinet_item.retail_price)


def _creation(cabinet_item: CabinetItem, terms: Terms) -> tuple[Change, ...]:
    priced = terms.retail is not None and _priced(cabinet_item)
    values: tuple[tuple[Field, Value], ...] = (
        (Field.NAME, cabinet_item.name),
        (Field.UNIT, cabinet_item.unit or None),
        (Field.BARCODE, next(iter(main_first(cabinet_item.barcodes)), None)),
        (Field.ARTICLE, cabinet_item.article or None),
        (Field.VAT_RATE, cabinet_item.vat_rate if terms.vat_payer else None),
        (Field.RETAIL_PRICE, money_value(cabinet_item.retail_price) if priced else None),
    )
    return tuple(Change(field, None, value) for field, value in values if value is not None and field in terms.fields)
