"""Ways out of every state of a document."""

from collections.abc import Awaitable
from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, model_validator

from ledger.domain.stored import StoredDocument
from ledger.http_api.bodies import DocumentBody, document_body
from ledger.http_api.doors import BASE, Doors, ReasonBody, Writer
from ledger.ports.repositories import StaleDocumentError
from ledger.use_cases.adjust_document import adjust
from ledger.use_cases.cancel_document import cancel
from ledger.use_cases.decide_document import (
    BusyDocumentError,
    Decision,
    ImpossibleDecisionError,
    create_anyway,
    keep_theirs,
    link,
    resend,
)
from ledger.use_cases.restore_document import restore_ours
from smena.erp.errors import ErpError
from smena.http.day import Day
from smena.http.outside_problems import ERP_UNAVAILABLE
from smena.http.problems import Words, WrongValueError, declare
from smena.leases.leases import LeaseLostError

DOCUMENT_BUSY = declare("document-busy", 409, ru="Документ сейчас отправляется", en="The document is being delivered")
NOT_POSSIBLE = declare("decision-not-possible", 409, ru="Так решить нельзя", en="This decision is not possible")
REF_LENGTH_MAX = 64


class ResolveBody(ReasonBody):
    """A decision; ``ref`` names the lookalike to link where there are several, ``date`` the open day to adjust in."""

    decision: Literal["link", "create-anyway", "keep-theirs", "restore-ours", "adjust"]
    day: Day | None = Field(default=None, alias="date")
    ref: Annotated[str | None, Field(min_length=1, max_length=REF_LENGTH_MAX)] = None

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if (self.decision == "adjust") != (self.day is not None):
            raise WrongValueError(
                "date нужна к adjust и только к нему", "date goes with adjust, and only so", field="date"
            )
        return self


def decision_router(doors: Doors) -> APIRouter:
    """``POST`` on a document."""
    router = APIRouter(prefix=f"{BASE}/documents", tags=["documents"])

    async def decided(step: Awaitable[StoredDocument]) -> DocumentBody:
        try:
            stored = await step
        except (BusyDocumentError, LeaseLostError, StaleDocumentError) as error:
            words = Words(
                "Повторите через минуту. Отменённое за период возвращает POST /ledger/v1/resends: он ждёт сам.",
                "Ask again in a minute. POST /ledger/v1/resends brings back a whole period and waits by itself.",
            )
            raise DOCUMENT_BUSY(words, headers={"Retry-After": "30"}) from error
        except ImpossibleDecisionError as error:
            raise NOT_POSSIBLE(Words(f"{error.ru}.", f"{error.en}.")) from error
        except ErpError as error:
            raise ERP_UNAVAILABLE(
                Words(f"{error}. Повторите позже.", f"The ERP could not be asked ({error}). Ask again later.")
            ) from error
        return document_body(stored, doors.comparing.rulebook.delivery_rules(stored.document.register))

    @router.post("/{document_id}/resend", summary="Look for it in the ERP and send it again (Отправить снова)")
    async def send_again(document_id: UUID, body: ReasonBody, caller: Writer) -> DocumentBody:
        await doors.document(caller, document_id)
        decision = Decision(caller.person, body.reason, "document.resend")
        return await decided(resend(document_id, decision, doors.deciding))

    @router.post(
        "/{document_id}/cancel",
        summary="Take a document out of the books (Отменить документ): unposted and marked in the ERP",
    )
    async def cancel_document(document_id: UUID, body: ReasonBody, caller: Writer) -> DocumentBody:
        await doors.document(caller, document_id)
        decision = Decision(caller.person, body.reason, "document.cancel")
        return await decided(cancel(document_id, decision, doors.deciding))

    @router.post("/{document_id}/resolve", summary="Decide a conflict (Решить)")
    async def resolve(document_id: UUID, body: ResolveBody, caller: Writer) -> DocumentBody:
        await doors.document(caller, document_id)
        decision = Decision(caller.person, body.reason, f"document.{body.decision}")
        steps = {
            "link": lambda: link(document_id, body.ref, decision, doors.deciding),
            "create-anyway": lambda: create_anyway(document_id, decision, doors.deciding),
            "keep-theirs": lambda: keep_theirs(document_id, decision, doors.deciding),
            "restore-ours": lambda: restore_ours(document_id, decision, doors.deciding),
            "adjust": lambda: adjust(document_id, body.day or date.min, decision, doors.deciding),
        }
        return await decided(steps[body.decision]())

    return router
