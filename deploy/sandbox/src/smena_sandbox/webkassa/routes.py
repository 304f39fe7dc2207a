"""The calls of the cabinet under ``/webkassa/api``."""

import json
from collections.abc import Callable, Collection
from decimal import Decimal
from itertools import chain
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from smena_sandbox.faults.middleware import JOURNAL_KEY
from smena_sandbox.webkassa import documents_wire, goods_wire, sales_wire
from smena_sandbox.webkassa.answers import RefusalError, answer, refused
from smena_sandbox.webkassa.queries import day_window, period, tills
from smena_sandbox.world.cabinet import Cabinet
from smena_sandbox.world.model import Document
from smena_sandbox.world.till import Till

PREFIX = "/webkassa/api/"
GOODS_AT_ONCE = 500
BAD_BODY, TOO_MANY, NO_SUCH_CALL, BAD_TOKEN = 1004, 1005, 404, 401


class WebkassaCabinet:
    """An ASGI application over one cabinet; ``now_ms`` hides what has not happened yet."""

    def __init__(self, cabinet: Cabinet, tokens: Collection[str], now_ms: Callable[[], int]) -> None:
        self.cabinet, self.tokens, self.now_ms = cabinet, tokens, now_ms
        self._calls: dict[tuple[str, str], Callable[[Request, bytes], Any]] = {
            ("POST", "warehouse/list"): self._list_goods,
            ("POST", "warehouse/save"): self._save_goods,
            ("GET", "get-check-history"): self._check_history,
            ("GET", "get-cashdocs-for-period"): self._documents,
            ("GET", "get-sales"): self._sales,
        }

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        request = Request(scope, receive)
        try:
            response = self._answer(request, await request.body())
        except RefusalError as refusal:
            response = refused(refusal, request.url.path)
        await response(scope, receive, send)

    def _answer(self, request: Request, body: bytes) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or token.strip() not in self.tokens:
            raise RefusalError(401, BAD_TOKEN, "Ключ API недействителен или срок его действия истёк")
        name = request.url.path.removeprefix(PREFIX).rstrip("/")
        call = self._calls.get((request.method, name))
        if call is None:
            known = any(name == known for _, known in self._calls)
            raise RefusalError(405 if known else 404, NO_SUCH_CALL, "Метод не найден")
        return answer(call(request, body))

    def _list_goods(self, _request: Request, body: bytes) -> list[dict[str, Any]]:
        asked = _json_object(body)
        number = asked.get("cashRegisterId")
        tills(self.cabinet, None if number is None else str(number))
        return [goods_wire.shown(good) for good in goods_wire.selected(self.cabinet, asked)]

    def _save_goods(self, request: Request, body: bytes) -> dict[str, Any]:
        goods = _json_object(body).get("goods")
        if not isinstance(goods, list):
            raise RefusalError(400, BAD_BODY, "Ожидается список goods")
        if len(goods) > GOODS_AT_ONCE:
            raise RefusalError(400, TOO_MANY, f"Не более {GOODS_AT_ONCE} товаров за один вызов")
        results: list[dict[str, Any]] = []
        before, after = [], []
        for index, row in enumerate(goods):
            try:
                status, good, was = goods_wire.save(self.cabinet, row)
            except goods_wire.RejectedGoodError as error:
                good_id = row.get("goodId") if isinstance(row, dict) else None
                results.append({"index": index, "status": "rejected", "goodId": good_id, "errMess": str(error)})
            else:
                results.append({"index": index, "status": status, "goodId": good.good_id, "errMess": None})
                before.append(was)
                after.append(goods_wire.shown(good))
        request.scope[JOURNAL_KEY] = {"before": before, "after": after}
        return {"results": results}

    def _check_history(self, request: Request, _body: bytes) -> list[dict[str, Any]]:
        now = self.now_ms()
        return [
            documents_wire.header(document, till, now)
            for till, document in self._visible(request, *day_window(request))
        ]

    def _documents(self, request: Request, _body: bytes) -> dict[str, list[dict[str, Any]]]:
        found: dict[str, list[dict[str, Any]]] = {name: [] for name in documents_wire.LISTS.values()}
        for _, document in self._visible(request, *period(request)):
            shown = documents_wire.envelope(document, sums_after_discount=self.cabinet.sums_after_discount)
            found[documents_wire.LISTS[document.kind]].append(shown)
        return found

    def _sales(self, request: Request, _body: bytes) -> list[dict[str, Any]]:
        visible = self._visible(request, *day_window(request))
        return list(chain.from_iterable(sales_wire.rows(document, self.cabinet) for _, document in visible))

    def _visible(self, request: Request, start: int, end: int) -> list[tuple[Till, Document]]:
        """Documents of the window that have happened, by register and then in order of docDate."""
        end = min(end, self.now_ms() + 1)
        asked = tills(self.cabinet, request.query_params.get("cashRegisterId"))
        return [(till, document) for till in asked for document in till.between(start, end)]


def _json_object(body: bytes) -> dict[str, Any]:
    try:
        asked = json.loads(body or b"{}", parse_float=Decimal)
    except ValueError as error:
        raise RefusalError(400, BAD_BODY, "Тело запроса не является JSON") from error
    if not isinstance(asked, dict):
        raise RefusalError(400, BAD_BODY, "Ожидается объект JSON")
    return asked
