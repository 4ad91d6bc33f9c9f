"""What an account holds, remembered in memory."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from secrets import token_bytes

from tradegecko_bridge.forks import ForkedLock
from tradegecko_bridge.ports.mirrors import MirrorCounts, MirrorProgress, MirrorRow, MirrorStore, newest


class MirrorBook(MirrorStore):
    """A mirror in memory; threads may share it."""

    def __init__(self) -> None:
        self._lock = ForkedLock()
        self._key = token_bytes(32)
        self._progress: dict[tuple[str, str], MirrorProgress] = {}
        self._rows: dict[tuple[str, str], dict[str, MirrorRow]] = {}
        self._ids: dict[tuple[str, str, str, str], dict[str, None]] = {}
        self._counts: dict[tuple[str, str], MirrorCounts] = {}

    def key(self) -> bytes:
        return self._key

    def progress(self, account: str, kind: str) -> MirrorProgress:
        with self._lock:
            return self._progress.get((account, kind), MirrorProgress())

    def counts(self, account: str, kind: str) -> MirrorCounts:
        with self._lock:
            return self._counts.get((account, kind), MirrorCounts())

    def write(
        self, account: str, kind: str, rows: Sequence[MirrorRow], *, progress: MirrorProgress | None = None
    ) -> None:
        with self._lock:
            held = self._rows.setdefault((account, kind), {})
            for row in newest(rows):
                if row.id in held and held[row.id].stamp > row.stamp:
                    continue
                before = held.get(row.id)
                if before is None:
                    self._count(account, kind, added=1)
                elif before.counted != row.counted:
                    self._count(account, kind, changed=1)
                self._index(account, kind, before, row)
                held[row.id] = row
            if progress is not None:
                reached = self._progress.get((account, kind), MirrorProgress())
                self._progress[account, kind] = reached.then(progress)

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        with self._lock:
            held = self._rows.get((account, kind), {})
            ids = {id_ for value in values for id_ in self._ids.get((account, kind, key, value), ())}
            return [held[id_] for id_ in sorted(ids)]

    def with_ids(self, account: str, kind: str, ids: Collection[str]) -> Sequence[MirrorRow]:
        with self._lock:
            held = self._rows.get((account, kind), {})
            return [held[id_] for id_ in ids if id_ in held]

    def rows(self, account: str, kind: str, *, after: str = "", limit: int = 1_000) -> Sequence[MirrorRow]:
        with self._lock:
            held = self._rows.get((account, kind), {})
            return [held[id_] for id_ in sorted(held) if id_ > after][:limit]

    def drop(self, account: str, kind: str, ids: Collection[str]) -> None:
        with self._lock:
            held = self._rows.get((account, kind), {})
            for row in [held.pop(id_) for id_ in set(ids) if id_ in held]:
                self._unindex(account, kind, row)
                self._count(account, kind, changed=1)

    def forget(self, account: str) -> None:
        with self._lock:
            for kind in [kind for owner, kind in self._counts if owner == account]:
                self._count(account, kind, changed=1)
            self._progress = {key: held for key, held in self._progress.items() if key[0] != account}
            self._rows = {key: held for key, held in self._rows.items() if key[0] != account}
            self._ids = {key: held for key, held in self._ids.items() if key[0] != account}

    def _count(self, account: str, kind: str, *, added: int = 0, changed: int = 0) -> None:
        before = self._counts.get((account, kind), MirrorCounts())
        self._counts[account, kind] = MirrorCounts(before.added + added, before.changed + changed)

    def _index(self, account: str, kind: str, before: MirrorRow | None, after: MirrorRow) -> None:
        if before:
            self._unindex(account, kind, before)
        for key, value in after.keys:
            self._ids.setdefault((account, kind, key, value), {})[after.id] = None

    def _unindex(self, account: str, kind: str, row: MirrorRow) -> None:
        for key, value in row.keys:
            self._ids[account, kind, key, value].pop(row.id, None)
