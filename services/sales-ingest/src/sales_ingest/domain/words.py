"""What the accountant reads of a figure and of a reason: in her words, with both sums and what to do."""

from datetime import date

from sales_ingest.domain.totals import ZReportField
from smena.kinds.figures import FIGURES

PULL_OR_ACCEPT = "Нажмите «Обновить»; если и тогда так, примите расхождение с указанием причины"
LOOK_OR_ACCEPT = "Сверьте с кассой и примите расхождение с указанием причины"
TO_INTEGRATOR = "Передайте интегратору и нажмите «Повторить разбор»"


def apart(field: ZReportField, receipts: str, z_report: str) -> str:
    """A figure in which receipts and Z-report disagree."""
    advice = PULL_OR_ACCEPT if field.is_count else LOOK_OR_ACCEPT
    return f"{FIGURES[field.value]} ({field.value}): в чеках {receipts}, в Z-отчёте {z_report}. {advice}"


def numbers(first: int, last: int) -> str:
    """One document number or a run of them."""
    return f"№ {first}" if first == last else f"№ {first}–{last}"


def number_or_none(number: int | None) -> str:
    """A document by its number."""
    return "без номера" if number is None else f"№ {number}"


def day(of: date) -> str:
    """A date as the accountant writes it."""
    return f"{of:%d.%m.%Y}"
