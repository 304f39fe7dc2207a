"""Alembic scripts of the schema ``ledger``."""
