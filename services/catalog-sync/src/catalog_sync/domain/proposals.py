"""Propose pairs for what barcodes left over: by article, then by exact normalised name (Сопоставить).

A proposal writes nothing; a person makes a match of it. Only a pair that is alone on both sides is unique: one
row, one candidate, and no other row of the whole catalogue that would take the same.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from catalog_sync.domain.comparison import collapse
from catalog_sync.domain.rows import MatchedBy

CANDIDATES_NAMED_MAX = 20
"""So many candidates a proposal names; the count says how many there are."""


@dataclass(frozen=True, slots=True)
class Left:
    """An item for which nothing was found, of either side."""

    id: str
    name: str
    article: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """Candidates for one row; ``rivals`` is the number of other rows that would take the same ones."""

    row: str
    by: MatchedBy
    candidates: tuple[str, ...]
    candidates_count: int
    rivals: int

    @property
    def unique(self) -> bool:
        """Whether the pair is alone on both sides."""
        return self.candidates_count == 1 and self.rivals == 0


def article_key(item: Left) -> str | None:
    """Articles are equal without case and surplus white space."""
    return collapse(item.article).casefold() or None if item.article else None


def name_key(item: Left) -> str | None:
    """Names are equal without case and surplus white space."""
    return collapse(item.name).casefold() or None


def agreed_by(row: Left, other: Left) -> MatchedBy:
    """What a pair that a person chose has in common."""
    if article_key(row) is not None and article_key(row) == article_key(other):
        return MatchedBy.ARTICLE
    if name_key(row) is not None and name_key(row) == name_key(other):
        return MatchedBy.NAME
    return MatchedBy.MANUAL


def propose(rows: Sequence[Left], others: Sequence[Left]) -> dict[str, Proposal]:
    """Row id → proposal; rows and others are all that is left over of both catalogues, whatever a diff selects."""
    found = _stage(rows, others, article_key, MatchedBy.ARTICLE)
    taken = {proposal.candidates[0] for proposal in found.values() if proposal.unique}
    open_rows = [row for row in rows if row.id not in found or not found[row.id].unique]
    by_name = _stage(open_rows, [other for other in others if other.id not in taken], name_key, MatchedBy.NAME)
    return {**by_name, **found}


def _stage(
    rows: Sequence[Left], others: Iterable[Left], key_of: Callable[[Left], str | None], by: MatchedBy
) -> dict[str, Proposal]:
    asking: dict[str, int] = defaultdict(int)
    for row in rows:
        key = key_of(row)
        if key is not None:
            asking[key] += 1
    holders: dict[str, list[Left]] = defaultdict(list)
    for other in others:
        key = key_of(other)
        if key in asking:
            holders[key].append(other)
    candidates = {key: _active_first(held) for key, held in holders.items()}
    found: dict[str, Proposal] = {}
    for row in rows:
        key = key_of(row)
        if key in candidates:
            ids = candidates[key]
            found[row.id] = Proposal(row.id, by, ids[:CANDIDATES_NAMED_MAX], len(ids), asking[key] - 1)
    return found


def _active_first(held: Sequence[Left]) -> tuple[str, ...]:
    return tuple(one.id for one in held if one.active) or tuple(one.id for one in held)
