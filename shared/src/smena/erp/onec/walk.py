"""Walk a whole entity set in pages that do not slow down and lose nothing."""

from collections.abc import AsyncIterator, Collection, Sequence
from dataclasses import dataclass

from smena.erp.errors import ErpRefusedError, ErpUnavailableError
from smena.erp.onec.base import OneCBase, Record
from smena.erp.onec.literals import guid, text
from smena.outside.query import quoted

REFERENCE = "Ref_Key"
PAGES_MAX = 1_000_000
QUERY_BYTES_MAX = 2_000
"""IIS refuses a query string beyond 2,048 bytes unless it is told otherwise."""
ROOM_BYTES = 100
"""Left for the format and a condition beside the references."""
REFUSED_COMPARISON_STATUSES = frozenset({400, 500, 501})


@dataclass(frozen=True, slots=True)
class Walk:
    """What is walked: a set, a filter, the fields wanted, and by which key it is sorted."""

    entity_set: str
    size: int
    condition: str = ""
    select: str | None = None
    key: str = REFERENCE

    def options(self, condition: str) -> dict[str, str]:
        """The query of one page, but for where it begins."""
        options = {"$orderby": self.key, "$top": str(self.size)}
        if self.select is not None:
            options["$select"] = self.select
        if condition:
            options["$filter"] = condition
        return options


async def chosen(
    base: OneCBase, what: Walk, refs: Collection[str] | None, *, of: int = 0
) -> AsyncIterator[list[Record]]:
    """All entities, or only the named ones: by their references, or by a whole walk where that is fewer requests.

    ``of`` is about how many there are; 0 where nobody counted.
    """
    if refs is None:
        async for rows in walk(base, what):
            yield rows
        return
    wanted = sorted(refs)
    batches = by_reference(wanted, what.select)
    if of and len(batches) > of / what.size + 1:
        names = set(wanted)
        async for rows in walk(base, what):
            if found := [row for row in rows if str(row.get(REFERENCE)) in names]:
                yield found
        return
    for options in batches:
        condition = f"({options['$filter']})" + (f" and {what.condition}" if what.condition else "")
        if rows := await base.records(what.entity_set, {**options, "$filter": condition}):
            yield rows


def by_reference(refs: Sequence[str], select: str | None) -> list[dict[str, str]]:
    """Options of the requests that read these references, each within the limit of an address."""
    fixed: dict[str, str] = {"$orderby": REFERENCE}
    if select is not None:
        fixed["$select"] = select
    room = QUERY_BYTES_MAX - sum(len(name) + len(quoted(value)) + 2 for name, value in fixed.items()) - ROOM_BYTES
    size = max(1, room // len(quoted(f"{REFERENCE} eq {guid('0' * 36)} or ")))
    chunks = [refs[first : first + size] for first in range(0, len(refs), size)]
    return [{"$filter": " or ".join(f"{REFERENCE} eq {guid(ref)}" for ref in chunk), **fixed} for chunk in chunks]


def by_recorder(refs: Sequence[str], recorder: str, document_set: str) -> list[dict[str, str]]:
    """Options of the requests that read what these documents left in a register.

    A reference of composite type is compared by ``cast`` only: a plain one finds nothing (onec.md a.3).
    """
    fixed = {"$select": f"{recorder},LineNumber", "$orderby": f"{recorder},LineNumber"}
    conditions = [f"{recorder} eq cast({guid(ref)},{text(document_set)})" for ref in refs]
    room = QUERY_BYTES_MAX - sum(len(name) + len(quoted(value)) + 2 for name, value in fixed.items()) - ROOM_BYTES
    size = max(1, room // max(len(quoted(f"{one} or ")) for one in conditions)) if conditions else 1
    chunks = [conditions[first : first + size] for first in range(0, len(conditions), size)]
    return [{"$filter": " or ".join(chunk), **fixed} for chunk in chunks]


class _ComparisonRefusedError(Exception):
    """The base does not go on from a reference."""


async def walk(base: OneCBase, what: Walk) -> AsyncIterator[list[Record]]:
    """Every entity a filter finds, each once, page by page.

    Pages go on from the last reference (``Ref_Key gt``), so that a page costs the same at the end of a large
    set. Where a base refuses that, or compares references otherwise than it sorts them (fewer came than it counts),
    what is left is read by ``$skip``.
    """
    seen: set[str] = set()
    if what.key == REFERENCE:
        try:
            async for rows in _from_last(base, what):
                if fresh := _unseen(rows, what.key, seen):
                    yield fresh
            if len(seen) < what.size or len(seen) >= await base.count(what.entity_set, what.condition):
                return
        except _ComparisonRefusedError:
            pass
    async for rows in _by_counting(base, what):
        if fresh := _unseen(rows, what.key, seen):
            yield fresh


async def _from_last(base: OneCBase, what: Walk) -> AsyncIterator[list[Record]]:
    after = ""
    for _ in range(PAGES_MAX):
        condition = " and ".join(part for part in (what.condition, after) if part)
        try:
            rows = await base.records(what.entity_set, what.options(condition))
        except ErpRefusedError as error:
            if after and error.status in REFUSED_COMPARISON_STATUSES:
                raise _ComparisonRefusedError from error
            raise
        yield rows
        if len(rows) < what.size:
            return
        following = f"{what.key} gt {guid(str(rows[-1][what.key]))}"
        if following == after:
            raise _ComparisonRefusedError
        after = following


async def _by_counting(base: OneCBase, what: Walk) -> AsyncIterator[list[Record]]:
    for page in range(PAGES_MAX):
        options = {**what.options(what.condition), "$skip": str(page * what.size)}
        rows = await base.records(what.entity_set, options)
        yield rows
        if len(rows) < what.size:
            return
    raise ErpUnavailableError(f"{what.entity_set}: страницы не кончаются, чтение прервано")


def _unseen(rows: list[Record], key: str, seen: set[str]) -> list[Record]:
    fresh = [row for row in rows if str(row.get(key)) not in seen]
    seen.update(str(row.get(key)) for row in fresh)
    return fresh
