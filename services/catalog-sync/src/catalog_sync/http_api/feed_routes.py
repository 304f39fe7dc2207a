"""The feed of imported items for an ERP that fetches, and its acknowledgements."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from pydantic import Field, model_validator

from catalog_sync.http_api.access import organization_for
from catalog_sync.ports.imports import FeedEntry
from catalog_sync.use_cases.acknowledge_feed import Acknowledgement, Answered, acknowledge_feed
from catalog_sync.use_cases.services import Services
from smena.http.auth import Principal, require
from smena.http.language import language_of
from smena.http.models import ApiModel, Instant
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page

ACKNOWLEDGEMENTS_MAX = 5_000
POSITION_MAX = 2**53
"""Beyond it a number is not exact in every client's JSON."""
Position = Annotated[int, Field(ge=0, le=POSITION_MAX)]


class FeedQuery(PageQuery):
    """From where on; without an organisation the token's only one."""

    after: Position = 0
    organization: str | None = None


class FeedEntryBody(ApiModel):
    """One item to be stored; ``key`` is the same however often an item of the cabinet is offered."""

    position: int
    key: str
    action: Literal["create", "change"]
    cabinet: str
    cabinet_item_id: str
    run: str
    row: str
    item: dict[str, Any]
    changes: list[dict[str, Any]]
    price: dict[str, str] | None
    created_at: Instant

    @classmethod
    def of(cls, entry: FeedEntry) -> "FeedEntryBody":
        """The body of an entry."""
        return cls(
            position=entry.position,
            cabinet=entry.cabinet,
            cabinet_item_id=entry.cabinet_item_id,
            run=str(entry.run),
            row=str(entry.n),
            created_at=entry.created_at,
            **entry.body,
        )


class AcknowledgementBody(ApiModel):
    """The ERP's own reference of a stored item, or why it refused."""

    position: Position
    ref: Annotated[str, Field(min_length=1, max_length=64)] | None = None
    refused: Annotated[str, Field(min_length=1, max_length=1024)] | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> "AcknowledgementBody":
        if (self.ref is None) == (self.refused is None):
            raise ValueError("exactly one of ref and refused is needed")
        return self


class AcknowledgementsBody(ApiModel):
    """Answers of one organisation's ERP."""

    acknowledgements: Annotated[list[AcknowledgementBody], Field(min_length=1, max_length=ACKNOWLEDGEMENTS_MAX)]
    organization: str | None = None

    @model_validator(mode="after")
    def _each_position_once(self) -> "AcknowledgementsBody":
        positions = [one.position for one in self.acknowledgements]
        if len(set(positions)) != len(positions):
            raise ValueError("a position is acknowledged twice")
        return self


class AnsweredBody(ApiModel):
    """What became of one acknowledgement."""

    position: int
    status: Literal["bound", "refused", "unchanged", "rejected"]
    message: str | None

    @classmethod
    def of(cls, answered: Answered, language: str) -> "AnsweredBody":
        """The body of a verdict."""
        message = answered.message_ru if language == "ru" else answered.message_en
        return cls(position=answered.position, status=answered.status.value, message=message)


class AnsweredListBody(ApiModel):
    """One verdict for each acknowledgement, in order."""

    data: list[AnsweredBody]


def feed_routes(services: Services) -> APIRouter:
    """``GET /catalogue-feed`` and ``POST /catalogue-feed/acknowledgements``."""
    router = APIRouter(prefix="/catalog/v1/catalogue-feed", tags=["catalogue feed"])
    reader = Annotated[Principal, Depends(require("catalog:read"))]
    writer = Annotated[Principal, Depends(require("catalog:write"))]

    @router.get("", summary="Imported items for an ERP that fetches, in order")
    async def read_feed(query: Annotated[FeedQuery, Query()], caller: reader) -> Page[FeedEntryBody]:
        organization = organization_for(services.config, caller, query.organization)
        after = int(decode_cursor(query.cursor, int)[0] or 0) if query.cursor else query.after
        async with services.open_work() as work:
            entries = await work.feed.page(organization, after=after, limit=query.limit + 1)
        shown = entries[: query.limit]
        more = encode_cursor(shown[-1].position) if len(entries) > query.limit else None
        return page([FeedEntryBody.of(entry) for entry in shown], more)

    @router.post("/acknowledgements", summary="The ERP's own references of stored items, or its refusals")
    async def acknowledge(body: AcknowledgementsBody, request: Request, caller: writer) -> AnsweredListBody:
        organization = organization_for(services.config, caller, body.organization)
        answered = await acknowledge_feed(
            organization,
            [Acknowledgement(one.position, one.ref, one.refused) for one in body.acknowledgements],
            config=services.config,
            open_work=services.open_work,
            clock=services.clock,
        )
        language = language_of(request.scope)
        return AnsweredListBody(data=[AnsweredBody.of(one, language) for one in answered])

    return router
