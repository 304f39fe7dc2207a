"""What became of a file that came in."""

from datetime import datetime
from typing import Protocol, runtime_checkable

import msgspec


class RegisterRange(msgspec.Struct):
    """What a file holds of one register."""

    documents: int
    first: datetime
    last: datetime


class Report(msgspec.Struct):
    """What became of a file; ``refused`` says why it was not taken."""

    file: str
    at: datetime
    sha256: str | None = None
    source: int | None = None
    documents: int = 0
    not_understood: dict[str, int] = msgspec.field(default_factory=dict)
    registers: dict[str, RegisterRange] = msgspec.field(default_factory=dict)
    refused: str | None = None


@runtime_checkable
class TakesFiles(Protocol):
    """A cabinet whose documents come by files."""

    async def take_file(self, name: str, body: bytes) -> Report:
        """Take a file that was uploaded, whole, or refuse it with the reason in the report."""
        ...
