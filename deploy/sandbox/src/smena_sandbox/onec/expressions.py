"""What a ``$filter`` says, as a tree."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Literal:
    """A constant with its Edm type."""

    value: str | int | float | bool | None
    type: str


@dataclass(frozen=True, slots=True)
class Path:
    """A property, possibly over navigations or a lambda's variable."""

    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Call:
    """A function."""

    name: str
    args: tuple["Node", ...]


@dataclass(frozen=True, slots=True)
class Binary:
    """Two operands: ``or and eq ne gt ge lt le add sub mul div mod``."""

    op: str
    left: "Node"
    right: "Node"


@dataclass(frozen=True, slots=True)
class Unary:
    """``not`` or ``-``."""

    op: str
    operand: "Node"


@dataclass(frozen=True, slots=True)
class Lambda:
    """``any`` or ``all`` over a tabular section; no body asks whether there are rows."""

    section: str
    quantifier: str
    variable: str
    body: "Node | None"


Node = Literal | Path | Call | Binary | Unary | Lambda
