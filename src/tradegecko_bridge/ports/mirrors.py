"""What an account over there holds, remembered on this side: enough to look things up without asking."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Protocol

from attrs import evolve, field, frozen


@frozen
class MirrorRow:
    """One record over there: its id, the values it is found by (name, value), and a few facts.

    ``stamp`` sorts as text as the record's versions do in time; an older version never overwrites a newer one.
    Nothing a person could be known by belongs in here: where such a value must be compared, its digest is kept.
    """

    id: str
    stamp: str
    keys: tuple[tuple[str, str], ...] = ()
    facts: Mapping[str, str] = field(factory=dict)

    def values(self, name: str) -> list[str]:
        """The values of one key."""
        return [value for key, value in self.keys if key == name]


@frozen(kw_only=True)
class MirrorProgress:
    """How far one kind of record has been read.

    ``cursor`` sorts as text and never goes back. ``complete``: the end was reached, so that what is not there does not
    exist (as of ``at``, UTC).
    """

    cursor: str | None = None
    complete: bool = False
    at: datetime | None = None

    def then(self, later: MirrorProgress) -> MirrorProgress:
        """Both, in whatever order they are noted."""
        cursor = max(filter(None, (self.cursor, later.cursor)), default=None)
        at = max(filter(None, (self.at, later.at)), default=None)
        return evolve(later, cursor=cursor, at=at, complete=self.complete or later.complete)


class MirrorBook:
    """A :class:`~tradegecko_bridge.ports.MirrorStore` in memory; threads may share it."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._progress: dict[tuple[str, str], MirrorProgress] = {}
        self._rows: dict[tuple[str, str], dict[str, MirrorRow]] = {}
        self._ids: dict[tuple[str, str, str, str], dict[str, None]] = {}

    def progress(self, account: str, kind: str) -> MirrorProgress:
        """See :meth:`tradegecko_bridge.ports.MirrorStore.progress`."""
        with self._lock:
            return self._progress.get((account, kind), MirrorProgress())

    def write(
        self, account: str, kind: str, rows: Sequence[MirrorRow], *, progress: MirrorProgress | None = None
    ) -> None:
        """See :meth:`tradegecko_bridge.ports.MirrorStore.write`."""
        with self._lock:
            held = self._rows.setdefault((account, kind), {})
            for row in newest(rows):
                if row.id in held and held[row.id].stamp > row.stamp:
                    continue
                self._index(account, kind, held.get(row.id), row)
                held[row.id] = row
            if progress is not None:
                before = self._progress.get((account, kind), MirrorProgress())
                self._progress[account, kind] = before.then(progress)

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        """See :meth:`tradegecko_bridge.ports.MirrorStore.find`."""
        with self._lock:
            held = self._rows.get((account, kind), {})
            ids = {id_ for value in values for id_ in self._ids.get((account, kind, key, value), ())}
            return [held[id_] for id_ in sorted(ids)]

    def drop(self, account: str, kind: str, ids: Collection[str]) -> None:
        """See :meth:`tradegecko_bridge.ports.MirrorStore.drop`."""
        with self._lock:
            held = self._rows.get((account, kind), {})
            for row in [held.pop(id_) for id_ in set(ids) if id_ in held]:
                self._unindex(account, kind, row)

    def forget(self, account: str) -> None:
        """See :meth:`tradegecko_bridge.ports.MirrorStore.forget`."""
        with self._lock:
            self._progress = {key: held for key, held in self._progress.items() if key[0] != account}
            self._rows = {key: held for key, held in self._rows.items() if key[0] != account}
            self._ids = {key: held for key, held in self._ids.items() if key[0] != account}

    def _index(self, account: str, kind: str, before: MirrorRow | None, after: MirrorRow) -> None:
        if before:
            self._unindex(account, kind, before)
        for key, value in after.keys:
            self._ids.setdefault((account, kind, key, value), {})[after.id] = None

    def _unindex(self, account: str, kind: str, row: MirrorRow) -> None:
        for key, value in row.keys:
            self._ids[account, kind, key, value].pop(row.id, None)


def newest(rows: Iterable[MirrorRow]) -> list[MirrorRow]:
    """Of several versions of one record the newest, in the order the records came first."""
    found: dict[str, MirrorRow] = {}
    for row in rows:
        if row.id not in found or found[row.id].stamp <= row.stamp:
            found[row.id] = row
    return list(found.values())


class MirrorStore(Protocol):
    """What is remembered of accounts, by kind of record, so that most look-ups cost no request.

    Every method is atomic and durable when it returns. Processes may share it.

    Raises (any method): StoreBusy when another process holds the store too long, StoreError when it fails.
    """

    def progress(self, account: str, kind: str) -> MirrorProgress:
        """How far this kind has been read; the beginning when nobody has read any."""

    def write(
        self, account: str, kind: str, rows: Sequence[MirrorRow], *, progress: MirrorProgress | None = None
    ) -> None:
        """Remember rows, each in place of an older version of it, and how far that is, in one transaction.

        Whoever is late changes nothing: a row with an older stamp is passed over, progress never goes back.
        """

    def find(self, account: str, kind: str, key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        """The rows that have one of the values under this key, by id (as text)."""

    def drop(self, account: str, kind: str, ids: Collection[str]) -> None:
        """Forget these rows, which are there no more; harmless for those nobody remembers. Progress stays."""

    def forget(self, account: str) -> None:
        """Forget all that is remembered of an account; it is read again from the beginning."""
