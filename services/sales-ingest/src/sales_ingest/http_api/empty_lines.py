"""Lines without an item, and filling them (Заполнить пустую номенклатуру)."""

from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query, Request
from pydantic import Field, model_validator

from sales_ingest.http_api.doors import BASE, Doors, ListQuery, Reader, RegisterId, Writer, check_period, filter_of
from sales_ingest.ports.items import LineScope
from sales_ingest.ports.views import Row
from sales_ingest.use_cases.fill_lines import Filling, NotAnItemError, fill_lines
from smena.http.auth import Principal
from smena.http.day import Day
from smena.http.language import language_of
from smena.http.models import ApiModel, MoneyText, QuantityText
from smena.http.paging import Page, decode_cursor, encode_cursor, page
from smena.http.problems import Words, WrongValueError, declare

NOT_AN_ITEM = declare("item-not-of-the-erp", 422, ru="Такой номенклатуры в 1С быть не может", en="No item of the ERP")
LINES_MAX = 5000
NO_ITEM_NEEDED = {
    "ru": "Сертификат или аванс не выручка: номенклатура ему не нужна. Строка не изменена.",
    "en": "A certificate or an advance is no revenue and has no item. The line was not changed.",
}
LineId = Annotated[str, Field(pattern=r"^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}:[0-9]{1,6}$")]


class UnresolvedBody(ApiModel):
    """Lines that carry the same and have no item; ``offered`` are the register's default items by VAT rate."""

    group: str
    cabinet: str
    name: str
    cabinet_item_id: str | None
    barcode: str | None
    article: str | None
    vat_rates: list[str]
    registers: list[str]
    lines: int
    quantity: QuantityText
    amount: MoneyText
    offered: dict[str, str]


class ScopeBody(ApiModel):
    """Which empty lines: of a register's period, by line, or of a group; exactly one of these."""

    register_id: RegisterId | None = Field(default=None, alias="register")
    first: Day | None = Field(default=None, alias="from")
    last: Day | None = Field(default=None, alias="to")
    lines: Annotated[list[LineId], Field(min_length=1, max_length=LINES_MAX)] | None = None
    group: Annotated[str, Field(pattern=r"^[0-9a-f]{24}$")] | None = None

    @model_validator(mode="after")
    def _exactly_one(self) -> Self:
        period = (self.register_id, self.first, self.last)
        named = sum((any(one is not None for one in period), self.lines is not None, self.group is not None))
        if named != 1:
            raise WrongValueError(
                "укажите что-то одно: register с from и to, lines или group",
                "give exactly one of: register with from and to, lines, group",
            )
        if self.register_id is not None or self.first is not None or self.last is not None:
            if self.register_id is None or self.first is None or self.last is None:
                raise WrongValueError("register, from и to указывают вместе", "register, from and to belong together")
            check_period(self.first, self.last)
        return self


class ResolutionBody(ApiModel):
    """The item to fill in, and whether lines that carry the same shall be it from now on."""

    item_ref: Annotated[str, Field(min_length=1, max_length=64)]
    scope: ScopeBody
    remember: bool = False


class RefusedLineBody(ApiModel):
    """A line that was named and not filled, and why."""

    line: str
    name: str
    kind: str
    reason: str


class FilledBody(ApiModel):
    """How many lines were filled, in how many shifts, and how many rules were remembered.

    ``by_rule``: lines outside the scope that carry the same and were decided by the rule remembered now.
    ``refused``: lines that were named and can have no item; the others were filled.
    """

    lines: int
    shifts: int
    remembered: int
    by_rule: int
    refused: list[RefusedLineBody]


def empty_line_router(doors: Doors) -> APIRouter:
    """``GET /unresolved`` and ``POST /resolutions``."""
    router = APIRouter(prefix=BASE, tags=["items"])

    @router.get("/unresolved", summary="Lines without an item, grouped by what they carry")
    async def list_unresolved(query: Annotated[ListQuery, Query()], caller: Reader) -> Page[UnresolvedBody]:
        after = str(decode_cursor(query.cursor, str)[0]) if query.cursor else None
        rows = await doors.views.unresolved(filter_of(doors, caller, query), query.limit + 1, after)
        shown = rows[: query.limit]
        more = len(rows) > query.limit
        following = encode_cursor(f"{shown[-1]['group']}|{shown[-1]['cabinet']}") if more else None
        return page([UnresolvedBody(**row, offered=_offered(doors, row)) for row in shown], following)

    @router.post("/resolutions", summary="Fill empty lines with an item")
    async def fill(body: ResolutionBody, caller: Writer, request: Request) -> FilledBody:
        scope = body.scope
        cabinets = _cabinets(doors, caller, scope.register_id)
        filling = Filling(
            item_ref=body.item_ref,
            scope=LineScope(
                register=scope.register_id,
                first=scope.first,
                last=scope.last,
                group=scope.group,
                lines=tuple(_line(one) for one in scope.lines or ()),
            ),
            remember=body.remember,
            told=scope.model_dump(mode="json", by_alias=True, exclude_none=True),
            person=caller.person,
        )
        try:
            filled = await fill_lines(
                filling, cabinets, registers=doors.registers, open_work=doors.open_work, now=doors.clock.now()
            )
        except NotAnItemError as error:
            raise NOT_AN_ITEM(
                Words(
                    f"item_ref «{body.item_ref}» — не ссылка 1С (GUID), и документы с ней 1С не примет. Укажите ref"
                    " номенклатуры так, как её показывает GET /catalog/v1/items. Строки не изменены.",
                    f"item_ref {body.item_ref!r} is no reference of 1C (a GUID), and 1C would refuse documents with it."
                    " Give an item's ref as GET /catalog/v1/items shows it. No line was changed.",
                ),
                item_ref=body.item_ref,
            ) from error
        reason = NO_ITEM_NEEDED[language_of(request.scope)]
        return FilledBody(
            lines=filled.lines,
            shifts=filled.shifts,
            remembered=filled.remembered,
            by_rule=filled.by_rule,
            refused=[
                RefusedLineBody(line=one.id, name=one.carried.name, kind=one.kind, reason=reason)
                for one in filled.refused
            ],
        )

    return router


def _cabinets(doors: Doors, caller: Principal, register: str | None) -> list[str]:
    return sorted({doors.registers[one].cabinet for one in doors.visible(caller, register)})


def _line(line_id: str) -> tuple[UUID, int]:
    receipt, _, position = line_id.partition(":")
    return UUID(receipt), int(position)


def _offered(doors: Doors, row: Row) -> dict[str, str]:
    offered: dict[str, str] = {}
    for register in row["registers"]:
        for rate in row["vat_rates"]:
            if ref := doors.registers[register].rules.default_items.get(rate):
                offered.setdefault(rate, ref)
    return offered
