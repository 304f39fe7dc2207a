"""Find the rows of a diff whose either side has moved since it was computed."""

from collections.abc import Sequence

from catalog_sync.domain.fingerprint import row_fingerprint
from catalog_sync.domain.rows import DiffRow
from catalog_sync.ports.records import Diff
from catalog_sync.ports.repositories import OpenWork
from catalog_sync.use_cases.comparison import gather, rows_of
from catalog_sync.use_cases.compute_large_diff import LARGE_FROM_ITEMS, compare_large
from smena.cabinets.items import CabinetItem
from smena.cabinets.port import Capabilities
from smena.config.model import SmenaConfig


async def moved_rows(
    diff: Diff,
    numbers: Sequence[int],
    cabinet_items: list[CabinetItem],
    *,
    config: SmenaConfig,
    capabilities: Capabilities,
    open_work: OpenWork,
) -> set[int]:
    """The numbers of the rows that would not be shown the same now.

    Their rows are computed again from what is known at this moment and from the cabinet as just read: a row
    moved when another write would follow from it, or when the item it would change is not what was shown. Of large
    catalogues the cabinet's side is read from where the last reading was stored.
    """
    if not numbers:
        return set()
    async with open_work() as work:
        shown = await work.diffs.fingerprints(diff.id, numbers)
    same: set[int] = set()

    def compare(row: DiffRow) -> None:
        known = shown.get(row.key)
        if known is not None and row_fingerprint(row) == known[1]:
            same.add(known[0])

    organization = config.organization(diff.organization)
    async with open_work() as work:
        large = await work.large.items(organization.id, diff.cabinet) >= LARGE_FROM_ITEMS
    if large:
        await compare_large(diff, organization, capabilities, compare, only=shown.keys(), open_work=open_work)
        return set(numbers) - same
    async with open_work() as work:
        sides = await gather(work, diff.request, organization, diff.cabinet, capabilities)
    await rows_of(diff.request, sides, cabinet_items, compare, only=shown.keys())
    return set(numbers) - same
