"""The feed of documents for an ERP that fetches them, and its acknowledgements."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter, Query, Request
from pydantic import Field, model_validator

from ledger.domain.stored import StoredDocument
from ledger.http_api.bodies import DocumentBody, document_body
from ledger.http_api.doors import BASE, Doors, Reader, Writer
from ledger.ports.feed import FeedEntry
from ledger.use_cases.acknowledge_feed import Acknowledgement, Answer, Answered, acknowledge_feed
from smena.http.language import language_of
from smena.http.models import ApiModel, Instant
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words, WrongValueError, declare
from smena.http.standard_problems import NOT_FOUND

ACKNOWLEDGEMENTS_MAX = 500
POSITION_MAX = 2**53
"""Beyond it a number is not exact in every client's JSON."""
REF_LENGTH_MAX = 64
REFUSAL_LENGTH_MAX = 2000
ORGANIZATION_LENGTH_MAX = 40

CONTRADICTED = declare(
    "acknowledgement-conflict", 409, ru="Ответ противоречит прежнему", en="The answer contradicts an earlier one"
)

Position = Annotated[int, Field(ge=0, le=POSITION_MAX)]
OrganizationId = Annotated[str, Field(min_length=1, max_length=ORGANIZATION_LENGTH_MAX)]


class FeedQuery(PageQuery):
    """From where on; without an organisation the token's only one. ``answered`` shows answered entries as well."""

    after: Position = 0
    organization: OrganizationId | None = None
    answered: bool = False


class FormBody(ApiModel):
    """How the document is to stand in the ERP.

    ``date`` is local time of the ERP without a zone; ``refs`` are its own references by role, as configured.
    """

    date: datetime
    post: bool
    payment_kind: str | None
    refs: dict[str, str]
    refunds: str
    basis: str
    comment: str


class FeedEntryBody(ApiModel):
    """One document to be held (``create``) or taken back (``cancel``).

    ``key`` is the same however often a document is offered: the ERP looks for it before it makes anything. ``state``
    is that of the position: ``open`` until it is answered.
    """

    position: int
    key: str
    action: Literal["create", "cancel"]
    state: str
    document: DocumentBody
    form: FormBody
    ref: str | None
    refused: str | None
    created_at: Instant


class AcknowledgementBody(ApiModel):
    """The ERP's own reference of the document (and its number there, if it likes), or why it refused."""

    position: Position
    ref: Annotated[str, Field(min_length=1, max_length=REF_LENGTH_MAX, pattern=r"\S")] | None = None
    refused: Annotated[str, Field(min_length=1, max_length=REFUSAL_LENGTH_MAX, pattern=r"\S")] | None = None
    number: Annotated[str, Field(min_length=1, max_length=REF_LENGTH_MAX)] | None = None

    @model_validator(mode="after")
    def _one_answer(self) -> Self:
        if (self.ref is None) == (self.refused is None):
            raise WrongValueError(
                "нужно ровно одно из двух: ref или refused", "exactly one of ref and refused is needed", field="ref"
            )
        return self


class AcknowledgementsBody(ApiModel):
    """Answers of one organisation's ERP."""

    acknowledgements: Annotated[list[AcknowledgementBody], Field(min_length=1, max_length=ACKNOWLEDGEMENTS_MAX)]
    organization: OrganizationId | None = None

    @model_validator(mode="after")
    def _each_position_once(self) -> Self:
        positions = [one.position for one in self.acknowledgements]
        if len(set(positions)) != len(positions):
            raise WrongValueError("позиция указана дважды", "a position is answered twice", field="acknowledgements")
        return self


class AnsweredBody(ApiModel):
    """What became of one answer, and where its document stands now."""

    position: int
    status: Literal["accepted", "unchanged", "conflict", "unknown"]
    document: str | None
    state: str | None
    ref: str | None
    message: str | None


class AnsweredListBody(ApiModel):
    """One verdict for each answer, in order."""

    data: list[AnsweredBody]


def feed_router(doors: Doors) -> APIRouter:
    """``GET /feed`` and ``POST /feed/acknowledgements``."""
    router = APIRouter(prefix=f"{BASE}/feed", tags=["feed"])
    rulebook = doors.comparing.rulebook

    def entry_body(entry: FeedEntry, stored: StoredDocument) -> FeedEntryBody:
        document = stored.document
        return FeedEntryBody(
            position=entry.position,
            key=document.key,
            action=entry.action.value,
            state=entry.state.value,
            document=document_body(stored, rulebook.delivery_rules(document.register)),
            form=FormBody(
                date=document.form.date,
                post=entry.post,
                payment_kind=document.payment_kind,
                refs=document.form.refs,
                refunds=document.form.refunds,
                basis=document.form.basis,
                comment=document.marker,
            ),
            ref=entry.ref,
            refused=entry.message,
            created_at=entry.created_at,
        )

    @router.get("", summary="Documents for an ERP that fetches them, in order")
    async def read_feed(query: Annotated[FeedQuery, Query()], caller: Reader) -> Page[FeedEntryBody]:
        organization = doors.organization(caller, query.organization)
        after = int(decode_cursor(query.cursor, int)[0] or 0) if query.cursor else query.after
        async with doors.new_work() as work:
            found = await work.feed.page(organization, after=after, limit=query.limit + 1, answered=query.answered)
            shown = found[: query.limit]
            documents = await work.feed.documents([entry.document for entry in shown])
            further = shown and await work.feed.page(
                organization, after=shown[-1].position, limit=1, answered=query.answered
            )
        more = encode_cursor(shown[-1].position) if further else None
        return page([entry_body(entry, documents[entry.document]) for entry in shown], more)

    @router.post("/acknowledgements", summary="The ERP's own references of documents, or its refusals")
    async def acknowledge(body: AcknowledgementsBody, request: Request, caller: Writer) -> AnsweredListBody:
        organization = doors.organization(caller, body.organization)
        verdicts = await acknowledge_feed(
            organization,
            [Acknowledgement(one.position, one.ref, one.refused, one.number) for one in body.acknowledgements],
            caller.person,
            clock=doors.comparing.clock,
            new_work=doors.new_work,
        )
        language = language_of(request.scope)
        answered = [_answered_body(one, language) for one in verdicts]
        _refuse_what_was_not_stored(verdicts, answered)
        return AnsweredListBody(data=answered)

    return router


def _answered_body(one: Answered, language: str) -> AnsweredBody:
    stored = one.document
    return AnsweredBody(
        position=one.position,
        status=one.answer.value,
        document=None if stored is None else str(stored.id),
        state=None if stored is None else stored.status.state.value,
        ref=None if stored is None else stored.status.erp_ref,
        message=one.why_ru if language == "ru" else one.why_en,
    )


def _refuse_what_was_not_stored(verdicts: list[Answered], answered: list[AnsweredBody]) -> None:
    """A problem when an answer contradicts an earlier one, or is about nothing; the others are stored.

    Raises:
        Problem: 409 or 404, with the verdict on every answer as ``data``.
    """
    data: list[dict[str, Any]] = [one.model_dump(mode="json") for one in answered]
    wrong = [one for one in verdicts if one.answer is Answer.CONFLICT]
    if wrong:
        told_ru = "; ".join(f"{one.position}: {one.why_ru}" for one in wrong)
        told_en = "; ".join(f"{one.position}: {one.why_en}" for one in wrong)
        raise CONTRADICTED(
            Words(
                f"{told_ru}. Остальные ответы приняты (data); эти уберите и проверьте, нет ли в 1С второго документа.",
                f"{told_en}. The other answers are stored (data); drop these and look for a second document.",
            ),
            data=data,
        )
    if any(one.answer is Answer.UNKNOWN for one in verdicts):
        positions = ", ".join(str(one.position) for one in verdicts if one.answer is Answer.UNKNOWN)
        raise NOT_FOUND(
            Words(
                f"В ленте нет позиций {positions}. Остальные ответы приняты (data).",
                f"The feed has no positions {positions}. The other answers are stored (data).",
            ),
            data=data,
        )
