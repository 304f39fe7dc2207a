"""Gather both sides of a diff and compute its rows; shared by computing a diff and by the check before applying."""

import asyncio
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from catalog_sync.domain.export_diff import export_rows
from catalog_sync.domain.import_diff import IMPORTED_FIELDS, import_rows
from catalog_sync.domain.prices import Filling, PriceChoice, PriceSource, fill_from_price_type, fill_from_receipts
from catalog_sync.domain.rows import DiffRow, Direction, Field
from catalog_sync.domain.selection import SelectionKind, in_group, is_selected, split_left_out
from catalog_sync.domain.terms import Terms, fields_of
from catalog_sync.ports.records import DiffRequest
from catalog_sync.ports.repositories import CatalogWork
from catalog_sync.use_cases.collector import collector_at_rest
from smena.cabinets.items import CabinetItem
from smena.cabinets.port import Capabilities
from smena.config.organizations import Organization
from smena.erp.catalogue import ErpItem


@dataclass(frozen=True, slots=True)
class ErpSides:
    """Everything a diff needs but the cabinet's items."""

    items: list[ErpItem]
    left_out: list[ErpItem]
    bindings: dict[str, str]
    received: frozenset[str]
    terms: Terms
    version: str
    bindings_version: str


async def gather(
    work: CatalogWork, request: DiffRequest, organization: Organization, cabinet: str, capabilities: Capabilities
) -> ErpSides:
    """Read the ERP's side, the bindings and the prices from one state of the database."""
    await work.one_state()
    with collector_at_rest():
        return await _gather(work, request, organization, cabinet, capabilities)


async def _gather(
    work: CatalogWork, request: DiffRequest, organization: Organization, cabinet: str, capabilities: Capabilities
) -> ErpSides:
    items, left_out = split_left_out(await work.erp.items(organization.id))
    received, _ = await work.erp.refs_received(organization.id, request.selection.documents)
    terms = replace(
        terms_of(request, organization, capabilities),
        purchase_prices=await _filling(work, request.purchase, request, organization),
        retail_prices=await _filling(work, request.retail, request, organization),
    )
    return ErpSides(
        items=items,
        left_out=left_out,
        bindings=await work.bindings.of_cabinet(cabinet),
        received=frozenset(received),
        terms=terms,
        version=await work.erp.version(organization.id),
        bindings_version=await work.bindings.version(cabinet),
    )


def terms_of(request: DiffRequest, organization: Organization, capabilities: Capabilities) -> Terms:
    """The terms of a diff before any price is filled in."""
    return Terms(
        fields=_fields(request, capabilities),
        units=capabilities.units,
        vat_rates=capabilities.vat_rates,
        name_length_max=capabilities.name_length_max,
        vat_payer=organization.vat_payer,
        as_of=request.as_of,
        purchase=request.purchase,
        retail=request.retail,
        owned=_owned(request, capabilities),
    )


async def rows_of(
    request: DiffRequest,
    sides: ErpSides,
    cabinet_items: list[CabinetItem],
    keep: Callable[[DiffRow], None],
    *,
    only: Collection[str] | None = None,
) -> None:
    """Compute every row, or those with the given keys, and hand it to ``keep``, away from the event loop."""

    def compute() -> None:
        with collector_at_rest():
            for row in _rows(request, sides, cabinet_items, only):
                keep(row)

    await asyncio.to_thread(compute)


def left_out_count(request: DiffRequest, sides: ErpSides) -> int:
    """How many of the selected items the preset filter left out."""
    if request.direction is Direction.IMPORT:
        return 0
    shown = _shows_item(request, sides)
    return sum(1 for item in sides.left_out if item.active and shown(item))


def _rows(
    request: DiffRequest, sides: ErpSides, cabinet_items: list[CabinetItem], only: Collection[str] | None
) -> Iterator[DiffRow]:
    if request.direction is Direction.EXPORT:
        shows = _shows_item(request, sides)
        shown_items = shows if only is None else (lambda item: item.ref in only and shows(item))
        return export_rows(sides.items, cabinet_items, sides.bindings, sides.terms, shown_items)
    by_cabinet_id = {cabinet_id: ref for ref, cabinet_id in sides.bindings.items()}
    shown = _shows_cabinet_item(request, frozenset(by_cabinet_id))
    return import_rows([*sides.items, *sides.left_out], cabinet_items, by_cabinet_id, sides.terms, shown)


def _shows_item(request: DiffRequest, sides: ErpSides) -> Callable[[ErpItem], bool]:
    return lambda item: is_selected(item, request.selection, synced=sides.bindings, received=sides.received)


def _shows_cabinet_item(request: DiffRequest, bound: frozenset[str]) -> Callable[[CabinetItem], bool]:
    selection = request.selection
    match selection.kind:
        case SelectionKind.GROUP:
            return lambda item: in_group(item.group, selection.group or "")
        case SelectionKind.SYNCED:
            return lambda item: item.id in bound
        case _:
            return lambda _: True


def _fields(request: DiffRequest, capabilities: Capabilities) -> frozenset[Field]:
    readable = fields_of(capabilities.readable_fields)
    if request.direction is Direction.EXPORT:
        return readable & fields_of(capabilities.writable_fields) - request.owned_by_cabinet
    wanted = IMPORTED_FIELDS if request.retail is not None else IMPORTED_FIELDS - {Field.RETAIL_PRICE}
    return readable & wanted


def _owned(request: DiffRequest, capabilities: Capabilities) -> frozenset[Field]:
    """What the cabinet owns it keeps from the ERP; an import takes it over like any other field."""
    if request.direction is Direction.IMPORT:
        return frozenset()
    return fields_of(capabilities.writable_fields) & request.owned_by_cabinet


async def _filling(
    work: CatalogWork, choice: PriceChoice | None, request: DiffRequest, organization: Organization
) -> Filling:
    if choice is None:
        return {}
    if choice.source is PriceSource.GOODS_RECEIPTS:
        return fill_from_receipts(await work.erp.receipt_prices(organization.id, request.as_of), request.as_of)
    price_type = choice.price_type or ""
    settings = await work.erp.typed_prices(organization.id, [price_type], organization.timezone, request.as_of)
    return fill_from_price_type(settings, price_type, request.as_of)
