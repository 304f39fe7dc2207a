"""Whose books are kept, and who may ask."""

from typing import Annotated, Literal

from pydantic import Field

from smena.config.base import ConfigTable
from smena.config.fields import Slug, Text, TimeZoneName, Unp

EVERY_ORGANIZATION = "*"

Scope = Literal["catalog:read", "catalog:write", "sales:read", "sales:write", "ledger:read", "ledger:write"]


class Organization(ConfigTable):
    """A payer: its УНП, time zone and accounting mode."""

    id: Slug
    name: Text
    unp: Unp
    timezone: TimeZoneName = "Europe/Minsk"
    vat_payer: bool = True
    accounting: Literal["quantity-sum", "sum"] = "quantity-sum"
    waybill_names: Annotated[str, Field(min_length=1)] = "blrwbl"


class ApiToken(ConfigTable):
    """A caller of the API: known by the sha256 of its token, bound to organisations and scopes."""

    name: Text
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$", repr=False)]
    person: Text
    organizations: Annotated[tuple[Literal["*"] | Slug, ...], Field(min_length=1)]
    scopes: Annotated[tuple[Scope, ...], Field(min_length=1)]
