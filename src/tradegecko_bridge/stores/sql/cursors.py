"""Cursors and told values in the database: what is known is replaced, what is new is added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from tradegecko_bridge.errors import CursorMoved
from tradegecko_bridge.ports import ToldValueStore
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.sql.database import InDatabase, insert
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


class SqlToldValues(InDatabase, ToldValueStore):
    """The values that sources were last told and have acknowledged."""

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        mine = (told_values.c.connection == connection, told_values.c.kind == kind)
        with self._database.reading() as tx:
            rows = tx.execute(select(told_values.c.key, told_values.c.value).where(*mine))
            return {row.key: row.value for row in rows}

    def record_told_values(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        at = utc(at)
        if not values:
            return
        rows = [
            {"connection": connection, "kind": kind, "key": key, "value": value, "at": at}
            for key, value in sorted(values.items())  # in one order everywhere, so that two writers cannot deadlock
        ]
        with self._database.writing() as tx:
            new = insert(tx, told_values)
            changed = {"value": new.excluded.value, "at": new.excluded.at}
            tx.execute(new.on_conflict_do_update(index_elements=["connection", "kind", "key"], set_=changed), rows)
