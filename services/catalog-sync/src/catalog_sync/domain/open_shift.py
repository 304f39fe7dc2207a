"""Is a register's shift open? The cabinet's latest documents say so."""

from collections.abc import Iterable

from smena.cabinets.documents import CabinetDocument, DocumentKind, UnreadableDocument


def open_shift(documents: Iterable[CabinetDocument | UnreadableDocument]) -> int | None:
    """The number of the shift that is open; None where the last document is a Z-report's shift, or there is none.

    A shift in which nothing was rung yet is not seen, and nobody was sold anything at the old price in it.
    """
    closed: set[tuple[str | None, int | None]] = set()
    last: tuple[tuple[float, int], tuple[str | None, int | None]] | None = None
    for document in documents:
        shift = (document.shift_external_id, document.shift_number)
        if isinstance(document, CabinetDocument) and document.kind is DocumentKind.Z_REPORT:
            closed.add(shift)
        if document.at is None or document.shift_number is None:
            continue
        order = (document.at.timestamp(), document.number or 0)
        if last is None or order > last[0]:
            last = (order, shift)
    if last is None or last[1] in closed:
        return None
    return last[1][1]
