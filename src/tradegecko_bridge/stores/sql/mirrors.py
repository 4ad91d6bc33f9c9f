"""What accounts hold, in the ledger's database: all who share the ledger share it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update
from sqlalchemy import insert as plain_insert

from tradegecko_bridge.ports.mirrors import MirrorCounts, MirrorProgress, MirrorRow, MirrorStore, newest
from tradegecko_bridge.stores.sql.database import InDatabase, chunks, insert, wait_alone
from tradegecko_bridge.stores.sql.keys import ledger_key, read_key
from tradegecko_bridge.stores.sql.many import execute_many
from tradegecko_bridge.stores.sql.rows import as_json, from_json
from tradegecko_bridge.stores.sql.tables import mirror_keys, mirror_rows, mirrors

_r, _k, _m = mirror_rows.c, mirror_keys.c, mirrors.c
_STAMP = update(mirror_rows).where(
    _r.account == bindparam("whose"), _r.kind == bindparam("what"), _r.id == bindparam("row_id")
)
_ROWS = select(_r.id, _r.stamp, _r.content).where(
    _r.account == bindparam("whose"), _r.kind == bindparam("what"), _r.id.in_(bindparam("ids", expanding=True))
)
_BEHIND = (
    select(_r.id, _r.stamp, _r.content)
    .where(_r.account == bindparam("whose"), _r.kind == bindparam("what"), _r.id > bindparam("behind"))
    .order_by(_r.id)
    .limit(bindparam("most"))
)
_FIND = (
    select(_r.id, _r.stamp, _r.content)
    .join(mirror_keys, (_k.account == _r.account) & (_k.kind == _r.kind) & (_k.row_id == _r.id))
    .where(
        _k.account == bindparam("whose"),
        _k.kind == bindparam("what"),
        _k.name == bindparam("key"),
        _k.value.in_(bindparam("values", expanding=True)),
    )
)
_OF_KIND = select(mirrors).where(_m.account == bindparam("whose"), _m.kind == bindparam("what"))
_INSERT_ROWS = plain_insert(mirror_rows)
_INSERT_KEYS = plain_insert(mirror_keys)


class SqlMirror(InDatabase, MirrorStore):
    """The mirrors of all accounts."""

    def key(self) -> bytes:
        with self._database.reading() as tx:
            held = read_key(tx)
        if held is not None:
            return held
        with self._database.writing() as tx:
            return ledger_key(tx)

    def progress(self, account: str, kind: str) -> MirrorProgress:
        with self._database.reading() as tx:
            return _progress(tx, account, kind)

    def counts(self, account: str, kind: str) -> MirrorCounts:
        with self._database.reading() as tx:
            row = tx.execute(_OF_KIND, {"whose": account, "what": kind}).one_or_none()
        return MirrorCounts() if row is None else MirrorCounts(row.added, row.changed)

    def write(
        self, account: str, kind: str, rows: Sequence[MirrorRow], *, progress: MirrorProgress | None = None
    ) -> None:
        if not rows and progress is None:
            return
        with self._database.writing() as tx:
            wait_alone(tx, f"mirror {account} {kind}")
            added = changed = 0
            for part in chunks(newest(rows), 200):
                new, other = _write_rows(tx, account, kind, part)
                added, changed = added + new, changed + other
            if progress is not None:
                then = _progress(tx, account, kind).then(progress)
                _note(tx, account, kind, cursor=then.cursor, complete=then.complete, at=then.at)
            if added or changed:
                _note(tx, account, kind, added=added, changed=changed)

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        found: dict[str, MirrorRow] = {}
        with self._database.reading() as tx:
            for part in chunks(sorted(set(values))):
                stored = tx.execute(_FIND, {"whose": account, "what": kind, "key": key, "values": part})
                found.update((row.id, _to_row(row.id, row.stamp, row.content)) for row in stored)
        return [found[id_] for id_ in sorted(found)]

    def with_ids(self, account: str, kind: str, ids: Collection[str]) -> Sequence[MirrorRow]:
        found: list[MirrorRow] = []
        with self._database.reading() as tx:
            for part in chunks(sorted(set(ids))):
                stored = tx.execute(_ROWS, {"whose": account, "what": kind, "ids": part})
                found += (_to_row(row.id, row.stamp, row.content) for row in stored)
        return found

    def rows(self, account: str, kind: str, *, after: str = "", limit: int = 1_000) -> Sequence[MirrorRow]:
        with self._database.reading() as tx:
            stored = tx.execute(_BEHIND, {"whose": account, "what": kind, "behind": after, "most": limit})
            return [_to_row(row.id, row.stamp, row.content) for row in stored]

    def drop(self, account: str, kind: str, ids: Collection[str]) -> None:
        if not ids:
            return
        with self._database.writing() as tx:
            wait_alone(tx, f"mirror {account} {kind}")
            dropped = sum(_drop_rows(tx, account, kind, part) for part in chunks(sorted(set(ids))))
            if dropped:
                _note(tx, account, kind, changed=dropped)

    def forget(self, account: str) -> None:
        with self._database.writing() as tx:
            for table in (mirror_keys, mirror_rows):
                tx.execute(delete(table).where(table.c.account == account))
            again = {"cursor": None, "complete": False, "at": None, "changed": _m.changed + 1}
            tx.execute(update(mirrors).where(_m.account == account).values(again))


def _progress(tx: Connection, account: str, kind: str) -> MirrorProgress:
    row = tx.execute(_OF_KIND, {"whose": account, "what": kind}).one_or_none()
    return MirrorProgress() if row is None else MirrorProgress(cursor=row.cursor, complete=row.complete, at=row.at)


def _note(tx: Connection, account: str, kind: str, *, added: int = 0, changed: int = 0, **reached: Any) -> None:
    """Count what was added and changed, and write how far the kind has been ``reached``, if that is given."""
    new = insert(tx, mirrors).values(
        account=account, kind=kind, added=added, changed=changed, **({"complete": False} | reached)
    )
    counted = {"added": _m.added + added, "changed": _m.changed + changed}
    tx.execute(new.on_conflict_do_update(index_elements=["account", "kind"], set_={**counted, **reached}))


def _write_rows(tx: Connection, account: str, kind: str, rows: Sequence[MirrorRow]) -> tuple[int, int]:
    """Write some rows; how many of them were new, and how many other than they were."""
    ids = [row.id for row in rows]
    stored = {row.id: row for row in tx.execute(_ROWS, {"whose": account, "what": kind, "ids": ids})}
    new = [(row, _content(row)) for row in rows if row.id not in stored]
    fresh = [(row, _content(row)) for row in rows if row.id in stored and stored[row.id].stamp <= row.stamp]
    other = [(row, content) for row, content in fresh if content != stored[row.id].content]
    same = [row for row, content in fresh if content == stored[row.id].content]
    if later := [row for row in same if stored[row.id].stamp != row.stamp]:
        whose = {"whose": account, "what": kind}
        execute_many(tx, _STAMP, [{**whose, "row_id": row.id, "stamp": row.stamp} for row in later])
    if other:
        _drop_rows(tx, account, kind, [row.id for row, _ in other])
    written = [*new, *other]
    mine = {"account": account, "kind": kind}
    if written:
        made = [{**mine, "id": row.id, "stamp": row.stamp, "content": content} for row, content in written]
        execute_many(tx, _INSERT_ROWS, made)
    if keys := list(_keys(row for row, _ in written)):
        execute_many(tx, _INSERT_KEYS, [{**mine, **key} for key in keys])
    then = {row.id: _to_row(row.id, row.stamp, stored[row.id].content).counted for row, _ in other}
    return len(new), sum(row.counted != then[row.id] for row, _ in other)


def _drop_rows(tx: Connection, account: str, kind: str, ids: Sequence[str]) -> int:
    """Remove some rows; how many there were."""
    tx.execute(delete(mirror_keys).where(_k.account == account, _k.kind == kind, _k.row_id.in_(ids)))
    return tx.execute(delete(mirror_rows).where(_r.account == account, _r.kind == kind, _r.id.in_(ids))).rowcount


def _keys(rows: Iterable[MirrorRow]) -> Iterable[dict[str, str]]:
    for row in rows:
        for name, value in dict.fromkeys(row.keys):
            yield {"name": name, "value": value, "row_id": row.id}


def _content(row: MirrorRow) -> str:
    return as_json({"keys": row.keys, "facts": dict(row.facts)})


def _to_row(id_: str, stamp: str, content: str) -> MirrorRow:
    held = from_json(content)
    return MirrorRow(id_, stamp, tuple((name, value) for name, value in held["keys"]), held["facts"])
