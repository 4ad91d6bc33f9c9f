"""A ledger in memory: everything a durable one does, except outliving the program."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from threading import Lock
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.pool import NullPool

from tradegecko_bridge.stores.sql.database import Database, create_engine, prepare
from tradegecko_bridge.stores.sql.schema import create_tables
from tradegecko_bridge.stores.sql.store import DatabaseStore


class MemoryStore(DatabaseStore):
    """For trying things out and for tests. Threads may share it; processes cannot."""

    def __init__(self) -> None:
        super().__init__(_MemoryDatabase())

    def __repr__(self) -> str:
        return "<MemoryStore>"


class _MemoryDatabase(Database):
    """A SQLite database in memory. It lasts as long as its one connection, which threads use in turn, also to read."""

    def __init__(self) -> None:
        super().__init__(_engine(), "ledger in memory", "sqlite://")
        self._turn = Lock()
        self._connection = _engine().connect()
        _driver(_empty_ledger()).backup(_driver(self._connection))

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        with self._connected(), self._turn, self._connection.begin():
            yield self._connection

    writing = snapshot = reading

    def scrub(self, *_tables: str, first: object) -> bool:  # noqa: ARG002
        return True

    def close(self) -> None:
        self._connection.close()

    def before_fork(self) -> None:
        self._gate.shut(self._busy_timeout)

    def after_fork_in_child(self) -> None:
        self._turn = Lock()
        self._gate.open()


@cache
def _engine() -> Engine:
    """One for all: an engine of its own would have to compile every statement again."""
    settings = {"isolation_level": None, "check_same_thread": False}
    return prepare(create_engine("sqlite://", poolclass=NullPool, connect_args=settings))


@cache
def _empty_ledger() -> Connection:
    """An empty ledger: copying one is fifty times faster than creating its tables."""
    connection = _engine().connect()
    with connection.begin():
        create_tables(connection)
    return connection


def _driver(connection: Connection) -> Any:
    return connection.connection.driver_connection
