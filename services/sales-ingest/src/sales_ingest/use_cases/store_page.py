"""Store one page of a register's documents exactly once, with the cursor that may then pass it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sales_ingest.domain.fingerprints import has_changed
from sales_ingest.domain.items import Found
from sales_ingest.domain.line_sums import LineSums, NotUnderstoodError
from sales_ingest.domain.receipts import (
    ReceiptLine,
    ShiftGroup,
    carried_by,
    check_document,
    decide_line,
    receipt_id,
    shift_group,
)
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.ports.receipts import KnownReceipt, PullCounts, PullCursor, QuarantineEntry, ReceiptToStore
from sales_ingest.ports.shifts import GroupSpan
from sales_ingest.ports.unit_of_work import OpenWork, SalesWork
from sales_ingest.use_cases.publish_shift import SOURCE
from sales_ingest.use_cases.read_page import ReadDocument, ReadPage, as_unreadable, quarantine_id
from sales_ingest.use_cases.reassess_shift import reassess_shifts
from smena.cabinets.documents import CabinetDocument, CabinetLine, DocumentKind, UnreadableDocument
from smena.contracts.envelope import NewEvent
from smena.contracts.sales_events import RECEIPTS_STORED, ReceiptsStored
from smena.kinds.vat import VatRate
from smena.runtime.failpoints import reach


@dataclass(frozen=True, slots=True)
class PageSpan:
    """The stretch of time a page covers, and whether it is the last of its pull."""

    start: datetime
    end: datetime
    last: bool


@dataclass(frozen=True, slots=True)
class _Understood:
    read: ReadDocument
    known: KnownReceipt | None
    sums: tuple[LineSums, ...]


async def store_page(
    page: ReadPage,
    span: PageSpan,
    register: RegisterSetup,
    *,
    run: UUID,
    before: PullCursor | None,
    now: datetime,
    open_work: OpenWork,
) -> PullCounts:
    """Store what is new or changed of a page; what is known already writes nothing but the cursor."""
    async with open_work() as work:
        await work.items.share(register.cabinet)
        await work.receipts.lock_register(register)
        fiscal_ids = [one.document.fiscal_id for one in page.documents]
        known = await work.receipts.known(register, fiscal_ids)
        understood, refused = _understand(page.documents, known)
        entries = await _new_entries(work, register, span, [*page.unreadable, *refused])
        touched = await _store_understood(work, register, understood, now)
        touched |= await _store_entries(work, register, entries, now)
        touched |= await _settle(work, register, page, refused, now)
        await reassess_shifts(work, register, touched)
        counts = _counts(page, understood, entries)
        if counts.new or counts.changed or counts.quarantined:
            _tell(work, register, span, counts)
        total = before.counts.plus(counts) if before else counts
        await work.cursors.advance(run, register, span.start, min(span.end, now), total, done=span.last)
        reach("pull.before-commit")
        await work.commit()
        reach("pull.after-commit")
        return counts


def _understand(
    documents: Iterable[ReadDocument], known: dict[str, KnownReceipt]
) -> tuple[list[_Understood], list[UnreadableDocument]]:
    understood: list[_Understood] = []
    refused: list[UnreadableDocument] = []
    for read in documents:
        stored = known.get(read.document.fiscal_id)
        if stored and not has_changed(stored.content_hash, stored.raw_hash, read.content_hash, read.raw_hash):
            continue
        try:
            understood.append(_Understood(read, stored, check_document(read.document)))
        except NotUnderstoodError as error:
            refused.append(as_unreadable(read.document, str(error)))
    return understood, refused


async def _store_understood(
    work: SalesWork, register: RegisterSetup, understood: Sequence[_Understood], now: datetime
) -> set[int]:
    if not understood:
        return set()
    groups = await _groups(work, register, [one.read.document for one in understood])
    places = await work.shifts.place(
        register, _spans((group, one.read.document.at) for group, one in zip(groups, understood, strict=True))
    )
    changed = [one.known.id for one in understood if one.known]
    touched = set((await work.receipts.shifts_of(changed)).values()) if changed else set()
    lines = await _decide_lines(work, register, understood)
    receipts = [
        ReceiptToStore(
            id=receipt_id(register.cabinet, register.number, one.read.document.fiscal_id),
            version=one.known.version + 1 if one.known else 1,
            content_hash=one.read.content_hash,
            raw_hash=one.read.raw_hash,
            document=one.read.document,
            lines=its_lines,
            shift_seq=places[group.key],
        )
        for one, group, its_lines in zip(understood, groups, lines, strict=True)
    ]
    await work.receipts.store(register, receipts, now)
    return touched | set(places.values())


async def _groups(work: SalesWork, register: RegisterSetup, documents: Sequence[CabinetDocument]) -> list[ShiftGroup]:
    """Where each document belongs; a late one that tells only a number joins the closed shift of its time."""
    groups = [shift_group(one.shift_number, one.shift_external_id, one.shift_opened_at) for one in documents]
    numbers = {group.number for group in groups if group.by_number_alone}
    closed = await work.shifts.closed_of(register, sorted(numbers))
    for place, (group, document) in enumerate(zip(groups, documents, strict=True)):
        if not group.by_number_alone:
            continue
        for shift in closed:
            if shift.number == group.number and shift.opened_at <= document.at <= shift.closed_at:
                groups[place] = ShiftGroup(shift.group_key, shift.number, shift.opened_at)
    return groups


async def _decide_lines(
    work: SalesWork, register: RegisterSetup, understood: Sequence[_Understood]
) -> list[tuple[ReceiptLine, ...]]:
    """Sales first: a refund takes the VAT rates of its sale, which may stand on the same page."""
    carried = {carried_by(line) for one in understood for line in one.read.document.lines}
    book = await work.items.book(register.cabinet, list(carried))
    targets = {target for one in understood if (target := _refunded(one))}
    read_before = {one.read.document.fiscal_id for one in understood if one.known}
    rates = dict(await work.receipts.sold_rates(register, sorted(targets | read_before)))
    kept = await _filled_before(work, register, understood)
    decided: dict[str, tuple[ReceiptLine, ...]] = {}
    for one in sorted(understood, key=lambda one: _refunded(one) is not None):
        document, target = one.read.document, _refunded(one)
        lines = [
            decide_line(
                _with_rate_of_its_time(
                    line, rates.get((document.fiscal_id, carried_by(line).group)) if rates else None
                ),
                sums,
                book,
                register.rules,
                sold_at_rate=rates.get((target, carried_by(line).group)) if target and rates else None,
                filled=kept.get((one.known.id, carried_by(line).group)) if one.known and kept else None,
            )
            for line, sums in zip(document.lines, one.sums, strict=False)
        ]
        if document.fiscal_id in targets:
            rates.update({(document.fiscal_id, line.group): line.vat_rate for line in lines})
        decided[document.fiscal_id] = tuple(lines)
    return [decided[one.read.document.fiscal_id] for one in understood]


def _refunded(one: _Understood) -> str | None:
    document = one.read.document
    return document.target_fiscal_id if document.kind is DocumentKind.REFUND else None


def _with_rate_of_its_time(line: CabinetLine, first_read: VatRate | None) -> CabinetLine:
    """The rate the item had when its sale was first read outlives a later change of the item."""
    if first_read is None or not line.vat_looked_up:
        return line
    return replace(line, vat_rate=first_read)


async def _filled_before(
    work: SalesWork, register: RegisterSetup, understood: Sequence[_Understood]
) -> dict[tuple[UUID, str], Found]:
    """What was filled in stays when the cabinet changes another thing of the receipt."""
    filled = await work.receipts.filled_items([one.known.id for one in understood if one.known])
    if not filled:
        return {}
    known = await work.items.by_ref(register.cabinet, sorted({ref for ref, _ in filled.values()}))
    return {key: Found(ref, how, known.get(ref)) for key, (ref, how) in filled.items()}


def _spans(placed: Iterable[tuple[ShiftGroup, datetime]]) -> list[GroupSpan]:
    spans: dict[str, GroupSpan] = {}
    for group, at in placed:
        span = spans.get(group.key)
        if span is None:
            spans[group.key] = GroupSpan(group, at, at)
            continue
        best = span.group if span.group.opened_at is not None else group
        spans[group.key] = GroupSpan(best, min(span.first_at, at), max(span.last_at, at))
    return list(spans.values())


async def _new_entries(
    work: SalesWork, register: RegisterSetup, span: PageSpan, unreadable: Sequence[UnreadableDocument]
) -> list[tuple[UnreadableDocument, QuarantineEntry]]:
    entries = {
        quarantine_id(register, one): (
            one,
            QuarantineEntry(
                id=quarantine_id(register, one),
                register=register.id,
                fiscal_id=one.fiscal_id,
                number=one.number,
                at=one.at,
                shift_seq=None,
                reason=one.reason,
                raw=one.raw,
                window_start=span.start,
                window_end=span.end,
            ),
        )
        for one in unreadable
    }
    standing = await work.quarantine.open_ids(register, list(entries))
    return [entry for key, entry in entries.items() if key not in standing]


async def _store_entries(
    work: SalesWork,
    register: RegisterSetup,
    entries: Sequence[tuple[UnreadableDocument, QuarantineEntry]],
    now: datetime,
) -> set[int]:
    """A document that names its shift by the cabinet's id or its opening holds that shift at once."""
    if not entries:
        return set()
    groups = {
        entry.id: (shift_group(one.shift_number or 0, one.shift_external_id, one.shift_opened_at), one.at or now)
        for one, entry in entries
        if one.shift_external_id or (one.shift_opened_at is not None and one.shift_number is not None)
    }
    places = await work.shifts.place(register, _spans(groups.values()))
    placed = [
        replace(entry, shift_seq=places[groups[entry.id][0].key]) if entry.id in groups else entry
        for _, entry in entries
    ]
    touched = await work.quarantine.add(register, placed, now)
    return touched | set(places.values())


async def _settle(
    work: SalesWork, register: RegisterSetup, page: ReadPage, refused: Sequence[UnreadableDocument], now: datetime
) -> set[int]:
    """Documents that stood in quarantine and are understood now leave it."""
    doubtful = (*page.unreadable, *refused)
    ids, numbers = {one.fiscal_id for one in doubtful}, {one.number for one in doubtful}
    documents = [one.document for one in page.documents]
    return await work.quarantine.resolve(
        register,
        [one.fiscal_id for one in documents if one.fiscal_id not in ids],
        [one.number for one in documents if one.number not in numbers],
        now,
    )


def _counts(page: ReadPage, understood: Sequence[_Understood], entries: Sequence[object]) -> PullCounts:
    new = sum(1 for one in understood if one.known is None)
    changed = len(understood) - new
    quarantined = len(entries)
    return PullCounts(page.count, new, changed, page.count - new - changed - quarantined, quarantined)


def _tell(work: SalesWork, register: RegisterSetup, span: PageSpan, counts: PullCounts) -> None:
    work.outbox.add(
        NewEvent(
            type=RECEIPTS_STORED,
            source=SOURCE + register.organization,
            partition_key=register.id,
            data=ReceiptsStored(
                organization=register.organization,
                register=register.id,
                period_from=span.start,
                period_to=span.end,
                read=counts.read,
                new=counts.new,
                changed=counts.changed,
                quarantined=counts.quarantined,
            ),
        )
    )
