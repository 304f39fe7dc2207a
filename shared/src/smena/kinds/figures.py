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
