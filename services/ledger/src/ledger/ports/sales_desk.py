"""What the ledger may ask sales-ingest: two read-only questions, both allowed to go unanswered."""

from typing import Any, Protocol
from uuid import UUID

from ledger.domain.reconciliation import SalesFigures


class SalesUnavailableError(Exception):
    """Sales-ingest gave no usable answer; the message says why, in the accountant's words."""


class SalesDesk(Protocol):
    """Sales-ingest, asked with the caller's own token."""

    async def figures(self, shift_id: UUID, authorization: str) -> SalesFigures:
        """Z-report and receipts of a shift as they stand now.

        Raises:
            SalesUnavailableError: no usable answer.
        """
        ...

    async def receipt_lines(self, shift_id: UUID, revision: int, key: str, authorization: str) -> list[dict[str, Any]]:
        """The receipt lines behind one line of a published revision.

        Raises:
            SalesUnavailableError: no usable answer.
        """
        ...
