"""The diff from the ERP to the cabinet: one row for each selected item of the ERP."""

from collections.abc import Callable, Iterator, Mapping, Sequence

from catalog_sync.domain.comparison import barcode_change, exact_change, money_change, money_value, text_change
from catalog_sync.domain.comparison import unit_change as compare_units
from catalog_sync.domain.matching import cabinet_nodes, erp_nodes, match_rows
from catalog_sync.domain.rows import Change, DiffRow, Field, Match, Status, Value
from catalog_sync.domain.terms import Terms
from catalog_sync.domain.wanted import Wanted, problems_of, provenance_of, wanted_of
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem


def export_rows(
    items: Sequence[ErpItem],
    counterparts: Sequence[CabinetItem],
    bindings: Mapping[str, str],
    terms: Terms,
    shown: Callable[[ErpItem], bool],
) -> Iterator[DiffRow]:
    """Rows of the items a selection shows; matching looks at both catalogues whole.

    ``items`` are what a till may sell (the preset filter is applied before); ``bindings`` map refs to ids.
    """
    matching = match_rows(erp_nodes(items), cabinet_nodes(counterparts), bindings)
    by_id = {counterpart.id: counterpart for counterpart in counterparts}
    for item in items:
        if shown(item):
            pair = matching.pairs.get(item.ref)
            counterpart, match = (by_id[pair[0]], pair[1]) if pair else (None, None)
            row = export_row(item, counterpart, match, matching.ambiguous.get(item.ref, ()), terms)
            if row is not None:
                yield row


def export_row(
    item: ErpItem, counterpart: CabinetItem | None, match: Match | None, rivals: tuple[str, ...], terms: Terms
) -> DiffRow | None:
    """The row of one item, once its counterpart or its rivals are found; None where there is nothing to show."""
    if not item.active:
        return _archived_row(item, counterpart, match, rivals, terms)
    wanted = wanted_of(item, terms)
    problems = [
        problem
        for problem in problems_of(wanted, terms)
        if counterpart is None or problem.field not in terms.owned  # what is not written can't stand in the way
    ]
    changes: tuple[Change, ...] = ()
    if any(problem.blocking for problem in problems):
        status = Status.INVALID
    elif rivals:
        status = Status.AMBIGUOUS
    elif counterpart is None:
        status, changes = Status.MISSING, creation(wanted, terms)
    else:
        changes = differences(counterpart, wanted, terms)
        status = Status.DIFFERS if changes else Status.IDENTICAL
    return DiffRow(
        key=item.ref,
        status=status,
        item=item,
        counterpart=counterpart,
        match=match,
        changes=changes,
        problems=tuple(problems),
        provenance=provenance_of(item, terms) if status is not Status.IDENTICAL else {},
        candidates=rivals,
    )


def _archived_row(
    item: ErpItem, counterpart: CabinetItem | None, match: Match | None, rivals: tuple[str, ...], terms: Terms
) -> DiffRow | None:
    """An archived item archives its counterpart and asks nothing else; without one there is nothing to show."""
    if rivals:
        return DiffRow(item.ref, Status.AMBIGUOUS, item, None, candidates=rivals)
    if counterpart is None:
        return None
    if counterpart.active and terms.compares(Field.ACTIVE):
        return DiffRow(item.ref, Status.DIFFERS, item, counterpart, match, (Change(Field.ACTIVE, True, False),))
    return DiffRow(item.ref, Status.IDENTICAL, item, counterpart, match)


def differences(counterpart: CabinetItem, wanted: Wanted, terms: Terms) -> tuple[Change, ...]:
    """The changes that make the counterpart what is wanted; empty when it is, which is looked at first."""
    if _holds(counterpart, wanted):
        return ()
    found = (
        text_change(Field.NAME, counterpart.name, wanted.name),
        compare_units(counterpart.unit, wanted.unit),
        text_change(Field.GROUP, counterpart.group, wanted.group),
        barcode_change(counterpart.barcodes, wanted.barcodes),
        text_change(Field.ARTICLE, counterpart.article, wanted.article),
        exact_change(Field.VAT_RATE, counterpart.vat_rate, wanted.vat_rate),
        _price(Field.PURCHASE_PRICE, counterpart.purchase_price, wanted.purchase_price),
        _price(Field.RETAIL_PRICE, counterpart.retail_price, wanted.retail_price),
        None if counterpart.active else Change(Field.ACTIVE, False, True),
    )
    return tuple(change for change in found if change is not None and change.field in terms.fields)


def _holds(counterpart: CabinetItem, wanted: Wanted) -> bool:
    """Whether every field is equal as it stands, which most pairs are."""
    return (
        counterpart.name == wanted.name
        and counterpart.unit == wanted.unit
        and counterpart.group == wanted.group
        and counterpart.barcodes[:1] == wanted.barcodes[:1]
        and counterpart.article == wanted.article
        and counterpart.vat_rate == wanted.vat_rate
        and wanted.purchase_price in {None, counterpart.purchase_price}
        and wanted.retail_price in {None, counterpart.retail_price}
        and counterpart.active
    )


def _price(field: Field, before: int | None, after: int | None) -> Change | None:
    return None if after is None else money_change(field, before, after)


def creation(wanted: Wanted, terms: Terms) -> tuple[Change, ...]:
    """What a new item of the cabinet is given, field by field."""
    values: tuple[tuple[Field, Value], ...] = (
        (Field.NAME, wanted.name),
        (Field.UNIT, wanted.unit),
        (Field.GROUP, wanted.group),
        (Field.BARCODE, wanted.barcodes[0]),
        (Field.ARTICLE, wanted.article),
        (Field.VAT_RATE, wanted.vat_rate),
        (Field.PURCHASE_PRICE, money_value(wanted.purchase_price)),
        (Field.RETAIL_PRICE, money_value(wanted.retail_price)),
    )
    return tuple(Change(field, None, value) for field, value in values if value is not None and terms.gives(field))
