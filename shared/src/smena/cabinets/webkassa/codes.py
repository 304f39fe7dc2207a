"""The cabinet's code lists in our words; whatever is not here is not understood, and said so."""

from collections.abc import Mapping
from types import MappingProxyType
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


class DocumentKinds:
    """The kinds by ``docTypeName``: ours, and what a configuration adds or says otherwise."""

    def __init__(self, told: Mapping[str, DocumentKind] = MappingProxyType({})) -> None:
        self._kinds = {**DOCUMENT_KINDS, **{_as_written(name): kind for name, kind in told.items()}}

    def of(self, type_name: str | None) -> DocumentKind | None:
        """The kind a document's type name stands for; None for one nobody knows."""
        return self._kinds.get(_as_written(type_name or ""))


def _as_written(type_name: str) -> str:
    return type_name.strip().lower()


OWN_KINDS: Final = DocumentKinds()
