"""Records of JSON, XML and flat rows behind one question: what stands at this path."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final
from xml.etree.ElementTree import Element, tostring

import msgspec
from defusedxml import DefusedXmlException
from defusedxml.ElementTree import ParseError, fromstring

Node = Any
"""A value of JSON (numbers as ``Decimal``), an XML element, or a row of a table."""
_ENCODER: Final = msgspec.json.Encoder(decimal_format="number", enc_hook=str)
_JSON: Final = msgspec.json.Decoder(float_hook=Decimal)


class Row(dict[str, Any]):
    """A row of a table: its path is a column's name, dots and all."""


class JsonBody:
    """Reads an answer of JSON."""

    def decode(self, body: bytes) -> Node:
        """The whole answer; a number is never a binary float.

        Raises:
            msgspec.DecodeError: it breaks off.
        """
        return _JSON.decode(body)


class XmlBody:
    """Reads an answer of XML; a document type and entities are refused."""

    def decode(self, body: bytes) -> Node:
        """The root element.

        Raises:
            msgspec.DecodeError: it breaks off.
            msgspec.ValidationError: it declares a document type or entities.
        """
        try:
            return fromstring(body)
        except ParseError as error:
            raise msgspec.DecodeError(str(error)) from error
        except DefusedXmlException as error:
            raise msgspec.ValidationError(f"XML с объявлением типа или сущностей ({type(error).__name__})") from error
        except (LookupError, ValueError) as error:
            raise msgspec.DecodeError(f"неизвестная кодировка XML ({error})") from error


def at(node: Node, path: str) -> Node:
    """What stands at a path: a value, an element, a list; None where there is nothing.

    In JSON a part is a key or, in a list, a place from 0; in XML a child's name or ``@attribute``; in a row the whole
    path is the column.
    """
    if isinstance(node, Row):
        return node.get(path)
    for part in path.split(".") if path else ():
        node = _step(node, part)
        if node is None:
            return None
    return node


def value_at(node: Node, path: str) -> Any:
    """As ``at``, with an element's text in the place of the element; an empty text is nothing."""
    found = at(node, path)
    if isinstance(found, Element):
        found = found.text
    if isinstance(found, str):
        found = found.strip() or None
    return found


def records_at(node: Node, path: str) -> list[Node] | None:
    """The records at a path: a list, or all children of an element that the last part names; None for none of it."""
    if isinstance(node, list) and not path:
        return node
    if isinstance(node, Element):
        parts = path.split(".") if path else []
        for part in parts[:-1]:
            node = _step(node, part)
            if node is None:
                return []
        return [child for child in node if _name(child) == parts[-1]] if parts else list(node)
    found = at(node, path)
    if found is None:
        return [] if isinstance(node, Mapping) and path and _has_parents(node, path) else None
    return found if isinstance(found, list) else None


def text_of(node: Node) -> bytes:
    """A record as text for the archive."""
    if isinstance(node, Element):
        return bytes(tostring(node, encoding="utf-8"))
    return _ENCODER.encode(node)


def names_of(node: Node) -> list[str]:
    """The names of a record's own values, to say which of them no map uses."""
    if isinstance(node, Mapping):
        return [str(name) for name in node]
    if isinstance(node, Element):
        return [*(f"@{name}" for name in node.attrib), *dict.fromkeys(_name(child) for child in node)]
    return []


def _has_parents(node: Mapping[str, Any], path: str) -> bool:
    """Whether only the last part is absent or null: an empty list may be left out by a cabinet."""
    parents, _, last = path.rpartition(".")
    holder = at(node, parents)
    return isinstance(holder, Mapping) and last in holder


def _step(node: Node, part: str) -> Node:
    if isinstance(node, Mapping):
        return node.get(part)
    if isinstance(node, list):
        return node[int(part)] if part.isdigit() and int(part) < len(node) else None
    if isinstance(node, Element):
        if part.startswith("@"):
            return node.attrib.get(part[1:])
        return next((child for child in node if _name(child) == part), None)
    return None


def _name(element: Element) -> str:
    """The name without its namespace."""
    return str(element.tag).rpartition("}")[2]
