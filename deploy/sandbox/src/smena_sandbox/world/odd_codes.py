"""Stock codes that are no goods, and the service a shop would ring instead.

Every such service exists in 1C and in the cabinet, with an article and an in-store barcode, so that its lines
find their item like any other. In 1C they are kept as goods: a preset filter leaves services out of the exchange,
and a till that rings postage exchanges it.
"""

import re
from dataclasses import dataclass

GROUP = "Услуги"


@dataclass(frozen=True, slots=True)
class OddCode:
    """Codes matching ``pattern`` (the whole code, any case) are rung as ``name``."""

    article: str
    name: str
    pattern: re.Pattern[str]


def _odd(article: str, name: str, pattern: str) -> OddCode:
    return OddCode(article, name, re.compile(pattern, re.IGNORECASE))


ODD_CODES = (
    _odd("POST", "Почтовые услуги", "POST"),
    _odd("DOT", "Доставка интернет-заказа", "DOT"),
    _odd("C2", "Доставка курьером", r"C\d"),
    _odd("M", "Прочее", "M"),
    _odd("D", "Скидка покупателю", "D"),
    _odd("BANK CHARGES", "Банковская комиссия", "BANK CHARGES"),
    _odd("AMAZONFEE", "Комиссия торговой площадки", "AMAZONFEE"),
    _odd("ADJUST", "Корректировка расчётов", r"ADJUST\d*|B"),
    _odd("S", "Образцы", "S"),
    _odd("CRUK", "Благотворительный взнос", "CRUK"),
    _odd("TEST", "Проверочный товар", r"TEST\d*"),
    # The file does not say whether a voucher is issued or redeemed, so it is rung as a service: a certificate
    # would be no revenue, and the shift's net could not be compared with the file.
    _odd("GIFT", "Подарочный ваучер", r"GIFT(_\d+_\d+)?"),
)

NO_CODE = OddCode("NOCODE", "Прочее без кода", re.compile(r"(?!)"))
"""For a line whose stock code is empty."""


def odd_code(stock_code: str) -> OddCode | None:
    """The service for a code that is no item; None for goods."""
    if not stock_code:
        return NO_CODE
    if stock_code[:5].isdigit():
        return None
    return next((odd for odd in ODD_CODES if odd.pattern.fullmatch(stock_code)), None)
