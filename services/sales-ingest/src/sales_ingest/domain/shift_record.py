"""A shift as it is kept."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sales_ingest.domain.shifts import Reason, ShiftState


@dataclass(frozen=True, slots=True)
class ShiftRecord:
    """What is stored of a shift; ``seq`` is internal, ``id`` is frozen with its Z-report.

    ``day`` is the business date, or the local day of opening while the shift is open.
    """

    seq: int
    id: UUID
    cabinet: str
    register: str
    organization: str
    register_number: str
    group_key: str
    number: int
    opened_at: datetime
    frozen: bool
    closed_at: datetime | None
    last_at: datetime
    day: date
    business_date: date | None
    chosen_date: date | None
    state: ShiftState
    reasons: tuple[Reason, ...]
    revision: int
    content_sha256: str | None
    held_reasons: tuple[Reason, ...] | None
