"""Files a cabinet takes in place of calls: a person uploads them, and the next reading shows what became of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from smena.cabinets.items import ItemWrite
from smena.cabinets.webkassa.import_file import WebkassaImport


@dataclass(frozen=True, slots=True)
class ImportFile:
    """A file as it is handed to a person."""

    name: str
    media_type: str
    body: bytes


class ImportFormat(Protocol):
    """How one operator's cabinet takes items from a file."""

    def refusal(self, item: ItemWrite) -> str | None:
        """Why the file cannot hold this item; None when it can."""
        ...

    def name(self, day: date) -> str:
        """What the file of a day is called."""
        ...

    @property
    def media_type(self) -> str:
        """What the file is."""
        ...

    def encode(self, items: Sequence[ItemWrite]) -> bytes:
        """The file of these items, none of which is refused."""
        ...


_FORMATS: dict[str, ImportFormat] = {"webkassa": WebkassaImport()}


def import_format(operator: str) -> ImportFormat | None:
    """The format of an operator's cabinet; None where it takes no file."""
    return _FORMATS.get(operator)
