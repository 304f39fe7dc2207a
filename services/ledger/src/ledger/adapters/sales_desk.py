"""Sales-ingest over HTTP."""

from typing import Any
from urllib.parse import quote
from uuid import UUID

import httpx

from ledger.domain.reconciliation import NOT_GIVEN, SalesFigures
from ledger.ports.sales_desk import SalesUnavailableError

REQUEST_SECONDS_MAX = 20.0
CONNECTIONS_MAX = 8
PAGES_MAX = 100
"""Pages of receipt lines behind one line of a document; a shift never has so many."""


class HttpSalesDesk:
    """Asks ``{address}/sales/v1`` and never insists: the ledger works without it."""

    def __init__(self, address: str, *, transport: httpx.AsyncBaseTransport | None = None) -> None:
        limits = httpx.Limits(max_connections=CONNECTIONS_MAX)
        self._client = httpx.AsyncClient(
            base_url=address, timeout=REQUEST_SECONDS_MAX, limits=limits, transport=transport, trust_env=False
        )

    async def figures(self, shift_id: UUID, authorization: str) -> SalesFigures:
        """Z-report and receipts of a shift as they stand now."""
        body = await self._get(f"/sales/v1/shifts/{shift_id}/reconciliation", authorization)
        try:
            return SalesFigures(_given(body["z_report"]), _given(body["receipts"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise SalesUnavailableError("ответ сервиса продаж (sales-ingest) не по договору") from error

    async def receipt_lines(self, shift_id: UUID, revision: int, key: str, authorization: str) -> list[dict[str, Any]]:
        """The receipt lines behind one line of a published revision."""
        path = f"/sales/v1/shifts/{shift_id}/revisions/{revision}/lines/{quote(key, safe='')}/receipts"
        found: list[dict[str, Any]] = []
        cursor: str | None = None
        for _ in range(PAGES_MAX):
            body = await self._get(f"{path}?cursor={quote(cursor, safe='')}" if cursor else path, authorization)
            try:
                found += body["data"]
                cursor = body["next_cursor"]
            except (KeyError, TypeError) as error:
                raise SalesUnavailableError("ответ сервиса продаж (sales-ingest) не по договору") from error
            if cursor is None:
                return found
        raise SalesUnavailableError(f"за строкой больше чеков, чем {PAGES_MAX} страниц ответа")

    async def close(self) -> None:
        """Let connections go."""
        await self._client.aclose()

    async def _get(self, path: str, authorization: str) -> Any:
        try:
            answer = await self._client.get(path, headers={"Authorization": authorization})
            if answer.is_success:
                return answer.json()
        except (httpx.HTTPError, ValueError) as error:
            raise SalesUnavailableError(f"сервис продаж (sales-ingest) не отвечает: {type(error).__name__}") from error
        if answer.status_code in {401, 403}:
            raise SalesUnavailableError("сервису продаж (sales-ingest) не хватает права sales:read у вашего токена")
        if answer.status_code == 404:
            raise SalesUnavailableError("сервис продаж (sales-ingest) не знает этой смены")
        raise SalesUnavailableError(f"сервис продаж (sales-ingest) ответил {answer.status_code}")


def _given(figures: dict[str, Any]) -> dict[str, str]:
    """Figures that are there; what a Z-report does not give is left out."""
    return {name: str(figure) for name, figure in figures.items() if figure is not None and figure != NOT_GIVEN}
