"""Short proofs of content: what did not change costs nothing, what moved is noticed."""

from collections.abc import Iterable
from dataclasses import fields, replace
from hashlib import blake2b
from operator import attrgetter

from catalog_sync.domain.import_writes import is_import
from catalog_sync.domain.rows import DiffRow
from catalog_sync.domain.writes import WRITTEN
from smena.cabinets.items import CabinetItem
from smena.erp.catalogue import ErpItem, GoodsReceipt

DIGEST_BYTES = 16
# Plain tuples are written down three times as fast as the dataclasses themselves.
_of_held = attrgetter(*(field.name for field in fields(CabinetItem)))
VERSION_MASK = (1 << 8 * DIGEST_BYTES) - 1


def content_digest(content: ErpItem | GoodsReceipt | CabinetItem) -> bytes:
    """The digest of everything an item or a goods receipt says."""
    return _digest(repr(content))


def version_of(digests: Iterable[bytes]) -> str:
    """The version of a whole catalogue: the same content gives the same version, in whatever order it comes.

    The digests are added, which needs no sorting; the count is part of the version.
    """
    total = count = 0
    for digest in digests:
        total = (total + int.from_bytes(digest, "big")) & VERSION_MASK
        count += 1
    return f"{total:032x}-{count}"


def row_fingerprint(row: DiffRow) -> bytes:
    """What applying a row would do, and to what: if either moved, the row is outdated.

    The ERP's side moved when another write would follow from it, the cabinet's when its item is not what was
    shown. In an import it is the other way round: the ERP's item, but for its version, is what would be overwritten.
    """
    if is_import(row):
        item = None if row.item is None else replace(row.item, version=None)
        return _digest(repr((row.key, row.status.value, row.changes, item, row.counterpart)))
    held, written = row.counterpart, row.status in WRITTEN
    told = (
        row.key,
        row.status.value,
        [(change.field.value, change.after) for change in row.changes] if written else None,
        None if held is None else _of_held(held),
        # all else a new item's write is made of
        (row.item.barcodes, row.item.kind) if written and held is None and row.item is not None else None,
    )
    return _digest(repr(told))


def _digest(text: str) -> bytes:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=DIGEST_BYTES).digest()
