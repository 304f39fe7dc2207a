"""What a single table of a manifest cannot know: names of fields and codes, placeholders, patterns."""

import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Final

from smena.cabinets.declarative import targets
from smena.cabinets.declarative.model import (
    DocumentSource,
    FieldMap,
    Manifest,
    Maps,
    Request,
    SaveItems,
    Source,
)
from smena.cabinets.declarative.targets import Sort
from smena.cabinets.documents import DocumentKind, PaymentKind
from smena.cabinets.items import ItemWriteStatus
from smena.config.locate import KeyPath
from smena.kinds.vat import VatRate

Mistake = tuple[KeyPath, str]
PLACEHOLDER: Final = re.compile(r"\{([^{}]*)\}")
SKIP: Final = "skip"
"""A document's kind that means: this record is none, leave it out."""
NAMED_FORMATS: Final = frozenset({"iso", "epoch-s", "epoch-ms"})
PAGE_PLACEHOLDERS: Final = frozenset({"offset", "limit", "cursor", "token"})
WINDOW_PLACEHOLDERS: Final = frozenset({"register", "from", "to", "last", "day"})
NEEDED_BY_PAGING: Final = {"offset": "offset", "cursor": "cursor", "page-token": "token", "day-window": "day"}
CODE_VALUES: Final[dict[Sort, frozenset[str]]] = {
    Sort.KIND: frozenset({*DocumentKind, SKIP}) - {DocumentKind.UNKNOWN},
    Sort.VAT: frozenset(VatRate),
    Sort.PAYMENT: frozenset(PaymentKind),
    Sort.BOOLEAN: frozenset({"true", "false"}),
}


def mistakes(manifest: Manifest) -> Iterator[Mistake]:
    """Every mistake that shows only when the tables are seen together."""
    yield from _pattern(("instants", "format"), manifest.instants.format)
    yield from _pattern(("instants", "day"), manifest.instants.day)
    for name in ("value", "user", "password", "token_url"):
        text = getattr(manifest.authentication, name)
        yield from _placeholders(("authentication", name), text, frozenset(manifest.asks))
    yield from _placeholders(("authentication", "form"), manifest.authentication.form, frozenset(manifest.asks))
    yield from _path(("errors", "message"), manifest.errors.message)
    yield from _path(("errors", "code"), manifest.errors.code)
    for place, source in enumerate(manifest.registers):
        key: KeyPath = ("registers", place)
        yield from _source(manifest, key, source, targets.REGISTER, targets.REGISTER_NEEDED, frozenset())
    for place, source in enumerate(manifest.items):
        yield from _source(manifest, ("items", place), source, targets.ITEM, targets.ITEM_NEEDED, frozenset())
    for place, source in enumerate(manifest.documents):
        yield from _document_source(manifest, ("documents", place), source)
    if manifest.save_items is not None:
        yield from _save_items(manifest, manifest.save_items)
    yield from _files(manifest)
    for name in ("shift_id", "shift_opened_at"):
        have = [name in source.fields for source in manifest.documents]
        if any(have) and not all(have):
            reason = f"needs {name!r} as the other documents do: by it they find their shift, all by the same"
            yield ("documents", have.index(False), "fields"), reason


def _files(manifest: Manifest) -> Iterator[Mistake]:
    """A cabinet is called, or it is a folder; files tell each document's register, and tell nothing of items back."""
    filed = [place for place, source in enumerate(manifest.documents) if source.file is not None]
    if not filed:
        if manifest.save_items is not None and manifest.save_items.file is not None:
            yield ("save_items", "file"), "items go out by a file only where documents come by files"
        return
    for place, source in enumerate(manifest.documents):
        if source.file is None:
            yield ("documents", place, "request"), "documents come by files or by calls, not by both"
        elif "register" not in source.fields:
            yield ("documents", place, "fields"), "the field 'register' is needed: a folder holds files of any register"
    if manifest.save_items is not None and manifest.save_items.file is None:
        yield ("save_items", "request"), "where documents come by files, items go out by a file"
    for name in ("items", "registers"):
        if getattr(manifest, name):
            yield (name, 0), f"where documents come by files there are no {name} to read: leave [[{name}]] out"


def _document_source(manifest: Manifest, key: KeyPath, source: DocumentSource) -> Iterator[Mistake]:
    yield from _source(
        manifest, key, source, targets.DOCUMENT, targets.DOCUMENT_NEEDED, WINDOW_PLACEHOLDERS, flat=_flat(source)
    )
    if source.format in {"csv", "xlsx"} and source.group_by is None and source.lines is not None:
        yield (*key, "lines"), "flat rows are gathered into receipts by group_by: name the column of the receipt"
    lines, flat = source.lines, _flat(source)
    if lines is not None:
        if lines.records is None and source.group_by is None:
            yield (*key, "lines"), "needs records: where the lines stand inside a record"
        yield from _path((*key, "lines", "records"), lines.records)
        where = (*key, "lines", "fields")
        yield from _maps(manifest, where, lines.fields, targets.LINE, targets.LINE_NEEDED, flat=flat)
    payments = source.payments
    if payments is not None and payments.records is not None:
        where = (*key, "payments", "fields")
        yield from _maps(manifest, where, payments.fields, targets.PAYMENT, tuple(targets.PAYMENT), flat=flat)
    elif payments is not None:
        by_kind = {kind.value: Sort.MONEY for kind in PaymentKind}
        yield from _maps(manifest, (*key, "payments", "fields"), payments.fields, by_kind, (), flat=flat)
    yield from _maps(manifest, (*key, "z_report"), source.z_report, targets.Z_REPORT, (), flat=flat)


def _flat(source: Source) -> bool:
    return source.format in {"csv", "xlsx"}


def _source(
    manifest: Manifest,
    key: KeyPath,
    source: Source,
    known: Mapping[str, Sort],
    needed: tuple[str, ...],
    window: frozenset[str],
    *,
    flat: bool | None = None,
) -> Iterator[Mistake]:
    is_flat = _flat(source) if flat is None else flat
    yield from _maps(manifest, (*key, "fields"), source.fields, known, needed, flat=is_flat)
    if source.records:
        yield from _path((*key, "records"), source.records)
    for name in ("total", "cursor", "next"):
        yield from _path((*key, "paging", name), getattr(source.paging, name))
    if source.request is None:
        return
    known_names = frozenset(manifest.asks) | window | PAGE_PLACEHOLDERS
    yield from _request((*key, "request"), source.request, known_names)
    wanted = NEEDED_BY_PAGING.get(source.paging.kind)
    used = set(_used(source.request))
    if wanted == "day" and not used & {"day", "from"}:
        yield (*key, "request"), "day-window paging needs {day} or {from} in the request"
    elif wanted not in {None, "day"} and wanted not in used:
        yield (*key, "request"), f"{source.paging.kind} paging needs {{{wanted}}} in the request"


def _save_items(manifest: Manifest, save: SaveItems) -> Iterator[Mistake]:
    if save.request is not None:
        yield from _request(("save_items", "request"), save.request, frozenset(manifest.asks) | {"items"})
        if "items" not in _used(save.request):
            yield ("save_items", "request"), 'the body needs "{items}" where the items go'
    for name, written in save.fields.items():
        key: KeyPath = ("save_items", "fields", name)
        if written.field is not None and written.field not in targets.WRITTEN:
            yield (*key, "field"), f"an item has no field {written.field!r}; it has {', '.join(sorted(targets.ITEM))}"
        yield from _code_table(manifest, (*key, "codes"), written.codes)
    if save.results is not None:
        key = ("save_items", "results", "fields")
        yield from _maps(manifest, key, save.results.fields, targets.RESULT, ("id",), flat=False)
        status = save.results.fields.get("status")
        if status is not None:
            yield from _values(manifest, (*key, "status"), status, frozenset(ItemWriteStatus))


def _maps(
    manifest: Manifest, key: KeyPath, maps: Maps, known: Mapping[str, Sort], needed: tuple[str, ...], *, flat: bool
) -> Iterator[Mistake]:
    for name in needed:
        if name not in maps:
            yield key, f"the field {name!r} is needed: say where it comes from"
    for name, one in maps.items():
        where = (*key, name)
        if name not in known:
            yield where, f"there is no such field; known are: {', '.join(sorted(known))}"
            continue
        sort = known[name]
        if one.type is not None and one.type != sort:
            yield (*where, "type"), f"{name} is {sort}, not {one.type!r}"
        if one.scale and sort not in {Sort.MONEY, Sort.QUANTITY, Sort.WHOLE}:
            yield (*where, "scale"), f"{name} is {sort}: a scale is for numbers"
        if one.format is not None:
            if sort is Sort.INSTANT:
                yield from _pattern((*where, "format"), one.format)
            else:
                yield (*where, "format"), f"{name} is {sort}: a format is for instants"
        if not flat:
            for path in (one.path, *(one.join or ())):
                yield from _path(where, path)
        yield from _code_table(manifest, (*where, "codes"), one.codes)
        if sort in CODE_VALUES:
            yield from _values(manifest, where, one, CODE_VALUES[sort])


def _values(manifest: Manifest, key: KeyPath, one: FieldMap, allowed: frozenset[str]) -> Iterator[Mistake]:
    """What a code table gives, and a constant or default, must be words we know."""
    for meaning in (one.constant, one.default):
        if isinstance(meaning, str) and one.codes is None and meaning not in allowed:
            yield key, f"no such value {meaning!r}; known are: {', '.join(sorted(allowed))}"
    for code, meaning in manifest.codes.get(one.codes or "", {}).items():
        if meaning not in allowed:
            where: KeyPath = ("codes", one.codes or "", code)
            yield where, f"no such value {meaning!r}; known are: {', '.join(sorted(allowed))}"


def _code_table(manifest: Manifest, key: KeyPath, name: str | None) -> Iterator[Mistake]:
    if name is not None and name not in manifest.codes:
        yield key, f"there is no table [codes.{name}]; known are: {', '.join(sorted(manifest.codes)) or 'none'}"


def _path(key: KeyPath, path: str | None) -> Iterator[Mistake]:
    if path is not None and not all(part.strip() for part in path.split(".")):
        yield key, f"no path: {path!r}; write names with one dot between them, as data.items"


def _pattern(key: KeyPath, pattern: str) -> Iterator[Mistake]:
    if pattern in NAMED_FORMATS:
        return
    moment = datetime(2026, 12, 31, 23, 59, 58, tzinfo=UTC)
    try:
        read = datetime.strptime(moment.strftime(pattern), pattern)  # noqa: DTZ007 - only the pattern is tried
    except ValueError:
        read = None
    if read is None or "%" not in pattern or (read.year, read.month, read.day) != (2026, 12, 31):
        named = ", ".join(sorted(NAMED_FORMATS))
        yield key, f"no way to write an instant: {pattern!r}; use {named} or a pattern with a full date"


def _request(key: KeyPath, request: Request, known: frozenset[str]) -> Iterator[Mistake]:
    for name in ("path", "query", "headers", "body"):
        yield from _placeholders((*key, name), getattr(request, name), known)


def _placeholders(key: KeyPath, content: Any, known: frozenset[str]) -> Iterator[Mistake]:
    for where, name in _found(key, content):
        if name not in known:
            yield where, f"{{{name}}} stands for nothing; known are: {', '.join(sorted(known)) or 'none'}"


def _used(request: Request) -> set[str]:
    parts = (request.path, request.query, request.headers, request.body)
    return {name for part in parts for _, name in _found((), part)}


def _found(key: KeyPath, content: Any) -> Iterator[tuple[KeyPath, str]]:
    if isinstance(content, str):
        for name in PLACEHOLDER.findall(content):
            yield key, name
    elif isinstance(content, dict):
        for inner, value in content.items():
            yield from _found((*key, inner), value)
    elif isinstance(content, list):
        for place, value in enumerate(content):
            yield from _found((*key, place), value)
