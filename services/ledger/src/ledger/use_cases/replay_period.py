"""Recompute the documents of a period and look at every one of them in the ERP; write only what changed."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Protocol
from uuid import UUID, uuid4

from ledger.domain.build_documents import makes_documents
from ledger.domain.chain import Chain
from ledger.domain.documents import Document, DocumentState, canonical, hash_of
from ledger.domain.rules import DocumentRules, OnChange
from ledger.domain.status import NO_LONGER_MADE
from ledger.domain.stored import StoredDocument, as_decided
from ledger.domain.superseding import superseded_late
from ledger.ports.repositories import KeptRevision, KeptShift
from ledger.ports.rulebook import Rulebook, UnknownRegisterError
from ledger.ports.unit_of_work import LedgerWork
from ledger.use_cases.post_shift import DELIVERY_CHANNEL, chain_of, initial_status
from ledger.use_cases.read_shift import read_shift
from ledger.use_cases.reconcile_shifts import Comparing, keep_drift, was_delivered
from ledger.use_cases.supersede_documents import supersede
from ledger.use_cases.verify_documents import look_at
from smena.clock import Clock
from smena.db.notifications import notify
from smena.erp.documents import ErpDocuments
from smena.erp.errors import ErpError
from smena.leases.leases import Leases

REPLAY = "replay"
"""The kind of a replay's run."""
SHIFTS_PER_BATCH = 50
"""Shifts whose documents are looked at together: enough to fill the ERP's batched reads."""
NAMED_MAX = 500
"""Changes a run's result names one by one; the counts are always complete."""

REBUILD_LEASE_SECONDS = 60.0

Progress = Callable[[int, int], Awaitable[None]]


@dataclass(slots=True)
class ReplayOutcome:
    """What a replay found; ``written`` counts documents rebuilt here, since nothing is written to the ERP."""

    shifts: int = 0
    documents: int = 0
    unchanged: int = 0
    looked_at: int = 0
    written: int = 0
    changes: list[dict[str, Any]] = field(default_factory=list)
    drifted: list[dict[str, Any]] = field(default_factory=list)
    unavailable: str | None = None

    def as_result(self, *, dry_run: bool) -> dict[str, Any]:
        """The result of the run."""
        named = {"changes": self.changes[:NAMED_MAX], "drifted": self.drifted[:NAMED_MAX]}
        counts = {name: getattr(self, name) for name in ("shifts", "documents", "unchanged", "looked_at", "written")}
        return {"dry_run": dry_run, **counts, "changed": len(self.changes), **named, "unavailable": self.unavailable}


class Recomputing(Protocol):
    """What computing a shift anew needs."""

    @property
    def rulebook(self) -> Rulebook: ...  # noqa: D102 - named as what it is
    @property
    def leases(self) -> Leases: ...  # noqa: D102
    @property
    def clock(self) -> Clock: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What one revision made, computed anew beside what is stored of it.

    Revisions that wrote the documents of earlier ones anew are one with these; ``rules`` are by revision, as are the
    keys of earlier documents whose place the revision's own take. Of those ``superseded`` stand there still.
    """

    shift: UUID
    rules: Mapping[int, DocumentRules]
    stored: tuple[StoredDocument, ...]
    documents: tuple[Document, ...]
    superseded: tuple[StoredDocument, ...] = ()
    superseded_by: Mapping[int, tuple[str, ...]] = field(default_factory=dict)

    def changes(self) -> list[dict[str, Any]]:
        """What differs, by key; empty when every byte is the same. A cancelled document stays cancelled."""
        held = {one.document.key: one for one in self.stored}
        made = {one.key: one for one in self.documents}
        found = []
        for key in sorted(held.keys() | made.keys()):
            before, after = held.get(key), made.get(key)
            cancelled = before is not None and before.status.state is DocumentState.CANCELLED
            if not cancelled and (before is None or after is None or not _same(before, after)):
                found.append({"key": key, "stored": before is not None, "recomputed": after is not None})
        return found + [{"key": one.document.key, "stored": True, "recomputed": False} for one in self.superseded]

    @property
    def replaceable(self) -> bool:
        """Whether nothing that changes can have reached the ERP, so that the new computation may take its place."""
        changing = {change["key"] for change in self.changes()}
        return all(one.untouched() for one in self.stored if one.document.key in changing)


def _same(before: StoredDocument, after: Document) -> bool:
    """Whether a document is the same byte for byte, in the form it goes to the ERP too."""
    kept, after = before.document, as_decided(before, after)
    refused = kept.refusal is not None, after.refusal is not None  # not the words: a later release may say more
    return (before.sha256, kept.form, refused[0]) == (hash_of(canonical(after)), after.form, refused[1])


async def replay_period(
    registers: list[str], first: date, last: date, *, dry_run: bool, tools: Comparing, progress: Progress
) -> ReplayOutcome:
    """Recompute every shift of the period from its stored revisions and compare byte for byte.

    Documents that never left take the new computation's place (that is the way out after a payment kind was
    mapped); of those that did, only a later revision can change anything. Every delivered document is read back.
    """
    outcome = ReplayOutcome()
    async with tools.new_work() as work:
        shifts = await work.shifts.of_period(registers, first, last)
    owner = str(uuid4())
    delivered: list[StoredDocument] = []
    for done, shift_id in enumerate(shifts, start=1):
        async with tools.new_work() as work:
            stored = await replay_shift(work, shift_id, outcome, tools, dry_run=dry_run, owner=owner)
        delivered += [one for one in stored if was_delivered(one)]
        if done % SHIFTS_PER_BATCH == 0 or done == len(shifts):
            await _look(delivered, outcome, tools)
            delivered = []
            await progress(done, len(shifts))
    return outcome


async def replay_shift(
    work: LedgerWork, shift_id: UUID, outcome: ReplayOutcome, tools: Recomputing, *, dry_run: bool, owner: str
) -> list[StoredDocument]:
    """Recompute one shift under its lock by today's rules; what may be rebuilt is, unless it is a dry run.

    Rebuilding needs the lease of the shift in the same transaction: a worker that has read the old content can't
    send it any more. Where a worker is on the shift, nothing is rebuilt.
    """
    shift = await work.shifts.lock_known(shift_id)
    stored = await work.documents.of_shift(shift_id)
    outcome.shifts += 1
    outcome.documents += len(stored)
    if shift is None:
        return stored
    key = shift.key
    try:
        rules = tools.rulebook.document_rules(key.organization, key.register, key.register_number)
    except UnknownRegisterError as error:
        outcome.changes.append({"shift": str(shift_id), "reason": str(error)})
        return stored
    late = await _superseded_late(work, shift, stored, rules)
    recomputed = await recompute(work, shift, stored, lambda kept: _by_todays(rules, kept), late)
    found = [(one, one.changes()) for one in recomputed]
    fence = None
    if not dry_run and any(changes and one.replaceable for one, changes in found):
        fence = await tools.leases.take(work.session, f"shift:{shift_id}", owner, REBUILD_LEASE_SECONDS)
    written = 0
    for one, changes in found:
        rebuilt = fence is not None and one.replaceable
        outcome.changes += [{**change, "rebuilt": rebuilt} for change in changes]
        outcome.unchanged += len(one.stored) - sum(1 for change in changes if change["stored"])
        if changes and rebuilt:
            written += await _rebuild(work, one, tools.clock)
    if fence is not None:
        await tools.leases.release(work.session, fence)
        await notify(work.session, DELIVERY_CHANNEL)
        await work.commit()
    outcome.written += written
    return stored


async def _superseded_late(
    work: LedgerWork, shift: KeptShift, stored: Sequence[StoredDocument], rules: DocumentRules
) -> tuple[StoredDocument, ...]:
    """What the last revision is to take the place of, refused only after it had been made a difference."""
    last = await work.revisions.get(shift.key.id, shift.applied)
    if last is None or last.rules is None or last.rules.on_change is OnChange.UPDATE:
        return ()
    if not makes_documents(read_shift(last.event)[0], rules):
        return ()
    chain = await chain_of(work, shift.key.id)
    return superseded_late(stored, chain.in_force, shift.applied)


def _by_todays(rules: DocumentRules, kept: KeptRevision) -> DocumentRules:
    """Today's rules, but whether a later revision added documents or rewrote them is a fact of its time."""
    return rules if kept.rules is None else replace(rules, on_change=kept.rules.on_change)


async def recompute(
    work: LedgerWork,
    shift: KeptShift,
    stored: Sequence[StoredDocument],
    rules_of: Callable[[KeptRevision], DocumentRules],
    late: Sequence[StoredDocument] = (),
) -> list[Recomputed]:
    """Every applied revision of a shift computed anew from the events as they came.

    The last one takes the place of the documents in ``late`` too.
    """
    chain, groups = Chain(), list[dict[int, DocumentRules]]()
    superseded_by: dict[int, tuple[str, ...]] = {}
    for kept in await work.revisions.applied(shift.key.id):
        revision, rules = read_shift(kept.event)[0], rules_of(kept)
        added = [one.document.key for one in late] if kept.number == shift.applied else []
        superseded_by[kept.number] = (*kept.superseded, *added)
        if chain.restates(rules):
            groups = [{number: one for group in groups for number, one in group.items()}]
            groups[0][kept.number] = rules
        else:
            groups.append({kept.number: rules})
        chain = chain.then(revision, rules, superseded_by[kept.number])
    known = {one.document.key for one in stored} | set(chain.in_force)
    return [
        Recomputed(
            shift.key.id,
            group,
            tuple(one for one in stored if one.document.revision in group),
            tuple(one for key, one in chain.documents.items() if key in known and one.revision in group),
            tuple(late) if shift.applied in group else (),
            {number: superseded_by[number] for number in group},
        )
        for group in groups
    ]


async def _rebuild(work: LedgerWork, recomputed: Recomputed, clock: Clock) -> int:
    """Put the new computation in the place of the old; what is no longer made is cancelled, nothing is deleted."""
    now, written = clock.now(), 0
    held = {one.document.key: one for one in recomputed.stored}
    made = {one.key for one in recomputed.documents}
    for document in recomputed.documents:
        status, before = initial_status(document), held.get(document.key)
        if before is None:
            await work.documents.add([(document, status)], at=now)
        elif before.status.state is DocumentState.CANCELLED or _same(before, document):
            continue
        else:
            await work.documents.rebuild(
                before, as_decided(before, document), replace(status, released=before.status.released), at=now
            )
        written += 1
    for key, before in held.items():
        if key not in made and before.status.state is not DocumentState.CANCELLED:
            await work.documents.save(before, before.status.cancelled(NO_LONGER_MADE), at=now)
            written += 1
    for number, rules in recomputed.rules.items():
        keys = recomputed.superseded_by[number]
        await work.revisions.set_applied(recomputed.shift, number, rules, at=now, superseded=keys)
    await supersede(work, recomputed.superseded, max(recomputed.rules), at=now)
    return written + len(recomputed.superseded)


async def _look(delivered: list[StoredDocument], outcome: ReplayOutcome, tools: Comparing) -> None:
    for organization, erp in _erps_of(delivered, tools.erps).items():
        try:
            looks = await look_at([one for one in delivered if one.document.organization == organization], erp)
        except ErpError as error:
            outcome.unavailable = f"1С не отвечает: {error}"
            continue
        outcome.looked_at += len(looks)
        for look in looks:
            if look.problem is not None:
                fields = [{"field": one.field, "sent": one.sent, "found": one.found} for one in look.differences]
                outcome.drifted.append({"key": look.stored.document.key, "reason": look.problem, "differences": fields})
                await keep_drift(look, tools)


def _erps_of(delivered: list[StoredDocument], erps: Mapping[str, ErpDocuments]) -> dict[str, ErpDocuments]:
    return {one: erps[one] for one in sorted({found.document.organization for found in delivered}) if one in erps}
