"""The ERP's side: what it pushes, and what is known of it."""

from collections.abc import Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field

from catalog_sync.http_api.access import organization_for
from catalog_sync.http_api.bodies import ItemBody
from catalog_sync.http_api.intake import (
    ROWS_MAX,
    Intake,
    ItemRow,
    PriceRow,
    ReceiptRow,
    item_of,
    price_of,
    receipt_of,
    take_in,
)
from catalog_sync.ports.records import Written
from catalog_sync.use_cases.save_catalogue import save_items, save_prices, save_receipts
from catalog_sync.use_cases.services import Services
from smena.http.auth import Principal, require
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.payload_errors import PayloadProblem, malformed_json, payload_error
from smena.http.problems import Words
from smena.http.route_plans import BULK_BODY_BYTES_MAX


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


def _results(key: str, intake: Intake[Any], names: Sequence[str], written: Sequence[Written]) -> RowResults:
    results = [
        RowResult(index=index, ref=name, status=verdict.value)
        for index, name, verdict in zip(intake.accepted, names, written, strict=True)
    ]
    results += [
        RowResult(
            index=refused.index,
            ref=refused.name,
            status="rejected",
            errors=[
                RowErrorBody(pointer=f"/{key}/{refused.index}{pointer}", detail=message)
                for pointer, message in refused.faults
            ],
        )
        for refused in intake.rejected
    ]
    results.sort(key=lambda result: result.index)
    counts = {verdict.value: sum(1 for one in written if one is verdict) for verdict in Written}
    return RowResults(results=results, counts={**counts, "rejected": len(intake.rejected)})


def catalogue_routes(services: Services) -> APIRouter:
    """``PUT /items``, ``/prices``, ``/goods-receipts`` and ``GET /items``."""
    router = APIRouter(prefix="/catalog/v1", tags=["catalogue"])
    config, open_work = services.config, services.open_work
    writer = Annotated[Principal, Depends(require("catalog:write"))]
    reader = Annotated[Principal, Depends(require("catalog:read"))]

    @router.put(
        "/items",
        openapi_extra=_listed("items", ItemRow),
        max_body_size=BULK_BODY_BYTES_MAX,
        summary="Take over items of the ERP; an unchanged row costs nothing",
    )
    async def put_items(request: Request, query: Annotated[OrganizationQuery, Query()], caller: writer) -> RowResults:
        organization = organization_for(config, caller, query.organization)
        rows = await _rows(request, "items")
        intake = take_in(rows, ItemRow, item_of, lambda item: item.ref, lambda item: item.ref)
        items = list(intake.accepted.values())
        written = await save_items(organization, items, open_work=open_work) if items else []
        return _results("items", intake, [item.ref for item in items], written)

    @router.put(
        "/prices",
        openapi_extra=_listed("prices", PriceRow),
        max_body_size=BULK_BODY_BYTES_MAX,
        summary="Take over price settings of the ERP",
    )
    async def put_prices(request: Request, query: Annotated[OrganizationQuery, Query()], caller: writer) -> RowResults:
        organization = organization_for(config, caller, query.organization)
        zone = ZoneInfo(config.organization(organization).timezone)
        rows = await _rows(request, "prices")
        intake = take_in(
            rows,
            PriceRow,
            lambda row: price_of(row, zone),
            lambda price: (price.item_ref, price.price_type, price.effective_at),
            lambda price: price.item_ref,
        )
        prices = list(intake.accepted.values())
        written = await save_prices(organization, prices, open_work=open_work) if prices else []
        return _results("prices", intake, [price.item_ref for price in prices], written)

    @router.put(
        "/goods-receipts",
        openapi_extra=_listed("documents", ReceiptRow),
        max_body_size=BULK_BODY_BYTES_MAX,
        summary="Take over goods receipts of the ERP",
    )
    async def put_receipts(
        request: Request, query: Annotated[OrganizationQuery, Query()], caller: writer
    ) -> RowResults:
        organization = organization_for(config, caller, query.organization)
        rows = await _rows(request, "documents")
        intake = take_in(rows, ReceiptRow, receipt_of, lambda receipt: receipt.ref, lambda receipt: receipt.ref)
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
