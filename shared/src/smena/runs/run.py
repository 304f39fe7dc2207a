"""A run as it is stored."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID


class RunState(StrEnum):
    """Where a run is."""

    QUEUED = "queued"
    RUNNING = "running"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    CANCELLED = "cancelled"

    @property
    def ended(self) -> bool:
        """Whether nothing will change any more."""
        return self in {RunState.SUCCEEDED, RunState.FAILED, RunState.CANCELLED}


@dataclass(frozen=True, slots=True)
class Run:
    """One piece of long work. ``organization`` may name several, parted by commas."""

    id: UUID
    kind: str
    organization: str
    payload: dict[str, Any]
    state: RunState
    done: int
    total: int | None
    details: dict[str, Any]
    checkpoint: dict[str, Any] | None
    result: dict[str, Any] | None
    error: dict[str, Any] | None
    attempts: int
    token: int
    version: int
    created_at: datetime
    started_at: datetime | None
    finished_at: datetime | None
    traceparent: str | None = None
    """Of the request that asked for it."""

    @property
    def organizations(self) -> tuple[str, ...]:
        """The organisations it works for."""
        return tuple(self.organization.split(","))
