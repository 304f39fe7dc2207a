"""iKassa's code lists in our words; whatever is not here is not understood, and said so."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from smena.cabinets.documents import DocumentKind, PaymentKind
from smena.kinds.vat import VatRate

DOCUMENT_KINDS: Final = {
    "sale": DocumentKind.SALE,
    "refund": DocumentKind.REFUND,
    "rollback": DocumentKind.ANNULMENT,
    "deposit": DocumentKind.DEPOSIT,
    "withdraw": DocumentKind.WITHDRAWAL,
    "zreport": DocumentKind.Z_REPORT,
}
PAYMENT_KINDS: Final = {
    "cash": PaymentKind.CASH,
    "cashless": PaymentKind.CASHLESS,
    "oplati": PaymentKind.OPLATI,
    "certificate": PaymentKind.CERTIFICATE,
    "other": PaymentKind.OTHER,
}
VAT_RATES: Final = {0: VatRate.ZERO, 10: VatRate.TEN, 20: VatRate.TWENTY, 25: VatRate.TWENTY_FIVE}
VAT_CODES: Final[dict[VatRate, int | None]] = {
    VatRate.NONE: None,
    **{rate: percent for percent, rate in VAT_RATES.items()},
}
"""An item without VAT carries null (assumed: the codes are percents, and 0 is a rate of its own)."""
ITEM_KINDS: Final = {"product": "goods", "service": "service", "certificate": "certificate"}
"""``type`` of an item: ``product`` observed, the others assumed."""
ITEM_KIND_CODES: Final = {kind: code for code, kind in ITEM_KINDS.items()}
UNITS: Final = frozenset({"шт", "кг", "л", "м"})
"""Units go as text (assumed)."""
CURRENCY: Final = "BYN"


@dataclass(frozen=True, slots=True)
class DocumentCodes:
    """Kinds of documents and of payments by the cabinet's word."""

    kinds: Mapping[str, DocumentKind]
    payments: Mapping[str, PaymentKind]

    @classmethod
    def with_more(
        cls,
        kinds: Mapping[str, DocumentKind] = MappingProxyType({}),
        payments: Mapping[str, PaymentKind] = MappingProxyType({}),
    ) -> "DocumentCodes":
        """Ours, and what a configuration adds or says otherwise."""
        return cls({**DOCUMENT_KINDS, **kinds}, {**PAYMENT_KINDS, **payments})


OWN_CODES: Final = DocumentCodes.with_more()
