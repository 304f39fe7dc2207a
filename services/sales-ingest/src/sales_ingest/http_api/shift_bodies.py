"""Answers about shifts."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import Field

from sales_ingest.http_api.doors import ReasonBody
from smena.http.models import ApiModel, Instant, MoneyText

DIFFERENCES_MAX = 1000
FIELD_LENGTH_MAX = 2000

FieldText = Annotated[str, Field(min_length=1, max_length=FIELD_LENGTH_MAX)]


class ReasonOfShift(ApiModel):
    """Why a shift waits."""

    code: str
    detail: str


class DocumentOfShift(ApiModel):
    """A document of the ERP that came of the shift (column «Документ»)."""

    id: UUID
    kind: str
    key: str
    revision: int
    erp_ref: str
    erp_number: str
    amount: MoneyText


class ShiftBody(ApiModel):
    """A shift. ``final``: nothing is left to do; ``day_final``: the calendar's one answer for its register and day."""

    id: UUID
    organization: str
    cabinet: str
    register_id: str = Field(alias="register")
    register_number: str
    number: int
    opened_at: Instant
    closed_at: Instant | None
    business_date: date | None
    state: str
    reasons: list[ReasonOfShift]
    revision: int | None
    final: bool
    day_final: bool
    documents: list[DocumentOfShift]


class Difference(ApiModel):
    """A difference by place, field, both figures and amount; ``amount`` is null where it is no sum."""

    place: str
    field: str
    code: str
    expected: str
    found: str
    amount: str | None
    detail: str
    accepted: bool
    reason: str | None


class Gap(ApiModel):
    """Missing document numbers, inclusive."""

    first: int
    last: int


class QuarantinedOfShift(ApiModel):
    """A document of the shift in quarantine."""

    number: int | None
    reason: str


class ReconciliationBody(ApiModel):
    """Z-report against receipts; ``receipts`` and ``z_report`` have the same keys."""

    shift: UUID
    register_id: str = Field(alias="register")
    number: int
    business_date: date | None
    state: str
    reasons: list[ReasonOfShift]
    revision: int | None
    reconciled: bool
    receipts: dict[str, str]
    z_report: dict[str, str]
    differences: list[Difference]
    gaps: list[Gap]
    quarantined: list[QuarantinedOfShift]


class PublishedBody(ApiModel):
    """What publishing one shift did; ``new`` is false when nothing had changed."""

    shift: UUID
    state: str
    revision: int | None
    new: bool
    reasons: list[ReasonOfShift]


class NamedDifference(ApiModel):
    """A difference as the reconciliation shows it."""

    field: FieldText
    expected: FieldText
    found: FieldText

    @property
    def name(self) -> tuple[str, str, str]:
        """What an acceptance refers to."""
        return self.field, self.found, self.expected


class AcceptanceBody(ReasonBody):
    """Why differences are accepted: those named, or all that stand when none is."""

    differences: Annotated[list[NamedDifference], Field(min_length=1, max_length=DIFFERENCES_MAX)] | None = None


class DecisionOfShift(ApiModel):
    """What a person decided about a shift: ``acceptance`` or ``business-date``, and what exactly."""

    id: UUID
    kind: str
    payload: dict[str, Any]
    reason: str
    person: str
    at: Instant


class AcceptedBody(ApiModel):
    """What was accepted, and how the shift stands now."""

    shift: UUID
    state: str
    reasons: list[ReasonOfShift]
    accepted: list[dict[str, Any]]


class ShiftStateBody(ApiModel):
    """How a shift stands."""

    shift: UUID
    state: str
    business_date: date | None
    reasons: list[ReasonOfShift]
