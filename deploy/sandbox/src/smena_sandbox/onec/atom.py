"""A small but valid Atom for clients that forgot ``$format``."""

from typing import Any
from xml.sax.saxutils import escape

from smena_sandbox.onec.errors import OnecError
from smena_sandbox.onec.replies import Entity, Feed, Sets
from smena_sandbox.onec.schema import Prop, Record, Schema

_D = "http://schemas.microsoft.com/ado/2007/08/dataservices"
_M = f"{_D}/metadata"
_HEAD = '<?xml version="1.0" encoding="utf-8"?>\n'
_SPACES = f'xmlns="http://www.w3.org/2005/Atom" xmlns:d="{_D}" xmlns:m="{_M}"'
_UPDATED = "1970-01-01T00:00:00Z"


def write(reply: Feed | Entity | Sets, root: str, schema: Schema) -> bytes:
    """Write a feed, an entry or the service document."""
    if isinstance(reply, Sets):
        return _service(reply, root)
    props = schema[reply.set_name].by_name if reply.set_name in schema else {}
    if isinstance(reply, Entity):
        return (_HEAD + _entry(reply.record, reply.set_name, root, props, _SPACES)).encode()
    count = "" if reply.total is None else f"<m:count>{reply.total}</m:count>"
    entries = "".join(_entry(record, reply.set_name, root, props, "") for record in reply.records)
    return (
        f"{_HEAD}<feed {_SPACES}><id>{escape(root)}/{reply.set_name}</id>"
        f'<title type="text">{reply.set_name}</title><updated>{_UPDATED}</updated>{count}{entries}</feed>'
    ).encode()


def write_error(error: OnecError) -> bytes:
    """Write ``<m:error>`` (DOC)."""
    return (
        f'{_HEAD}<m:error xmlns:m="{_M}"><m:code>{error.code}</m:code>'
        f'<m:message xml:lang="ru">{escape(error.text)}</m:message></m:error>'
    ).encode()


def _service(reply: Sets, root: str) -> bytes:
    title = "<atom:title>{0}</atom:title>"
    sets = "".join(f'<collection href="{name}">{title.format(name)}</collection>' for name in reply.names)
    return (
        f'{_HEAD}<service xml:base="{escape(root)}/" xmlns="http://www.w3.org/2007/app" '
        f'xmlns:atom="http://www.w3.org/2005/Atom"><workspace>{title.format("Default")}{sets}</workspace></service>'
    ).encode()


def _entry(record: Record, set_name: str, root: str, props: dict[str, Prop], spaces: str) -> str:
    key = f"(guid'{record['Ref_Key']}')" if "Ref_Key" in record else ""
    return (
        f"<entry {spaces}><id>{escape(root)}/{set_name}{key}</id>"
        f'<category term="StandardODATA.{set_name}" scheme="{_D}/scheme"/><title type="text"/>'
        f"<updated>{_UPDATED}</updated><author/>"
        f'<content type="application/xml"><m:properties>{_properties(record, props)}</m:properties></content></entry>'
    )


def _properties(record: Record, props: dict[str, Prop]) -> str:
    return "".join(_property(name, value, props.get(name)) for name, value in record.items())


def _property(name: str, value: Any, prop: Prop | None) -> str:
    if isinstance(value, list):
        rows = "".join(f"<d:element>{_properties(row, {})}</d:element>" for row in value)
        return f"<d:{name}>{rows}</d:{name}>"
    if isinstance(value, dict):
        return f"<d:{name}>{_properties(value, {})}</d:{name}>"
    text = str(value).lower() if isinstance(value, bool) else escape(str(value))
    kind = "" if prop is None or prop.type == "String" else f' m:type="Edm.{prop.type}"'
    return f"<d:{name}{kind}>{text}</d:{name}>"
