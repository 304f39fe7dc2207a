"""The calls of the cabinet under ``/ikassa``: ``accounts/oauth/token`` and ``api/<service.entity.verb>``."""

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from smena_sandbox.clock import milliseconds
from smena_sandbox.faults.middleware import JOURNAL_KEY
from smena_sandbox.ikassa import documents_wire
from smena_sandbox.ikassa.answers import RefusalError, answer, refused
from smena_sandbox.ikassa.shelf import RejectedError, Shelf
from smena_sandbox.ikassa.tokens import Accounts
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import Document
from smena_sandbox.world.till import Till

PREFIX = "/ikassa/"
CALLS = f"{PREFIX}api/"
TOKEN = f"{PREFIX}accounts/oauth/token"
ITEMS_AT_ONCE, DOCUMENTS_AT_ONCE, AT_ONCE = 500, 200, 3


class IkassaCabinet:
    """An ASGI application over one cabinet; ``now_ms`` hides what has not happened yet."""

    def __init__(self, cabinet: Cabinet, shelf: Shelf, accounts: Accounts, now_ms: Callable[[], int]) -> None:
        self.cabinet, self.shelf, self.accounts, self.now_ms = cabinet, shelf, accounts, now_ms
        self._calls: dict[str, Callable[[Request, dict[str, Any]], Any]] = {
            "wms.sku.create": self._create,
            "wms.sku.update": self._update,
            "wms.sku.list": self._list_items,
            "workstations.cashboxes": self._cashboxes,
            "workstations.docs.list": self._list_documents,
            "workstations.docs.get": self._document,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            if request.url.path == TOKEN and request.method == "POST":
                response = await self.accounts.token(request)
            else:
                response = self._answer(request, await request.body())
        except RefusalError as refusal:
            response = refused(refusal)
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        if not self.accounts.knows(request.headers.get("authorization", "")):
            raise RefusalError(401, "auth.token.invalid", "Токен недействителен или истёк")
        call = self._calls.get(request.url.path.removeprefix(CALLS))
        if call is None or request.method != "POST":
            raise RefusalError(404, "kernel.method.unknown", "Метод не найден")
        return answer(call(request, _json_object(body)))

    def _create(self, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
        return self._saved(request, asked, "created", lambda row: (None, self.shelf.create(row)))

    def _update(self, request: Request, asked: dict[str, Any]) -> dict[str, Any]:
        return self._saved(request, asked, "updated", self.shelf.update)

    def _saved(
        self, request: Request, asked: dict[str, Any], status: str, save: Callable[[Any], Any]
    ) -> dict[str, Any]:
        rows = asked.get("sku")
        if not isinstance(rows, list) or len(rows) > ITEMS_AT_ONCE:
            raise RefusalError(400, "wms.sku.invalid", f"Ожидается список sku не длиннее {ITEMS_AT_ONCE}")
        results: list[dict[str, Any]] = []
        before, after = [], []
        for row in rows:
            sku_id = row.get("id") if isinstance(row, dict) else None
            try:
                was, now = save(row)
            except RejectedError as error:
                results.append({"id": sku_id, "status": "rejected", "error": str(error)})
            else:
                results.append({"id": sku_id, "status": status, "error": None})
                before.append(was)
                after.append(now)
        request.scope[JOURNAL_KEY] = {"before": before, "after": after}
        return {"sku": results}

    def _list_items(self, _request: Request, asked: dict[str, Any]) -> dict[str, Any]:
        offset, limit = _page(asked, ITEMS_AT_ONCE)
        skus = list(self.shelf.skus.values())
        return {"sku": skus[offset : offset + limit], "total": len(skus)}

    def _cashboxes(self, _request: Request, _asked: dict[str, Any]) -> dict[str, Any]:
        tills = self.cabinet.tills.values()
        return {"cashboxes": [{"number": till.number, "name": till.identity} for till in tills]}

    def _list_documents(self, _request: Request, asked: dict[str, Any]) -> dict[str, Any]:
        offset, limit = _page(asked, DOCUMENTS_AT_ONCE)
        till = self.cabinet.tills.get(str(asked.get("cashbox")))
        if till is None:
            raise RefusalError(404, "workstations.cashbox.unknown", f"Касса {asked.get('cashbox')} не найдена")
        start, end = _instant(asked, "from"), _instant(asked, "to")
        found = till.between(start, min(end, self.now_ms() + 1))
        return {
            "docs": [self._shown(document, till) for document in found[offset : offset + limit]],
            "total": len(found),
        }

    def _document(self, _request: Request, asked: dict[str, Any]) -> dict[str, Any]:
        for till in self.cabinet.tills.values():
            document = till.document(str(asked.get("uid")).upper())
            if document is not None and document.at <= self.now_ms():
                return self._shown(document, till)
        raise RefusalError(404, "workstations.doc.unknown", f"Документ {asked.get('uid')} не найден")

    def _shown(self, document: Document, till: Till) -> dict[str, Any]:
        after = self.cabinet.sums_after_discount
        return documents_wire.shown(document, till, self.shelf.facts, sums_after_discount=after)


class AtMostThree:
    """ASGI around the whole of it, faults included: one call more than three at once is answered 429."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self.running = 0
        self.refused = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if self.running >= AT_ONCE and scope.get("path") != TOKEN:
            self.refused += 1
            refusal = RefusalError(429, "kernel.requests.limit", f"Не более {AT_ONCE} одновременных вызовов")
            await refused(refusal)(scope, receive, send)
            return
        self.running += 1
        try:
            await self.app(scope, receive, send)
        finally:
            self.running -= 1


def _page(asked: dict[str, Any], most: int) -> tuple[int, int]:
    offset, limit = asked.get("offset", 0), asked.get("limit", most)
    if not isinstance(offset, int) or not isinstance(limit, int) or offset < 0 or not 0 < limit <= most:
        raise RefusalError(400, "kernel.page.invalid", f"offset от 0, limit от 1 до {most}")
    return offset, limit


def _instant(asked: dict[str, Any], name: str) -> int:
    try:
        found = datetime.fromisoformat(str(asked.get(name)))
    except ValueError as error:
        raise RefusalError(400, "kernel.date.invalid", f"{name}: ожидается время RFC 3339") from error
    if found.tzinfo is None:
        raise RefusalError(400, "kernel.date.invalid", f"{name}: нет смещения от UTC")
    return milliseconds(found)


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body or b"{}")
    except ValueError as error:
        raise RefusalError(400, "kernel.body.invalid", "Тело запроса не является JSON") from error
    if not isinstance(asked, dict):
        raise RefusalError(400, "kernel.body.invalid", "Ожидается объект JSON")
    return asked
