"""Set a shift's receipts against its Z-report: every figure of both, and each difference by name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sales_ingest.domain.aggregation import REFUND, SoldLine, aggregate
from sales_ingest.domain.completeness import gaps, match_annulments
from sales_ingest.domain.findings import NOT_GIVEN, Acceptance, Finding
from sales_ingest.domain.reconciliation import figure_text
from sales_ingest.domain.registers import RegisterSetup
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import NO_Z_REPORT, Z_REPORT_DUE, Assessment, QuarantinedFact, ShiftState
from sales_ingest.domain.totals import ShiftTotals, ZReportField, given_figures, net_of
from sales_ingest.ports.shifts import ShiftContents
from sales_ingest.ports.unit_of_work import OpenWork
from sales_ingest.use_cases.reassess_shift import reassess_shift
from sales_ingest.use_cases.shift_content import COMPONENTS
from smena.cabinets.documents import DocumentKind
from smena.kinds.money import format_money

_NET_PARTS = (ZReportField.SALES_SUM, ZReportField.ANNULMENTS_SUM, ZReportField.REFUNDS_SUM)


@dataclass(frozen=True, slots=True)
class ShiftReconciliation:
    """``receipts`` and ``z_report`` have the same keys; what a Z-report does not give is ``not-given``."""

    shift: ShiftRecord
    reconciled: bool
    receipts: dict[str, str]
    z_report: dict[str, str]
    findings: tuple[Finding, ...]
    accepted: Sequence[Acceptance]
    gaps: tuple[tuple[int, int], ...]
    quarantined: Sequence[QuarantinedFact]


async def reconcile_shift(
    seq: int, register: RegisterSetup, *, open_work: OpenWork, now: datetime
) -> ShiftReconciliation:
    """Ask the store under the shift's lock, so that all figures are of one moment; nothing is written.

    A Z-report that is not due yet is no difference: the shift is simply open.
    """
    async with open_work() as work:
        found = await reassess_shift(work, register, seq)
        annulled = match_annulments(found.contents.receipts).annulled
        sold = await work.shifts.sold_lines(seq, sorted(annulled))
        quarantined = await work.shifts.quarantined(seq)
        accepted = await work.shifts.acceptances(seq)
    due = now >= found.shift.opened_at + Z_REPORT_DUE
    receipts = {**receipt_figures(found.assessment.totals), **vat_figures(sold)}
    z_report = z_report_figures(found.contents)
    return ShiftReconciliation(
        shift=found.shift,
        reconciled=_reconciled(found.assessment),
        receipts=receipts,
        z_report={name: z_report.get(name, NOT_GIVEN) for name in {**receipts, **z_report}},
        findings=tuple(one for one in found.assessment.findings if due or one.code != NO_Z_REPORT),
        accepted=accepted,
        gaps=_gaps(found.contents, quarantined),
        quarantined=quarantined,
    )


def receipt_figures(totals: ShiftTotals) -> dict[str, str]:
    """Every figure of the receipts: those a Z-report may give, then per payment kind, then the net.

    ``corrected_<kind>`` is what people's corrections add to the sales as rung:
    net = sales + corrected - annulments - refunds. A Z-report knows no correction.
    """
    figures = {field.value: figure_text(field, totals[field]) for field in ZReportField}
    for kind, one in totals.payments.items():
        if one.corrected:
            figures[f"corrected_{kind.value}"] = format_money(one.corrected)
        figures[f"annulments_{kind.value}"] = format_money(one.annulled)
        figures[f"refunds_{kind.value}"] = format_money(one.refunds)
        figures[f"net_{kind.value}"] = format_money(one.net)
    return {**figures, "net_sum": format_money(totals.net)}


def vat_figures(sold: Sequence[tuple[SoldLine, str]]) -> dict[str, str]:
    """Amount and VAT per rate, refunds taken off; VAT is rounded once per aggregated line."""
    sums: dict[str, int] = {}
    for line in aggregate(line for line, sort in sold if sort not in COMPONENTS):
        sign = -1 if line.identity.direction == REFUND else 1
        rate = line.identity.vat_rate
        for name, amount in ((f"amount_vat_{rate}", line.amount), (f"vat_{rate}", line.vat_amount)):
            sums[name] = sums.get(name, 0) + sign * amount
    return {name: format_money(amount) for name, amount in sorted(sums.items())}


def z_report_figures(contents: ShiftContents) -> dict[str, str]:
    """What the Z-report gives; the net only where it gives all its parts."""
    if not contents.z_reports:
        return {}
    given = given_figures(contents.z_reports[0])
    figures = {field.value: figure_text(field, value) for field, value in given.items()}
    if all(part in given for part in _NET_PARTS):
        figures["net_sum"] = format_money(net_of(given))
    return figures


def _reconciled(assessment: Assessment) -> bool:
    return assessment.state not in {ShiftState.OPEN, ShiftState.INCOMPLETE, ShiftState.UNRECONCILED}


def _gaps(contents: ShiftContents, quarantined: Sequence[QuarantinedFact]) -> tuple[tuple[int, int], ...]:
    if not contents.z_reports:
        return ()
    numbers = [one.number for one in contents.receipts if one.kind is not DocumentKind.Z_REPORT]
    numbers += [one.number for one in quarantined if one.number is not None]
    return gaps(numbers, contents.z_reports[0].first_number, contents.z_reports[0].last_number)
