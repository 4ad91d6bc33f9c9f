"""What goes wrong in a database, as one line a person can act on.

Neither the statement nor its parameters nor the driver's own text for PostgreSQL get into it: they hold names
and addresses.
"""

from __future__ import annotations

import sqlite3

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from tradegecko_bridge.errors import StoreBusy, StoreError

_BUSY = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_LOCKED = "55P03"  # lock not available
_GAVE_WAY = frozenset({"40P01", "40001"})  # deadlock, serialisation failure
_STOPPED = "25P03"  # idle-in-transaction session timeout
_SQLITE_ADVICE = {
    sqlite3.SQLITE_NOTADB: "this file is not a SQLite database; name another one",
    sqlite3.SQLITE_CORRUPT: "the file is damaged; restore it from a backup before running again",
    sqlite3.SQLITE_CANTOPEN: "cannot open the file; check that it and its directory are writable",
    sqlite3.SQLITE_READONLY: "the file is read-only; make it and its directory writable",
    sqlite3.SQLITE_FULL: "the disk is full; nothing was written",
    sqlite3.SQLITE_IOERR: "reading or writing the disk failed; check it",
}


def as_store_error(error: SQLAlchemyError | sqlite3.Error, ledger: str, waited: float) -> StoreError:
    """The error to raise for ``error``; ``waited`` is how long (seconds) the database was waited for."""
    if isinstance(error, PoolTimeout):
        return StoreBusy(f"{ledger}: all of this process's connections are in use; run fewer threads")
    cause = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, sqlite3.Error):
        return _from_sqlite(cause, ledger, waited)
    state = getattr(cause, "sqlstate", None)
    if state == _LOCKED:
        return busy(ledger, waited)
    if state in _GAVE_WAY:
        return StoreBusy(f"{ledger}: this write had to give way to another one; nothing was written, try again")
    if state == _STOPPED:
        return StoreError(f"{ledger}: this process stopped in the middle of a write; nothing was written, try again")
    kind = type(cause).__name__
    if state is None and kind == "OperationalError":
        return StoreError(f"{ledger}: no connection to the database; check that it runs, and the address and password")
    return StoreError(f"{ledger}: the database failed ({kind}{f', SQLSTATE {state}' if state else ''})")


def _from_sqlite(cause: sqlite3.Error, ledger: str, waited: float) -> StoreError:
    code = getattr(cause, "sqlite_errorcode", 0) & 0xFF  # the rest of the number tells kinds of it apart
    if code in _BUSY:
        return busy(ledger, waited)
    # SQLite's own messages name columns and constraints, never values.
    return StoreError(f"{ledger}: {_SQLITE_ADVICE.get(code) or cause}")


def busy(ledger: str, waited: float) -> StoreBusy:
    """Somebody else held the database all the time we waited (seconds)."""
    return StoreBusy(
        f"{ledger}: somebody else has held it for {waited:g} s and nothing was written; "
        "try again, or find what holds it and end it"
    )
