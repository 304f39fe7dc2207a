"""Sums and VAT by rate, as a published revision and the documents in the ERP give them."""

from collections import Counter
from collections.abc import Iterable, Mapping

from ledger.domain.documents import GOODS_KINDS, Document
from ledger.domain.shifts import ShiftRevision
from ledger.domain.words import LINE_FIELD
from smena.erp.documents import ErpDocumentKind
from smena.kinds.money import NotMoneyError, format_money, parse_money

VAT, AMOUNT_AT_RATE = "vat_", "amount_vat_"
"""Beginnings of the figures, as sales-ingest names them; the rate follows."""

_Row = tuple[str, int, int]
"""Rate, sum and VAT of a row, with the sign it has in the shift."""


def published_vat(revision: ShiftRevision) -> dict[str, str]:
    """Sums and VAT of the published lines, refunds taken off."""
    signed = ((line, -1 if line.refund else 1) for line in revision.lines)
    return _summed((line.vat_rate.value, sign * line.amount, sign * line.vat_amount) for line, sign in signed)


def erp_vat(standing: Iterable[tuple[Document, Mapping[str, str]]]) -> dict[str, str]:
    """Sums and VAT of the rows of documents that stand in the ERP's books, all revisions together.

    Each comes with the content of its snapshot; without rows in it the document was not read back but acknowledged,
    and counts as it was sent.
    """
    goods = (pair for pair in standing if pair[0].kind in GOODS_KINDS)
    return _summed(row for document, content in goods for row in _rows(document, content))


def _rows(document: Document, content: Mapping[str, str]) -> list[_Row]:
    if "goods" in content:
        whole = -1 if document.kind is ErpDocumentKind.RETAIL_REFUND else 1
        return [(rate, whole * amount, whole * vat) for rate, amount, vat in _held(content)]
    signed = ((line, -1 if line.refund else 1) for line in document.lines)
    return [(line.vat_rate.value, sign * line.amount, sign * line.vat_amount) for line, sign in signed]


def _held(content: Mapping[str, str]) -> list[_Row]:
    fields: dict[tuple[str, str], dict[str, str]] = {}
    for name, text in content.items():
        if found := LINE_FIELD.fullmatch(name):
            fields.setdefault((found["section"], found["line"]), {})[found["field"]] = text
    rows = []
    for (section, _), row in fields.items():
        sign = -1 if section == "refunds" else 1
        sums = [sign * _kopecks(row.get(name, "")) for name in ("amount", "vat_amount")]
        rows.append((row.get("vat_rate", ""), sums[0], sums[1]))
    return rows


def _kopecks(text: str) -> int:
    """A sum of the ERP; what is none counts as nothing, and so differs from what was sent."""
    try:
        return parse_money(text)
    except NotMoneyError:
        return 0


def _summed(rows: Iterable[_Row]) -> dict[str, str]:
    sums = Counter[str]()
    for rate, amount, vat in rows:
        sums[f"{AMOUNT_AT_RATE}{rate}"] += amount
        sums[f"{VAT}{rate}"] += vat
    return {name: format_money(sums[name]) for name in sorted(sums)}
