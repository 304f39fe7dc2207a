"""Storage of when registers reported, and of silences that were told of."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from sales_ingest.domain.silence import SalesSpan


@dataclass(frozen=True, slots=True)
class StandingSilence:
    """A silence that was told of and has not ended."""

    silent_since: datetime
    raised_at: datetime


class SilenceStore(Protocol):
    """Silences of all registers."""

    async def last_reports(self, registers: Sequence[str]) -> Mapping[str, datetime]:
        """The instant of each register's latest document; absent where it never had one."""
        ...

    async def spans(self, register: str, since: datetime) -> Sequence[SalesSpan]:
        """When the shifts opened since this instant sold."""
        ...

    async def days_off(self, register: str, since: date) -> Sequence[date]:
        """Days since this one that a person marked as closed or without a register."""
        ...

    async def standing(self, registers: Sequence[str]) -> Mapping[str, StandingSilence]:
        """Silences that have not ended, by register."""
        ...

    async def start(self, register: str, silent_since: datetime, at: datetime) -> bool:
        """Write a silence down; False when one stands already."""
        ...

    async def end(self, register: str, silent_since: datetime, at: datetime) -> None:
        """The register's silence of that instant is over; one that a peer has begun since stands."""
        ...
