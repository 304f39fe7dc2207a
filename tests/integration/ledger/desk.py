"""Sales-ingest for these tests: answers with what the test says, or not at all."""

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from ledger.domain.reconciliation import SalesFigures
from ledger.ports.sales_desk import SalesUnavailableError


@dataclass
class Desk:
    shifts: dict[UUID, SalesFigures] = field(default_factory=dict)
    lines: dict[tuple[UUID, int, str], list[dict[str, Any]]] = field(default_factory=dict)
    asked_with: list[str] = field(default_factory=list)
    away: bool = False

    async def figures(self, shift_id: UUID, authorization: str) -> SalesFigures:
        self._ask(authorization)
        return self.shifts[shift_id]

    async def receipt_lines(self, shift_id: UUID, revision: int, key: str, authorization: str) -> list[dict[str, Any]]:
        self._ask(authorization)
        return self.lines[shift_id, revision, key]

    def _ask(self, authorization: str) -> None:
        self.asked_with.append(authorization)
        if self.away:
            raise SalesUnavailableError("сервис продаж (sales-ingest) не отвечает")
