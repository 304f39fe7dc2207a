"""Alembic scripts of the schema ``catalog_sync``."""
