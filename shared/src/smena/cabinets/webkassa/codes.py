"""The cabinet's code lists in our words; whatever is not here is not understood, and said so."""

from typing import Final

from smena.cabinets.documents import DocumentKind
from smena.kinds.vat import VatRate

UNITS: Final = {0: "шт", 1: "кг", 2: "л", 3: "м"}
UNIT_CODES: Final = {name: code for code, name in UNITS.items()}
VAT_RATES: Final = {0: VatRate.TWENTY, 1: VatRate.TEN, 2: VatRate.ZERO, 3: VatRate.NONE}
VAT_CODES: Final = {rate: code for code, rate in VAT_RATES.items()}
GOOD_KINDS: Final = {0: "goods", 1: "service", 2: "certificate"}
GOOD_KIND_CODES: Final = {kind: code for code, kind in GOOD_KINDS.items()}

DOCUMENT_KINDS: Final = {
    "продажа": DocumentKind.SALE,
    "возврат": DocumentKind.REFUND,
    "аннулирование": DocumentKind.ANNULMENT,
    "внесение": DocumentKind.DEPOSIT,
    "изъятие": DocumentKind.WITHDRAWAL,
    "z-отчет": DocumentKind.Z_REPORT,
    "z-отчёт": DocumentKind.Z_REPORT,
}
"""By ``docTypeName`` in lower case (assumed: the operator's list was not found)."""

LISTS: Final = {
    "sales": DocumentKind.SALE,
    "moneyBacks": DocumentKind.REFUND,
    "rollBacks": DocumentKind.ANNULMENT,
    "deposits": DocumentKind.DEPOSIT,
    "withdraws": DocumentKind.WITHDRAWAL,
    "zreports": DocumentKind.Z_REPORT,
}
"""Which list of ``get-cashdocs-for-period`` holds which kind."""


def document_kind(type_name: str | None) -> DocumentKind | None:
    """The kind a document's type name stands for; None for one we do not know."""
    return DOCUMENT_KINDS.get((type_name or "").strip().lower())
