"""What sources are to be told, in the database. The rules decide what becomes of an entry."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any

from attrs import evolve
from sqlalchemy import Connection, bindparam, func, select, update
from sqlalchemy import insert as plain_insert

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.outbox import OutboxCount, OutboxEntry, OutboxState, Stream, Wanted
from tradegecko_bridge.ports import OutboxStore, Spool
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.rules import outbox as rules
from tradegecko_bridge.stores.spool import spool
from tradegecko_bridge.stores.sql.database import InDatabase, chunks, insert
from tradegecko_bridge.stores.sql.many import execute_many
from tradegecko_bridge.stores.sql.tables import is_over, outbox, streams

_c = outbox.c
_S = OutboxState
_TO_TELL = (_c.state == _S.PENDING.value) | (_c.state == _S.TELLING.value)
_COLUMNS = [column.name for column in _c]
_UPDATE = update(outbox).where(_c.id == bindparam("row_id"))
_INSERT = plain_insert(outbox)
_MAYBE = "~"
"""Before a value that was accepted, and may not be what the source has: earlier versions find it equal to none."""


class SqlOutbox(InDatabase, OutboxStore):
    """What sources are to be told, and what they were told."""

    def claim_stream(self, connection: str, kind: str, worker: str, *, at: datetime, until: datetime) -> Stream | None:
        at, until = utc(at), utc(until)
        with self._database.writing() as tx:
            blank = {"connection": connection, "kind": kind, "worker": "", "serial": 0}
            tx.execute(insert(tx, streams).values(blank).on_conflict_do_nothing())
            mine = (streams.c.connection == connection, streams.c.kind == kind)
            free = select(streams.c.serial).where(*mine, is_over(streams.c.until, at)).with_for_update()
            serial = tx.execute(free).scalar_one_or_none()
            if serial is None:
                return None
            tx.execute(update(streams).where(*mine).values(worker=worker, until=until, serial=serial + 1))
            left = select(outbox).where(_c.connection == connection, _c.kind == kind, _c.state == _S.TELLING.value)
            _write(tx, [rules.abandoned(_entry(stored)) for stored in tx.execute(left)])
        return Stream(connection=connection, kind=kind, worker=worker, until=until, serial=serial + 1)

    def renew_stream(self, stream: Stream, *, until: datetime) -> None:
        with self._database.writing() as tx:
            _must_be_ours(tx, stream)
            tx.execute(_ours(stream).values(until=utc(until)))

    def release_stream(self, stream: Stream) -> None:
        with self._database.writing() as tx:
            tx.execute(_ours(stream).values(until=None, serial=streams.c.serial + 1))

    def want(self, stream: Stream, wanted: Sequence[Wanted], *, at: datetime, again: bool = False) -> int:
        at = utc(at)
        with self._database.writing() as tx:
            _must_be_ours(tx, stream)
            known = _by_key(tx, stream, {one.key for one in wanted})
            entries = list(rules.want(stream, wanted, known, at, again=again))
            _write(tx, entries)
        return sum(1 for entry in entries if not entry.id or entry.generation != known[entry.key].generation)

    def take_to_tell(self, stream: Stream, *, at: datetime, limit: int, after: int = 0) -> Sequence[OutboxEntry]:
        due = select(outbox).where(
            _c.connection == stream.connection,
            _c.kind == stream.kind,
            _c.state == _S.PENDING.value,
            is_over(_c.next_attempt_at, utc(at)),
            _c.id > after,
        )
        with self._database.writing() as tx:
            _must_be_ours(tx, stream)
            entries = [rules.telling(_entry(stored)) for stored in tx.execute(due.order_by(_c.id).limit(limit))]
            _write(tx, entries)
        return entries

    def record_told(self, stream: Stream, entries: Sequence[OutboxEntry], *, at: datetime) -> None:
        at = utc(at)
        with self._database.writing() as tx:
            ours = _is_ours(tx, stream)
            stored = _by_key(tx, stream, {entry.key for entry in entries})
            known = [(stored[entry.key], entry) for entry in entries if entry.key in stored]
            if ours:
                _write(tx, [rules.answered(row, evolve(entry, told_at=at)) for row, entry in known])
            else:
                _write(tx, [rules.abandoned(row) for row, _ in known])
        if not ours:
            raise _lost(stream)

    def outbox(
        self,
        connection: str,
        kind: str,
        *,
        key: str | None = None,
        states: Collection[OutboxState] | None = None,
        after: int = 0,
        limit: int = 1_000,
    ) -> Sequence[OutboxEntry]:
        query = select(outbox).where(_c.connection == connection, _c.kind == kind, _c.id > after)
        if key is not None:
            query = query.where(_c.key == key)
        if states is not None:
            query = query.where(_c.state.in_([state.value for state in states]))
        with self._database.reading() as tx:
            return [_entry(stored) for stored in tx.execute(query.order_by(_c.id).limit(limit))]

    def spool(self) -> AbstractContextManager[Spool]:
        return spool()

    def outbox_counts(self, connection: str) -> Sequence[OutboxCount]:
        query = select(_c.kind, _c.state, func.count().label("entries"), func.min(_c.failing_since).label("since"))
        query = query.where(_c.connection == connection, _c.state != _S.ACCEPTED.value).group_by(_c.kind, _c.state)
        with self._database.reading() as tx:
            return [
                OutboxCount(kind=row.kind, state=_S(row.state), count=row.entries, failing_since=row.since)
                for row in tx.execute(query.order_by(_c.kind, _c.state))
            ]


def _entry(stored: Any) -> OutboxEntry:
    told = stored.told
    accepted = told.removeprefix(_MAYBE) if told else told
    known = told if told == accepted else None
    return OutboxEntry(**{**stored._mapping, "state": _S(stored.state), "told": known, "accepted": accepted})


def _values(entry: OutboxEntry) -> dict[str, Any]:
    """All columns but the id."""
    values = {name: getattr(entry, name) for name in _COLUMNS if name != "id"}
    told = _MAYBE + entry.accepted if entry.told is None and entry.accepted is not None else entry.told
    return {**values, "state": entry.state.value, "told": told}


def _write(tx: Connection, entries: Sequence[OutboxEntry]) -> None:
    if new := [_values(entry) for entry in entries if not entry.id]:
        execute_many(tx, _INSERT, new)
    if known := [{**_values(entry), "row_id": entry.id} for entry in entries if entry.id]:
        execute_many(tx, _UPDATE, known)


def _by_key(tx: Connection, stream: Stream, keys: Collection[str]) -> dict[str, OutboxEntry]:
    """The stream's entries of these keys, locked."""
    found: dict[str, OutboxEntry] = {}
    for part in chunks(sorted(keys)):
        query = select(outbox).where(_c.connection == stream.connection, _c.kind == stream.kind, _c.key.in_(part))
        found.update((stored.key, _entry(stored)) for stored in tx.execute(query.order_by(_c.id).with_for_update()))
    return found


def _ours(stream: Stream) -> Any:
    return update(streams).where(
        streams.c.connection == stream.connection,
        streams.c.kind == stream.kind,
        streams.c.serial == stream.serial,
    )


def _is_ours(tx: Connection, stream: Stream) -> bool:
    """Whether nobody else has taken the stream; it is locked, so that nobody does before the transaction ends."""
    query = select(streams.c.serial).where(streams.c.connection == stream.connection, streams.c.kind == stream.kind)
    return tx.execute(query.with_for_update()).scalar_one_or_none() == stream.serial


def _must_be_ours(tx: Connection, stream: Stream) -> None:
    if not _is_ours(tx, stream):
        raise _lost(stream)


def _lost(stream: Stream) -> ClaimLost:
    return ClaimLost(f"{stream.connection}: another worker tells the source its {stream.kind} now")
