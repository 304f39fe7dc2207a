"""A small base and a client that sends exactly the bytes a test wrote, for tests of the sandbox's 1C."""

from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote

import httpx
import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.types import Receive, Scope, Send

from smena_sandbox.onec import OnecBase, OnecStart, OnecSwitches
from smena_sandbox.onec.start import (
    Barcode,
    CashDesk,
    CashFlowItem,
    Contract,
    Counterparty,
    GoodsReceipt,
    GoodsReceiptLine,
    Group,
    Item,
    Organization,
    PaymentType,
    PriceLine,
    PriceSetting,
    PriceType,
    Unit,
    Warehouse,
)

ROMASHKA = "10000000-0000-4000-8000-000000000001"
PIECE = "20000000-0000-4000-8000-000000000001"
FOOD = "30000000-0000-4000-8000-000000000001"
BREAD = "40000000-0000-4000-8000-000000000001"
MILK = "40000000-0000-4000-8000-000000000002"
RETAIL = "50000000-0000-4000-8000-000000000001"
PURCHASE = "50000000-0000-4000-8000-000000000002"
OUTLET = "60000000-0000-4000-8000-000000000001"
DESK = "70000000-0000-4000-8000-000000000001"
REVENUE = "80000000-0000-4000-8000-000000000001"
CARD = "90000000-0000-4000-8000-000000000001"
BANK = "a0000000-0000-4000-8000-000000000001"
DEAL = "b0000000-0000-4000-8000-000000000001"
FIRST_PRICES = "c0000000-0000-4000-8000-000000000001"
LATER_PRICES = "c0000000-0000-4000-8000-000000000002"
DRAFT_PRICES = "c0000000-0000-4000-8000-000000000003"
RECEIPT = "d0000000-0000-4000-8000-000000000001"
OURS = "e0000000-0000-5000-8000-000000000001"
NOTHING = "00000000-0000-0000-0000-000000000000"

ITEMS = "Catalog_Номенклатура"
REPORT = "Document_ОтчетОРозничныхПродажах"
CASH_IN = "Document_ПриходныйКассовыйОрдер"
CASH_OUT = "Document_РасходныйКассовыйОрдер"
CARDS = "Document_ОплатаПлатежнойКартой"
BARCODES = "InformationRegister_ШтрихкодыНоменклатуры"
PRICES = "InformationRegister_ЦеныНоменклатуры_RecordType"

START = OnecStart(
    organizations=(Organization(ROMASHKA, "ООО Ромашка", "190000005", "РМ00"),),
    units=(Unit(PIECE, "шт", "796"),),
    groups=(Group(FOOD, "Продукты"),),
    items=(
        Item(BREAD, "Хлеб", "00-00000001", "Хлеб ржаной", "X-1", FOOD, PIECE, "10", "10"),
        Item(MILK, "Молоко", "00-00000002", "Молоко 3,2 %", "M_1", FOOD, PIECE, "10", "20", active=False),
    ),
    barcodes=(Barcode("4810000000012", BREAD), Barcode("0481000000002", MILK)),
    price_types=(PriceType(RETAIL, "Розничная"), PriceType(PURCHASE, "Закупочная")),
    price_settings=(
        PriceSetting(FIRST_PRICES, "0000-000001", datetime(2026, 1, 1), RETAIL, (PriceLine(BREAD, 150),)),
        PriceSetting(LATER_PRICES, "0000-000002", datetime(2026, 1, 20, 12), RETAIL, (PriceLine(BREAD, 165),)),
        PriceSetting(
            DRAFT_PRICES, "0000-000003", datetime(2026, 1, 25), RETAIL, (PriceLine(BREAD, 999),), posted=False
        ),
    ),
    goods_receipts=(
        GoodsReceipt(
            RECEIPT,
            "0000-000007",
            datetime(2026, 1, 5, 9),
            BANK,
            OUTLET,
            (GoodsReceiptLine(BREAD, 10_500, 120, 1260, "10", 115),),
        ),
    ),
    warehouses=(Warehouse(OUTLET, "Магазин № 1", "manual-outlet"),),
    cash_desks=(CashDesk(DESK, "Основная касса"),),
    cash_flow_items=(CashFlowItem(REVENUE, "Розничная выручка"),),
    payment_types=(PaymentType(CARD, "Карта"),),
    counterparties=(Counterparty(BANK, "ОАО Банк"),),
    contracts=(Contract(DEAL, "Эквайринг", BANK),),
)


def report(**changes: Any) -> dict[str, Any]:
    """A retail report of 24.60, 10.00 of it by card."""
    body: dict[str, Any] = {
        "Date": "2026-01-31T23:59:59",
        "ВидОперации": "ОтчетНТТОПродажах",
        "Организация_Key": ROMASHKA,
        "Склад_Key": OUTLET,
        "СуммаВключаетНДС": True,
        "СуммаДокумента": 24.6,
        "Комментарий": "[smena:a|1]",
        "Товары": [row("1"), row("2", Номенклатура_Key=MILK)],
        "Оплата": [{"LineNumber": "1", "ВидОплаты_Key": CARD, "СуммаОплаты": 10}],
    }
    return body | changes


def row(line: str, **changes: Any) -> dict[str, Any]:
    """One row of a report, 1.5 at 8.20."""
    body: dict[str, Any] = {
        "LineNumber": line,
        "Номенклатура_Key": BREAD,
        "ЕдиницаИзмерения_Key": PIECE,
        "Количество": 1.5,
        "Цена": 8.2,
        "Сумма": 12.3,
        "СтавкаНДС": "НДС10",
        "СуммаНДС": 1.12,
    }
    return body | changes


def cash_order(**changes: Any) -> dict[str, Any]:
    """A cash receipt order of 14.60."""
    body: dict[str, Any] = {
        "Date": "2026-01-31T23:59:59",
        "ВидОперации": "РозничнаяВыручка",
        "Организация_Key": ROMASHKA,
        "Касса_Key": DESK,
        "СтатьяДвиженияДенежныхСредств_Key": REVENUE,
        "СуммаДокумента": 14.6,
        "Комментарий": "[smena:a|1|cash]",
    }
    return body | changes


class _KeepScope:
    """Keeps the last scope, as the application's journal does."""

    def __init__(self, app: Starlette) -> None:
        self.app = app
        self.scope: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        self.scope = dict(scope)
        await self.app(self.scope, receive, send)


class Onec:
    """One base behind its HTTP interface."""

    def __init__(self, start: OnecStart = START, **switches: Any) -> None:
        self.base = OnecBase(start, lambda: datetime(2026, 1, 31, 20, 30, tzinfo=UTC), OnecSwitches(**switches))
        self.journal: Any = None
        methods = ["GET", "POST", "PUT", "PATCH", "DELETE", "MERGE"]
        door = Route("/odata/standard.odata{rest:path}", self._handle, methods=methods)
        self._kept = _KeepScope(Starlette(routes=[Mount("/onec", routes=[door]), *self.base.control_routes()]))
        self._client = httpx.AsyncClient(transport=httpx.ASGITransport(self._kept), auth=("smena", "smena"))

    async def _handle(self, request: Request) -> Response:
        try:
            return await self.base.handle(request)
        finally:
            self.journal = request.scope.get("smena.journal")

    async def call(self, method: str, path: str, query: str = "$format=json", **more: Any) -> httpx.Response:
        """Send a request; ``query`` goes out with spaces as ``%20`` and everything else as it stands."""
        self.journal = None
        raw = quote(query, safe="$=&',()/:;+*-_.|%[]!~")
        url = f"http://1c.test/onec/odata/standard.odata/{path}" + (f"?{raw}" if raw else "")
        if "json" in more:
            more["content"] = msgspec.json.encode(more.pop("json"))
        return await self._client.request(method, url, **more)

    async def get(self, path: str, query: str = "", **more: Any) -> httpx.Response:
        """GET as JSON."""
        return await self.call("GET", path, "&".join(filter(None, ("$format=json", query))), **more)

    async def rows(self, path: str, query: str = "") -> list[dict[str, Any]]:
        """GET a set and return its records."""
        answer = await self.get(path, query)
        assert answer.status_code == 200, answer.text
        found: list[dict[str, Any]] = answer.json()["value"]
        return found

    async def refs(self, path: str, query: str) -> set[str]:
        """GET a set and return its keys."""
        return {record["Ref_Key"] for record in await self.rows(path, query)}

    async def create(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        """POST and return the object."""
        answer = await self.call("POST", path, json=body)
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def read(self, path: str, ref: str) -> dict[str, Any]:
        """GET one object."""
        answer = await self.get(f"{path}(guid'{ref}')")
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found

    async def control(self, method: str, path: str, body: Any = None) -> httpx.Response:
        """Ask the sandbox itself."""
        content = None if body is None else msgspec.json.encode(body)
        return await self._client.request(method, f"http://1c.test/_sandbox/onec/{path}", content=content)

    async def edit(self, **body: Any) -> dict[str, Any]:
        """Change something by hand."""
        answer = await self.control("POST", "edits", body)
        assert answer.status_code == 200, answer.text
        found: dict[str, Any] = answer.json()
        return found


def refusal(answer: httpx.Response) -> tuple[int, str]:
    """Return status and 1C's code of a refusal."""
    error = answer.json()["odata.error"]
    assert set(error) == {"code", "message"}
    assert set(error["message"]) == {"lang", "value"}
    return answer.status_code, error["code"]


def words(answer: httpx.Response) -> str:
    """Return the words of a refusal."""
    found: str = answer.json()["odata.error"]["message"]["value"]
    return found
