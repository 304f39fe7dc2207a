"""What a base says it has: entity sets, fields, tabular sections, enumerations; 14–17 MB of XML on stock bases."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from io import BytesIO
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import iterparse

COLLECTION = "Collection("
TYPES = frozenset({"EntityType", "ComplexType"})


@dataclass(frozen=True, slots=True)
class Entity:
    """One entity set: its fields, and the fields of each tabular section."""

    fields: frozenset[str]
    sections: dict[str, frozenset[str]]


@dataclass(frozen=True, slots=True)
class Metadata:
    """Entity sets by name, values of enumerations by the enumeration's name."""

    entities: dict[str, Entity]
    enumerations: dict[str, frozenset[str]] = field(default_factory=dict)

    def has(self, entity_set: str, name: str) -> bool:
        """Whether a set has this field."""
        return entity_set in self.entities and name in self.entities[entity_set].fields

    def missing(self, entity_set: str, fields: Iterable[str]) -> list[str]:
        """What of this the base does not have, named for a person."""
        entity = self.entities.get(entity_set)
        if entity is None:
            return [entity_set]
        return [f"{entity_set}.{name}" for name in fields if name not in entity.fields]

    def missing_rows(self, entity_set: str, section: str, fields: Iterable[str]) -> list[str]:
        """As ``missing``, for a tabular section."""
        entity = self.entities.get(entity_set)
        if entity is None:
            return []
        rows = entity.sections.get(section)
        if rows is None:
            return [f"{entity_set}.{section}"]
        return [f"{entity_set}.{section}.{name}" for name in fields if name not in rows]


def parse_metadata(document: bytes) -> Metadata:
    """Read ``$metadata`` element by element, forgetting each as it ends.

    Raises:
        ValueError: it is no such document.
    """
    types: dict[str, dict[str, str]] = {}
    sets: dict[str, str] = {}
    enumerations: dict[str, frozenset[str]] = {}
    try:
        for _, element in iterparse(BytesIO(document), events=("end",), forbid_dtd=True):
            tag = _local(element.tag)
            if tag in TYPES:
                types[element.get("Name", "")] = _properties(element)
            elif tag == "EnumType":
                enumerations[element.get("Name", "")] = _members(element)
            elif tag == "EntitySet":
                sets[element.get("Name", "")] = _short(element.get("EntityType", ""))
            if tag in TYPES | {"EnumType", "EntitySet", "Association", "FunctionImport"}:
                element.clear()
    except (ParseError, DefusedXmlException) as error:
        raise ValueError(f"$metadata: XML не читается ({error})") from error
    if not sets:
        raise ValueError("$metadata не называет ни одного объекта")
    return Metadata({name: _entity(types, types.get(kind, {})) for name, kind in sets.items()}, enumerations)


def _entity(types: dict[str, dict[str, str]], properties: dict[str, str]) -> Entity:
    sections = {
        name: frozenset(types.get(_short(kind[len(COLLECTION) : -1]), {}))
        for name, kind in properties.items()
        if kind.startswith(COLLECTION)
    }
    return Entity(frozenset(properties), sections)


def _properties(element: Element) -> dict[str, str]:
    return {child.get("Name", ""): child.get("Type", "") for child in element if _local(child.tag) == "Property"}


def _members(element: Element) -> frozenset[str]:
    return frozenset(child.get("Name", "") for child in element if _local(child.tag) == "Member")


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _short(name: str) -> str:
    return name.rpartition(".")[2]
