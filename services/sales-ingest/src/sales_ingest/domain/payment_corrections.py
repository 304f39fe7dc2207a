"""A payment rung as the wrong kind and found too late for the till: the fact stays, the documents adjust."""

from collections.abc import Mapping

from sales_ingest.domain.receipts import KINDS_WITH_PAYMENTS
from smena.cabinets.documents import DocumentKind


class WithoutPaymentsError(Exception):
    """A document of this kind has no payments to correct."""


class UnequalPaymentsError(Exception):
    """The corrected payments are not worth what was paid; carries both sums in kopecks."""

    def __init__(self, paid: int, corrected: int) -> None:
        super().__init__(f"{paid} {corrected}")
        self.paid = paid
        self.corrected = corrected


class NothingCorrectedError(Exception):
    """These are the payments that count already."""


def check_correction(
    kind: DocumentKind, rung: Mapping[str, int], standing: Mapping[str, int], corrected: Mapping[str, int]
) -> None:
    """Only the kinds of payment change, never their sum (domain.md, a payment rung as the wrong kind).

    Raises:
        WithoutPaymentsError: a deposit, a withdrawal, an annulment or a Z-report.
        UnequalPaymentsError: the sum would change.
        NothingCorrectedError: nothing would change.
    """
    if kind not in KINDS_WITH_PAYMENTS:
        raise WithoutPaymentsError
    paid, wanted = sum(rung.values()), sum(corrected.values())
    if paid != wanted:
        raise UnequalPaymentsError(paid, wanted)
    if {name: amount for name, amount in standing.items() if amount} == dict(corrected):
        raise NothingCorrectedError
