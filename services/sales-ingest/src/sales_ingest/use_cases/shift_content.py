"""The content of a shift as it goes to the bus: the same receipts give the same bytes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC
from uuid import UUID

import msgspec

from sales_ingest.domain.aggregation import SALE, AggregatedLine, SoldLine, aggregate
from sales_ingest.domain.completeness import match_annulments
from sales_ingest.domain.findings import Acceptance
from sales_ingest.domain.reconciliation import figure_text
from sales_ingest.domain.shift_record import ShiftRecord
from sales_ingest.domain.shifts import Assessment, given_or_none
from sales_ingest.domain.totals import ShiftTotals, ZReportField, given_figures
from sales_ingest.domain.words import TO_INTEGRATOR
from sales_ingest.ports.shifts import ShiftContents
from sales_ingest.ports.unit_of_work import SalesWork
from smena.cabinets.documents import ZReportFigures
from smena.contracts.canonical import CanonicalParts
from smena.contracts.sales_events import (
    AcceptedDifference,
    ShiftClosed,
    ShiftComponent,
    ShiftCounts,
    ShiftIdentity,
    ShiftLine,
    ShiftPayment,
)
from smena.kinds.money import format_money
from smena.kinds.quantity import format_quantity

COMPONENTS = {"certificate": "certificates-sold", "advance": "advances-sold"}
"""Sorts of lines that bring money and no revenue, by the name of their component."""

PER_REVISION_FIELDS = ("sha256", "revision", "previous_revision")


class SumsDisagreeError(Exception):
    """Lines and payments of a proven shift differ: it is held, never plugged."""


@dataclass(frozen=True, slots=True)
class ShiftContent:
    """What a revision would say; ``sha256`` leaves out which revision it is."""

    event: ShiftClosed
    parts: CanonicalParts
    sha256: str
    sources: tuple[tuple[str, Sequence[tuple[UUID, int, int]]], ...]

    def as_revision(self, number: int, previous: int | None) -> tuple[ShiftClosed, bytes]:
        """The event of one revision with its own hash, and its canonical form."""
        digest = self.parts.sha256(without=("sha256",), revision=number, previous_revision=previous)
        event = msgspec.structs.replace(self.event, revision=number, previous_revision=previous, sha256=digest)
        return event, self.parts.bytes(revision=number, previous_revision=previous, sha256=digest)


async def load_content(
    work: SalesWork, shift: ShiftRecord, contents: ShiftContents, assessment: Assessment
) -> ShiftContent:
    """Bring a ready shift's lines together.

    Raises:
        SumsDisagreeError: lines and non-revenue components do not add up to the payments.
    """
    annulled = match_annulments(contents.receipts).annulled
    sold = await work.shifts.sold_lines(shift.seq, sorted(annulled))
    accepted = await work.shifts.acceptances(shift.seq)
    return build_content(shift, given_or_none(contents.z_reports, shift.last_at), assessment, sold, accepted)


def build_content(
    shift: ShiftRecord,
    z_report: ZReportFigures,
    assessment: Assessment,
    sold: Sequence[tuple[SoldLine, str]],
    accepted: Sequence[Acceptance],
) -> ShiftContent:
    """The content of a shift from its lines and its totals; pure."""
    lines = aggregate(line for line, sort in sold if sort not in COMPONENTS)
    components = _components(sold)
    revenue = sum(line.amount if line.identity.direction == SALE else -line.amount for line in lines)
    paid = sum(one.net for one in assessment.totals.payments.values())
    aside = sum(components.values())
    if revenue + aside != paid:
        raise SumsDisagreeError(
            f"Строки чеков на {format_money(revenue)} и сертификаты с авансами на {format_money(aside)}"
            f" не равны оплатам {format_money(paid)}. {TO_INTEGRATOR}"
        )
    assert shift.closed_at is not None
    assert assessment.business_date is not None
    event = ShiftClosed(
        shift=shift_identity(shift),
        revision=0,
        previous_revision=None,
        opened_at=shift.opened_at.astimezone(UTC),
        closed_at=shift.closed_at.astimezone(UTC),
        business_date=assessment.business_date,
        lines=[_line(line) for line in lines],
        payments=_payments(assessment.totals),
        components=[ShiftComponent(name=name, amount=format_money(amount)) for name, amount in components.items()],
        amount=format_money(revenue),
        z_report={field.value: figure_text(field, value) for field, value in given_figures(z_report).items()},
        counts=_counts(assessment.totals, len(sold)),
        accepted=_accepted(assessment, accepted),
    )
    parts = CanonicalParts(event)
    sources = tuple((told.key, line.sources) for told, line in zip(event.lines, lines, strict=True))
    return ShiftContent(event, parts, parts.sha256(without=PER_REVISION_FIELDS), sources)


def shift_identity(shift: ShiftRecord) -> ShiftIdentity:
    """Which shift, for an event."""
    return ShiftIdentity(
        id=str(shift.id),
        organization=shift.organization,
        cabinet=shift.cabinet,
        register=shift.register,
        register_number=shift.register_number,
        number=shift.number,
        opened_at=shift.opened_at.astimezone(UTC),
    )


def _line(line: AggregatedLine) -> ShiftLine:
    one = line.identity
    return ShiftLine(
        key=line.key,
        item_ref=one.item_ref,
        name=line.name,
        unit=one.unit,
        quantity=format_quantity(line.quantity),
        price=format_money(line.price),
        amount=format_money(line.amount),
        discount_amount=format_money(line.discount),
        vat_rate=one.vat_rate,
        vat_amount=format_money(line.vat_amount),
        direction=one.direction,
        discount=one.discount,
        price_derived=one.price is None,
    )


def _components(sold: Sequence[tuple[SoldLine, str]]) -> dict[str, int]:
    sums: dict[str, int] = {}
    for line, sort in sold:
        if sort in COMPONENTS:
            amount = line.amount if line.direction == SALE else -line.amount
            sums[COMPONENTS[sort]] = sums.get(COMPONENTS[sort], 0) + amount
    return dict(sorted(sums.items()))


def _payments(totals: ShiftTotals) -> list[ShiftPayment]:
    return [
        ShiftPayment(
            kind=kind.value,
            sales=format_money(one.sales - one.annulled),
            refunds=format_money(one.refunds),
            amount=format_money(one.net),
        )
        for kind, one in totals.payments.items()
        if not one.corrected_away
    ]


def _counts(totals: ShiftTotals, receipt_lines: int) -> ShiftCounts:
    return ShiftCounts(
        sales=totals[ZReportField.SALES_COUNT],
        refunds=totals[ZReportField.REFUNDS_COUNT],
        annulments=totals[ZReportField.ANNULMENTS_COUNT],
        deposits=totals[ZReportField.DEPOSITS_COUNT],
        withdrawals=totals[ZReportField.WITHDRAWALS_COUNT],
        corrections=totals[ZReportField.CORRECTIONS_COUNT],
        receipt_lines=receipt_lines,
    )


def _accepted(assessment: Assessment, accepted: Sequence[Acceptance]) -> list[AcceptedDifference]:
    """The findings that stand now and were accepted; what was accepted and is gone is not told."""
    reasons = {one.name: one.reason for one in accepted}
    return [
        AcceptedDifference(field=one.field, receipts=one.receipts, z_report=one.z_report, reason=reasons[one.name])
        for one in assessment.findings
        if one.name in reasons
    ]
