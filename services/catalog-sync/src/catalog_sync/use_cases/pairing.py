"""Pair both sides of a diff again, as they are known now: for proposals, and to see what a decision moves."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass

from catalog_sync.domain.matching import Matching, Node, cabinet_nodes, erp_nodes, match_rows
from catalog_sync.domain.proposals import Left, Proposal, propose
from catalog_sync.domain.rows import Direction
from catalog_sync.ports.records import Diff
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.collector import collector_at_rest
from catalog_sync.use_cases.comparison import ErpSides, gather
from smena.cabinets.items import CabinetItem
from smena.cabinets.port import Capabilities
from smena.config.organizations import Organization


@dataclass(frozen=True, slots=True)
class Sides:
    """Both sides of a diff, the cabinet's as last read; ``rows`` is the side whose items are the diff's rows."""

    erp: ErpSides
    cabinet: list[CabinetItem]
    bindings_version: str
    rows: dict[str, Left]
    others: dict[str, Left]
    export: bool

    def ref_of(self, row: str, other: str) -> str:
        """The ERP's end of a pair."""
        return row if self.export else other

    def item_id_of(self, row: str, other: str) -> str:
        """The cabinet's end of a pair."""
        return other if self.export else row

    def bindings(self) -> dict[str, str]:
        """Row → other, as bound now."""
        if self.export:
            return self.erp.bindings
        return {item_id: ref for ref, item_id in self.erp.bindings.items()}


async def known_sides(
    diff: Diff, *, organization: Organization, capabilities: Capabilities, open_work: OpenWork
) -> Sides:
    """Both sides from one state of the database."""
    async with open_work() as work:
        erp = await gather(work, diff.request, organization, diff.cabinet, capabilities)
        items = await work.cabinets.items(diff.cabinet)
        version = await work.bindings.version(diff.cabinet)
    export = diff.request.direction is Direction.EXPORT
    known = erp.items if export else [*erp.items, *erp.left_out]
    refs = {item.ref: Left(item.ref, item.name, item.article, item.active) for item in known}
    ids = {item.id: Left(item.id, item.name, item.article, item.active) for item in items}
    rows, others = (refs, ids) if export else (ids, refs)
    return Sides(erp, items, version, rows, others, export)


async def matched(sides: Sides, bindings: Mapping[str, str]) -> Matching:
    """Pair both catalogues under the given bindings (row → other), away from the event loop."""

    def compute() -> Matching:
        with collector_at_rest():
            rows, others = _nodes(sides)
            return match_rows(rows, others, bindings)

    return await asyncio.to_thread(compute)


async def proposals_of(sides: Sides) -> dict[str, Proposal]:
    """What is proposed for the active rows that nothing was found for."""
    matching = await matched(sides, sides.bindings())
    taken = {other for other, _ in matching.pairs.values()}
    rows = [
        row
        for row in sides.rows.values()
        if row.active and row.id not in matching.pairs and row.id not in matching.gave_way
    ]
    others = [other for other in sides.others.values() if other.id not in taken]
    return await asyncio.to_thread(propose, rows, others)


def _nodes(sides: Sides) -> tuple[list[Node], list[Node]]:
    known = sides.erp.items if sides.export else [*sides.erp.items, *sides.erp.left_out]
    refs, ids = erp_nodes(known), cabinet_nodes(sides.cabinet)
    return (refs, ids) if sides.export else (ids, refs)
