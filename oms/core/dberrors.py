"""PostgreSQL's own refusals as typed errors: lock time-outs, deadlocks, a server that is away."""

from django.db import DatabaseError, InterfaceError, OperationalError

from oms.core.errors import Busy, DomainError, Unavailable

# lock_not_available, deadlock_detected, serialization_failure, query_canceled (statement_timeout)
RETRYABLE = frozenset({"55P03", "40P01", "40001", "57014"})


def sqlstate(error: BaseException) -> str:
    """The SQLSTATE behind a Django database error, or an empty string."""
    return getattr(error.__cause__, "sqlstate", None) or ""


def as_domain_error(error: Exception) -> Exception:
    """`Busy` for a lock that was not to be had, `Unavailable` for a lost server, else `error`."""
    state = sqlstate(error) if isinstance(error, DatabaseError) else ""
    translated: DomainError
    if state in RETRYABLE:
        translated = Busy()
    elif isinstance(error, OperationalError | InterfaceError) and (
        not state or state.startswith(("08", "57P", "53"))
    ):
        translated = Unavailable()
    else:
        return error
    translated.__cause__ = error
    return translated
