"""What an answer says, before it is written as JSON or Atom."""

from dataclasses import dataclass, field

from smena_sandbox.onec.schema import Record


@dataclass(frozen=True, slots=True)
class Feed:
    """Records of a set; ``total`` is there only when it was asked for."""

    set_name: str
    records: list[Record]
    total: int | None = None


@dataclass(frozen=True, slots=True)
class Entity:
    """One object."""

    set_name: str
    record: Record
    status: int = 200
    location: str = ""


@dataclass(frozen=True, slots=True)
class Plain:
    """Bytes that are neither JSON nor Atom: a count, metadata, an empty body."""

    body: bytes = b""
    media_type: str = "text/plain"
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Sets:
    """The service root: names of entity sets only (DOC)."""

    names: list[str]


Reply = Feed | Entity | Plain | Sets
