"""A person decides which items are one: the tie is kept, told, and the diff's rows follow at once.

Decisions are taken together or not at all. What is read and worked out before the transaction is proven in it by
the version of the bindings; when they moved meanwhile it is worked out again.
"""

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from catalog_sync.domain.fingerprint import row_fingerprint
from catalog_sync.domain.matching import Matching
from catalog_sync.domain.proposals import agreed_by
from catalog_sync.domain.rows import DiffRow, Match, MatchedBy
from catalog_sync.ports.records import BoundItem, Diff, DiffState, Rebound, StoredRow
from catalog_sync.ports.repositories import CatalogWork, OpenWork
from catalog_sync.use_cases.comparison import rows_of
from catalog_sync.use_cases.counting import with_counts
from catalog_sync.use_cases.pairing import Sides, known_sides, matched
from catalog_sync.use_cases.propose_pairs import proposed_rows
from catalog_sync.use_cases.refusals import bindings_busy, diff_not_ready, matches_refused
from catalog_sync.use_cases.tell_bindings import tell_bindings
from smena.audit.chain import Deed
from smena.cabinets.port import Cabinet
from smena.clock import Clock
from smena.config.model import SmenaConfig

TRIES_MAX = 5
"""So often decisions are worked out again when the bindings moved meanwhile."""
REFUSALS_NAMED_MAX = 100
PAIRS_NAMED_MAX = 2_000
"""Pairs that one entry of the audit names; it counts all, and each binding keeps who made it and when."""


@dataclass(frozen=True, slots=True)
class Decision:
    """A row and its counterpart: the other side's id, or None to take a match back."""

    row: int
    counterpart: str | None


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with the key of its row and what the pair has in common."""

    n: int
    key: str
    counterpart: str | None
    by: MatchedBy


@dataclass(frozen=True, slots=True)
class Outcome:
    """The diff as it stands after the decisions, and the decisions themselves."""

    diff: Diff
    decided: list[Decided]


class MatchDecider:
    """Takes one person's decisions about one diff."""

    def __init__(
        self,
        diff: Diff,
        person: str,
        *,
        config: SmenaConfig,
        cabinet_of: Callable[[str], Cabinet],
        open_work: OpenWork,
        clock: Clock,
    ) -> None:
        self._diff = diff
        self._person = person
        self._organization = config.organization(diff.organization)
        self._cabinet_of = cabinet_of
        self._open_work = open_work
        self._clock = clock

    async def decide(self, decisions: Sequence[Decision] | None) -> Outcome:
        """Take the decisions; None accepts every proposal that is unique.

        Raises:
            RefusedError: the diff is not ready, or a decision can't be taken (each one is named).
        """
        if self._diff.state is not DiffState.READY:
            raise diff_not_ready(self._diff.state.value)
        for _ in range(TRIES_MAX):
            sides = await known_sides(
                self._diff,
                organization=self._organization,
                capabilities=self._cabinet_of(self._diff.cabinet).capabilities(),
                open_work=self._open_work,
            )
            decided = await self._unique(sides) if decisions is None else await self._checked(decisions, sides)
            if not decided:
                return Outcome(self._diff, [])
            diff = await self._take(decided, sides)
            if diff is not None:
                return Outcome(diff, decided)
        raise bindings_busy()

    async def _unique(self, sides: Sides) -> list[Decided]:
        rows = await proposed_rows(self._diff, sides, self._open_work)
        return [Decided(n, one.row, one.candidates[0], one.by) for n, one in rows if one.unique]

    async def _checked(self, decisions: Sequence[Decision], sides: Sides) -> list[Decided]:
        """The decisions with their keys, or the refusal of every one that can't be taken."""
        async with self._open_work() as work:
            stored = await work.diffs.rows_by_number(self._diff.id, [one.row for one in decisions])
        refused: list[dict[str, str | None]] = []
        seen_rows, seen_others = set[int](), set[str]()
        held_by = {other: row for row, other in sides.bindings().items()}
        decided: list[Decided] = []
        for one in decisions:
            row = stored.get(one.row)
            code = _refusal(one, row, sides, held_by, seen_rows, seen_others)
            seen_rows.add(one.row)
            if one.counterpart is not None:
                seen_others.add(one.counterpart)
            if code is not None or row is None:
                held = held_by.get(one.counterpart or "")
                refused.append({"row": str(one.row), "counterpart": one.counterpart, "code": code, "bound_to": held})
                continue
            decided.append(Decided(one.row, row.row.key, one.counterpart, _by(row.row, one.counterpart, sides)))
        if refused:
            raise matches_refused(refused[:REFUSALS_NAMED_MAX])
        return decided

    async def _take(self, decided: Sequence[Decided], sides: Sides) -> Diff | None:
        """Store ties and rows in one transaction; None where the bindings have moved since they were read."""
        wanted = _with(sides.bindings(), decided)
        before, after = await matched(sides, sides.bindings()), await matched(sides, wanted)
        async with self._open_work() as work:
            written = await work.apply_rows.written_of(self._diff.id)
            applied = {stored.row.key for stored in (await work.diffs.rows_by_number(self._diff.id, written)).values()}
        keys = {one.key for one in decided} | _moved(before, after) | applied
        rows = await self._rows(keys, decided, sides, wanted)
        async with self._open_work() as work:
            diff = await work.diffs.lock(self._diff.id)
            assert diff is not None, "diffs are never deleted"
            await work.bindings.lock(diff.cabinet)
            if await work.bindings.version(diff.cabinet) != sides.bindings_version:
                return None
            under_way = await work.apply_rows.under_way(diff.id, [one.n for one in decided])
            if under_way:
                names = [
                    {"row": str(n), "counterpart": None, "code": "being-applied", "bound_to": None} for n in under_way
                ]
                raise matches_refused(names[:REFUSALS_NAMED_MAX])
            rebound = await self._bind(work, decided, sides)
            tell_bindings(work, diff.organization, diff.cabinet, rebound)
            changed = await self._store(work, diff, keys, rows)
            work.trail.record(self._deed(decided, sides))
            await work.commit()
        return changed

    def _deed(self, decided: Sequence[Decided], sides: Sides) -> Deed:
        """The decisions as the audit keeps them: each row with its counterpart before and after."""
        before = sides.bindings()
        pairs = [
            {"row": one.key, "before": before.get(one.key), "after": one.counterpart, "by": one.by.value}
            for one in decided[:PAIRS_NAMED_MAX]
        ]
        details = {
            "cabinet": self._diff.cabinet,
            "direction": self._diff.request.direction.value,
            "rows": str(len(decided)),
            "pairs": json.dumps(pairs, ensure_ascii=False),
        }
        subject = f"diff/{self._diff.id}"
        return Deed(self._diff.organization, self._person, "matches.decide", subject, details=details)

    async def _bind(self, work: CatalogWork, decided: Sequence[Decided], sides: Sides) -> Rebound:
        items = {item.id: item for item in sides.cabinet}
        bound = sides.bindings()
        taken_back = [
            sides.ref_of(one.key, bound[one.key]) for one in decided if one.counterpart is None and one.key in bound
        ]
        ended = await work.bindings.unbind(self._diff.cabinet, taken_back)
        pairs = [
            BoundItem(
                sides.ref_of(one.key, one.counterpart), items[sides.item_id_of(one.key, one.counterpart)], one.by.value
            )
            for one in decided
            if one.counterpart is not None
        ]
        rebound = await work.bindings.bind(
            self._diff.organization, self._diff.cabinet, pairs, self._clock.now(), self._person
        )
        return Rebound(rebound.told, [*ended, *rebound.ended])

    async def _rows(
        self, keys: set[str], decided: Sequence[Decided], sides: Sides, wanted: dict[str, str]
    ) -> list[DiffRow]:
        """The rows of these keys under the new ties; a decided one says who found its counterpart, and by what."""
        ties = wanted if sides.export else {ref: item_id for item_id, ref in wanted.items()}
        erp = replace(sides.erp, bindings=ties)
        found: list[DiffRow] = []
        matches = {one.key: self._match(one) for one in decided if one.counterpart is not None}

        def keep(row: DiffRow) -> None:
            if row.key in keys:
                found.append(replace(row, match=matches[row.key]) if row.key in matches else row)

        await rows_of(self._diff.request, erp, sides.cabinet, keep, only=keys)
        return found

    def _match(self, one: Decided) -> Match:
        words = {MatchedBy.ARTICLE: "Артикул", MatchedBy.NAME: "Наименование", MatchedBy.MANUAL: "Вручную"}
        return Match(one.by, f"{words[one.by]}: {one.counterpart}, подтверждено ({self._person})")

    async def _store(self, work: CatalogWork, diff: Diff, keys: set[str], rows: Sequence[DiffRow]) -> Diff:
        numbers = await work.diffs.numbers_of(diff.id, keys)
        known = await work.diffs.rows_by_number(diff.id, list(numbers.values()))
        next_number = await work.diffs.last_number(diff.id) + 1
        stored: list[StoredRow] = []
        for row in rows:
            n = numbers.get(row.key)
            if n is None:
                n, next_number = next_number, next_number + 1
            stored.append(StoredRow(n, row, row_fingerprint(row)))
        kept = {row.key for row in rows}
        changed = replace(
            diff,
            revision=diff.revision + 1,
            counts=with_counts(diff.counts, gone=[one.row for one in known.values()], come=list(rows)),
            bindings_version=await work.bindings.version(diff.cabinet),
        )
        await work.diffs.replace_rows(changed, stored, [n for key, n in numbers.items() if key not in kept])
        return changed


def _refusal(
    one: Decision,
    row: StoredRow | None,
    sides: Sides,
    held_by: dict[str, str],
    seen_rows: set[int],
    seen_others: set[str],
) -> str | None:
    if row is None or row.row.key not in sides.rows:
        return "unknown-row"
    if one.row in seen_rows:
        return "row-repeated"
    if one.counterpart is None:
        return None
    if one.counterpart not in sides.others:
        return "unknown-counterpart"
    if one.counterpart in seen_others:
        return "counterpart-repeated"
    if held_by.get(one.counterpart, row.row.key) != row.row.key:
        return "counterpart-bound"
    return None


def _by(row: DiffRow, counterpart: str | None, sides: Sides) -> MatchedBy:
    """What stands behind a person's choice; the choice among rivals of one barcode is hers alone."""
    if counterpart is None or row.candidates:
        return MatchedBy.MANUAL
    return agreed_by(sides.rows[row.key], sides.others[counterpart])


def _with(bindings: dict[str, str], decided: Sequence[Decided]) -> dict[str, str]:
    touched = {one.key for one in decided}
    kept = {row: other for row, other in bindings.items() if row not in touched}
    return {**kept, **{one.key: one.counterpart for one in decided if one.counterpart is not None}}


def _moved(before: Matching, after: Matching) -> set[str]:
    """The rows that are paired or rivalled otherwise now."""
    keys = before.pairs.keys() | after.pairs.keys() | before.ambiguous.keys() | after.ambiguous.keys()
    return {
        key
        for key in keys
        if before.pairs.get(key) != after.pairs.get(key) or before.ambiguous.get(key) != after.ambiguous.get(key)
    }
