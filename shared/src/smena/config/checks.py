"""What a single table can't know: references between tables, doubles, and secrets that are absent."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel

from smena.config.locate import KeyPath
from smena.config.model import SmenaConfig
from smena.config.organizations import EVERY_ORGANIZATION
from smena.config.secrets import SecretMissingError, SecretReference

Mistake = tuple[KeyPath, str]


def mistakes(config: SmenaConfig, environment: Mapping[str, str]) -> Iterator[Mistake]:
    """Every mistake that shows only when the tables are seen together."""
    yield from _doubles("organizations", "id", [table.id for table in config.organizations])
    yield from _doubles("organizations", "unp", [table.unp for table in config.organizations])
    yield from _doubles("cabinets", "id", [table.id for table in config.cabinets])
    yield from _doubles("registers", "id", [table.id for table in config.registers])
    numbers = [f"{table.number} of cabinet {table.cabinet}" for table in config.registers]
    yield from _doubles("registers", "number", numbers)
    yield from _doubles("erp", "organization", [table.organization for table in config.erp])
    yield from _doubles("api_tokens", "name", [table.name for table in config.api_tokens])
    yield from _doubles("api_tokens", "sha256", [table.sha256 for table in config.api_tokens], show=False)
    yield from _references(config)
    for place, register in enumerate(config.registers):
        if register.active_from and register.active_to and register.active_to < register.active_from:
            yield ("registers", place, "active_to"), f"lies before active_from ({register.active_from})"
        documents = register.documents
        if documents.delivery != "off" and documents.outlet is None:
            yield ("registers", place, "documents", "outlet"), "needed for any delivery but off: name the outlet (НТТ)"
        cabinet = next((one for one in config.cabinets if one.id == register.cabinet), None)
        if documents.on_change == "update" and cabinet and config.erp_of(cabinet.organization).kind == "pull":
            reason = 'not with [[erp]] kind = "pull", which can\'t be read back: write on_change = "adjust"'
            yield ("registers", place, "documents", "on_change"), reason
        if documents.delivery != "off" and documents.documents_from is None:
            reason = "needed for any delivery but off: the first business date for which documents are made"
            yield ("registers", place, "documents", "documents_from"), reason
    yield from _absent_secrets(config, (), environment)


def _references(config: SmenaConfig) -> Iterator[Mistake]:
    organizations = [table.id for table in config.organizations]
    cabinets = [table.id for table in config.cabinets]
    for place, cabinet in enumerate(config.cabinets):
        yield from _unknown(("cabinets", place, "organization"), "organisation", cabinet.organization, organizations)
    for place, register in enumerate(config.registers):
        yield from _unknown(("registers", place, "cabinet"), "cabinet", register.cabinet, cabinets)
    for place, erp in enumerate(config.erp):
        yield from _unknown(("erp", place, "organization"), "organisation", erp.organization, organizations)
    for place, token in enumerate(config.api_tokens):
        for index, organization in enumerate(token.organizations):
            if organization != EVERY_ORGANIZATION:
                path = ("api_tokens", place, "organizations", index)
                yield from _unknown(path, "organisation", organization, organizations)


def _unknown(path: KeyPath, what: str, wanted: str, known: Sequence[str]) -> Iterator[Mistake]:
    if wanted not in known:
        yield path, f"there is no {what} {wanted!r} in this file; known are: {', '.join(known) or 'none'}"


def _doubles(table: str, key: str, values: Sequence[str], *, show: bool = True) -> Iterator[Mistake]:
    for place, value in enumerate(values):
        first = values.index(value)
        if first != place:
            what = f"{value!r} stands" if show else "the same value stands"
            yield (table, place, key), f"{what} in [[{table}]] number {first + 1} already; each needs its own"


def _absent_secrets(value: Any, path: KeyPath, environment: Mapping[str, str]) -> Iterator[Mistake]:
    if isinstance(value, SecretReference):
        try:
            value.resolve(environment)
        except SecretMissingError as error:
            yield path, str(error)
    elif isinstance(value, BaseModel):
        for name, content in value:
            yield from _absent_secrets(content, (*path, name), environment)
    elif isinstance(value, tuple):
        for place, content in enumerate(value):
            yield from _absent_secrets(content, (*path, place), environment)
