"""The state of a shift: the accountant's checklist, in her order."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sales_ingest.domain import words
from sales_ingest.domain.business_date import BusinessDateRule, business_date, local_day
from sales_ingest.domain.completeness import match_annulments, number_findings
from sales_ingest.domain.findings import ABSENT, NOT_GIVEN, Acceptance, Finding
from sales_ingest.domain.reconciliation import as_finding, differences
from sales_ingest.domain.totals import ReceiptFact, ShiftTotals, add_up, given_figures, in_buckets_of
from smena.cabinets.documents import DocumentKind, ZReportFigures
from smena.kinds.money import format_money

NO_Z_REPORT = "no-z-report"
Z_REPORT_DUE = timedelta(hours=24)
"""A shift lasts no longer by law: from then on its opening a person may accept that no Z-report will come."""


class ShiftState(StrEnum):
    """States of a shift; the first that applies, in this order (domain.md, readings agreed)."""

    OPEN = "open"
    INCOMPLETE = "incomplete"
    UNRECONCILED = "unreconciled"
    UNRESOLVED = "unresolved"
    DATE_TO_CHOOSE = "date_to_choose"
    READY = "ready"
    PUBLISHED = "published"


@dataclass(frozen=True, slots=True)
class Reason:
    """Why a shift waits."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True)
class QuarantinedFact:
    """A document of the shift that could not be understood; its number still counts."""

    number: int | None
    reason: str


@dataclass(frozen=True, slots=True)
class UnresolvedFact:
    """Lines of the shift without an item."""

    lines: int
    amount: int


@dataclass(frozen=True, slots=True)
class ShiftFacts:
    """Everything stored of a shift that its state depends on; ``last_at`` is the instant of its last document."""

    opened_at: datetime
    last_at: datetime
    receipts: Sequence[ReceiptFact]
    z_reports: Sequence[ZReportFigures]
    quarantined: Sequence[QuarantinedFact]
    unresolved: UnresolvedFact
    accepted: Sequence[Acceptance]
    chosen_date: date | None
    rule: BusinessDateRule


@dataclass(frozen=True, slots=True)
class Assessment:
    """What the rules say of a shift. ``findings`` are all of them, the accepted ones too."""

    state: ShiftState
    reasons: tuple[Reason, ...]
    business_date: date | None
    totals: ShiftTotals
    findings: tuple[Finding, ...]


def assess(facts: ShiftFacts) -> Assessment:
    """Say in which state a shift is and why; ``published`` is not decided here but by what was published."""
    annulments = match_annulments(facts.receipts)
    totals = add_up(facts.receipts, annulments.annulled)
    quarantined = _quarantine_findings(facts.quarantined)
    accepted = {one.name for one in facts.accepted}
    missing = () if facts.z_reports else (_no_z_report(len(facts.receipts), totals),)
    if missing and missing[0].name not in accepted:
        findings = (*missing, *quarantined, *annulments.findings)
        reasons = _reasons((*missing, *quarantined))
        return Assessment(ShiftState.OPEN, reasons, None, totals, findings)
    z_report = given_or_none(facts.z_reports, facts.last_at)
    totals = in_buckets_of(z_report, totals)
    numbers = [one.number for one in facts.receipts if one.kind is not DocumentKind.Z_REPORT]
    numbers += [one.number for one in facts.quarantined if one.number is not None]
    differing = tuple(as_finding(one) for one in differences(totals, given_figures(z_report)))
    incomplete = (*number_findings(numbers, z_report), *(one for one in differing if one.code == "count-differs"))
    unreconciled = (
        *missing,
        *(one for one in differing if one.code != "count-differs"),
        *annulments.findings,
        *quarantined,
        *_second_z_reports(facts.z_reports),
    )
    day = business_date(facts.opened_at, z_report.closed_at, facts.rule)
    state, reasons = _first_that_applies(
        (ShiftState.INCOMPLETE, _reasons(one for one in incomplete if one.name not in accepted)),
        (ShiftState.UNRECONCILED, _reasons(one for one in unreconciled if one.name not in accepted)),
        (ShiftState.UNRESOLVED, _unresolved(facts.unresolved)),
        (ShiftState.DATE_TO_CHOOSE, _date_to_choose(facts, crosses=day.crosses_month, day=day.day)),
    )
    return Assessment(state, reasons, facts.chosen_date or day.day, totals, (*incomplete, *unreconciled))


def given_or_none(z_reports: Sequence[ZReportFigures], last_at: datetime) -> ZReportFigures:
    """The shift's Z-report; for one that a person does without, one that gives no figure, at its last document."""
    return z_reports[0] if z_reports else ZReportFigures(opened_at=None, closed_at=last_at)


def _first_that_applies(*steps: tuple[ShiftState, tuple[Reason, ...]]) -> tuple[ShiftState, tuple[Reason, ...]]:
    """The first step with a reason names the state; the reasons of the later ones are told as well."""
    state = next((state for state, reasons in steps if reasons), ShiftState.READY)
    return state, tuple(reason for _, reasons in steps for reason in reasons)


def _reasons(findings: Iterable[Finding]) -> tuple[Reason, ...]:
    return tuple(Reason(one.code, one.detail) for one in findings)


def _unresolved(fact: UnresolvedFact) -> tuple[Reason, ...]:
    if not fact.lines:
        return ()
    detail = (
        f"Строк без номенклатуры: {fact.lines}, на сумму {format_money(fact.amount)}."
        " Заполните пустую номенклатуру или сопоставьте товары"
    )
    return (Reason("lines-without-item", detail),)


def _date_to_choose(facts: ShiftFacts, *, crosses: bool, day: date) -> tuple[Reason, ...]:
    if not crosses or facts.chosen_date is not None:
        return ()
    opened = local_day(facts.opened_at, facts.rule)
    detail = (
        f"Смена перешла через конец месяца: открыта {words.day(opened)}, по правилу её дата {words.day(day)}."
        " Выберите дату"
    )
    return (Reason("month-crossed", detail),)


def _quarantine_findings(quarantined: Sequence[QuarantinedFact]) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            "quarantined-document",
            f"document {one.number if one.number is not None else 'without a number'}",
            one.reason,
            NOT_GIVEN,
            f"Документ {words.number_or_none(one.number)} не распознан: {one.reason}. {words.TO_INTEGRATOR}",
        )
        for one in quarantined
    )


def _no_z_report(documents: int, totals: ShiftTotals) -> Finding:
    """Accepted for these documents only: with one more the shift is open again."""
    hours = Z_REPORT_DUE // timedelta(hours=1)
    detail = (
        "Z-отчёта ещё нет: закройте смену на кассе и нажмите «Обновить»."
        f" Если его нет и через {hours} ч после открытия, примите расхождение с указанием причины"
    )
    return Finding(NO_Z_REPORT, "z_report", f"{documents} documents, {format_money(totals.net)}", ABSENT, detail)


def _second_z_reports(z_reports: Sequence[ZReportFigures]) -> tuple[Finding, ...]:
    if len(z_reports) < 2:
        return ()
    count = str(len(z_reports))
    detail = f"У смены несколько Z-отчётов: {count}, взят первый. {words.LOOK_OR_ACCEPT}"
    return (Finding("several-z-reports", "z_reports", count, "1", detail),)
