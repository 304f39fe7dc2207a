"""Element names of waybills as data: the table ``blrwbl`` and a customer's file over it."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.resources import files
from pathlib import Path

from catalog_sync.domain.files.cells import Reason
from catalog_sync.ports.files import FileRefusedError

BLRWBL = "blrwbl"
_PATH = re.compile(r"[^\s/<>]+(/[^\s/<>]+)*")


def _unusable(why: str) -> FileRefusedError:
    return FileRefusedError(
        Reason(
            "waybill-names",
            f"файл имён накладной (waybill_names организации) не годится: {why}",
            f"the file of waybill names (the organisation's waybill_names) can't be used: {why}",
        )
    )


@dataclass(frozen=True, slots=True)
class WaybillNames:
    """Where in a waybill each thing stands; paths are of local names, without the root."""

    root: str
    namespace: str
    date_format: str
    line: str
    head: Mapping[str, str]
    """Our word for a field of the head → path under the root."""
    fields: Mapping[str, str]
    """Our word for a field of a line → path under the line."""


def load_waybill_names(source: str) -> WaybillNames:
    """The names a configuration asks for: ``blrwbl``, or a TOML file that overrides single names of it.

    Raises:
        FileRefusedError: the file cannot be read, or overrides what does not exist.
    """
    tables = tomllib.loads(files(__package__).joinpath("blrwbl.toml").read_text(encoding="utf-8"))
    if source != BLRWBL:
        _override(tables, Path(source))
    document = tables["document"]
    return WaybillNames(
        root=document["root"],
        namespace=document["namespace"],
        date_format=document["date_format"],
        line=document["line"],
        head={word: document[word] for word in ("number", "date", "supplier")},
        fields={("barcode" if word == "gtin" else word): path for word, path in tables["line"].items()},
    )


def _override(tables: dict[str, dict[str, str]], path: Path) -> None:
    try:
        overrides = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _unusable(f"{path}: {error}") from error
    for table, overridden in overrides.items():
        known = tables.get(table)
        if known is None or not isinstance(overridden, dict):
            raise _unusable(f"{path}: there is no table {table}; known are: {', '.join(tables)}")
        for word, name in overridden.items():
            if word not in known:
                raise _unusable(f"{path}: there is no name {table}.{word}; known are: {', '.join(known)}")
            if not isinstance(name, str) or not (_PATH.fullmatch(name) or word in {"namespace", "date_format"}):
                raise _unusable(f"{path}: {table}.{word} is no path of element names")
            known[word] = name
