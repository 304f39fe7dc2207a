"""Which of the platform's doors a request goes through."""

from collections.abc import Mapping
from typing import Any

from starlette.requests import Request

from smena_sandbox.onec import reading, writing
from smena_sandbox.onec.bodies import decode
from smena_sandbox.onec.context import Context
from smena_sandbox.onec.edmx import metadata
from smena_sandbox.onec.errors import method_forbidden, no_rights, unknown_function
from smena_sandbox.onec.options import Options, read_options
from smena_sandbox.onec.paths import Segment, read_segments
from smena_sandbox.onec.replies import Entity, Plain, Reply, Sets
from smena_sandbox.onec.schema import EntityType
from smena_sandbox.onec.writing import Written

JOURNAL = "smena.journal"
_ACTIONS = {"Post": True, "Unpost": False}


def dispatch(request: Request, below: str, raw: Mapping[str, str], body: bytes, url: str, context: Context) -> Reply:
    """Answer a request of a known user. There is no ``$batch``: it is an unknown entity like any other."""
    method = request.method
    if not below:
        _only_get(method, below)
        return Sets(_published(context))
    if below == "$metadata":
        _only_get(method, below)
        xml = metadata(context.store.schema, context.switches.unpublished)
        return Plain(xml, "application/xml;charset=utf-8")
    segments = read_segments(below)
    entity = context.store.entity(segments[0].name, context.switches)
    if entity.name in context.switches.forbidden:
        raise no_rights(entity.name)
    action = segments[1].name if len(segments) == 2 else ""
    if action in _ACTIONS and segments[0].arguments is not None and entity.kind == "document":
        with context.store.all_or_nothing():
            return _post(request, entity, segments, context)
    if method == "GET":
        return _read(entity, segments, read_options(raw), context)
    if len(segments) > 1:
        raise method_forbidden(method, below)
    with context.store.all_or_nothing():
        return _write(request, entity, segments[0].arguments, body, url, context)


def _only_get(method: str, name: str) -> None:
    if method != "GET":
        raise method_forbidden(method, name)


def _published(context: Context) -> list[str]:
    return [name for name in context.store.schema if name not in context.switches.unpublished]


def _read(entity: EntityType, segments: list[Segment], options: Options, context: Context) -> Reply:
    arguments = segments[0].arguments
    if len(segments) == 1:
        if arguments is None:
            return reading.read_set(entity, options, context)
        return reading.read_one(entity, arguments, options, context)
    below = segments[1]
    if len(segments) > 2:
        raise unknown_function(segments[2].name)
    if arguments is not None:
        return reading.read_below(entity, arguments, below.name, context)
    if below.name == "$count":
        return reading.count(entity, options, context)
    return reading.call(entity, below, options, context)


def _journal(request: Request, written: Written) -> None:
    request.scope[JOURNAL] = {"before": written.before, "after": written.after}


def _post(request: Request, entity: EntityType, segments: list[Segment], context: Context) -> Reply:
    """Post or unpost: by POST and, unlike any reading, by GET too; 200 with an empty body (LIVE-A)."""
    if request.method not in {"GET", "POST"}:
        raise method_forbidden(request.method, segments[1].name)
    written = writing.set_posted(entity, segments[0].arguments or "", _ACTIONS[segments[1].name], context)
    _journal(request, written)
    return Plain()


def _write(
    request: Request, entity: EntityType, arguments: str | None, body: bytes, url: str, context: Context
) -> Reply:
    method, if_match = request.method, request.headers.get("if-match", "")
    if arguments is None:
        if method != "POST":
            raise method_forbidden(method, entity.name)
        writing.refuse_unwritable(entity, method)
        return _created(request, entity, writing.create(entity, decode(body), context), url)
    if method == "DELETE":
        _journal(request, writing.delete(entity, arguments, context, if_match=if_match))
        return Plain(status=204)
    if method not in {"PATCH", "PUT"}:
        raise method_forbidden(method, entity.name)
    writing.refuse_unwritable(entity, method)
    whole = method == "PUT"
    written = writing.update(entity, arguments, decode(body), context, if_match=if_match, whole=whole)
    _journal(request, written)
    return Entity(entity.name, _after(written))


def _created(request: Request, entity: EntityType, written: Written, url: str) -> Reply:
    """Answer a creation: 201 with the object and where it is; a register's record only 200 (LIVE-A)."""
    _journal(request, written)
    record = _after(written)
    if entity.kind == "independent":
        return Entity(entity.name, record)
    return Entity(entity.name, record, 201, f"{url}/{entity.name}(guid'{record['Ref_Key']}')")


def _after(written: Written) -> dict[str, Any]:
    if written.after is None:
        raise AssertionError("a creation or a change leaves a record")
    return written.after
