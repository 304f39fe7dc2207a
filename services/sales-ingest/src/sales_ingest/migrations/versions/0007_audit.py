"""What people decided, hash-chained; the database itself refuses to change or remove an entry.

Revision ID: 0007
"""

from smena.audit.table import create_audit_table

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

SCHEMA = "sales_ingest"


def upgrade() -> None:
    create_audit_table(SCHEMA)
