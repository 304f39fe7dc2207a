"""The tables of the schema ``catalog_sync``, on a registry of their own: one process may hold three services."""

from datetime import date, datetime
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Index, LargeBinary, MetaData, Table, Text, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel

from smena.audit.table import audit_table
from smena.http.idempotency import idempotency_table
from smena.outbox.tables import messaging_tables
from smena.runs.tables import runs_table

SCHEMA = "catalog_sync"
METADATA = MetaData(schema=SCHEMA)
MESSAGING = messaging_tables(METADATA, SCHEMA)
RUNS = runs_table(METADATA, SCHEMA)
IDEMPOTENCY = idempotency_table(METADATA, SCHEMA)
AUDIT = audit_table(METADATA, SCHEMA)


class CatalogTable(SQLModel, registry=registry(metadata=METADATA)):
    """Base of this service's tables."""

    metadata: ClassVar[MetaData] = METADATA


def _digest() -> Any:
    return Field(sa_column=Column(LargeBinary, nullable=False))


def _instant(*, nullable: bool = False) -> Any:
    return Field(sa_column=Column(DateTime(timezone=True), nullable=nullable))


def _texts() -> Any:
    return Field(sa_column=Column(ARRAY(Text), nullable=False))


class ErpVersionRow(CatalogTable, table=True):
    """How often an organisation's catalogue has moved: the version of the ERP's side."""

    __tablename__ = "erp_version"

    organization: str = Field(primary_key=True)
    revision: int = Field(sa_type=BigInteger)


class ErpItemRow(CatalogTable, table=True):
    """An item of the ERP; ``digest`` is of its content, so that an unchanged row is known without a write."""

    __tablename__ = "item"

    organization: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    name: str
    code: str | None
    full_name: str | None
    unit: str | None
    group_path: str | None
    barcodes: list[str] = _texts()
    article: str | None
    vat_rate: str | None
    retail_vat_rate: str | None
    kind: str
    marking: str
    active: bool
    version: str | None
    digest: bytes = _digest()


class PriceRow(CatalogTable, table=True):
    """A price setting; ``active`` False once the ERP no longer holds it."""

    __tablename__ = "price"

    organization: str = Field(primary_key=True)
    item_ref: str = Field(primary_key=True)
    price_type: str = Field(primary_key=True)
    effective_at: datetime = Field(sa_column=Column(DateTime(timezone=True), primary_key=True))
    document_number: str = Field(primary_key=True)
    price: int = Field(sa_type=BigInteger)
    active: bool
    document_ref: str | None


class GoodsReceiptRow(CatalogTable, table=True):
    """The head of a goods receipt."""

    __tablename__ = "goods_receipt"

    organization: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    number: str
    date: date
    supplier: str | None
    active: bool
    digest: bytes = _digest()


class GoodsReceiptLineRow(CatalogTable, table=True):
    """A line of a goods receipt."""

    __tablename__ = "goods_receipt_line"

    organization: str = Field(primary_key=True)
    receipt_ref: str = Field(primary_key=True)
    line: int = Field(primary_key=True)
    item_ref: str
    quantity: int = Field(sa_type=BigInteger)
    price: int = Field(sa_type=BigInteger)
    vat_rate: str | None


class CabinetSnapshotRow(CatalogTable, table=True):
    """When a cabinet's items were last read, the version of what was found, and the last failure since."""

    __tablename__ = "cabinet_snapshot"

    cabinet: str = Field(primary_key=True)
    version: str | None
    items: int
    read_at: datetime | None = _instant(nullable=True)
    failed_at: datetime | None = _instant(nullable=True)
    failure: str | None


class CabinetItemRow(CatalogTable, table=True):
    """An item of a cabinet as last read; ``gone`` once the cabinet no longer lists it."""

    __tablename__ = "cabinet_item"

    cabinet: str = Field(primary_key=True)
    id: str = Field(primary_key=True)
    name: str
    article: str | None
    unit: str | None
    group_path: str | None
    barcodes: list[str] = _texts()
    vat_rate: str | None
    purchase_price: int | None = Field(sa_type=BigInteger)
    retail_price: int | None = Field(sa_type=BigInteger)
    kind: str
    active: bool
    gone: bool
    digest: bytes = _digest()


class BindingRow(CatalogTable, table=True):
    """An item of the ERP tied to an item of a cabinet; ``digest`` is of what was last told to the others."""

    __tablename__ = "binding"

    cabinet: str = Field(primary_key=True)
    item_ref: str = Field(primary_key=True)
    cabinet_item_id: str
    organization: str
    matched_by: str
    bound_at: datetime = _instant()
    bound_by: str | None
    digest: bytes = _digest()


class DiffTable(CatalogTable, table=True):
    """The head of a diff."""

    __tablename__ = "diff"

    id: UUID = Field(primary_key=True)
    run: UUID
    organization: str
    register_id: str
    cabinet: str
    request: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    state: str
    created_at: datetime = _instant()
    created_by: str
    computed_at: datetime | None = _instant(nullable=True)
    erp_version: str | None
    cabinet_version: str | None
    counts: dict[str, Any] = Field(sa_column=Column(JSONB, nullable=False))
    not_compared: list[str] = _texts()
    identical_kept: bool
    bindings_version: str | None
    revision: int


class DiffRowTable(CatalogTable, table=True):
    """A row of a diff: ``body`` is the row as JSON, the rest is for choosing and searching."""

    __tablename__ = "diff_row"

    diff: UUID = Field(primary_key=True)
    n: int = Field(primary_key=True)
    key: str
    status: str
    applicable: bool
    search: str
    fingerprint: bytes = _digest()
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))


class ApplyRowTable(CatalogTable, table=True):
    """A row under way to the cabinet: intent before the call, outcome after it."""

    __tablename__ = "apply_row"

    run: UUID = Field(primary_key=True)
    n: int = Field(primary_key=True)
    diff: UUID
    state: str
    cabinet_item_id: str | None
    message: str | None
    sent_at: datetime | None = _instant(nullable=True)
    before: bytes | None = Field(sa_column=Column(LargeBinary))
    written: bytes | None = Field(sa_column=Column(LargeBinary))
    refused: list[Any] | None = Field(sa_column=Column(JSONB))


class HandedFileTable(CatalogTable, table=True):
    """The file an apply run handed to a person."""

    __tablename__ = "handed_file"

    run: UUID = Field(primary_key=True)
    name: str
    media_type: str
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    made_at: datetime = _instant()


def table(model: type[CatalogTable]) -> Table:
    """The SQLAlchemy table behind a model, for the bulk paths."""
    return METADATA.tables[f"{SCHEMA}.{model.__tablename__}"]


Index("binding_cabinet_item", table(BindingRow).c.cabinet, table(BindingRow).c.cabinet_item_id, unique=True)
Index("goods_receipt_line_item", table(GoodsReceiptLineRow).c.organization, table(GoodsReceiptLineRow).c.item_ref)
Index("diff_row_status", table(DiffRowTable).c.diff, table(DiffRowTable).c.status, table(DiffRowTable).c.n)
Index("apply_row_diff", table(ApplyRowTable).c.diff, table(ApplyRowTable).c.n)
Index(
    "apply_row_handed_over",
    table(ApplyRowTable).c.diff,
    postgresql_where=text("state = 'handed-over'"),
)
Index(
    "apply_row_open",
    table(ApplyRowTable).c.run,
    table(ApplyRowTable).c.n,
    postgresql_where=text("state in ('planned', 'sent')"),
)
