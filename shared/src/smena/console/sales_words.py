"""The accountant's words for the points of the month-end checklist, in both languages."""

from smena.console.vocabulary import Term

POINTS = {
    "shifts-not-final": Term("Смены не закрыты в учёте", "Shifts not final"),
    "days-not-final": Term("Дни не закрыты", "Days not final"),
    "turnover-by-vat-rate": Term("Выручка по ставкам НДС", "Turnover by VAT rate"),
    "default-items": Term("Под номенклатурой по умолчанию", "Under default items"),
    "accepted-differences": Term("Принятые расхождения", "Accepted differences"),
    "refunds-of-earlier-months": Term("Возвраты продаж прошлых месяцев", "Refunds of earlier months' sales"),
    "not-at-list-price": Term("Продано не по установленной цене", "Not sold at list price"),
}


def point_word(name: str, language: str) -> str:
    """A point of the month-end checklist."""
    return POINTS.get(name, Term(name, name)).word(language)
