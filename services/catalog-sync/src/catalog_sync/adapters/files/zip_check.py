"""Look into a ZIP before anything reads it: how many entries, how large, and whether it is what it claims."""

import zipfile
import zlib
from typing import BinaryIO

from catalog_sync.adapters.files.refusals import MEBIBYTE, broken_file, hostile_file

ENTRIES_MAX = 1_000
UNPACKED_BYTES_MAX = 512 * MEBIBYTE
"""All entries together."""
RATIO_MAX = 200
"""Unpacked to packed; real workbooks stay far below it, bombs come near a thousand."""
RATIO_CHECKED_FROM_BYTES = MEBIBYTE
CHUNK_BYTES = 256 * 1024
ENCRYPTED_FLAG = 1
LOCAL_HEADER_BYTES = 30
_DECLARATIONS = (b"<!DOCTYPE", b"<!ENTITY")


def checked_zip(body: BinaryIO) -> zipfile.ZipFile:
    """The archive, once every entry was unpacked for trial and is what the directory says.

    Raises:
        FileRefusedError: broken, encrypted, a bomb, an entry larger than it claims, or XML that declares entities.
    """
    try:
        archive = zipfile.ZipFile(body)
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise broken_file("ZIP") from error
    entries = archive.infolist()
    if len(entries) > ENTRIES_MAX:
        raise hostile_file(
            f"в архиве больше {ENTRIES_MAX} частей", f"more than {ENTRIES_MAX} entries", limit_entries=ENTRIES_MAX
        )
    if sum(entry.file_size for entry in entries) > UNPACKED_BYTES_MAX:
        raise _too_large()
    for entry in entries:
        if entry.flag_bits & ENCRYPTED_FLAG:
            raise hostile_file("он зашифрован, снимите пароль", "it is encrypted: take the password off")
        if entry.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}:
            raise hostile_file("неизвестное сжатие", "an unknown compression")
        _check_ratio(entry.file_size, entry.compress_size)
    unpacked = 0
    for entry in entries:
        unpacked += _unpacked_bytes(body, entry, UNPACKED_BYTES_MAX - unpacked)
    return archive


def _check_ratio(unpacked: int, packed: int) -> None:
    if unpacked > RATIO_CHECKED_FROM_BYTES and unpacked > RATIO_MAX * packed:
        raise hostile_file(
            f"он распаковывается больше чем в {RATIO_MAX} раз",
            f"it unpacks to more than {RATIO_MAX} times its size",
            limit_ratio=RATIO_MAX,
        )


def _unpacked_bytes(body: BinaryIO, entry: zipfile.ZipInfo, left: int) -> int:
    """Unpack an entry without keeping it: what the directory claims may be a lie."""
    body.seek(entry.header_offset)
    header = body.read(LOCAL_HEADER_BYTES)
    if len(header) < LOCAL_HEADER_BYTES or header[:4] != b"PK\x03\x04":
        raise broken_file(entry.filename)
    body.seek(int.from_bytes(header[26:28], "little") + int.from_bytes(header[28:30], "little"), 1)
    inflater = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    watched = entry.filename.lower().endswith((".xml", ".rels"))
    to_read, size, tail = entry.compress_size, 0, b""
    while to_read or (inflater is not None and inflater.unconsumed_tail):
        packed = inflater.unconsumed_tail if inflater is not None and inflater.unconsumed_tail else b""
        if not packed:
            packed = body.read(min(CHUNK_BYTES, to_read))
            to_read -= len(packed)
            if not packed:
                raise broken_file(entry.filename)
        try:
            chunk = packed if inflater is None else inflater.decompress(packed, CHUNK_BYTES)
        except zlib.error as error:
            raise broken_file(entry.filename) from error
        size += len(chunk)
        if size > entry.file_size or size > left:
            raise (
                _too_large()
                if size > left
                else hostile_file(
                    f"часть {entry.filename} больше, чем заявлено", f"{entry.filename} is larger than it claims"
                )
            )
        if watched and any(mark in tail + chunk for mark in _DECLARATIONS):
            raise hostile_file("XML с объявлением сущностей", "XML that declares a document type or entities")
        tail = chunk[-16:]
        if inflater is not None and inflater.eof:
            break
    if size != entry.file_size:
        raise broken_file(entry.filename)
    return size


def _too_large() -> Exception:
    mebibytes = UNPACKED_BYTES_MAX // MEBIBYTE
    return hostile_file(
        f"в распакованном виде больше {mebibytes} МиБ",
        f"it unpacks to more than {mebibytes} MiB",
        limit_bytes=UNPACKED_BYTES_MAX,
    )
