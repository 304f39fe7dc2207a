"""Ours against what the accountant entered in 1C herself: the parallel run (delivery ``compare``)."""

from collections import Counter
from datetime import date
from typing import Annotated, Self
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import Field, model_validator

from ledger.domain.comparison import ComparedDocument, Standing, amount_apart, list_place
from ledger.domain.words import document_title, field_title
from ledger.http_api.doors import BASE, Doors, PeriodQuery, Reader
from ledger.use_cases.compare_period import ComparedRegister, compare_period
from smena.erp.documents import ErpDocumentKind
from smena.http.models import ApiModel
from smena.http.paging import decode_cursor, encode_cursor
from smena.http.problems import WrongValueError
from smena.kinds.money import format_money

COMPARISON_DAYS_MAX = 62
"""All of it is read from 1C for one answer: two months, longer ones by parts."""


class ComparisonQuery(PeriodQuery):
    """A period, shorter than elsewhere, and which documents are wanted."""

    status: Annotated[Standing | None, Field(description="Only these documents.")] = None

    @model_validator(mode="after")
    def _not_too_long(self) -> Self:
        if (self.last - self.first).days >= COMPARISON_DAYS_MAX:
            raise WrongValueError(
                f"период сравнения не длиннее {COMPARISON_DAYS_MAX} дней: запросите по частям",
                f"a comparison has at most {COMPARISON_DAYS_MAX} days",
                field="to",
            )
        return self


class OursBody(ApiModel):
    """A document as we would write it."""

    id: UUID
    key: str
    title: str
    register_id: str = Field(alias="register")
    state: str
    amount: str


class TheirsBody(ApiModel):
    """A document as it stands in the ERP without us."""

    ref: str
    number: str
    date: str
    posted: bool
    amount: str


class FieldComparedBody(ApiModel):
    """One field in which they differ; ``title`` is the field in the accountant's words."""

    field: str
    title: str
    ours: str
    theirs: str


class ComparedDocumentBody(ApiModel):
    """One document of ours, of hers, or both; ``amount_apart`` is hers minus ours."""

    status: Standing
    kind: ErpDocumentKind
    business_date: date
    ours: OursBody | None
    theirs: TheirsBody | None
    differences: list[FieldComparedBody]
    amount_apart: str


class NotAskedBody(ApiModel):
    """An organisation whose ERP could not be asked, and why."""

    organization: str
    reason: str


class ComparisonBody(ApiModel):
    """``counts`` are of the whole period. ``delivered`` of ours were written by us and are not compared here."""

    counts: dict[str, int]
    delivered: int
    unavailable: list[NotAskedBody]
    data: list[ComparedDocumentBody]
    next_cursor: str | None


def comparison_router(doors: Doors) -> APIRouter:
    """``GET`` of comparisons."""
    router = APIRouter(prefix=BASE, tags=["comparison"])

    @router.get("/comparison", summary="Ours against what the ERP holds without us, document by document")
    async def read_comparison(query: Annotated[ComparisonQuery, Query()], caller: Reader) -> ComparisonBody:
        wanted = doors.registers(caller, [query.register_id] if query.register_id else None)
        registers = [
            ComparedRegister(doors.config.organization_of(one).id, one, doors.config.register(one).number)
            for one in wanted
        ]
        after = ""
        if query.cursor is not None:
            after = str(decode_cursor(query.cursor, str)[0])
        found = await compare_period(registers, query.first, query.last, doors.comparing)
        counts = Counter(one.standing.value for one in found.documents)
        rest = [one for one in found.documents if query.status in {None, one.standing} and list_place(one) > after]
        shown = rest[: query.limit]
        return ComparisonBody(
            counts={standing.value: counts[standing.value] for standing in Standing},
            delivered=found.delivered,
            unavailable=[NotAskedBody(organization=one, reason=why) for one, why in found.unavailable.items()],
            data=[_body(one) for one in shown],
            next_cursor=encode_cursor(list_place(shown[-1])) if len(rest) > len(shown) else None,
        )

    return router


def _body(one: ComparedDocument) -> ComparedDocumentBody:
    ours, theirs = one.ours, one.theirs
    return ComparedDocumentBody(
        status=one.standing,
        kind=one.kind,
        business_date=one.day,
        ours=None
        if ours is None
        else OursBody(
            id=ours.id,
            key=ours.document.key,
            title=document_title(ours.document),
            register=ours.document.register,
            state=ours.status.state.value,
            amount=format_money(ours.document.amount),
        ),
        theirs=None
        if theirs is None
        else TheirsBody(
            ref=theirs.ref,
            number=theirs.number,
            date=theirs.content["date"],
            posted=theirs.posted,
            amount=format_money(theirs.amount),
        ),
        differences=[
            FieldComparedBody(field=d.field, title=field_title(d.field), ours=d.sent, theirs=d.found)
            for d in one.differences
        ],
        amount_apart=amount_apart(one),
    )
