"""Names of a Z-report's figures and of payment kinds, as the accountant reads them (words.md)."""

from typing import Final

FIGURES: Final = {
    "sales_count": "Число продаж",
    "sales_sum": "Сумма продаж",
    "sales_cash": "Продажи, наличные",
    "sales_card": "Продажи, карта",
    "sales_oplati": "Продажи, Оплати",
    "sales_erip": "Продажи, ЕРИП",
    "sales_certificate": "Продажи, сертификат",
    "sales_credit": "Продажи, рассрочка",
    "sales_cashless": "Продажи, безналичные",
    "sales_other": "Продажи, иное",
    "refunds_count": "Число возвратов",
    "refunds_sum": "Сумма возвратов",
    "annulments_count": "Число аннулирований",
    "annulments_sum": "Сумма аннулирований",
    "deposits_count": "Число внесений",
    "deposits_sum": "Сумма внесений",
    "withdrawals_count": "Число изъятий",
    "withdrawals_sum": "Сумма изъятий",
    "corrections_count": "Число коррекций",
    "corrections_sum": "Сумма коррекций",
}
"""By the field of a Z-report as the contracts name it."""

PAYMENTS: Final = {
    "cash": "Наличные",
    "card": "Карта",
    "oplati": "Оплати",
    "erip": "ЕРИП",
    "certificate": "Сертификат",
    "credit": "Рассрочка",
    "cashless": "Безналичные",
    "other": "Иное",
}
"""By the payment kind; the list is open."""

NOT_GIVEN: Final = "not-given"
"""What stands where a place never gives this figure."""

CHAPTERS: Final = (
    "net",
    "net_sum",
    "revenue",
    "sales_count",
    "sales_sum",
    "sales_",
    "refunds_count",
    "refunds_sum",
    "refunds_",
    "annulments_count",
    "annulments_sum",
    "annulments_",
    "payment:",
    "net_",
    "corrected",
    "deposits_",
    "withdrawals_",
    "corrections_",
    "amount_vat_",
    "vat_",
)
"""How the figures of a shift follow each other where an accountant reads them."""


def reading_place(name: str) -> tuple[int, int, str]:
    """Where a figure stands: by chapter, in it by payment kind; a figure nobody has named yet stands last."""
    if name in CHAPTERS:
        return CHAPTERS.index(name), 0, name
    begun = [(len(start), number) for number, start in enumerate(CHAPTERS) if name.startswith(start)]
    number = max(begun)[1] if begun else len(CHAPTERS)
    kind = name[len(CHAPTERS[number]) :].removeprefix("_") if begun else name
    kinds = list(PAYMENTS)
    return number, kinds.index(kind) if kind in kinds else len(kinds), name


def is_told(figure: str | None) -> bool:
    """Whether a figure tells anything: a sum that is not nought, or that could not be had."""
    return figure is None or (figure != NOT_GIVEN and bool(figure.strip("-0.")))
