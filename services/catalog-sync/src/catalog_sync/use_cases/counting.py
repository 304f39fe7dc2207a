"""Counts of a diff as the API gives them, and how they follow when rows change."""

from collections.abc import Sequence
from typing import Any

from catalog_sync.domain.rows import Counts, DiffRow, Sort, Status


def with_counts(counts: dict[str, Any], *, gone: Sequence[DiffRow], come: Sequence[DiffRow]) -> dict[str, Any]:
    """The counts after some rows went and others came in their place."""
    moved = Counts(
        {status: counts[status.value] for status in Status},
        {sort: counts["differs_by_sort"][sort.value] for sort in Sort},
        counts["excluded"],
    )
    for row in gone:
        moved.take_back(row)
    for row in come:
        moved.add(row)
    return counts_body(moved)


def counts_body(counts: Counts) -> dict[str, Any]:
    """All five statuses always, ``differs`` also by sort."""
    return {
        **{status.value: counts.by_status[status] for status in Status},
        "differs_by_sort": {sort.value: counts.by_sort[sort] for sort in Sort},
        "excluded": counts.excluded,
    }
