"""The names of objects, fields and values in 1C, as data: the table ``bp-by`` and a customer's file over it."""

import tomllib
from collections.abc import Mapping
from importlib.resources import files
from pathlib import Path

from smena.erp.errors import ErpSetupError

BP_BY = "bp-by"
Table = Mapping[str, str]


class Names:
    """Names by our word for the object and our word for the field."""

    def __init__(self, tables: Mapping[str, Table]) -> None:
        self._tables = tables

    def __getitem__(self, thing: str) -> Table:
        """All names of one object."""
        return self._tables[thing]

    def things(self) -> tuple[str, ...]:
        """Our words for all objects that have names."""
        return tuple(self._tables)

    def set_of(self, thing: str) -> str:
        """The entity set of an object."""
        return self._tables[thing]["set"]

    def word_for(self, table: str, value: str) -> str | None:
        """Our word for one of 1C's values; None for one the table does not have."""
        return next((ours for ours, theirs in self._tables[table].items() if theirs == value), None)


def load_names(source: str, folder: Path | None = None) -> Names:
    """The names a configuration asks for: ``bp-by``, or a TOML file that overrides single names of it.

    Raises:
        ErpSetupError: the file cannot be read, or overrides what does not exist.
    """
    tables = tomllib.loads(files(__package__).joinpath("bp_by.toml").read_text(encoding="utf-8"))
    if source == BP_BY:
        return Names(tables)
    path = Path(source) if folder is None else folder / source
    try:
        overrides = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ErpSetupError(f"the file of 1C names {path} cannot be read: {error}") from error
    for thing, overridden in overrides.items():
        if not isinstance(overridden, dict):
            raise ErpSetupError(f"{path}: {thing} is no table of names")
        known = tables.get(thing)
        unknown = [thing] if known is None else [f"{thing}.{word}" for word in overridden if word not in known]
        if unknown or not all(isinstance(name, str) and name for name in overridden.values()):
            raise ErpSetupError(f"{path}: not a name that can be overridden: {', '.join(unknown) or thing}")
        tables[thing] = {**tables[thing], **overridden}
    return Names(tables)
