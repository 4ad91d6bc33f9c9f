"""What accounts hold, in the ledger's database: all who share the ledger share it."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, delete, select
from sqlalchemy import insert as plain_insert

from tradegecko_bridge.ports.mirrors import MirrorProgress, MirrorRow, MirrorStore, newest
from tradegecko_bridge.stores.sql.database import InDatabase, chunks, insert, wait_alone
from tradegecko_bridge.stores.sql.tables import mirror_keys, mirror_rows, mirrors

_r, _k, _m = mirror_rows.c, mirror_keys.c, mirrors.c


class SqlMirror(InDatabase, MirrorStore):
    """The mirrors of all accounts."""

    def progress(self, account: str, kind: str) -> MirrorProgress:
        with self._database.reading() as tx:
            return _progress(tx, account, kind)

    def write(
        self, account: str, kind: str, rows: Sequence[MirrorRow], *, progress: MirrorProgress | None = None
    ) -> None:
        if not rows and progress is None:
            return
        with self._database.writing() as tx:
            wait_alone(tx, f"mirror {account} {kind}")
            for part in chunks(newest(rows), 200):
                _write_rows(tx, account, kind, part)
            if progress is not None:
                _note(tx, account, kind, _progress(tx, account, kind).then(progress))

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        found: dict[str, MirrorRow] = {}
        with self._database.reading() as tx:
            for part in chunks(sorted(set(values))):
                query = select(_r.id, _r.stamp, _r.content).join(
                    mirror_keys, (_k.account == _r.account) & (_k.kind == _r.kind) & (_k.row_id == _r.id)
                )
                mine = (_k.account == account, _k.kind == kind, _k.name == key, _k.value.in_(part))
                found.update(
                    (row.id, _to_row(row.id, row.stamp, row.content)) for row in tx.execute(query.where(*mine))
                )
        return [found[id_] for id_ in sorted(found)]

    def drop(self, account: str, kind: str, ids: Collection[str]) -> None:
        if not ids:
            return
        with self._database.writing() as tx:
            wait_alone(tx, f"mirror {account} {kind}")
            for part in chunks(sorted(set(ids))):
                _drop_rows(tx, account, kind, part)

    def forget(self, account: str) -> None:
        with self._database.writing() as tx:
            for table in (mirror_keys, mirror_rows, mirrors):
                tx.execute(delete(table).where(table.c.account == account))


def _progress(tx: Connection, account: str, kind: str) -> MirrorProgress:
    row = tx.execute(select(mirrors).where(_m.account == account, _m.kind == kind)).one_or_none()
    return MirrorProgress() if row is None else MirrorProgress(cursor=row.cursor, complete=row.complete, at=row.at)


def _note(tx: Connection, account: str, kind: str, progress: MirrorProgress) -> None:
    facts = {"cursor": progress.cursor, "complete": progress.complete, "at": progress.at}
    new = insert(tx, mirrors).values(account=account, kind=kind, **facts)
    tx.execute(new.on_conflict_do_update(index_elements=["account", "kind"], set_=facts))


def _write_rows(tx: Connection, account: str, kind: str, rows: Sequence[MirrorRow]) -> None:
    mine = (_r.account == account, _r.kind == kind, _r.id.in_([row.id for row in rows]))
    stamps = {row.id: row.stamp for row in tx.execute(select(_r.id, _r.stamp).where(*mine))}
    fresh = [row for row in rows if stamps.get(row.id, "") <= row.stamp]
    known = [row.id for row in fresh if row.id in stamps]
    if known:
        _drop_rows(tx, account, kind, known)
    whose = {"account": account, "kind": kind}
    if fresh:
        made = [{**whose, "id": row.id, "stamp": row.stamp, "content": _content(row)} for row in fresh]
        tx.execute(plain_insert(mirror_rows), made)
    if keys := list(_keys(fresh)):
        tx.execute(plain_insert(mirror_keys), [{**whose, **key} for key in keys])


def _drop_rows(tx: Connection, account: str, kind: str, ids: Sequence[str]) -> None:
    tx.execute(delete(mirror_keys).where(_k.account == account, _k.kind == kind, _k.row_id.in_(ids)))
    tx.execute(delete(mirror_rows).where(_r.account == account, _r.kind == kind, _r.id.in_(ids)))


def _keys(rows: Iterable[MirrorRow]) -> Iterable[dict[str, str]]:
    for row in rows:
        for name, value in dict.fromkeys(row.keys):
            yield {"name": name, "value": value, "row_id": row.id}


def _content(row: MirrorRow) -> str:
    return json.dumps({"keys": row.keys, "facts": dict(row.facts)}, separators=(",", ":"))


def _to_row(id_: str, stamp: str, content: str) -> MirrorRow:
    held = json.loads(content)
    return MirrorRow(id_, stamp, tuple((name, value) for name, value in held["keys"]), held["facts"])
