"""Answers of the ledger."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Literal
from uuid import UUID

from pydantic import Field

from ledger.domain.documents import DocumentState, content_of
from ledger.domain.open_decisions import open_decisions
from ledger.domain.reconciliation import NOT_GIVEN, Place
from ledger.domain.rules import DeliveryRules
from ledger.domain.stored import StoredDocument
from ledger.domain.words import POSTINGS_NOT_READ, document_title, unexpected_postings
from ledger.ports.repositories import StateChange
from ledger.use_cases.reconcile_shifts import ShiftCompared
from smena.http.models import ApiModel, Instant


class LineBody(ApiModel):
    """A line of a document; quantity and sums are positive in either direction."""

    n: int
    item_ref: str
    name: str
    unit: str
    quantity: str
    price: str
    amount: str
    vat_rate: str
    vat_amount: str
    direction: str
    discount: bool
    price_derived: bool


class PaymentBody(ApiModel):
    """Net money of one payment kind."""

    kind: str
    amount: str


class ComponentBody(ApiModel):
    """A sum that stands between money and report, by name: redeemed certificates plus, sold ones minus."""

    name: str
    amount: str


class VatBody(ApiModel):
    """VAT of one rate, net of refunds."""

    rate: str
    amount: str


class AlarmBody(ApiModel):
    """Something a person has to look at though the document stands as it was sent.

    ``unexpected-postings``: it left movements in the accounts, and none are expected; ``postings-not-read``: the
    ERP did not show its movements.
    """

    code: Literal["unexpected-postings", "postings-not-read"]
    detail: str


class ErpBody(ApiModel):
    """Where the document stands in the ERP; ``verified_at`` says when it last held exactly this.

    ``date`` is the day it has, or gets, there: another than the business date only where a person said so.
    ``decisions`` are those of ``/resolve`` it is open to now.
    """

    ref: str | None
    number: str | None
    day: date = Field(alias="date")
    posted: bool
    verified_at: Instant | None
    alarms: list[AlarmBody]
    decisions: list[Literal["keep-theirs", "restore-ours", "link", "create-anyway", "adjust"]]


class FieldDifferenceBody(ApiModel):
    """A field in which the ERP holds something else than was sent."""

    field: str
    sent: str
    found: str


class DocumentBody(ApiModel):
    """A document. ``number`` is what we send, null while the ERP numbers its documents itself.

    ``sha256`` is of everything but ``number``, ``state``, ``erp``, ``reason``, ``differences`` and itself, as JSON
    with sorted keys and no spaces.
    """

    id: UUID
    kind: str
    key: str
    shift: UUID
    revision: int
    organization: str
    register_id: str = Field(alias="register")
    business_date: date
    number: str | None
    operation: str
    lines: list[LineBody]
    payments: list[PaymentBody]
    components: list[ComponentBody]
    amount: str
    vat: list[VatBody]
    state: str
    reason: str | None
    differences: list[FieldDifferenceBody]
    erp: ErpBody
    adjusts: UUID | None
    sha256: str


class StateChangeBody(ApiModel):
    """One change of a document's state."""

    at: Instant
    state_before: str
    state_after: str
    reason: str | None
    actor: str


class DifferenceBody(ApiModel):
    """A place that says something else than the others; ``amount`` is found minus expected.

    ``detail`` is the same in the accountant's words; ``accepted`` the reason for which a person accepted in
    sales-ingest that Z-report and receipts differ so, null where nobody did.
    """

    place: str
    field: str
    expected: str
    found: str
    amount: str
    detail: str
    accepted: str | None = None


class FigureBody(ApiModel):
    """One figure at four places: "not-given" where the place does not give it, null where it could not be asked."""

    field: str
    z_report: str | None
    receipts: str | None
    published: str | None
    erp: str | None


class SumsBody(ApiModel):
    """The net sum of the shift at each place."""

    z_report: str | None
    receipts: str | None
    published: str | None
    erp: str | None


class CountsBody(ApiModel):
    """How much was compared."""

    receipts: int
    documents: int


class UnavailableBody(ApiModel):
    """A place that could not be asked, and why."""

    place: str
    reason: str


class ReconciliationBody(ApiModel):
    """Four places compared: ``balanced`` is null when one of them could not be asked."""

    shift: UUID
    organization: str
    register_id: str = Field(alias="register")
    number: int
    revision: int
    business_date: date
    balanced: bool | None
    sums: SumsBody
    counts: CountsBody
    figures: list[FigureBody]
    differences: list[DifferenceBody]
    unavailable: list[UnavailableBody]


class ProgressBody(ApiModel):
    """How far a period is: shifts that have come, documents by state, documents seen in the ERP."""

    shifts: int
    documents: dict[str, int]
    verified: int


def document_body(
    stored: StoredDocument, rules: DeliveryRules, stopping: Sequence[StoredDocument] = ()
) -> DocumentBody:
    """A document as the API shows it; one that only waits says for which of the ``stopping`` ones of its shift."""
    status = stored.status
    return DocumentBody(
        **content_of(stored.document),
        number=None,
        state=status.state.value,
        reason=_reason(stored, rules, stopping),
        differences=[FieldDifferenceBody(field=d.field, sent=d.sent, found=d.found) for d in status.differences],
        erp=ErpBody(
            ref=status.erp_ref,
            number=status.erp_number,
            date=stored.document.form.date.date(),
            posted=status.erp_posted,
            verified_at=status.verified_at,
            alarms=_alarms(stored, rules),
            decisions=list(open_decisions(stored, rules)),
        ),
        sha256=stored.sha256,
    )


def _reason(stored: StoredDocument, rules: DeliveryRules, stopping: Sequence[StoredDocument]) -> str | None:
    status = stored.status
    if status.withdrawing is not None:
        why = status.reason or stored.held(rules)
        return f"Отменяется в 1С: {status.withdrawing}" + (f" ({why})" if why else "")
    alarms = _alarms(stored, rules)
    alarm = alarms[0].detail if alarms else None
    return status.reason or alarm or stored.held(rules) or _waits_for(stored, rules, stopping)


def _alarms(stored: StoredDocument, rules: DeliveryRules) -> list[AlarmBody]:
    status = stored.status
    if status.state is not DocumentState.POSTED or stored.document.kind.value not in rules.without_movements():
        return []
    if status.movements:
        return [AlarmBody(code="unexpected-postings", detail=unexpected_postings(status.movements))]
    if status.movements is None and status.movements_asked_at is not None:
        return [AlarmBody(code="postings-not-read", detail=POSTINGS_NOT_READ)]
    return []


def _waits_for(stored: StoredDocument, rules: DeliveryRules, stopping: Sequence[StoredDocument]) -> str | None:
    if stored.status.state is not DocumentState.PLANNED:
        return None
    if not rules.writes:
        return f"Документы этой кассы в 1С не записываются (delivery = {rules.mode.value})"
    blocking = next((one for one in stopping if one.status.state is not DocumentState.CANCELLED), None)
    if blocking is not None:
        return f"Ждёт другой документ смены ({document_title(blocking.document)}): сначала решите, что с ним делать"
    taken_out = stored.waits_for(stopping)
    if taken_out is None:
        return None
    title, first = document_title(taken_out.document), taken_out.document.revision
    return (
        f"Это лишь разница с версией {first} смены, а её документ отменён ({title}). Чтобы вернуть смену в учёт,"
        " отправьте снова тот документ, и этот уйдёт за ним; если она внесена иначе, отмените и этот"
        " или отправьте его снова одним"
    )


def change_body(change: StateChange) -> StateChangeBody:
    """One change of state."""
    return StateChangeBody(
        at=change.at,
        state_before=change.state_before,
        state_after=change.state_after,
        reason=change.reason,
        actor=change.actor,
    )


def reconciliation_body(compared: ShiftCompared) -> ReconciliationBody:
    """One shift four ways."""
    kept, result = compared.kept, compared.result
    counts = kept.revision.counts
    return ReconciliationBody(
        shift=kept.shift.id,
        organization=kept.shift.organization,
        register=kept.shift.register,
        number=kept.shift.number,
        revision=kept.revision.number,
        business_date=kept.revision.business_date,
        balanced=result.balanced,
        sums=SumsBody(**result.sums()),
        counts=CountsBody(receipts=counts.get("sales", 0) + counts.get("refunds", 0), documents=len(kept.documents)),
        figures=[_figure(name, places) for name, places in result.figures.items()],
        differences=[
            DifferenceBody(
                place=d.place,
                field=d.field,
                expected=d.expected,
                found=d.found,
                amount=d.amount,
                detail=d.detail,
                accepted=d.accepted,
            )
            for d in result.differences
        ],
        unavailable=[UnavailableBody(place=place.value, reason=why) for place, why in result.unavailable.items()],
    )


def _figure(name: str, places: dict[Place, str | None]) -> FigureBody:
    values: dict[str, Any] = {place.value: places.get(place, NOT_GIVEN) for place in Place}
    return FigureBody(field=name, **values)
