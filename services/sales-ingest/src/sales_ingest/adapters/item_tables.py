"""Tables of items: bindings from catalog-sync, rules people asked to remember, and what they filled in."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, Index
from sqlalchemy.dialects.postgresql import JSONB
from sqlmodel import Field

from sales_ingest.adapters.registry import SalesTable, register_field


class BindingRow(SalesTable, table=True):
    """An ERP item tied to an item of a cabinet; ``price`` is the list price in kopecks."""

    __tablename__ = "binding"
    __table_args__ = (
        Index("binding_article", "cabinet", "article"),
        Index("binding_item", "cabinet", "item_ref"),
    )

    cabinet: str = Field(primary_key=True)
    cabinet_item_id: str = Field(primary_key=True)
    organization: str
    item_ref: str
    name: str
    unit: str
    vat_rate: str | None = None
    price: int | None = Field(default=None, sa_type=BigInteger)
    article: str | None = None
    bound: bool
    told_at: datetime = Field(sa_type=DateTime(timezone=True))


class BindingBarcodeRow(SalesTable, table=True):
    """A barcode of a bound item in comparable form."""

    __tablename__ = "binding_barcode"
    __table_args__ = (Index("binding_barcode_item", "cabinet", "cabinet_item_id"),)

    cabinet: str = Field(primary_key=True)
    digits: str = Field(primary_key=True)
    cabinet_item_id: str = Field(primary_key=True)


class ItemRuleRow(SalesTable, table=True):
    """What a person asked to remember: lines that carry this are that item."""

    __tablename__ = "item_rule"

    cabinet: str = Field(primary_key=True)
    group_key: str = Field(primary_key=True)
    item_ref: str
    person: str
    at: datetime = Field(sa_type=DateTime(timezone=True))


class ResolutionRow(SalesTable, table=True):
    """One filling of empty lines: who, what, how many; append-only."""

    __tablename__ = "resolution"

    id: UUID = Field(primary_key=True)
    organization: str
    item_ref: str
    scope: dict[str, Any] = Field(sa_type=JSONB)
    remember: bool
    lines: int
    person: str
    at: datetime = Field(sa_type=DateTime(timezone=True))


class ScheduleRow(SalesTable, table=True):
    """When a register's automatic pull last started, so that several workers start it once."""

    __tablename__ = "schedule"

    register_id: str = register_field(primary_key=True)
    fired_at: datetime = Field(sa_type=DateTime(timezone=True))
