"""What a file that came in is answered with."""

from collections.abc import Iterator
from typing import Any, Literal

import msgspec
from pydantic import Field

from catalog_sync.domain.files.cells import Rejection, column_letters
from catalog_sync.domain.files.headers import Header
from catalog_sync.ports.records import Written
from catalog_sync.use_cases.taken_file import TakenFile, TakenRow
from smena.http.models import ApiModel


class TakenRowBody(ApiModel):
    """A good row; of a goods receipt the row its document begins in, with its number and its lines."""

    row: int
    ref: str
    status: Literal["created", "updated", "unchanged"]
    number: str | None = None
    lines: int | None = None
    lines_rejected: int | None = None


class RejectedBody(ApiModel):
    """One reason against a row; ``column`` is the spreadsheet's letter, of a waybill the element's path."""

    row: int
    column: str | None
    header: str | None
    field: str | None
    ref: str | None
    code: str
    reason: str


class FileBody(ApiModel):
    """What became of a file: its rows (of goods receipts: its documents) by what was done with them."""

    organization: str
    sheet: str | None
    header_row: int
    columns: dict[str, list[str]]
    ignored_columns: list[str]
    counts: dict[str, int] = Field(description="created, updated, unchanged, and rejected rows")
    accepted: list[TakenRowBody]
    unchanged: list[TakenRowBody]
    rejected: list[RejectedBody]


def encoded(file: TakenFile, language: str) -> bytes:
    """The answer as JSON, in one go: a large file has hundreds of thousands of rows."""
    header = file.header
    counts = {verdict.value: file.count(verdict) for verdict in Written}
    return msgspec.json.encode(
        {
            "organization": file.organization,
            "sheet": file.sheet,
            "header_row": header.row,
            "columns": {field: [_column(header, at) for at in places] for field, places in header.columns.items()},
            "ignored_columns": list(header.ignored),
            "counts": {**counts, "rejected": file.rejected_rows},
            "accepted": list(_taken(file, unchanged=False)),
            "unchanged": list(_taken(file, unchanged=True)),
            "rejected": [_rejected(header, rejection, language) for rejection in file.rejected],
        }
    )


def _taken(file: TakenFile, *, unchanged: bool) -> Iterator[dict[str, Any]]:
    for row in file.taken:
        if (row.written is Written.UNCHANGED) is unchanged:
            yield {"row": row.row, "ref": row.ref, "status": row.written.value, **_of_document(row)}


def _of_document(row: TakenRow) -> dict[str, Any]:
    if row.lines is None:
        return {}
    return {"number": row.number, "lines": row.lines, "lines_rejected": row.lines_rejected}


def _rejected(header: Header, rejection: Rejection, language: str) -> dict[str, Any]:
    at = rejection.column
    return {
        "row": rejection.row,
        "column": None if at is None else _column(header, at),
        "header": None if at is None else header.titles.get(at),
        "field": rejection.field,
        "ref": rejection.ref,
        "code": rejection.reason.code,
        "reason": rejection.reason.in_language(language),
    }


def _column(header: Header, at: int) -> str:
    """A column's letter; a document without a header row has element paths instead."""
    return column_letters(at) if header.row else header.titles.get(at, "")
