"""What people decided, hash-chained; the database itself refuses to change or remove an entry.

Revision ID: 0006
"""

from smena.audit.table import create_audit_table

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

SCHEMA = "catalog_sync"


def upgrade() -> None:
    create_audit_table(SCHEMA)
