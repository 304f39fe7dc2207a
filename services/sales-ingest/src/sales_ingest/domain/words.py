"""What the accountant reads of a figure and of a reason: in her words, with both sums and what to do."""

from datetime import date

from sales_ingest.domain.totals import ZReportField

FIGURES = {
    ZReportField.SALES_COUNT: "Число продаж",
    ZReportField.SALES_SUM: "Сумма продаж",
    ZReportField.SALES_CASH: "Продажи, наличные",
    ZReportField.SALES_CARD: "Продажи, карта",
    ZReportField.SALES_OPLATI: "Продажи, Оплати",
    ZReportField.SALES_ERIP: "Продажи, ЕРИП",
    ZReportField.SALES_CERTIFICATE: "Продажи, сертификат",
    ZReportField.SALES_CREDIT: "Продажи, рассрочка",
    ZReportField.SALES_CASHLESS: "Продажи, безналичные",
    ZReportField.SALES_OTHER: "Продажи, иное",
    ZReportField.REFUNDS_COUNT: "Число возвратов",
    ZReportField.REFUNDS_SUM: "Сумма возвратов",
    ZReportField.ANNULMENTS_COUNT: "Число аннулирований",
    ZReportField.ANNULMENTS_SUM: "Сумма аннулирований",
    ZReportField.DEPOSITS_COUNT: "Число внесений",
    ZReportField.DEPOSITS_SUM: "Сумма внесений",
    ZReportField.WITHDRAWALS_COUNT: "Число изъятий",
    ZReportField.WITHDRAWALS_SUM: "Сумма изъятий",
    ZReportField.CORRECTIONS_COUNT: "Число коррекций",
    ZReportField.CORRECTIONS_SUM: "Сумма коррекций",
}
PULL_OR_ACCEPT = "Нажмите «Обновить»; если и тогда так, примите расхождение с указанием причины"
LOOK_OR_ACCEPT = "Сверьте с кассой и примите расхождение с указанием причины"
TO_INTEGRATOR = "Передайте интегратору и нажмите «Повторить разбор»"


def apart(field: ZReportField, receipts: str, z_report: str) -> str:
    """A figure in which receipts and Z-report disagree."""
    advice = PULL_OR_ACCEPT if field.is_count else LOOK_OR_ACCEPT
    return f"{FIGURES[field]} ({field.value}): в чеках {receipts}, в Z-отчёте {z_report}. {advice}"


def numbers(first: int, last: int) -> str:
    """One document number or a run of them."""
    return f"№ {first}" if first == last else f"№ {first}–{last}"


def number_or_none(number: int | None) -> str:
    """A document by its number."""
    return "без номера" if number is None else f"№ {number}"


def day(of: date) -> str:
    """A date as the accountant writes it."""
    return f"{of:%d.%m.%Y}"
