"""Long lists on disk for a while: sorted by key, in little memory."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import groupby
from operator import itemgetter

from tradegecko_bridge.ports import Spool


class DiskSpool(Spool):
    """A database of its own in a file without a name, which is gone when it is closed."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        connection.execute("CREATE TABLE spool (key TEXT NOT NULL, row TEXT NOT NULL)")

    def add(self, rows: Iterable[tuple[str, str]]) -> None:
        self._connection.executemany("INSERT INTO spool VALUES (?, ?)", rows)

    def groups(self) -> Iterator[tuple[str, list[str]]]:
        found = self._connection.execute("SELECT key, row FROM spool ORDER BY key, rowid")
        for key, rows in groupby(found, itemgetter(0)):
            yield key, [row for _, row in rows]


@contextmanager
def spool() -> Iterator[DiskSpool]:
    """A new one, empty."""
    with closing(sqlite3.connect("", isolation_level=None, check_same_thread=False)) as connection:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("BEGIN")
        yield DiskSpool(connection)
