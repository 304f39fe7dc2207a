"""Bring a document's contents and its header together; whatever stays alone is kept and said so."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

import msgspec

from smena.cabinets.documents import DocumentKind
from smena.cabinets.loose import loosely
from smena.cabinets.mending import mended
from smena.cabinets.reading import UnreadableError, instant_or_none, whole_or_none
from smena.cabinets.webkassa.codes import LISTS, DocumentKinds
from smena.cabinets.webkassa.wire import CONTENTS, HEADER, Contents, ContentsOfPeriod, Header, Number

SHIFT_END = re.compile(rb'"endDate"\s*:\s*[^,}\]]*')


@dataclass(slots=True)
class Joined:
    """One document: its kind by the list it stood in, its contents and its header where there are any."""

    kind: DocumentKind | None
    contents: Contents | None
    header: Header | None
    contents_raw: bytes
    header_raw: bytes
    reason: str | None = None
    twins: list[bytes] = field(default_factory=list)

    @property
    def uid(self) -> str | None:
        """The operator's unique id."""
        return (self.contents.uid if self.contents else None) or (self.header.uid if self.header else None)

    def number_of(self, name: str) -> Number:
        """A field both parts carry, the contents' first."""
        for part in (self.contents, self.header):
            found: Number = getattr(part, name, None)
            if found is not None:
                return found
        return None

    @property
    def raw(self) -> bytes:
        """Both texts as they came, for the archive.

        The shift's end is masked in the header: it is null until the shift closes, and a document does not
        change because its shift did.
        """
        header = SHIFT_END.sub(b'"endDate":null', self.header_raw) or b"null"
        contents = self.contents_raw or b"null"
        if self.twins:
            contents = b"[" + b",".join((contents, *self.twins)) + b"]"
        return b'{"contents":' + contents + b',"header":' + header + b"}"


def join(period: ContentsOfPeriod, headers: Sequence[msgspec.Raw]) -> list[Joined]:
    """Every document of either answer, joined outer-wise by ``uid`` (operators.md: an inner join loses receipts)."""
    try:
        return _join(period, headers)
    except UnicodeDecodeError:  # a text was skipped unread until now: only here its bytes show
        lists = {name: [_mended(raw) for raw in getattr(period, name) or ()] for name in LISTS}
        return _join(ContentsOfPeriod(**lists), [_mended(raw) for raw in headers])


def _mended(raw: msgspec.Raw) -> msgspec.Raw:
    return msgspec.Raw(mended(bytes(raw)))


def _join(period: ContentsOfPeriod, headers: Iterable[msgspec.Raw]) -> list[Joined]:
    by_uid: dict[str, tuple[Header, bytes]] = {}
    found: list[Joined] = []
    for raw in headers:
        header, reason = _header(raw)
        if reason is None and header.uid:
            by_uid[header.uid] = (header, bytes(raw))
        else:
            found.append(Joined(None, None, header, b"", bytes(raw), reason or "в заголовке нет uid"))
    seen: dict[str, Joined] = {}
    for list_name, kind in LISTS.items():
        for raw in getattr(period, list_name) or ():
            contents, reason = _contents(raw)
            joined = Joined(kind, contents, None, bytes(raw), b"", reason)
            if contents.uid is None:
                joined.reason = reason or "в документе нет uid"
            elif (twin := seen.get(contents.uid)) is not None:
                _note_twin(twin, joined)
                continue
            else:
                seen[contents.uid] = joined
                joined.header, joined.header_raw = by_uid.pop(contents.uid, (None, b""))
            found.append(joined)
    found.extend(Joined(None, None, header, b"", raw) for header, raw in by_uid.values())
    return found


def unpaired(documents: Sequence[Joined], start: datetime, end: datetime, kinds: DocumentKinds) -> bool:
    """Whether a document of the window lacks its other half, as when it was rung between the two requests."""
    return any(
        (document.contents is None) != (document.header is None)
        and document.reason is None
        and (document.contents is not None or kinds.of(document.header.docTypeName if document.header else None))
        and within(document, start, end)
        for document in documents
    )


def within(document: Joined, start: datetime, end: datetime) -> bool:
    """Whether a document belongs to the window; one without a readable instant belongs to the one it came in."""
    try:
        at = instant_or_none(document.number_of("docDate"), "docDate")
    except UnreadableError:
        return True
    return at is None or start <= at < end


def _note_twin(first: Joined, second: Joined) -> None:
    """The same document twice in an answer is one document; two different ones under one uid are none."""
    if first.contents_raw != second.contents_raw or first.kind != second.kind:
        first.twins.append(second.contents_raw)
        first.reason = "два разных документа с одним uid"


def _contents(raw: msgspec.Raw) -> tuple[Contents, str | None]:
    try:
        return CONTENTS.decode(raw), None
    except msgspec.ValidationError as error:
        return _what_is_readable(raw, Contents), f"содержание не читается ({error})"


def _header(raw: msgspec.Raw) -> tuple[Header, str | None]:
    try:
        return HEADER.decode(raw), None
    except msgspec.ValidationError as error:
        return _what_is_readable(raw, Header), f"заголовок не читается ({error})"


Part = TypeVar("Part", Contents, Header)


def _what_is_readable(raw: msgspec.Raw, shape: type[Part]) -> Part:
    """The fields that name a document, each for itself, of a part that does not read as a whole."""
    loose = loosely(raw)
    part = shape()
    for name in ("uid", "docId", "docNumber", "docDate", "shiftId", "shiftNumber", "beginDate"):
        value = loose.get(name)
        if hasattr(part, name) and isinstance(value, str if name == "uid" else int) and not isinstance(value, bool):
            setattr(part, name, value)
    return part


def whole_number(value: Number) -> int | None:
    """A whole number for a document that is not understood anyway."""
    try:
        return whole_or_none(value, "")
    except UnreadableError:
        return None
