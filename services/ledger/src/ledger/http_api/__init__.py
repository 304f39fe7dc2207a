"""Routes and models of /ledger/v1."""
