"""Answers about shifts."""

from datetime import date
from typing import Any
from uuid import UUID

from pydantic import Field

from smena.http.models import ApiModel, Instant, MoneyText


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
    """A shift. ``final``: nothing is left to do; ``day_final``: so it is with every shift of its day."""

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
