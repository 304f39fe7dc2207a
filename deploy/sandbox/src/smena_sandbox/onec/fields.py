"""Short words in which the schema is written down."""

from smena_sandbox.onec.schema import Prop

REF = Prop("Ref_Key", "Guid")
LINE = Prop("LineNumber", "Int64")


def text(name: str, length: int = 0) -> Prop:
    """A string; ``length`` 0 is unlimited."""
    return Prop(name, "String", length=length)


def choice(name: str, enum: str, values: str) -> Prop:
    """An enumeration: a string that holds the value's name, without a link to its type (DOC)."""
    return Prop(name, "String", length=150, values=tuple(values.split()), enum=enum)


def ref(name: str, target: str) -> Prop:
    """A reference: ``X_Key`` and the navigation property ``X`` (DOC)."""
    return Prop(f"{name}_Key", "Guid", target=target)


def money(name: str) -> Prop:
    """A sum or a price, 15.2."""
    return Prop(name, "Double", length=15, scale=2)


def quantity(name: str) -> Prop:
    """A quantity, 15.3."""
    return Prop(name, "Double", length=15, scale=3)


def flag(name: str) -> Prop:
    """A boolean."""
    return Prop(name, "Boolean")


def moment(name: str) -> Prop:
    """A date with a time, naive, in whole seconds (DOC, LIVE-B)."""
    return Prop(name, "DateTime")
