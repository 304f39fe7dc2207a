"""Finds and opens data files, packed or plain."""

import gzip
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO


class DataFileError(Exception):
    """A data file is absent or is not what its name says; the text is for the person who named it."""


def find(folder: Path, name: str) -> Path:
    """``name.gz`` or ``name`` in the folder."""
    if not folder.is_dir():
        raise DataFileError(f"{folder}: no such folder")
    for candidate in (folder / f"{name}.gz", folder / name):
        if candidate.is_file():
            return candidate
    raise DataFileError(f"{folder}: neither {name}.gz nor {name} is there")


@contextmanager
def open_text(path: Path) -> Iterator[IO[str]]:
    """UTF-8 with or without a mark; bytes that are none are replaced, so that one bad name stops nothing."""
    try:
        with path.open("rb") as raw:
            packed = raw.read(2) == b"\x1f\x8b"
        opener = gzip.open if packed else open
        with opener(path, "rt", encoding="utf-8-sig", errors="replace", newline="") as stream:
            yield stream
    except (OSError, EOFError, zlib.error) as error:
        raise DataFileError(f"{path}: {error}") from error
