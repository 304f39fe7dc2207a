"""A row of a diff as it is stored: JSON, and beside it what it is chosen and searched by."""

from struct import Struct
from uuid import UUID

import msgspec

from catalog_sync.domain.fingerprint import row_fingerprint
from catalog_sync.domain.rows import DiffRow, Status
from catalog_sync.domain.writes import WRITTEN
from catalog_sync.ports.records import PackedRow

_encode_row = msgspec.json.Encoder().encode
_COLUMNS, _INT_BYTES = 8, 4
_HEAD, _FLAG, _LENGTH = Struct(">hi16siii"), Struct(">i?i"), Struct(">i")


def packed(row: DiffRow, fingerprint: bytes | None = None) -> PackedRow:
    """A row of the domain's rule; its fingerprint may be known already."""
    return PackedRow(
        row.key,
        row.status,
        row.sort,
        row.bound,
        applicable(row),
        _search_text(row),
        fingerprint or row_fingerprint(row),
        _encode_row(row),
    )


def applicable(row: DiffRow) -> bool:
    """Whether apply has something to do with a row: write it, or bind a pair that is equal already."""
    return row.status in WRITTEN or (row.status is Status.IDENTICAL and row.item is not None and not row.bound)


def copied(diff: UUID, n: int, row: PackedRow) -> bytes:
    """A row as binary COPY takes it: per column its length and its bytes."""
    key, status, search = row.key.encode(), row.status.value.encode(), row.search.encode()
    return b"".join(
        (
            _HEAD.pack(_COLUMNS, len(diff.bytes), diff.bytes, _INT_BYTES, n, len(key)),
            key,
            _LENGTH.pack(len(status)),
            status,
            _FLAG.pack(1, row.applicable, len(search)),
            search,
            _LENGTH.pack(len(row.fingerprint)),
            row.fingerprint,
            _LENGTH.pack(len(row.body)),
            row.body,
        )
    )


def _search_text(row: DiffRow) -> str:
    item, held = row.item, row.counterpart
    words = [*(() if item is None else (item.name, item.article, item.code, *item.barcodes))]
    words += [] if held is None else [held.name, held.article, *held.barcodes]
    return "\n".join(dict.fromkeys(word for word in words if word)).casefold().replace("\x00", "")
