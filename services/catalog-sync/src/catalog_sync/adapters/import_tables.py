"""Tables of imports and pulls: rows on their way into the ERP, the feed, and what was read from a walked ERP."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Column, DateTime, Index, LargeBinary, Text, text
from sqlmodel import Field

from catalog_sync.adapters.tables import CatalogTable, PriceRow, table


class ImportRowTable(CatalogTable, table=True):
    """How far a row of an import is; its state stands in ``apply_row``."""

    __tablename__ = "import_row"

    run: UUID = Field(primary_key=True)
    n: int = Field(primary_key=True)
    item_ref: str | None
    alike: list[str] = Field(sa_column=Column(ARRAY(Text), nullable=False))
    written: bool
    priced_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class FeedEntryTable(CatalogTable, table=True):
    """An item offered to an ERP that fetches; positions are given under a lock and only grow."""

    __tablename__ = "feed_entry"

    organization: str = Field(primary_key=True)
    position: int = Field(primary_key=True, sa_type=BigInteger)
    cabinet: str
    cabinet_item_id: str
    diff: UUID
    run: UUID
    n: int
    body: bytes = Field(sa_column=Column(LargeBinary, nullable=False))
    state: str
    created_at: datetime = Field(sa_column=Column(DateTime(timezone=True), nullable=False))
    ref: str | None
    message: str | None
    acknowledged_at: datetime | None = Field(sa_column=Column(DateTime(timezone=True)))


class PulledDocumentTable(CatalogTable, table=True):
    """The version of a document as last read from an ERP that is walked."""

    __tablename__ = "pulled_document"

    organization: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    ref: str = Field(primary_key=True)
    version: str | None


OPEN = text("state = 'open'")
_feed = table(FeedEntryTable).c
Index("feed_entry_open", _feed.organization, _feed.position, postgresql_where=OPEN)
Index("feed_entry_item", _feed.cabinet, _feed.cabinet_item_id, postgresql_where=OPEN)
Index("price_document", table(PriceRow).c.organization, table(PriceRow).c.document_ref)
