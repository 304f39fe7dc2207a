"""A cabinet of an operator that does not exist, with the REST interface the shipped template describes.

It serves the sandbox's shop and shares no code with the adapter: what it says was written from the template's
comments.
"""

from datetime import datetime
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from smena_sandbox.clock import MINSK, instant, milliseconds
from smena_sandbox.webkassa.documents_wire import CASHIERS
from smena_sandbox.world.model import Document, Good, Kind
from smena_sandbox.world.refs import stable_number
from smena_sandbox.world.till import Till
from smena_sandbox.world.world import World

KEY = "key-of-the-invented-cabinet"
TYPES = {
    Kind.SALE: "SALE",
    Kind.REFUND: "REFUND",
    Kind.ANNULMENT: "VOID",
    Kind.DEPOSIT: "CASH_IN",
    Kind.WITHDRAWAL: "CASH_OUT",
    Kind.Z_REPORT: "Z_REPORT",
}
UNITS = ("PIECE", "KG", "LITRE", "METRE")
VAT = {0: "20", 1: "10", 2: "0", 3: "NO"}
RATES = {"20": "20", "10": "10", "0": "0", "none": "NO"}
FIELDS = {"name", "sku", "unit", "category", "barcodes", "vat", "cost", "price", "active"}


class InventedCabinet:
    """An ASGI application over a world."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.products = {f"p-{good.good_id}": _product(good) for good in world.cabinet.goods.values()}
        self.barcodes = {item.good_id: (item.barcode, item.retail_vat_rate) for item in world.items}
        self.asked: list[str] = []
        self.application = Starlette(
            routes=[
                Route("/v1/registers", self.registers),
                Route("/v1/products", self.list_products),
                Route("/v1/products/batch", self.save, methods=["POST"]),
                Route("/v1/registers/{number}/documents", self.documents),
            ]
        )

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        if scope["type"] == "http":
            self.asked.append(scope["path"])
            if Request(scope).headers.get("x-api-key") != KEY:
                await _error(401, "no-key", "Нет ключа")(scope, receive, send)
                return
        await self.application(scope, receive, send)

    async def registers(self, _request: Request) -> JSONResponse:
        tills = self.world.cabinet.tills.values()
        return JSONResponse({"data": [{"number": till.number, "title": till.identity} for till in tills]})

    async def list_products(self, request: Request) -> JSONResponse:
        offset, limit = int(request.query_params["offset"]), int(request.query_params["limit"])
        products = [{"id": key, **product} for key, product in self.products.items()]
        return JSONResponse({"data": products[offset : offset + limit], "total": len(products)})

    async def save(self, request: Request) -> JSONResponse:
        results = []
        for index, row in enumerate((await request.json())["products"]):
            key = row.pop("id", None)
            if set(row) - FIELDS:
                results.append({"index": index, "status": "ERROR", "error": f"поля {sorted(set(row) - FIELDS)}"})
            elif key is None:
                key = f"p-new-{len(self.products) + 1}"
                self.products[key] = dict.fromkeys(FIELDS) | row
                results.append({"index": index, "id": key, "status": "CREATED", "error": None})
            elif key in self.products:
                self.products[key] = self.products[key] | row
                results.append({"index": index, "id": key, "status": "UPDATED", "error": None})
            else:
                results.append({"index": index, "id": key, "status": "ERROR", "error": "нет такого товара"})
        return JSONResponse({"results": results})

    async def documents(self, request: Request) -> JSONResponse:
        till = self.world.cabinet.tills.get(request.path_params["number"])
        if till is None:
            return _error(404, "no-register", "Касса не найдена")
        asked = request.query_params
        start, end = (milliseconds(datetime.fromisoformat(asked[name])) for name in ("from", "to"))
        found = till.between(start, min(end, self.world.clock.now_ms() + 1))
        if "after" in asked:
            places = {document.uid: place for place, document in enumerate(found)}
            found = found[places[asked["after"]] + 1 :]
        return JSONResponse({"data": [self._document(one, till) for one in found[: int(asked["limit"])]]})

    def _document(self, document: Document, till: Till) -> dict[str, Any]:
        lines = [
            {
                "name": line.name,
                "quantity": line.quantity,
                "amount": line.amount,
                "discount": line.discount,
                "markup": line.allowance,
                "product_id": None,
                **self._goods(line.good_id),
            }
            for line in document.lines
        ]
        paid = (("CASH", document.cash), ("CASHLESS", document.no_cash), ("OTHER", document.other))
        return {
            "id": document.uid,
            "type": TYPES[document.kind],
            "number": document.number,
            "created_at": _local(document.at),
            "register": till.number,
            "shift": {"number": document.shift.number, "opened_at": _local(document.shift.opened)},
            "totals": {
                "payable": document.payable,
                "gross": document.subtotal,
                "discount": document.discount,
                "markup": document.allowance,
            },
            "cashier": dict(zip(("surname", "name"), _cashier(document, till).split(" "), strict=True)),
            "cancels": document.target,
            "lines": lines,
            "payments": [{"type": name, "sum": amount} for name, amount in paid if amount],
            "report": self._report(document),
        }

    def _goods(self, good_id: int | None) -> dict[str, Any]:
        good = None if good_id is None else self.world.cabinet.goods.get(good_id)
        if good is not None:
            return {"barcode": good.gtin, "vat": VAT.get(good.sell_vat if good.sell_vat is not None else -1)}
        barcode, rate = self.barcodes.get(good_id or 0, (None, None))
        return {"barcode": barcode, "vat": RATES.get(rate or "")}

    @staticmethod
    def _report(document: Document) -> dict[str, Any] | None:
        z, shift = document.z, document.shift
        if z is None:
            return None
        return {
            "closed_at": _local(shift.closed or document.at),
            "first": z.first_number,
            "last": z.last_number,
            "sales": {
                "count": z.sales_count,
                "sum": z.sales_sum,
                "cash": z.sales_cash,
                "cashless": z.sales_no_cash,
                "other": z.sales_other,
            },
            "refunds": {"count": z.refunds_count, "sum": z.refunds_sum},
            "voids": {"count": z.annulments_count, "sum": z.annulments_sum},
            "deposits": {"count": z.deposits_count, "sum": z.deposits_sum},
            "withdrawals": {"count": z.withdrawals_count, "sum": z.withdrawals_sum},
        }


def _local(epoch_ms: int) -> str:
    return instant(epoch_ms).astimezone(MINSK).isoformat()


def _cashier(document: Document, till: Till) -> str:
    return CASHIERS[stable_number(f"{till.number}|{document.shift.shift_id}") % len(CASHIERS)]


def _error(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"error": {"code": code, "message": message}}, status)


def _product(good: Good) -> dict[str, Any]:
    return {
        "name": good.name,
        "sku": good.vendor_code,
        "unit": None if good.unit is None else UNITS[good.unit],
        "category": good.group_name,
        "barcodes": [code for code in (good.gtin, *good.gtin_additional) if code],
        "vat": VAT.get(good.sell_vat if good.sell_vat is not None else -1),
        "cost": good.buy_price,
        "price": good.sell_price,
        "active": good.is_open,
    }
