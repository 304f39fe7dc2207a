"""Where a document stands on its way into the ERP, and the steps it may take. Pure: the caller stores them."""

import json
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import blake2b

from ledger.domain.documents import DocumentState
from smena.erp.documents import ErpSnapshot, FieldDifference

LOOKALIKE_REASON = "Похоже, уже введено"
TWINS_REASON = "В 1С два наших документа с одной меткой"
CHANGED_REASON = "Изменён в 1С"
ERASED_REASON = "Документа больше нет в 1С"
MARKED_REASON = "Помечен на удаление в 1С"
UNPOSTED_REASON = "Проведение снято в 1С"
POSTED_REASON = "Проведён в 1С"
WITHDRAWAL_REFUSED = "1С не дала отменить документ"
NO_ANSWER_REASON = "Ответа 1С нет: проверяем, не вводите вручную"
NO_LONGER_MADE = "Не нужен по новым настройкам кассы"
NOT_IN_REVISION = "Нет в новой версии смены"
SUPERSEDED = "Заменён новой версией смены: в 1С не попадал"
NEEDED_NO_MORE = frozenset({NO_LONGER_MADE, NOT_IN_REVISION, SUPERSEDED})
"""Why documents are cancelled that no person took out of the books."""

UNCLEAR = frozenset({DocumentState.SENDING, DocumentState.UNKNOWN, DocumentState.CONFLICT})
DIGEST_BYTES = 16
VERSION = "version:"
AS_WRITTEN = "as-written:"
"""Begins ``decided_on`` of a later revision: posted or not is to be as it was left too, and nothing was written yet."""
BEGUN = "begun:"
"""Begins it once that was seen: from here on an unposting is our own; a marking never is."""


@dataclass(frozen=True, slots=True)
class DeliveryTiming:
    """How long to wait for what, in seconds (contracts.md, ``[timing]``)."""

    request: float
    absence_horizon: float
    absence_looks: int
    retry: float
    retry_max: float

    def back_off(self, attempts: int) -> timedelta:
        """The pause after so many failed attempts: doubling, up to the longest."""
        doublings = min(attempts, 20)
        return timedelta(seconds=min(self.retry * 2.0**doublings, self.retry_max))

    def pause(self, attempts: int, asked_seconds: float | None) -> timedelta:
        """The pause that was asked for where it is longer; nobody makes us wait beyond the longest of ours."""
        asked = timedelta(seconds=min(asked_seconds or 0.0, self.retry_max))
        return max(self.back_off(attempts), asked)

    @property
    def horizon(self) -> timedelta:
        """How long nothing must be found before absence is certain; never shorter than a request may run."""
        return timedelta(seconds=max(self.absence_horizon, self.request))

    @property
    def between_looks(self) -> timedelta:
        """The pause between two looks, so that the last of them falls on the horizon."""
        return self.horizon / max(self.absence_looks - 1, 1)


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """The state of one document's delivery.

    ``next_attempt_at`` None: nothing is to be done by itself. ``looks`` and ``unknown_since`` count the empty
    finds after an unclear outcome. ``create_anyway`` and ``released`` are a person's decisions: that a lookalike
    is another document, and that a document of a closed period may go. ``accepted_version`` is what she decided to
    keep in the ERP as it is: while that version stands there, its differences are no drift.

    ``erp_digest`` is of the content last read there. ``withdrawing`` is why the document is being taken out of the
    ERP's books. ``decided_on`` says what stood there when it was decided to take it out, or to write ours over it:
    anything else found there meanwhile is a conflict. ``movements`` counts what the posting left in the accounts,
    None while that was not read; ``movements_asked_at`` is the last time it was asked for in vain.
    """

    state: DocumentState = DocumentState.PLANNED
    reason: str | None = None
    differences: tuple[FieldDifference, ...] = ()
    erp_ref: str | None = None
    erp_number: str | None = None
    erp_posted: bool = False
    erp_version: str | None = None
    verified_at: datetime | None = None
    attempts: int = 0
    looks: int = 0
    unknown_since: datetime | None = None
    next_attempt_at: datetime | None = None
    accepted_version: str | None = None
    create_anyway: bool = False
    released: bool = False
    erp_digest: str | None = None
    withdrawing: str | None = None
    decided_on: str | None = None
    movements: int | None = None
    movements_asked_at: datetime | None = None

    @property
    def rewriting(self) -> bool:
        """Whether ours is to be written over what stands in the ERP."""
        return self.state is DocumentState.PLANNED and self.decided_on is not None and self.withdrawing is None

    @property
    def rewrite_refused(self) -> bool:
        """Whether the ERP refused ours over what stands there: that stands on, as it was seen."""
        return self.state is DocumentState.REJECTED and self.decided_on is not None and self.withdrawing is None

    @property
    def under_way(self) -> bool:
        """Whether it is not known, or not decided, what of this document stands in the ERP."""
        untouched = (self.decided_on or "").startswith(AS_WRITTEN)
        return self.state in UNCLEAR or self.withdrawing is not None or (self.rewriting and not untouched)

    def intended(self, now: datetime) -> "DeliveryStatus":
        """A create is about to be sent; stored and committed before the call."""
        return replace(
            self,
            state=DocumentState.SENDING,
            reason=None,
            differences=(),
            looks=0,
            unknown_since=None,
            next_attempt_at=now,
        )

    def unclear(self, now: datetime, timing: DeliveryTiming) -> "DeliveryStatus":
        """A create was sent and no clear answer came: it is looked for, never sent again blindly."""
        return replace(
            self,
            state=DocumentState.UNKNOWN,
            reason=NO_ANSWER_REASON,
            looks=0,
            unknown_since=now,
            next_attempt_at=now if timing.absence_looks > 1 else now + timing.horizon,
        )

    def looked_in_vain(self, now: datetime, timing: DeliveryTiming) -> "DeliveryStatus":
        """One more look found nothing."""
        return replace(self, looks=self.looks + 1, attempts=0, next_attempt_at=now + timing.between_looks)

    def absence_certain(self, now: datetime, timing: DeliveryTiming) -> bool:
        """Whether looks enough were empty over a time longer than any late commit."""
        if self.unknown_since is None:
            return False
        return self.looks >= timing.absence_looks and now - self.unknown_since >= timing.horizon

    def postponed(
        self, now: datetime, timing: DeliveryTiming, reason: str, *, asked_seconds: float | None = None
    ) -> "DeliveryStatus":
        """The ERP could not be asked: the state stays, a later attempt is due, not before the ERP asked for it.

        A create that was certainly not sent leaves ``sending`` for ``planned``.
        """
        state = DocumentState.PLANNED if self.state is DocumentState.SENDING else self.state
        return replace(
            self,
            state=state,
            reason=reason,
            attempts=self.attempts + 1,
            next_attempt_at=now + timing.pause(self.attempts, asked_seconds),
        )

    def looking_soon(self, now: datetime, reason: str) -> "DeliveryStatus":
        """A posting without a clear answer: what came of it is read at once."""
        return replace(self, reason=reason, attempts=1, next_attempt_at=now)

    def created(self, snapshot: ErpSnapshot, now: datetime) -> "DeliveryStatus":
        """The ERP holds it; whether it is posted is asked next."""
        return replace(
            self.holding(snapshot),
            state=DocumentState.CREATED,
            reason=None,
            differences=(),
            attempts=0,
            unknown_since=None,
            next_attempt_at=now,
            decided_on=None,
            movements=None,
            movements_asked_at=None,
        )

    def verified(self, snapshot: ErpSnapshot, now: datetime, *, posted: bool) -> "DeliveryStatus":
        """Read back and found exactly as sent."""
        return replace(
            self.holding(snapshot),
            state=DocumentState.POSTED if posted else DocumentState.CREATED,
            reason=None,
            differences=(),
            attempts=0,
            verified_at=now,
            next_attempt_at=None,
            accepted_version=None if self.accepted_version is None else snapshot.version,
        )

    def reverified(self, snapshot: ErpSnapshot, now: datetime) -> "DeliveryStatus":
        """Looked at again and unchanged."""
        return replace(self.holding(snapshot), verified_at=now)

    def conflicting(self, reason: str, differences: tuple[FieldDifference, ...] = ()) -> "DeliveryStatus":
        """The ERP holds something else: a person decides, nothing is overwritten."""
        return replace(
            self,
            state=DocumentState.CONFLICT,
            reason=reason,
            differences=differences,
            next_attempt_at=None,
            withdrawing=None,
            decided_on=None,
        )

    def rejected(self, reason: str, differences: tuple[FieldDifference, ...] = ()) -> "DeliveryStatus":
        """Refused; the reference, where there is one, is kept, so that a resend never makes a second document.

        ``differences`` name what the ERP goes on holding where ours was refused over it.
        """
        return replace(self, state=DocumentState.REJECTED, reason=reason, differences=differences, next_attempt_at=None)

    def lost(self, now: datetime) -> "DeliveryStatus":
        """A person decided that what the ERP lost is made there again: it waits as if it had never been there."""
        return DeliveryStatus(next_attempt_at=now, released=True)

    def cancelled(self, reason: str) -> "DeliveryStatus":
        """Takes no part in the books."""
        return replace(
            self,
            state=DocumentState.CANCELLED,
            reason=reason,
            differences=(),
            next_attempt_at=None,
            accepted_version=None,
            withdrawing=None,
            decided_on=None,
        )

    def leaving_because(self, reason: str) -> str:
        """The reason it is taken out of the books: a person's, unless a later revision took it out already."""
        return NOT_IN_REVISION if (self.reason or "").startswith(NOT_IN_REVISION) else reason

    def withdrawn(self, reason: str, decided_on: str, now: datetime) -> "DeliveryStatus":
        """It was decided to take the document out of the ERP's books; stored before the first call."""
        return replace(self, withdrawing=reason, decided_on=decided_on, attempts=0, next_attempt_at=now)

    def withdrawal_refused(self, reason: str) -> "DeliveryStatus":
        """The ERP said no: the document stands there as before; what was refused over it may be sent again."""
        refused_over_it = self.state is DocumentState.REJECTED and (self.decided_on or "").startswith(BEGUN)
        decided_on = self.decided_on if refused_over_it else None
        return replace(self, reason=reason, withdrawing=None, decided_on=decided_on, next_attempt_at=None)

    def restated(self, now: datetime) -> "DeliveryStatus":
        """A later revision is to be written over what we wrote; stored before the first call."""
        left_so = self.state is DocumentState.POSTED or self.next_attempt_at is None
        decided_on = f"{AS_WRITTEN if left_so else BEGUN}{self.held_there()}"
        return self.overwritten(decided_on, now, released=False)

    def begun(self) -> "DeliveryStatus":
        """The ERP was seen to hold what we wrote; stored before the first write."""
        return replace(self, decided_on=BEGUN + (self.decided_on or "").removeprefix(AS_WRITTEN))

    def overwritten(self, decided_on: str, now: datetime, *, released: bool) -> "DeliveryStatus":
        """It was decided to write ours over what stands in the ERP; stored before the first call."""
        return replace(
            self,
            state=DocumentState.PLANNED,
            reason=None,
            differences=(),
            attempts=0,
            next_attempt_at=now,
            accepted_version=None,
            decided_on=decided_on,
            released=released,
        )

    def kept(self, snapshot: ErpSnapshot, now: datetime, reason: str, *, to_post: bool = False) -> "DeliveryStatus":
        """A person decided that the ERP's document stands as it is; ``to_post``: posted like ours where ours are."""
        state = DocumentState.POSTED if snapshot.posted else DocumentState.CREATED
        return replace(
            self.holding(snapshot),
            state=state,
            reason=reason,
            differences=(),
            attempts=0,
            verified_at=now,
            next_attempt_at=now if to_post and not snapshot.posted else None,
            accepted_version=snapshot.version,
            withdrawing=None,
            decided_on=None,
        )

    def holding(self, snapshot: ErpSnapshot) -> "DeliveryStatus":
        """What the ERP holds is known as of now."""
        return replace(
            self,
            erp_ref=snapshot.ref,
            erp_number=snapshot.number,
            erp_posted=snapshot.posted,
            erp_version=snapshot.version,
            erp_digest=digest_of(snapshot),
        )

    def held_there(self) -> str:
        """What the ERP was last seen to hold, in the form of ``decided_on``."""
        return self.erp_digest or f"{VERSION}{self.erp_version}"


def digest_of(snapshot: ErpSnapshot) -> str:
    """A digest of what a document says, whether it is posted or marked or not: 1C's version changes with those too."""
    told = json.dumps([snapshot.comment, sorted(snapshot.content.items())], ensure_ascii=False)
    return blake2b(told.encode(), digest_size=DIGEST_BYTES).hexdigest()


def holds(snapshot: ErpSnapshot, decided_on: str | None) -> bool:
    """Whether the ERP still holds what stood there when it was decided."""
    told = (decided_on or "").removeprefix(AS_WRITTEN).removeprefix(BEGUN)
    if told.startswith(VERSION):
        return told == f"{VERSION}{snapshot.version}"
    return told == digest_of(snapshot)


def touched(snapshot: ErpSnapshot, status: DeliveryStatus) -> str | None:
    """Why a later revision may not be written over what stands there; None when it is what we wrote."""
    decided_on = status.decided_on or ""
    if snapshot.marked and decided_on.startswith((AS_WRITTEN, BEGUN)):
        return MARKED_REASON
    if not holds(snapshot, decided_on):
        return CHANGED_REASON
    if decided_on.startswith(AS_WRITTEN) and snapshot.posted != status.erp_posted:
        return POSTED_REASON if snapshot.posted else UNPOSTED_REASON
    return None


def drift(
    snapshot: ErpSnapshot | None,
    differences: tuple[FieldDifference, ...],
    *,
    expect_posted: bool,
    accepted_version: str | None = None,
) -> str | None:
    """Why what the ERP holds now is not what was delivered; None when it is exactly that."""
    if snapshot is None:
        return ERASED_REASON
    if accepted_version is not None and snapshot.version == accepted_version:
        return None
    if snapshot.marked:
        return MARKED_REASON
    if differences:
        return CHANGED_REASON
    if expect_posted and not snapshot.posted:
        return UNPOSTED_REASON
    return None
