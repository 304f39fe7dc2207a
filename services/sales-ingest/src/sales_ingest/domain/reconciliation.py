"""Compare a shift's receipts with its Z-report, field by field."""

from collections.abc import Mapping
from dataclasses import dataclass

from sales_ingest.domain.findings import Finding
from sales_ingest.domain.totals import ShiftTotals, ZReportField
from sales_ingest.domain.words import apart
from smena.kinds.money import format_money


@dataclass(frozen=True, slots=True)
class Difference:
    """One field in which receipts and Z-report disagree; ``amount`` is receipts minus Z-report."""

    field: ZReportField
    receipts: int
    z_report: int

    @property
    def amount(self) -> int:
        """How far apart they are: kopecks, or documents where the field counts."""
        return self.receipts - self.z_report


def differences(receipts: ShiftTotals, z_report: Mapping[ZReportField, int]) -> tuple[Difference, ...]:
    """Name every field that differs; empty when receipts and Z-report agree in all it gives.

    Annulled sales stay in the Z-report's sales and are counted apart there, so they are compared
    gross (wire.md, Webkassa, assumed; iKassa's published X/Z layout agrees).
    """
    return tuple(
        Difference(field, receipts[field], z_report[field])
        for field in ZReportField
        if field in z_report and receipts[field] != z_report[field]
    )


def figure_text(field: ZReportField, value: int) -> str:
    """A figure at the edge: a whole number for counts, a decimal string for sums."""
    return str(value) if field.is_count else format_money(value)


def as_finding(difference: Difference) -> Finding:
    """A difference in words that name the field and both figures."""
    field = difference.field
    ours, theirs = figure_text(field, difference.receipts), figure_text(field, difference.z_report)
    code = "count-differs" if field.is_count else "sum-differs"
    return Finding(code, field.value, ours, theirs, apart(field, ours, theirs))
