"""Rules that people asked to remember: what each carries and has filled, and forgetting one."""

import re
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import AwareDatetime, ConfigDict, Field

from sales_ingest.http_api.doors import BASE, Doors, Reader, ReasonText, RegisterId, Writer
from sales_ingest.ports.views import Row, RuleMark
from sales_ingest.use_cases.decide_shift import Decider
from sales_ingest.use_cases.forget_rule import Rule, forget_rule
from smena.http.auth import Principal
from smena.http.models import ApiModel
from smena.http.paging import Page, PageQuery, decode_cursor, encode_cursor, page
from smena.http.problems import Words
from smena.http.standard_problems import WRONG_CURSOR, not_found

RULE_ID = re.compile(r"[a-z0-9-]{1,64}:[0-9a-f]{24}")
SEARCH_LENGTH_MAX = 200


class RuleQuery(PageQuery):
    """A page of rules: of a register's cabinet, of a text in what a rule carries or in its item."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    register_id: Annotated[RegisterId | None, Field(alias="register")] = None
    text: Annotated[str | None, Field(alias="q", min_length=1, max_length=SEARCH_LENGTH_MAX, pattern=r"^[^\x00]+$")] = (
        None
    )


class RuleBody(ApiModel):
    """Lines of ``cabinet`` that carry this are ``item_ref``.

    ``lines`` were filled by the rule, ``lines_by_hand`` by a person with the same item, the filling that made the
    rule included; ``item_name`` is known for items that are bound.
    """

    id: str
    cabinet: str
    group: str
    name: str | None
    cabinet_item_id: str | None
    barcode: str | None
    article: str | None
    item_ref: str
    item_name: str | None
    person: str
    at: AwareDatetime
    lines: int
    lines_by_hand: int


class ForgettingQuery(ApiModel):
    """Why, and whether the lines the rule filled keep their item."""

    reason: ReasonText
    keep_lines: bool = False


class ForgottenBody(ApiModel):
    """``emptied`` lines have no item now, ``decided`` ones found another without the rule, ``kept`` ones stay.

    ``forgotten`` is false when there was no such rule (any more): nothing was changed.
    """

    forgotten: bool
    emptied: int
    decided: int
    kept: int
    shifts: int


def rule_router(doors: Doors) -> APIRouter:
    """``GET /rules`` and ``DELETE /rules/{id}``."""
    router = APIRouter(prefix=f"{BASE}/rules", tags=["items"])

    @router.get("", summary="Remembered rules, newest first")
    async def list_rules(query: Annotated[RuleQuery, Query()], caller: Reader) -> Page[RuleBody]:
        cabinets = sorted({doors.registers[one].cabinet for one in doors.visible(caller, query.register_id)})
        rows = await doors.views.rules(cabinets, query.text, query.limit + 1, _after(query))
        shown = rows[: query.limit]
        following = _mark(shown[-1]) if len(rows) > query.limit else None
        return page([RuleBody(id=Rule(row["cabinet"], row["group"]).id, **row) for row in shown], following)

    @router.delete("/{rule_id}", summary="Forget a rule; the lines it filled become empty again")
    async def forget(
        rule_id: Annotated[str, Path(max_length=100)], query: Annotated[ForgettingQuery, Query()], caller: Writer
    ) -> ForgottenBody:
        rule, organization = _named(doors, caller, rule_id)
        found = await forget_rule(
            rule,
            Decider(caller.person, query.reason),
            keep_lines=query.keep_lines,
            organization=organization,
            registers=doors.registers,
            open_work=doors.open_work,
        )
        return ForgottenBody(
            forgotten=found.forgotten,
            emptied=found.emptied,
            decided=found.decided,
            kept=found.kept,
            shifts=found.shifts,
        )

    return router


def _named(doors: Doors, caller: Principal, rule_id: str) -> tuple[Rule, str]:
    """The rule of this id and the organisation of its cabinet; another organisation's is as unknown as none."""
    rule = Rule(*rule_id.split(":")) if RULE_ID.fullmatch(rule_id) else None
    seen = [doors.registers[one] for one in doors.visible(caller)]
    organization = next((one.organization for one in seen if rule and one.cabinet == rule.cabinet), None)
    if rule is None or organization is None:
        raise not_found("Правило", "The rule")
    return rule, organization


def _mark(row: Row) -> str:
    return encode_cursor(row["at"].isoformat(), row["cabinet"], row["group"])


def _after(query: PageQuery) -> RuleMark | None:
    if query.cursor is None:
        return None
    at, cabinet, group = decode_cursor(query.cursor, str, str, str)
    try:
        return datetime.fromisoformat(str(at)), str(cabinet), str(group)
    except ValueError as error:
        words = Words("Возьмите cursor из next_cursor.", "Take the cursor from next_cursor.")
        raise WRONG_CURSOR(words) from error
