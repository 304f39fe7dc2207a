"""Deterministic identities: the same thing gets the same id on every machine and in every run."""

from datetime import UTC, datetime
from uuid import UUID, uuid5

SMENA_NAMESPACE = UUID("6c3f0f5e-2f0b-5a57-9d0b-7c2b1f4a9e10")
"""Namespace of every uuid5 of the product; printed in the docs, never changed."""


def shift_id(cabinet: str, register_number: str, shift_number: int, opened_at: datetime) -> UUID:
    """The id of a shift, the same in sales-ingest and ledger: numbers restart, so the opening is part of it."""
    return uuid5(SMENA_NAMESPACE, f"shift|{cabinet}|{register_number}|{shift_number}|{compact_utc(opened_at)}")


def document_id(key: str) -> UUID:
    """The id of an accounting document, which is also its ``Ref_Key`` in 1C (contracts.md)."""
    return uuid5(SMENA_NAMESPACE, key)


def onec_ref(ref: str) -> str | None:
    """A reference in 1C's form, which is a GUID; None where it is none."""
    try:
        return str(UUID(ref))
    except ValueError:
        return None


def compact_utc(instant: datetime) -> str:
    """An aware instant as ``YYYYMMDDTHHMMSSZ`` in UTC."""
    return instant.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
