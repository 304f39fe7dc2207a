"""Routes of ``/catalog/v1``: no rules, no SQL."""
