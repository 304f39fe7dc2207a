"""Alembic scripts of the schema ``sales_ingest``."""
