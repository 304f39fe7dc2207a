"""Make goods receipts of lines: one per document, each line's item found."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from catalog_sync.domain.files.cells import Reason, Rejection
from catalog_sync.domain.files.receipt_rows import SEVERAL_ITEMS, UNKNOWN_ITEM, GivenLine, ItemKey
from catalog_sync.domain.limits import LINES_MAX
from smena.erp.catalogue import GoodsReceipt, GoodsReceiptLine

OTHER_HEAD = Reason(
    "other-head",
    "номер, дата или поставщик не те, что в первой строке этого документа",
    "number, date or supplier differ from this document's first row",
)
TOO_MANY_LINES = Reason(
    "too-many-lines", f"больше {LINES_MAX} строк в документе", f"more than {LINES_MAX} lines in one document"
)


@dataclass(frozen=True, slots=True)
class ReadReceipt:
    """A document of a file, and the row it begins in."""

    row: int
    receipt: GoodsReceipt


@dataclass(slots=True)
class Collected:
    """What a file's lines came to."""

    receipts: list[ReadReceipt] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)


def collect(lines: Iterable[GivenLine], refs_of: Callable[[ItemKey], Sequence[str]]) -> Collected:
    """Documents in the order of their first rows; ``refs_of`` gives the refs that fit what a line names."""
    found = Collected()
    by_document: dict[str, list[GivenLine]] = {}
    for line in lines:
        by_document.setdefault(line.document, []).append(line)
    for document in by_document.values():
        _collect(document, refs_of, found)
    return found


def _collect(document: Sequence[GivenLine], refs_of: Callable[[ItemKey], Sequence[str]], found: Collected) -> None:
    first, taken = document[0], list[GoodsReceiptLine]()
    for line in document:
        refs = refs_of(line.item)
        if (line.number, line.date, line.supplier) != (first.number, first.date, first.supplier):
            found.rejected.append(Rejection(line.row, OTHER_HEAD, ref=line.document))
        elif len(refs) != 1:
            found.rejected.append(_no_item(line, several=bool(refs)))
        elif len(taken) == LINES_MAX:
            found.rejected.append(Rejection(line.row, TOO_MANY_LINES, ref=line.document))
        else:
            taken.append(GoodsReceiptLine(refs[0], line.quantity, line.price, line.vat_rate))
    if taken:
        receipt = GoodsReceipt(first.document, first.number, first.date, first.supplier, tuple(taken))
        found.receipts.append(ReadReceipt(first.row, receipt))


def _no_item(line: GivenLine, *, several: bool) -> Rejection:
    reason = SEVERAL_ITEMS if several else UNKNOWN_ITEM
    named = Reason(reason.code, f"{reason.ru}: «{line.item.value}»", f"{reason.en}: {line.item.value!r}")
    return Rejection(line.row, named, line.item.column, line.item.by, line.document)
