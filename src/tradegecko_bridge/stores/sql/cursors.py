"""Cursors and told values in the database: what is known is replaced, what is new is added."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import Connection, delete, select

from tradegecko_bridge.errors import CursorMoved
from tradegecko_bridge.ports import ToldValueStore
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.sql.database import InDatabase, chunks, insert
from tradegecko_bridge.stores.sql.tables import cursors, told_values


def advance(tx: Connection, connection: str, stream: str, cursor: str, at: datetime) -> None:
    """Remember how far a stream has been read."""
    new = insert(tx, cursors).values(connection=connection, stream=stream, cursor=cursor, at=at)
    changed = {"cursor": new.excluded.cursor, "at": new.excluded.at}
    tx.execute(new.on_conflict_do_update(index_elements=["connection", "stream"], set_=changed))


def must_be_at(tx: Connection, connection: str, stream: str, after: str | None) -> None:
    """See to it that a stream was read from where it stands; None: from wherever.

    Raises:
        CursorMoved: it stands elsewhere.
    """
    if after is not None and (read_cursor(tx, connection, stream) or "") != after:
        raise CursorMoved.of(connection, stream)


def read_cursor(tx: Connection, connection: str, stream: str) -> str | None:
    """How far a stream has been read."""
    mine = (cursors.c.connection == connection, cursors.c.stream == stream)
    found: str | None = tx.execute(select(cursors.c.cursor).where(*mine)).scalar_one_or_none()
    return found


def read_told(tx: Connection, connection: str, kind: str, keys: Collection[str] | None = None) -> dict[str, str]:
    """Told values, of these keys or all."""
    mine = (told_values.c.connection == connection, told_values.c.kind == kind)
    query = select(told_values.c.key, told_values.c.value).where(*mine)
    queries = [query] if keys is None else [query.where(told_values.c.key.in_(part)) for part in chunks(keys)]
    return {row.key: row.value for query in queries for row in tx.execute(query)}


def write_told(tx: Connection, connection: str, kind: str, values: Mapping[str, str], at: datetime) -> None:
    """Replace told values, or add them; a blank one is forgotten."""
    for part in chunks(key for key, value in values.items() if not value):
        mine = (told_values.c.connection == connection, told_values.c.kind == kind)
        tx.execute(delete(told_values).where(*mine, told_values.c.key.in_(part)))
    rows = [
        {"connection": connection, "kind": kind, "key": key, "value": value, "at": at}
        for key, value in sorted(values.items())  # in one order everywhere, so that two writers cannot deadlock
        if value
    ]
    if rows:
        new = insert(tx, told_values)
        changed = {"value": new.excluded.value, "at": new.excluded.at}
        tx.execute(new.on_conflict_do_update(index_elements=["connection", "kind", "key"], set_=changed), rows)


class SqlToldValues(InDatabase, ToldValueStore):
    """The values that sources were last told and have acknowledged."""

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        with self._database.reading() as tx:
            return read_told(tx, connection, kind)

    def record_told_values(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        at = utc(at)
        if not values:
            return
        with self._database.writing() as tx:
            write_told(tx, connection, kind, values, at)
