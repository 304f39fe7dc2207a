"""The shape of an entity, from which metadata, queries and writes are all driven."""

from dataclasses import dataclass, field
from typing import Any, Literal

from smena_sandbox.onec.start import NO_REF

Record = dict[str, Any]
EdmType = Literal["Guid", "String", "DateTime", "Double", "Boolean", "Int64", "Binary"]
EntityKind = Literal["catalog", "document", "independent", "records", "recordset", "rows", "constant"]

NO_DATE = "0001-01-01T00:00:00"
_EMPTY: dict[str, Any] = {
    "Guid": NO_REF,
    "String": "",
    "DateTime": NO_DATE,
    "Double": 0,
    "Boolean": False,
    "Int64": "0",
    "Binary": "",
}


@dataclass(frozen=True, slots=True)
class Prop:
    """One property; ``length`` 0 is an unlimited string, ``values`` the names an enumeration has."""

    name: str
    type: EdmType
    length: int = 0
    scale: int = 0
    values: tuple[str, ...] = ()
    enum: str = ""
    target: str = ""
    composite: bool = False

    @property
    def empty(self) -> Any:
        """The value of a property nobody filled (empty reference and date: seen by LIVE-A and GUESS)."""
        return _EMPTY[self.type]

    @property
    def navigation(self) -> str:
        """``Организация`` for ``Организация_Key`` (DOC); nothing for a property that refers to nothing."""
        return self.name.removesuffix("_Key") if self.target else ""


@dataclass(frozen=True, slots=True)
class Section:
    """A tabular section."""

    name: str
    props: tuple[Prop, ...]
    by_name: dict[str, Prop] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {prop.name: prop for prop in self.props})


@dataclass(frozen=True, slots=True)
class EntityType:
    """One entity set: its key, its properties and its tabular sections."""

    name: str
    kind: EntityKind
    key: tuple[str, ...]
    props: tuple[Prop, ...]
    sections: tuple[Section, ...] = ()
    by_name: dict[str, Prop] = field(init=False, compare=False, repr=False)
    by_section: dict[str, Section] = field(init=False, compare=False, repr=False)
    by_navigation: dict[str, Prop] = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "by_name", {prop.name: prop for prop in self.props})
        object.__setattr__(self, "by_section", {section.name: section for section in self.sections})
        object.__setattr__(self, "by_navigation", {p.navigation: p for p in self.props if p.navigation})

    @property
    def has_version(self) -> bool:
        """Objects have ``DataVersion``, registers have none (LIVE-A)."""
        return "DataVersion" in self.by_name

    def empty_record(self) -> Record:
        """Return a record nobody has filled."""
        record: Record = {prop.name: prop.empty for prop in self.props}
        for section in self.sections:
            record[section.name] = []
        return record


def claim_rows(entity: EntityType, record: Record) -> None:
    """Write the document's key into its rows; rows that have it stay as they are."""
    ref = record["Ref_Key"]
    for section in entity.sections:
        rows = record[section.name]
        if any(row["Ref_Key"] != ref for row in rows):
            record[section.name] = [{**row, "Ref_Key": ref} for row in rows]


Schema = dict[str, EntityType]
