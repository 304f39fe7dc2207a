"""Read the sums of a receipt's lines so that they add up to the receipt's own totals, or refuse."""

from dataclasses import dataclass

from smena.cabinets.documents import CabinetDocument, CabinetLine
from smena.kinds.money import format_money, spread


class NotUnderstoodError(ValueError):
    """The document contradicts itself; it belongs into the quarantine with this sentence."""


@dataclass(frozen=True, slots=True)
class LineSums:
    """Sums of one line in kopecks: ``amount`` = ``gross`` − ``discount`` − ``receipt_discount`` + both markups."""

    gross: int
    discount: int
    receipt_discount: int
    markup: int
    receipt_markup: int

    @property
    def amount(self) -> int:
        """What the line brought after every discount and markup."""
        return self.gross - self.all_discount + self.markup + self.receipt_markup

    @property
    def all_discount(self) -> int:
        """What was taken off: the line's own discount and its share of the receipt's."""
        return self.discount + self.receipt_discount


def line_sums(document: CabinetDocument) -> tuple[LineSums, ...]:
    """Decide by the receipt's totals whether line sums stand before or after discount, and spread the rest.

    Raises:
        NotUnderstoodError: no reading fits, or two different ones do (domain.md, Receipts and shifts).
    """
    lines = document.lines
    before: list[int] = [line.amount for line in lines]
    after: list[int] = [line.amount + line.discount - line.markup for line in lines]
    own_discount = sum(line.discount for line in lines)
    own_markup = sum(line.markup for line in lines)
    readings = [gross for gross in (before, after) if _fits(document, gross)]
    if not readings:
        raise NotUnderstoodError(
            f"строки на {format_money(sum(before))} не дают сумму чека {format_money(document.payable)}"
            " ни до скидки, ни после неё"
        )
    if len(readings) == 2 and before != after:
        raise NotUnderstoodError("суммы строк подходят к чеку и до скидки, и после неё, но различаются")
    return _spread_rest(document, readings[0], document.discount - own_discount, document.markup - own_markup)


def _fits(document: CabinetDocument, gross: list[int]) -> bool:
    total = sum(gross)
    if document.gross is not None and document.gross != total:
        return False
    return total - document.discount + document.markup == document.payable


def _spread_rest(document: CabinetDocument, gross: list[int], discount: int, markup: int) -> tuple[LineSums, ...]:
    if discount < 0 or markup < 0:
        raise NotUnderstoodError("скидок или наценок в строках больше, чем в чеке")
    weights = [
        _not_negative(line, value - line.discount + line.markup)
        for line, value in zip(document.lines, gross, strict=True)
    ]
    try:
        discounts, markups = spread(discount, weights), spread(markup, weights)
    except ValueError as error:
        raise NotUnderstoodError("скидку или наценку чека не на что отнести: в строках нет сумм") from error
    sums = tuple(
        LineSums(value, line.discount, off, line.markup, on)
        for line, value, off, on in zip(document.lines, gross, discounts, markups, strict=True)
    )
    for line, one in zip(document.lines, sums, strict=True):
        _not_negative(line, one.amount)
    return sums


def _not_negative(line: CabinetLine, amount: int) -> int:
    if amount < 0:
        raise NotUnderstoodError(f"строка {line.position} после скидки меньше нуля")
    return amount
