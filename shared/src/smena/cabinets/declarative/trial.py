"""Try a manifest: the first records of each source as they are mapped, and what did not map."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from smena.cabinets.declarative import targets
from smena.cabinets.declarative.documents import DocumentReading
from smena.cabinets.declarative.model import DocumentSource, Manifest, Maps, Source
from smena.cabinets.declarative.records import Node, names_of, records_at
from smena.cabinets.declarative.targets import Sort
from smena.cabinets.declarative.values import Values
from smena.cabinets.documents import CabinetDocument, UnreadableDocument
from smena.cabinets.reading import UnreadableError

RECORDS_SHOWN = 5


@dataclass(slots=True)
class SourceTrial:
    """What one source gave: counts, the first records by field, problems by field with their count, names unused."""

    name: str
    door: str
    records: int = 0
    shown: list[dict[str, Any]] = field(default_factory=list)
    problems: dict[str, int] = field(default_factory=dict)
    unused: list[str] = field(default_factory=list)
    documents: int = 0
    unreadable: int = 0


def try_source(
    manifest: Manifest, name: str, source: Source, records: Sequence[Node], register_number: str
) -> SourceTrial:
    """Map what a source gave."""
    trial = SourceTrial(name, source.request.path if source.request else source.file.pattern if source.file else "")
    values = Values(manifest)
    trial.records = len(records)
    known: Mapping[str, Sort] = {"registers": targets.REGISTER, "items": targets.ITEM, "documents": targets.DOCUMENT}[
        name
    ]
    _map(trial, "", records, source.fields, known, values)
    trial.unused = _unused(records, source)
    if isinstance(source, DocumentSource):
        _try_documents(trial, source, records, values, register_number)
    return trial


def _map(
    trial: SourceTrial, prefix: str, records: Sequence[Node], maps: Maps, known: Mapping[str, Sort], values: Values
) -> None:
    for record in records:
        row: dict[str, Any] = {}
        for name in maps:
            try:
                row[f"{prefix}{name}"] = values.read(record, name, maps, known)
            except UnreadableError as error:
                row[f"{prefix}{name}"] = "?"
                _problem(trial, f"{prefix}{error}")
        for name, value in row.items():
            if value is None:
                _problem(trial, f"{name}: пусто")
        if len(trial.shown) < RECORDS_SHOWN and not prefix:
            trial.shown.append(row)


def _try_documents(
    trial: SourceTrial, source: DocumentSource, records: Sequence[Node], values: Values, register_number: str
) -> None:
    if source.lines is not None:
        inside = source.lines.records
        lines = records if inside is None else [line for record in records for line in records_at(record, inside) or ()]
        _map(trial, "lines.", lines, source.lines.fields, targets.LINE, values)
    reading = DocumentReading(source, values)
    for rows in reading.gathered(records):
        register = register_number or reading.register_of(rows[0]) or ""
        document = reading.document(rows, register)
        if isinstance(document, UnreadableDocument):
            trial.unreadable += 1
            _problem(trial, document.reason)
        elif isinstance(document, CabinetDocument):
            trial.documents += 1


def _problem(trial: SourceTrial, sentence: str) -> None:
    trial.problems[sentence] = trial.problems.get(sentence, 0) + 1


def _unused(records: Sequence[Node], source: Source) -> list[str]:
    """Names of the records' own values that no map uses."""
    used = set(_paths(source.fields))
    if isinstance(source, DocumentSource):
        parts = (source.lines, source.payments)
        for part in parts:
            if part is not None:
                used |= {part.records} if part.records else _paths(part.fields)
        used |= _paths(source.z_report) | {source.group_by}
    first = {path.partition(".")[0] for path in used if path} | {path for path in used if path}
    names = dict.fromkeys(name for record in records[:RECORDS_SHOWN] for name in names_of(record))
    return [name for name in names if name not in first]


def _paths(maps: Maps) -> set[str | None]:
    return {path for one in maps.values() for path in (one.path, *(one.join or ()))}
