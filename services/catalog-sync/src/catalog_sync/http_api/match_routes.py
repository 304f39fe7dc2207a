"""Match by hand and in bulk (Сопоставить): proposals, and a person's decisions."""

from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Body, Depends, Query
from pydantic import Field

from catalog_sync.domain.proposals import Left
from catalog_sync.http_api.problems import explain
from catalog_sync.ports.records import Diff
from catalog_sync.use_cases.decide_matches import Decided, Decision, MatchDecider
from catalog_sync.use_cases.propose_pairs import ProposedRow, propose_pairs
from catalog_sync.use_cases.refusals import RefusedError
from catalog_sync.use_cases.services import Services
from smena.cabinets.port import CabinetError
from smena.http.auth import Principal, require
from smena.http.models import ApiModel
from smena.http.paging import PageQuery, decode_cursor, encode_cursor
from smena.http.standard_problems import not_found

DECISIONS_MAX = 5_000
DECISIONS_NAMED_MAX = 500
"""So many decisions the answer names; ``matched`` counts them all."""


class DecisionBody(ApiModel):
    """A row and its counterpart: the cabinet's id in an export, the ERP's ref in an import; null takes it back."""

    row: Annotated[str, Field(pattern=r"^[1-9][0-9]{0,8}$")]
    counterpart: Annotated[str, Field(min_length=1, max_length=64)] | None


class AcceptBody(ApiModel):
    """Accept every proposal that is unique."""

    accept: Literal["all-unique"]


MatchesBody = Annotated[list[DecisionBody], Field(min_length=1, max_length=DECISIONS_MAX)] | AcceptBody


class PartyBody(ApiModel):
    """One item of a proposal."""

    id: str
    name: str
    article: str | None
    active: bool

    @classmethod
    def of(cls, item: Left) -> "PartyBody":
        """The body of an item."""
        return cls(id=item.id, name=item.name, article=item.article, active=item.active)


class ProposalBody(ApiModel):
    """Candidates for one row; ``unique`` says that the pair is alone on both sides."""

    row: str
    by: str
    unique: bool
    item: PartyBody
    candidates: list[PartyBody]
    candidates_count: int
    rivals: int

    @classmethod
    def of(cls, proposed: ProposedRow) -> "ProposalBody":
        """The body of a proposal."""
        proposal = proposed.proposal
        return cls(
            row=str(proposed.n),
            by=proposal.by,
            unique=proposal.unique,
            item=PartyBody.of(proposed.row),
            candidates=[PartyBody.of(one) for one in proposed.candidates],
            candidates_count=proposal.candidates_count,
            rivals=proposal.rivals,
        )


class ProposalsBody(ApiModel):
    """A page of proposals with the counts of all."""

    data: list[ProposalBody]
    next_cursor: str | None
    counts: dict[str, int]


class DecidedBody(ApiModel):
    """One decision that was taken."""

    row: str
    counterpart: str | None
    by: str | None

    @classmethod
    def of(cls, decided: Decided) -> "DecidedBody":
        """The body of a decision."""
        by = None if decided.counterpart is None else decided.by.value
        return cls(row=str(decided.n), counterpart=decided.counterpart, by=by)


class MatchedBody(ApiModel):
    """What was decided, and the diff's counts after it."""

    matched: int
    taken_back: int
    decisions: list[DecidedBody]
    counts: dict[str, object]


def match_routes(services: Services) -> APIRouter:
    """``POST /diffs/{id}/proposals`` and ``POST /diffs/{id}/matches``."""
    router = APIRouter(prefix="/catalog/v1/diffs", tags=["diffs"])
    writer = Annotated[Principal, Depends(require("catalog:write"))]

    async def seen(diff_id: UUID, caller: Principal) -> Diff:
        async with services.open_work() as work:
            diff = await work.diffs.get(diff_id)
        if diff is None or not caller.sees(diff.organization):
            raise not_found("Сравнение", "The diff")
        return diff

    @router.post("/{diff_id}/proposals", summary="Pairs by article and name for what is left (Сопоставить)")
    async def propose(diff_id: UUID, query: Annotated[PageQuery, Query()], caller: writer) -> ProposalsBody:
        diff = await seen(diff_id, caller)
        after = int(decode_cursor(query.cursor, int)[0] or 0) if query.cursor else 0
        try:
            proposed = await propose_pairs(
                diff,
                after=after,
                limit=query.limit + 1,
                config=services.config,
                cabinet_of=services.cabinet_of,
                open_work=services.open_work,
            )
        except (RefusedError, CabinetError) as error:
            raise explain(error) or error from error
        shown = proposed.rows[: query.limit]
        return ProposalsBody(
            data=[ProposalBody.of(row) for row in shown],
            next_cursor=encode_cursor(shown[-1].n) if len(proposed.rows) > query.limit else None,
            counts={"unique": proposed.unique, "several": proposed.several},
        )

    @router.post("/{diff_id}/matches", summary="Decide which items are one")
    async def decide(diff_id: UUID, body: Annotated[MatchesBody, Body()], caller: writer) -> MatchedBody:
        decider = MatchDecider(
            await seen(diff_id, caller),
            caller.person,
            config=services.config,
            cabinet_of=services.cabinet_of,
            open_work=services.open_work,
            clock=services.clock,
        )
        try:
            outcome = await decider.decide(
                None if isinstance(body, AcceptBody) else [Decision(int(one.row), one.counterpart) for one in body]
            )
        except (RefusedError, CabinetError) as error:
            raise explain(error) or error from error
        matched = sum(one.counterpart is not None for one in outcome.decided)
        return MatchedBody(
            matched=matched,
            taken_back=len(outcome.decided) - matched,
            decisions=[DecidedBody.of(one) for one in outcome.decided[:DECISIONS_NAMED_MAX]],
            counts=outcome.diff.counts,
        )

    return router
