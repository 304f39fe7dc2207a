"""The ERP's side: what it pushes, and what is known of it."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import Field

from catalog_sync.http_api.access import organization_for
from catalog_sync.http_api.bodies import ItemBody
from catalog_sync.http_api.intake import (
    ROWS_MAX,
    Intake,
    ItemRow,
    PriceRow,
    ReceiptRow,
    Rejected,
    all_of,
    item_of,
    items_of,
    price_of,
    receipt_of,
    take_in,
    take_whole,
)
from catalog_sync.ports.records import Written
from catalog_sync.use_cases.save_catalogue import save_items, save_prices, save_receipts
from catalog_sync.use_cases.services import Services
from smena.erp.catalogue import ErpPrice
from smena.http.auth import Principal, require
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.payload_errors import PayloadProblem, malformed_json, payload_error
from smena.http.problems import Words
from smena.http.route_plans import BULK_BODY_BYTES_MAX

REF = attrgetter("ref")
SETTING = attrgetter("item_ref", "price_type", "effective_at")


class RowErrorBody(ApiModel):
    """What is wrong with a refused row; ``pointer`` leads into the whole body."""

    pointer: str
    detail: str


class RowResult(ApiModel):
    """What became of one row: created, updated, unchanged or rejected."""

    index: int
    ref: str | None
    status: str
    errors: list[RowErrorBody] = Field(default_factory=list)


class RowResults(ApiModel):
    """Results in the order of the rows, and their counts."""

    results: list[RowResult]
    counts: dict[str, int]


class OrganizationQuery(ApiModel):
    """Whose catalogue; needed only where the token sees several organisations."""

    organization: str | None = None


class ItemsQuery(PageQuery):
    """Filters of the ERP's items."""

    organization: str | None = None
    group: Annotated[str | None, Field(max_length=1024)] = None
    q: Annotated[str, Field(max_length=200)] = ""
    barcode: Annotated[str | None, Field(max_length=128)] = None


def _listed(key: str, wire: type[msgspec.Struct]) -> dict[str, Any]:
    """The request body for the documentation: the rows are decoded one by one, past FastAPI."""
    (schema,), definitions = msgspec.json.schema_components([wire], ref_template="#/components/schemas/{name}")
    rows = {"type": "array", "maxItems": ROWS_MAX, "items": _inlined(schema, definitions)}
    body = {"type": "object", "required": [key], "additionalProperties": False, "properties": {key: rows}}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}


def _inlined(schema: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(schema, list):
        return [_inlined(inner, definitions) for inner in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        return _inlined(definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    return {name: _inlined(inner, definitions) for name, inner in schema.items()}


async def _rows(request: Request, key: str) -> list[msgspec.Raw]:
    """The rows of ``{key: […]}``, undecoded; the shape around them is refused as a whole."""
    try:
        body = msgspec.json.decode(await request.body(), type=dict[str, msgspec.Raw])
    except msgspec.ValidationError:
        raise PayloadProblem([payload_error("body", (), "dict_type", Words("нужен объект", "an object"))]) from None
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise malformed_json(str(error)) from None
    unknown = [name for name in body if name != key]
    errors = [
        payload_error("body", (name,), "extra_forbidden", Words("лишнее поле", "no such field")) for name in unknown
    ]
    if key not in body:
        errors.append(payload_error("body", (key,), "missing", Words("поле обязательно", "this field is required")))
    if errors:
        raise PayloadProblem(errors)
    try:
        rows = msgspec.json.decode(body[key], type=list[msgspec.Raw])
    except msgspec.ValidationError:
        words = Words("нужен список", "a list is expected")
        raise PayloadProblem([payload_error("body", (key,), "list_type", words)]) from None
    if len(rows) > ROWS_MAX:
        words = Words(f"не больше {ROWS_MAX} строк", f"at most {ROWS_MAX} rows")
        raise PayloadProblem([payload_error("body", (key,), "too_long", words)])
    return rows


class _Told(msgspec.Struct):
    """A ``RowResult`` as it is written: there are thousands in an answer."""

    index: int
    ref: str | None
    status: str
    errors: Sequence[dict[str, str]] = ()


def _results(key: str, intake: Intake[Any], names: Sequence[str], written: Sequence[Written]) -> Response:
    results = [
        _Told(index, name, verdict.value) for index, name, verdict in zip(intake.accepted, names, written, strict=True)
    ]
    if intake.rejected:
        results += [
            _Told(refused.index, refused.name, "rejected", _errors(f"/{key}/{refused.index}", refused))
            for refused in intake.rejected
        ]
        results.sort(key=lambda result: result.index)
    counts = {verdict.value: written.count(verdict) for verdict in Written}
    told = {"results": results, "counts": {**counts, "rejected": len(intake.rejected)}}
    return Response(msgspec.json.encode(told), media_type="application/json")


def _errors(row: str, refused: Rejected) -> list[dict[str, str]]:
    return [{"pointer": f"{row}{pointer}", "detail": message} for pointer, message in refused.faults]


def catalogue_routes(services: Services) -> APIRouter:
    """``PUT /items``, ``/prices``, ``/goods-receipts`` and ``GET /items``."""
    router = APIRouter(prefix="/catalog/v1", tags=["catalogue"])
    config, open_work = services.config, services.open_work
    writer = Annotated[Principal, Depends(require("catalog:write"))]
    reader = Annotated[Principal, Depends(require("catalog:read"))]

    @router.put(
        "/items",
        openapi_extra=_listed("items", ItemRow),
        response_model=RowResults,
        max_body_size=BULK_BODY_BYTES_MAX,
        summary="Take over items of the ERP; an unchanged row costs nothing",
    )
    async def put_items(request: Request, query: Annotated[OrganizationQuery, Query()], caller: writer) -> Response:
        organization = organization_for(config, caller, query.organization)
        intake = take_whole(await request.body(), "items", ItemRow, items_of, REF) or take_in(
            await _rows(request, "items"), ItemRow, item_of, REF, REF
        )
        items = list(intake.accepted.values())
        written = await save_items(organization, items, open_work=open_work) if items else []
        return _results("items", intake, [item.ref for item in items], written)

    @router.put(
        "/prices",
        openapi_extra=_listed("prices", PriceRow),
        response_model=RowResults,
        max_body_size=BULK_BODY_BYTES_MAX,
        summary="Take over price settings of the ERP",
    )
    async def put_prices(request: Request, query: Annotated[OrganizationQuery, Query()], caller: writer) -> Response:
        organization = organization_for(config, caller, query.organization)
        zone = ZoneInfo(config.organization(organization).timezone)

        def read(row: PriceRow) -> ErpPrice:
            return price_of(row, zone)

        intake = take_whole(await request.body(), "prices", PriceRow, all_of(read), SETTING) or take_in(
            await _rows(request, "prices"), PriceRow, read, SETTING, attrgetter("item_ref")
        )
        prices = list(intake.accepted.values())
        written = await save_prices(organization, prices, open_work=open_work) if prices else []
        return _results("prices", intake, [price.item_ref for price in prices], written)

    @router.put(
        "/goods-receipts",
        openapi_extra=_listed("documents", ReceiptRow),
        response_model=RowResults,
        max_body_size=BULK_BODY_BYTES_MAX,
        summary="Take over goods receipts of the ERP",
    )
    async def put_receipts(request: Request, query: Annotated[OrganizationQuery, Query()], caller: writer) -> Response:
        organization = organization_for(config, caller, query.organization)
        intake = take_whole(await request.body(), "documents", ReceiptRow, all_of(receipt_of), REF) or take_in(
            await _rows(request, "documents"), ReceiptRow, receipt_of, REF, REF
        )
        receipts = list(intake.accepted.values())
        written = await save_receipts(organization, receipts, open_work=open_work) if receipts else []
        return _results("documents", intake, [receipt.ref for receipt in receipts], written)

    @router.get("/items", summary="The ERP's items as known here")
    async def list_items(query: Annotated[ItemsQuery, Query()], caller: reader) -> Page[ItemBody]:
        organization = organization_for(config, caller, query.organization)
        after = str(decode_cursor(query.cursor, str)[0]) if query.cursor else ""
        async with open_work() as work:
            items = await work.erp.page(
                organization,
                group=query.group,
                search=query.q,
                barcode=query.barcode,
                after=after,
                limit=query.limit + 1,
            )
        more = len(items) > query.limit
        shown = items[: query.limit]
        return page([ItemBody.of(item) for item in shown], encode_cursor(shown[-1].ref) if more else None)

    return router
