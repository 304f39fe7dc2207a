"""Take the answers of an ERP that fetches its documents: its own reference, or why it refused."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from ledger.domain.documents import DocumentState
from ledger.domain.feed import ANSWERABLE, HELD, NOT_CANCELLED, acknowledged
from ledger.domain.status import DeliveryStatus
from ledger.domain.stored import StoredDocument
from ledger.ports.feed import EntryState, FeedAction, FeedEntry
from ledger.ports.unit_of_work import LedgerWork, NewWork
from ledger.use_cases.delivery_steps import add_shift_posted
from ledger.use_cases.events import document_failed, document_posted
from ledger.use_cases.post_shift import DELIVERY_CHANNEL
from smena.clock import Clock
from smena.db.notifications import notify


@dataclass(frozen=True, slots=True)
class Acknowledgement:
    """The ERP's answer to one position; ``number`` is what it calls the document on paper, where it says so."""

    position: int
    ref: str | None
    refused: str | None
    number: str | None = None


class Answer(StrEnum):
    """What became of one answer."""

    ACCEPTED = "accepted"
    UNCHANGED = "unchanged"
    CONFLICT = "conflict"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Answered:
    """The verdict on one answer; ``document`` as it stands afterwards."""

    position: int
    answer: Answer
    document: StoredDocument | None = None
    why_ru: str | None = None
    why_en: str | None = None


async def acknowledge_feed(
    organization: str, answers: Sequence[Acknowledgement], person: str, *, clock: Clock, new_work: NewWork
) -> list[Answered]:
    """Store the answers in one transaction, one verdict each, in order.

    An answer told again changes nothing. One that contradicts an earlier answer is not stored; the others are.
    Documents are locked before entries, and in one order, as by whoever offers them.
    """
    positions = [one.position for one in answers]
    async with new_work() as work:
        wanted = await work.feed.documents_at(organization, positions)
        documents = await work.feed.documents(wanted, lock=True)
        entries = {entry.position: entry for entry in await work.feed.at(organization, positions)}
        verdicts: list[Answered] = []
        settling = _Settling(work, person, clock)
        for one in answers:
            entry = entries.get(one.position)
            if entry is None:
                verdicts.append(Answered(one.position, Answer.UNKNOWN, None, "Такой позиции нет", "No such position"))
                continue
            verdict = await settling.settle(one, entry, documents[entry.document])
            if verdict.document is not None:
                documents[entry.document] = verdict.document
            verdicts.append(verdict)
        await notify(work.session, DELIVERY_CHANNEL)
        await work.commit()
    return verdicts


@dataclass(frozen=True, slots=True)
class _Settling:
    """The answers of one request."""

    work: LedgerWork
    person: str
    clock: Clock

    async def settle(self, one: Acknowledgement, entry: FeedEntry, stored: StoredDocument) -> Answered:
        """Compare with what was answered before, then with where the document stands."""
        if one.ref is not None and (entry.state, entry.ref) == (EntryState.ACKNOWLEDGED, one.ref):
            return Answered(one.position, Answer.UNCHANGED, stored)
        if one.ref is None and (entry.state, entry.message) == (EntryState.REFUSED, one.refused):
            return Answered(one.position, Answer.UNCHANGED, stored)
        if entry.state is EntryState.ACKNOWLEDGED:
            return _conflict(
                one,
                stored,
                f"Позиция уже подтверждена ссылкой {entry.ref}",
                f"This position was acknowledged with {entry.ref}",
            )
        if entry.action is FeedAction.CANCEL:
            return await self._cancellation(one, entry, stored)
        return await (self._ref(one, entry, stored) if one.ref is not None else self._refusal(one, entry, stored))

    async def _ref(self, one: Acknowledgement, entry: FeedEntry, stored: StoredDocument) -> Answered:
        """The ERP holds the document."""
        assert one.ref is not None, "this is an acknowledgement"
        state = stored.status.state
        if stored.sha256 != entry.sha256:
            return _conflict(
                one,
                stored,
                "Документ с тех пор пересчитан: возьмите его новую позицию из ленты",
                "The document was computed anew since: take its new position from the feed",
            )
        if state in HELD and stored.status.erp_ref != one.ref:
            return _conflict(
                one,
                stored,
                f"Документ уже подтверждён другой позицией, ссылкой {stored.status.erp_ref}",
                f"The document was acknowledged at another position, with {stored.status.erp_ref}",
            )
        await self._answer(entry, EntryState.ACKNOWLEDGED, ref=one.ref)
        if state is DocumentState.CANCELLED:
            number = one.number or stored.status.erp_number
            noted = replace(stored.status, erp_ref=one.ref, erp_number=number, erp_posted=entry.post)
            return Answered(one.position, Answer.ACCEPTED, await self._save(stored, noted))
        if state not in ANSWERABLE:
            return Answered(one.position, Answer.ACCEPTED, stored)
        await self.work.feed.supersede(stored.id)
        saved = await self._save(stored, acknowledged(stored.status, one.ref, one.number, post=entry.post))
        if saved.status.state is DocumentState.POSTED:
            self.work.outbox.add(document_posted(saved))
            await add_shift_posted(self.work, saved, read_back=False)
        return Answered(one.position, Answer.ACCEPTED, saved)

    async def _refusal(self, one: Acknowledgement, entry: FeedEntry, stored: StoredDocument) -> Answered:
        """The ERP does not hold it, and says why."""
        assert one.refused is not None, "this is a refusal"
        state = stored.status.state
        if state in HELD:
            return _conflict(
                one,
                stored,
                f"Документ уже подтверждён ссылкой {stored.status.erp_ref}",
                f"The document was acknowledged with {stored.status.erp_ref}",
            )
        await self._answer(entry, EntryState.REFUSED, message=one.refused)
        latest = entry.state is EntryState.OPEN or state is DocumentState.REJECTED
        if not latest or state not in ANSWERABLE:
            return Answered(one.position, Answer.ACCEPTED, stored)
        saved = await self._save(stored, stored.status.rejected(one.refused))
        self.work.outbox.add(document_failed(saved.document, DocumentState.REJECTED, one.refused))
        return Answered(one.position, Answer.ACCEPTED, saved)

    async def _cancellation(self, one: Acknowledgement, entry: FeedEntry, stored: StoredDocument) -> Answered:
        """The ERP took the document back, or says why it can't: then a person decides."""
        state = stored.status.state
        if one.ref is not None:
            await self._answer(entry, EntryState.ACKNOWLEDGED, ref=one.ref)
            mended = state is DocumentState.CONFLICT and entry.state is EntryState.REFUSED
            status = stored.status.cancelled("1С отменила документ") if mended else None
            return Answered(one.position, Answer.ACCEPTED, await self._save(stored, status) if status else stored)
        await self._answer(entry, EntryState.REFUSED, message=one.refused)
        if state is not DocumentState.CANCELLED:
            return Answered(one.position, Answer.ACCEPTED, stored)
        reason = f"{NOT_CANCELLED}: {one.refused}"
        saved = await self._save(stored, stored.status.conflicting(reason))
        self.work.outbox.add(document_failed(saved.document, DocumentState.CONFLICT, reason))
        return Answered(one.position, Answer.ACCEPTED, saved)

    async def _answer(
        self, entry: FeedEntry, state: EntryState, *, ref: str | None = None, message: str | None = None
    ) -> None:
        told = replace(entry, state=state, ref=ref, message=message, answered_at=self.clock.now())
        await self.work.feed.answer(told)

    async def _save(self, stored: StoredDocument, status: DeliveryStatus) -> StoredDocument:
        return await self.work.documents.save(stored, status, at=self.clock.now(), actor=self.person)


def _conflict(one: Acknowledgement, stored: StoredDocument, why_ru: str, why_en: str) -> Answered:
    return Answered(one.position, Answer.CONFLICT, stored, why_ru, why_en)
