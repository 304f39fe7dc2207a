"""Tell a database that is away from a statement that is wrong."""

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

_STATES_OF_OUTAGE = ("08", "57P", "53")
"""SQLSTATE beginnings: connection lost, server going down or not yet up, out of connections, memory or disk."""


def is_database_outage(error: BaseException | None) -> bool:
    """Whether this error, or what caused it, says that the database can't be reached now."""
    seen = 0
    while error is not None and seen < 10:
        if isinstance(error, PoolTimeoutError):
            return True
        if isinstance(error, DBAPIError):
            state = getattr(error.orig, "sqlstate", None)
            if error.connection_invalidated or (state is not None and str(state).startswith(_STATES_OF_OUTAGE)):
                return True
            if state is None and type(error.orig).__name__ in {"OperationalError", "ConnectionTimeout"}:
                return True
        error = error.__cause__
        seen += 1
    return False
