"""Files handed to a person for a cabinet, and the rows that wait for it, as the use cases see them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class HandedFile:
    """A file as it was handed over."""

    name: str
    media_type: str
    body: bytes


@dataclass(frozen=True, slots=True)
class WaitingRows:
    """Rows of one run that no reading of the cabinet has confirmed."""

    run: UUID
    diff: UUID
    numbers: tuple[int, ...]


class HandedFiles(Protocol):
    """What was handed over, per run."""

    async def add(self, run: UUID, file: HandedFile, at: datetime) -> None:
        """Keep the file of a run."""
        ...

    async def get(self, run: UUID) -> HandedFile | None:
        """The file of a run; None where there is none."""
        ...

    async def waiting(self, cabinet: str) -> list[WaitingRows]:
        """The rows of a cabinet that were handed over and not confirmed, by run."""
        ...

    async def supersede(self, run: UUID, cabinet: str, keys: Collection[str], message: str) -> int:
        """End the waiting rows of other runs whose items are handed over anew."""
        ...
