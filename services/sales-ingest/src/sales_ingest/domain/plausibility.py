"""What no till rings: figures and texts that are taken for a broken answer, and the way to store such a document."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from smena.cabinets.documents import CabinetDocument, CabinetLine, UnreadableDocument

AMOUNT_KOPECKS_MAX = 10**11
"""A receipt or one of its lines brings no billion rubles."""
QUANTITY_THOUSANDTHS_MAX = 10**12
NUMBER_MAX = 10**15
"""Of a document."""
SHIFT_NUMBER_MAX = 2**31 - 1
LINES_MAX = 50_000
IDENTIFIER_CHARACTERS_MAX = 200
TEXT_CHARACTERS_MAX = 2_000
REASON_CHARACTERS_MAX = 1_000
CLOCK_AHEAD_MAX = timedelta(hours=1)
"""A till's clock may go fast by so much; beyond it the business date would be a guess."""

EARLIEST = datetime(2000, 1, 1, tzinfo=UTC)
"""A till whose clock was reset begins with 1970 or 2000: no day of the books can be told from it."""
LATEST = datetime(2999, 12, 31, tzinfo=UTC)

IN_THE_FUTURE = "время документа в будущем: проверьте часы кассы"
LONG_AGO = "время документа или открытия смены слишком давно: проверьте часы кассы"
OPENS_IN_THE_FUTURE = "смена открыта в будущем: проверьте часы кассы"


def absurdity(document: CabinetDocument, now: datetime) -> str | None:
    """Why a document cannot be true as it stands, in the accountant's words; None for every usual one."""
    if not _is_identifier(document.fiscal_id):
        return "фискальный номер пуст, слишком длинный или с недопустимыми знаками"
    if not 0 <= document.number <= NUMBER_MAX or not 0 <= document.shift_number <= SHIFT_NUMBER_MAX:
        return "номер документа или смены не похож на настоящий"
    if not all(_is_text(one, IDENTIFIER_CHARACTERS_MAX) for one in _names(document)):
        return "слишком длинный текст или недопустимые знаки в шапке"
    if (reason := _absurd_times(document, now)) is not None:
        return reason
    sums = (document.payable, document.gross or 0, document.discount, document.markup)
    if any(amount < 0 for amount in sums) or any(amount < 0 for _, amount in document.payments):
        return "отрицательная сумма"
    if any(amount > AMOUNT_KOPECKS_MAX for amount in sums):
        return "сумма слишком велика для чека"
    return _absurd_z_report(document, now) or _absurd_lines(document.lines)


def storable(document: UnreadableDocument) -> UnreadableDocument:
    """The same document with what can be stored of it; its raw text stays as it came."""
    fiscal_id, external_id = document.fiscal_id, document.shift_external_id
    return replace(
        document,
        reason=document.reason.replace("\x00", "�")[:REASON_CHARACTERS_MAX],
        fiscal_id=fiscal_id if fiscal_id is not None and _is_identifier(fiscal_id) else None,
        number=_number_or_none(document.number, NUMBER_MAX),
        at=_instant_or_none(document.at),
        shift_number=_number_or_none(document.shift_number, SHIFT_NUMBER_MAX),
        shift_opened_at=_instant_or_none(document.shift_opened_at),
        shift_external_id=external_id if external_id is not None and _is_identifier(external_id) else None,
    )


def _absurd_times(document: CabinetDocument, now: datetime) -> str | None:
    opened_at = document.shift_opened_at
    if document.at > now + CLOCK_AHEAD_MAX:
        return IN_THE_FUTURE
    if opened_at is not None and opened_at > now + CLOCK_AHEAD_MAX:
        return OPENS_IN_THE_FUTURE
    return LONG_AGO if min(document.at, opened_at or document.at) < EARLIEST else None


def _absurd_z_report(document: CabinetDocument, now: datetime) -> str | None:
    figures = document.z_report
    if figures is None:
        return None
    if figures.closed_at > now + CLOCK_AHEAD_MAX:
        return IN_THE_FUTURE
    if min(figures.closed_at, figures.opened_at or figures.closed_at) < EARLIEST:
        return LONG_AGO
    if figures.opened_at is not None and figures.opened_at > figures.closed_at:
        return "по Z-отчёту смена закрыта раньше, чем открыта"
    numbers = (figures.first_number, figures.last_number)
    if any(one is not None and not 0 <= one <= NUMBER_MAX for one in numbers):
        return "номер документа в Z-отчёте не похож на настоящий"
    return None


def _absurd_lines(lines: tuple[CabinetLine, ...]) -> str | None:
    if len(lines) > LINES_MAX:
        return f"строк больше {LINES_MAX}"
    for line in lines:
        if line.quantity <= 0 or line.quantity > QUANTITY_THOUSANDTHS_MAX:
            return f"строка {line.position}: количество не больше нуля или слишком велико"
        if line.amount < 0 or line.discount < 0 or line.markup < 0 or (line.price is not None and line.price < 0):
            return f"строка {line.position}: отрицательная сумма"
        if line.amount > AMOUNT_KOPECKS_MAX or (line.price or 0) > AMOUNT_KOPECKS_MAX:
            return f"строка {line.position}: сумма или цена слишком велика"
        texts = f"{line.name}{line.mark}{line.cabinet_item_id}{line.barcode}{line.article}{line.unit}{line.kind}"
        if (len(texts) > IDENTIFIER_CHARACTERS_MAX or "\x00" in texts) and not _has_sound_texts(
            line
        ):  # seldom looked at
            return f"строка {line.position}: слишком длинный текст или недопустимые знаки в нём"
    return None


def _has_sound_texts(line: CabinetLine) -> bool:
    codes = (line.cabinet_item_id, line.barcode, line.article, line.unit, line.kind)
    return all(_is_text(one, TEXT_CHARACTERS_MAX) for one in (line.name, line.mark)) and all(
        _is_text(one, IDENTIFIER_CHARACTERS_MAX) for one in codes
    )


def _names(document: CabinetDocument) -> Iterator[str | None]:
    yield document.shift_external_id
    yield document.cashier
    yield document.target_fiscal_id


def _is_text(text: str | None, characters_max: int) -> bool:
    return text is None or (len(text) <= characters_max and "\x00" not in text)


def _is_identifier(text: str) -> bool:
    return bool(text.strip()) and _is_text(text, IDENTIFIER_CHARACTERS_MAX)


def _number_or_none(number: int | None, number_max: int) -> int | None:
    return number if number is not None and 0 <= number <= number_max else None


def _instant_or_none(moment: datetime | None) -> datetime | None:
    return moment if moment is not None and EARLIEST <= moment <= LATEST else None
