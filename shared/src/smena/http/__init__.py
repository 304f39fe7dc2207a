"""The HTTP side all services share: the application, problem answers, tokens, limits, idempotency, paging."""
