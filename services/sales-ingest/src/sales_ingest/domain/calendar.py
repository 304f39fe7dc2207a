"""The calendar of a register: "is this day final?" has one answer, with its reasons."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from uuid import UUID

from sales_ingest.domain import words
from sales_ingest.domain.books import BooksStanding, InTheWay
from sales_ingest.domain.business_date import BusinessDateRule, day_start
from sales_ingest.domain.shifts import Reason, ShiftState


class DayState(StrEnum):
    """How a day stands (issue 4, Build 8)."""

    FINAL = "final"
    WAITING = "waiting"
    HELD = "held"
    WITHOUT_SALES = "without-sales"
    DAY_OFF = "day-off"
    WITHOUT_REGISTER = "without-register"


class Answer(StrEnum):
    """The answer to "is it final?": something still runs, something is to be done, or nothing."""

    OPEN = "open"
    INCOMPLETE = "incomplete"
    FINAL = "final"


class DayMark(StrEnum):
    """What a person says of a day; ``working`` takes an earlier word back."""

    CLOSED = "closed"
    WITHOUT_REGISTER = "without-register"
    WORKING = "working"


HOLDING = frozenset({ShiftState.INCOMPLETE, ShiftState.UNRECONCILED, ShiftState.UNRESOLVED, ShiftState.DATE_TO_CHOOSE})
"""States that only a person or a new reading of the cabinet leads out of."""


@dataclass(frozen=True, slots=True)
class ShiftOfDay:
    """A shift as the calendar sees it; ``sells``: it holds sales or refunds.

    ``books`` is what the ledger told of it, ``in_the_way`` what that means by the register's settings; None: nothing.
    """

    id: UUID
    number: int
    state: ShiftState
    revision: int
    reasons: tuple[Reason, ...]
    sells: bool
    books: BooksStanding | None = None
    in_the_way: InTheWay | None = None

    @property
    def held(self) -> bool:
        """Only a person or a new reading helps: of what is ready, one that could not be sent and says why."""
        return self.state in HOLDING or (self.state is ShiftState.READY and bool(self.reasons))

    @property
    def unkept(self) -> InTheWay | None:
        """Of what is published: why the books do not hold it."""
        return self.in_the_way if self.state is ShiftState.PUBLISHED else None

    @property
    def final(self) -> bool:
        """Published and in the books, or proven and without sales and refunds: such a shift makes no document."""
        return (self.state is ShiftState.PUBLISHED and self.in_the_way is None) or (
            self.state is ShiftState.READY and not self.revision and not self.sells
        )


@dataclass(frozen=True, slots=True)
class UnclosedShift:
    """A shift without a Z-report, and when the register opened the one after it; None: it has not."""

    number: int
    day: date
    next_opened_at: datetime | None

    def may_reach(self, day: date, rule: BusinessDateRule) -> bool:
        """Whether this shift, opened on an earlier day, may still close on this one and belong to it."""
        if rule.rule == "opened-at" or self.day >= day:
            return False
        return self.next_opened_at is None or self.next_opened_at > day_start(day, rule)


@dataclass(frozen=True, slots=True)
class DayFacts:
    """What a day's answer depends on. ``over``: its end has passed; ``read``: the cabinet was read up to its end.

    ``kept`` says in words why no posted document is waited for; None where they are to be posted.
    """

    shifts: Sequence[ShiftOfDay]
    mark: DayMark | None
    over: bool
    read: bool
    unclosed: Sequence[UnclosedShift] = ()
    unplaced: int = 0
    kept: str | None = None


@dataclass(frozen=True, slots=True)
class DayAssessment:
    """The state of a day, its one answer, and why."""

    state: DayState
    answer: Answer
    reasons: tuple[Reason, ...]

    @property
    def final(self) -> bool:
        """Nothing of this day is left to wait for or to do."""
        return self.answer is Answer.FINAL


NOT_OVER = Reason("day-not-over", "День ещё не закончился")
NOT_READ = Reason("not-read", "Кабинет за этот день прочитан не до конца. Нажмите «Обновить»")
CONTRADICTED = Reason("mark-contradicted", "День отмечен как нерабочий, но по кассе есть смена")


def assess_day(facts: DayFacts) -> DayAssessment:
    """What the cabinet shows comes before what a person said; a day that still runs is never final."""
    if facts.unplaced:
        detail = f"Документы без смены не распознаны: {facts.unplaced}. {words.TO_INTEGRATOR}"
        return DayAssessment(DayState.HELD, Answer.INCOMPLETE, (Reason("quarantined-document", detail),))
    if not facts.shifts:
        return _without_shifts(facts)
    running = tuple(_running(facts))
    held = tuple(reason for one in facts.shifts if one.held for reason in one.reasons)
    unkept = [one.unkept for one in facts.shifts if one.unkept is not None]
    held += tuple(one.reason for one in unkept if one.held)
    under_way = tuple(one.reason for one in unkept if not one.held)
    unpublished = tuple(
        Reason("not-published", f"Смена № {one.number} готова, но не передана в учёт. Нажмите «Загрузить»")
        for one in facts.shifts
        if one.state is ShiftState.READY and not one.held and not one.final
    )
    told = (CONTRADICTED,) if facts.mark in {DayMark.CLOSED, DayMark.WITHOUT_REGISTER} else ()
    reasons = (*held, *running, *under_way, *unpublished, *told)
    if held:
        return DayAssessment(DayState.HELD, Answer.INCOMPLETE, reasons)
    if running or (under_way and not unpublished):
        return DayAssessment(DayState.WAITING, Answer.OPEN, reasons)
    if unpublished:
        return DayAssessment(DayState.WAITING, Answer.INCOMPLETE, reasons)
    if any(one.sells for one in facts.shifts):
        done = _kept(facts.kept)
        return DayAssessment(DayState.FINAL, Answer.FINAL, (done, *told))
    without = Reason("no-sales", "Смены дня закрыты без продаж")
    return DayAssessment(DayState.WITHOUT_SALES, Answer.FINAL, (without, *told))


def _kept(why: str | None) -> Reason:
    """What "final" rests on: documents that are posted, or a register that is not set to post them."""
    if why is None:
        return Reason("all-posted", "Все смены дня сошлись, их документы проведены")
    return Reason("all-published", f"Все смены дня сошлись и переданы в учёт; {why}")


def _running(facts: DayFacts) -> list[Reason]:
    """What the day still waits for by itself."""
    reasons = [
        Reason("shift-open", f"Смена № {one.number} ещё без Z-отчёта")
        for one in facts.shifts
        if one.state is ShiftState.OPEN
    ]
    reasons += _unclosed(facts)
    if not facts.over:
        reasons.append(NOT_OVER)
    elif not facts.read:
        reasons.append(NOT_READ)
    return reasons


def _unclosed(facts: DayFacts) -> list[Reason]:
    return [
        Reason(
            "earlier-shift-open",
            f"Смена № {one.number}, открытая {words.day(one.day)}, ещё без Z-отчёта и может относиться к этому дню",
        )
        for one in facts.unclosed
    ]


def _without_shifts(facts: DayFacts) -> DayAssessment:
    if facts.mark is DayMark.CLOSED:
        return _marked(DayState.DAY_OFF, Reason("closed", "Выходной"), over=facts.over)
    if facts.mark is DayMark.WITHOUT_REGISTER:
        return _marked(DayState.WITHOUT_REGISTER, Reason("without-register", "Касса не работала"), over=facts.over)
    if running := tuple(_running(facts)):
        return DayAssessment(DayState.WAITING, Answer.OPEN, running)
    none = Reason("no-shift", "Кабинет прочитан до конца дня, смен за этот день нет")
    return DayAssessment(DayState.WITHOUT_SALES, Answer.FINAL, (none,))


def _marked(state: DayState, reason: Reason, *, over: bool) -> DayAssessment:
    if over:
        return DayAssessment(state, Answer.FINAL, (reason,))
    return DayAssessment(state, Answer.OPEN, (reason, NOT_OVER))
