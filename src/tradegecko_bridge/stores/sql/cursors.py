"""Cursors and acknowledged values in the database: what is known is replaced, what is new is added."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import Connection, select

from tradegecko_bridge.stores.sql.database import insert
from tradegecko_bridge.stores.sql.tables import acknowledged, cursors


def advance(tx: Connection, connection: str, stream: str, cursor: str, at: datetime) -> None:
    """Remember how far a stream has been read."""
    new = insert(tx, cursors).values(connection=connection, stream=stream, cursor=cursor, at=at)
    changed = {"cursor": new.excluded.cursor, "at": new.excluded.at}
    tx.execute(new.on_conflict_do_update(index_elements=["connection", "stream"], set_=changed))


def cursor(tx: Connection, connection: str, stream: str) -> str | None:
    """How far a stream has been read."""
    mine = (cursors.c.connection == connection, cursors.c.stream == stream)
    found: str | None = tx.execute(select(cursors.c.cursor).where(*mine)).scalar_one_or_none()
    return found


def read_acknowledged(tx: Connection, connection: str, kind: str) -> dict[str, str]:
    """What a source last acknowledged, by item key."""
    mine = (acknowledged.c.connection == connection, acknowledged.c.kind == kind)
    rows = tx.execute(select(acknowledged.c.key, acknowledged.c.value).where(*mine))
    return {row.key: row.value for row in rows}


def write_acknowledged(tx: Connection, connection: str, kind: str, values: Mapping[str, str], at: datetime) -> None:
    """A source acknowledged these values."""
    if not values:
        return
    new = insert(tx, acknowledged)
    changed = {"value": new.excluded.value, "at": new.excluded.at}
    rows = [
        {"connection": connection, "kind": kind, "key": key, "value": value, "at": at}
        for key, value in sorted(values.items())  # in one order everywhere, so that two writers cannot deadlock
    ]
    tx.execute(new.on_conflict_do_update(index_elements=["connection", "kind", "key"], set_=changed), rows)
