"""The first tables: both sides, bindings, diffs, rows under way; runs, keys, messages."""

from alembic import op
from sqlalchemy import MetaData

from smena.http.idempotency import idempotency_table
from smena.outbox.migration import create_messaging_tables
from smena.runs.tables import runs_table

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

SCHEMA = "catalog_sync"

STATEMENTS = (
    """
    create table catalog_sync.apply_row (
        run uuid not null,
        n integer not null,
        diff uuid not null,
        state text not null,
        cabinet_item_id text,
        message text,
        sent_at timestamp with time zone,
        before bytea,
        primary key (run, n)
    )
    """,
    "create index apply_row_open on catalog_sync.apply_row (run, n) where state in ('planned', 'sent')",
    """
    create table catalog_sync.binding (
        cabinet text not null,
        item_ref text not null,
        cabinet_item_id text not null,
        organization text not null,
        matched_by text not null,
        bound_at timestamp with time zone not null,
        digest bytea not null,
        primary key (cabinet, item_ref)
    )
    """,
    "create unique index binding_cabinet_item on catalog_sync.binding (cabinet, cabinet_item_id)",
    """
    create table catalog_sync.cabinet_item (
        cabinet text not null,
        id text not null,
        name text not null,
        article text,
        unit text,
        group_path text,
        barcodes text[] not null,
        vat_rate text,
        purchase_price bigint,
        retail_price bigint,
        kind text not null,
        active boolean not null,
        gone boolean not null,
        digest bytea not null,
        primary key (cabinet, id)
    )
    """,
    """
    create table catalog_sync.cabinet_snapshot (
        cabinet text not null,
        version text,
        items integer not null,
        read_at timestamp with time zone,
        failed_at timestamp with time zone,
        failure text,
        primary key (cabinet)
    )
    """,
    """
    create table catalog_sync.diff (
        id uuid not null,
        run uuid not null,
        organization text not null,
        register_id text not null,
        cabinet text not null,
        request jsonb not null,
        state text not null,
        created_at timestamp with time zone not null,
        created_by text not null,
        computed_at timestamp with time zone,
        erp_version text,
        cabinet_version text,
        counts jsonb not null,
        not_compared text[] not null,
        identical_kept boolean not null,
        primary key (id)
    )
    """,
    """
    create table catalog_sync.diff_row (
        diff uuid not null,
        n integer not null,
        key text not null,
        status text not null,
        applicable boolean not null,
        search text not null,
        fingerprint bytea not null,
        body bytea not null,
        primary key (diff, n)
    )
    """,
    "create index diff_row_status on catalog_sync.diff_row (diff, status, n)",
    """
    create table catalog_sync.erp_version (
        organization text not null,
        revision bigint not null,
        primary key (organization)
    )
    """,
    """
    create table catalog_sync.goods_receipt (
        organization text not null,
        ref text not null,
        number text not null,
        date date not null,
        supplier text,
        active boolean not null,
        digest bytea not null,
        primary key (organization, ref)
    )
    """,
    """
    create table catalog_sync.goods_receipt_line (
        organization text not null,
        receipt_ref text not null,
        line integer not null,
        item_ref text not null,
        quantity bigint not null,
        price bigint not null,
        vat_rate text,
        primary key (organization, receipt_ref, line)
    )
    """,
    "create index goods_receipt_line_item on catalog_sync.goods_receipt_line (organization, item_ref)",
    """
    create table catalog_sync.item (
        organization text not null,
        ref text not null,
        name text not null,
        code text,
        full_name text,
        unit text,
        group_path text,
        barcodes text[] not null,
        article text,
        vat_rate text,
        retail_vat_rate text,
        kind text not null,
        marking text not null,
        active boolean not null,
        version text,
        digest bytea not null,
        primary key (organization, ref)
    )
    """,
    """
    create table catalog_sync.price (
        organization text not null,
        item_ref text not null,
        price_type text not null,
        effective_at timestamp with time zone not null,
        document_number text not null,
        price bigint not null,
        active boolean not null,
        primary key (organization, item_ref, price_type, effective_at, document_number)
    )
    """,
)


def upgrade() -> None:
    create_messaging_tables(SCHEMA)
    shared = MetaData(schema=SCHEMA)
    runs_table(shared, SCHEMA)
    idempotency_table(shared, SCHEMA)
    shared.create_all(op.get_bind(), checkfirst=False)
    for statement in STATEMENTS:
        op.execute(statement)
