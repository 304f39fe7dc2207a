"""The file of a request: the part ``file`` of a form, or the body itself where a route takes it so."""

import asyncio
from collections.abc import Collection
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from fastapi import Request
from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from smena.http.payload_errors import PayloadProblem, payload_error
from smena.http.problems import Words
from smena.http.route_plans import MULTIPART_MEDIA_TYPE

PART = "file"
PARTS_MAX = 10
_BINARY = {"type": "string", "format": "binary"}


def file_body(*media_types: str) -> dict[str, Any]:
    """The request body for the documentation: a form with a file, or the file itself in the given types."""
    form = {"type": "object", "required": [PART], "additionalProperties": False, "properties": {PART: _BINARY}}
    content: dict[str, Any] = {MULTIPART_MEDIA_TYPE: {"schema": form}}
    content.update({media_type: {"schema": _BINARY} for media_type in media_types})
    return {"requestBody": {"required": True, "content": content}}


async def uploaded(request: Request, bare: Collection[str] = ()) -> BytesIO:
    """The file that came.

    Raises:
        PayloadProblem: the form is broken, lacks the file, or has more than it.
    """
    media_type, _ = parse_options_header(request.headers.get("content-type", ""))
    if media_type.decode("latin-1") in bare:
        return BytesIO(await request.body())
    return (await named_upload(request)).body


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it came; ``name`` is what the sender calls it, empty where it does not."""

    name: str
    body: BytesIO


async def named_upload(request: Request) -> Upload:
    """The file of a form, with its name.

    Raises:
        PayloadProblem: the form is broken, lacks the file, or has more than it.
    """
    body = await request.body()
    _, options = parse_options_header(request.headers.get("content-type", ""))
    boundary = options.get(b"boundary")
    if not boundary:
        raise _wrong((), "multipart", Words("нужна форма с файлом file", "a form with the part file is expected"))
    form = await asyncio.to_thread(_read_form, boundary, body)
    if unknown := [name for name in form.names if name != PART]:
        words = Words(f"лишнее поле; нужно только {PART}", f"no such field; only {PART} is expected")
        raise PayloadProblem([payload_error("body", (name,), "extra_forbidden", words) for name in unknown])
    if form.names.count(PART) != 1:
        words = Words("нужен ровно один файл в поле file", "exactly one file in the part file is expected")
        raise _wrong((PART,), "missing", words)
    return Upload(form.filename, form.file)


class _Form:
    """The parts of a form as they come; only the file's bytes are kept."""

    def __init__(self) -> None:
        self.names: list[str] = []
        self.file = BytesIO()
        self.filename = ""
        self._header, self._value = b"", b""
        self._name: str | None = None

    def part_begin(self) -> None:
        if len(self.names) == PARTS_MAX:
            raise _wrong((), "too_long", Words(f"больше {PARTS_MAX} полей", f"more than {PARTS_MAX} fields"))
        self._name = None

    def header_field(self, data: bytes, start: int, end: int) -> None:
        self._header += data[start:end]

    def header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def header_end(self) -> None:
        if self._header.lower() == b"content-disposition":
            _, options = parse_options_header(self._value)
            self._name = options.get(b"name", b"").decode("utf-8", "replace")
            if self._name == PART:
                self.filename = options.get(b"filename", b"").decode("utf-8", "replace")
        self._header, self._value = b"", b""

    def headers_finished(self) -> None:
        self.names.append(self._name or "")

    def part_data(self, data: bytes, start: int, end: int) -> None:
        if self._name == PART and self.names.count(PART) == 1:
            self.file.write(memoryview(data)[start:end])


def _read_form(boundary: bytes, body: bytes) -> _Form:
    form = _Form()
    parser = MultipartParser(
        boundary,
        {
            "on_part_begin": form.part_begin,
            "on_header_field": form.header_field,
            "on_header_value": form.header_value,
            "on_header_end": form.header_end,
            "on_headers_finished": form.headers_finished,
            "on_part_data": form.part_data,
        },
    )
    try:
        parser.write(body)
        parser.finalize()
    except MultipartParseError as error:
        words = Words(f"форма повреждена: {error}", f"the form is broken: {error}")
        raise _wrong((), "multipart", words) from error
    form.file.seek(0)
    return form


def _wrong(location: tuple[str, ...], code: str, words: Words) -> PayloadProblem:
    return PayloadProblem([payload_error("body", location, code, words)])
