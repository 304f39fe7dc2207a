"""Storage of what the calendar is made of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sales_ingest.domain.calendar import DayMark, ShiftOfDay, UnclosedShift
from sales_ingest.domain.registers import RegisterSetup

RegisterDay = tuple[str, date]
"""A register's id and a day."""


@dataclass(frozen=True, slots=True)
class DayDecision:
    """What a person said of a day, and why."""

    mark: DayMark
    reason: str
    person: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ReadStretch:
    """A stretch of time of a register that was read without a hole."""

    start: datetime
    end: datetime


class CalendarStore(Protocol):
    """Days of registers."""

    async def shifts(self, registers: Sequence[str], first: date, last: date) -> dict[RegisterDay, list[ShiftOfDay]]:
        """Shifts by their day, oldest first."""
        ...

    async def decisions(self, registers: Sequence[str], first: date, last: date) -> dict[RegisterDay, DayDecision]:
        """The latest word on each day that has one."""
        ...

    async def unclosed(self, registers: Sequence[str], last: date) -> Mapping[str, Sequence[UnclosedShift]]:
        """Shifts without a Z-report that were opened on or before a day."""
        ...

    async def unplaced(self, registers: Sequence[str]) -> Mapping[str, Sequence[datetime]]:
        """Instants of documents in quarantine that belong to no shift."""
        ...

    async def read(self, register: RegisterSetup) -> ReadStretch | None:
        """The stretch of this register that has been read so far."""
        ...

    async def pulled(self, register: RegisterSetup, until: datetime) -> Sequence[tuple[date, datetime]]:
        """From which day and up to which instant pulls read the register, of those that reached ``until``."""
        ...

    async def decide(self, register: RegisterSetup, day: date, decision: DayDecision) -> None:
        """Write down what a person said."""
        ...
