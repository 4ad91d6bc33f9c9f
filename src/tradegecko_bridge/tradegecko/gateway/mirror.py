"""A copy of what an account holds, so that most lookups cost no request.

Order numbers, customers, their addresses and variants are read once, then kept up to date by listing what changed since
(250 records a page, reference §3.6, §3.7): a few requests a run instead of a few an order. That something is *not* in
the account is trusted only once the whole list was read, and only for as long as :data:`MAX_AGE`. Until then, and where
the account changes faster than it pays to follow, the account itself is asked.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from threading import RLock
from typing import Any, Final, TypeVar

from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.forks import Forked
from tradegecko_bridge.ports import Clock, MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorCounts, MirrorProgress, MirrorRow
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway.error_mapping import reading
from tradegecko_bridge.tradegecko.gateway.listing import Position, page_at
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import Kind
from tradegecko_bridge.tradegecko.records import DatedRecord

D = TypeVar("D", bound=DatedRecord)
NewLock = Callable[[], AbstractContextManager[object]]

OVERLAP: Final = timedelta(minutes=2)
"""How far before its cursor a listing resumes, for changes that became visible late."""
MAX_AGE: Final = timedelta(minutes=5)
"""How old what we know may be while a run goes on."""
SETTINGS_AGE: Final = timedelta(hours=4)
"""The same of what is set up once: currencies, tax types, locations. What is missing there is looked for at once."""
LATE_PAGES: Final = 4
"""Pages of one kind read again for the sake of late ones, at most."""
MOST_PAGES: Final = 8
"""Pages read of one kind at a time beyond these; a longer way is gone in several runs."""


class Mirror(Forked):
    """The mirrors of one account, for any number of threads.

    Args:
        client: how what changed is listed.
        store: where it is kept; None: nothing is, and :meth:`find` never knows.
        clock: the present moment, aware UTC.
        lock: makes the reentrant locks that threads wait at, also while another one reads from the account.
    """

    def __init__(
        self,
        client: TradeGeckoClient,
        store: MirrorStore | None,
        *,
        clock: Clock = lambda: datetime.now(UTC),
        lock: NewLock = RLock,
    ) -> None:
        self._client, self._given_store, self._clock = client, store, clock
        self._new_lock = lock
        self.after_fork_in_child()

    def after_fork_in_child(self) -> None:
        """From the beginning: what is not written yet the parent writes."""
        self._unwritten: dict[str, list[MirrorRow]] = {}
        self._lock = self._new_lock()
        self._locks: dict[str, AbstractContextManager[object]] = {}
        self._identity: AccountIdentity | None = None
        self._account: tuple[AccountIdentity, str] | None = None
        self.begin()

    def begin(self, *, read_only: bool = False) -> None:
        """A run begins: everything is brought up to date at its first use. ``read_only``: nothing is used or kept."""
        self._store = None if read_only else self._given_store
        self._invalid = False
        self._recent = MirrorBook()  # written meanwhile, or listed next; somebody may have changed it since
        self._complete_at: dict[str, datetime | None] = {}
        self._cache: dict[str, dict[tuple[str, str], list[MirrorRow]]] = {}  # by kind, then by key and value
        self._settings: dict[str, Mapping[str, str]] = {}
        self._shared: set[str] = set()

    @property
    def disabled(self) -> bool:
        """Whether nothing is kept in this run, from its beginning to its end."""
        return self._store is None

    def invalidate(self) -> None:
        """What is kept was out of date: nothing is answered from it until the next run."""
        self._invalid = True
        self._settings = {}

    def counts(self, kind: Kind[D]) -> MirrorCounts | None:
        """What of a kind was ever added and changed, up to now; None while not all of it is known."""
        store = self._store
        if store is None or self._invalid or not self._is_complete(kind, store, None):
            return None
        return store.counts(self.account, kind.name)

    def look_again(self, *kinds: Kind[Any]) -> None:
        """Something of these kinds has come, and we were not told: they are brought up to date at their next use."""
        for kind in kinds:
            with self._lock_of(kind.name):
                if self._complete_at.get(kind.name) is not None:
                    del self._complete_at[kind.name]

    def find(
        self, kind: Kind[D], key: str, values: Collection[str], *, as_of: datetime | None = None
    ) -> Sequence[MirrorRow] | None:
        """The rows with one of these values, listed at ``as_of`` or later; None when only the account can say."""
        store = self._store
        if store is None or self._invalid or not self._is_complete(kind, store, as_of):
            return None
        return self.last_known(kind, key, values)

    def shared(self, kind: Kind[D]) -> Mapping[str, Sequence[MirrorRow]]:
        """Rows that are alive and share what should be unique, as far as one of them was listed in this run."""
        rows: dict[str, list[MirrorRow]] = {}
        for row in self.last_known(kind, kind.unique, self._shared):
            for value in row.values(kind.unique) if "gone" not in row.facts else ():
                rows.setdefault(value, []).append(row)
        return {value: several for value, several in rows.items() if len(several) > 1}

    def last_known(self, kind: Kind[D], key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        """The rows with one of these values, out of date or not; others may exist."""
        if self._store is None:
            return []
        found = {row.id: row for row in self._recent.find("", kind.name, key, values)}
        found |= {row.id: row for rows in self._stored(self._store, kind.name, key, values) for row in rows}
        return [found[id_] for id_ in sorted(found, key=int)]

    def _stored(self, store: MirrorStore, kind: str, key: str, values: Collection[str]) -> list[list[MirrorRow]]:
        """What the store has for each value; it is asked once, also for what it lacks, until it may have more."""
        cache, wanted = self._cache.setdefault(kind, {}), dict.fromkeys((key, value) for value in values)
        missing = [asked for asked in wanted if asked not in cache]
        if missing:
            fresh: dict[tuple[str, str], list[MirrorRow]] = {asked: [] for asked in missing}
            for row in store.find(self.account, kind, key, [value for _, value in missing]):
                for value in row.values(key):
                    if (key, value) in fresh:
                        fresh[key, value].append(row)
            cache.update(fresh)
        return [cache[asked] for asked in wanted]

    def put(self, kind: Kind[D], record: D) -> None:
        """A record was made or looked at just now; the next listing has it too, and then counts."""
        if self._store is None:
            return
        row = kind.row(record, self.digest)
        self._recent.write("", kind.name, [row])
        with self._lock:
            self._unwritten.setdefault(kind.name, []).append(row)

    def remove(self, kind: Kind[D], id_: str) -> None:
        """There certainly is no such record."""
        if self._store is None:
            return
        self._store.drop(self.account, kind.name, [id_])
        self._recent.drop("", kind.name, [id_])
        with self._lock:
            unwritten = self._unwritten.get(kind.name, [])
            unwritten[:] = [row for row in unwritten if row.id != id_]
        self._cache.pop(kind.name, None)

    def flush(self) -> None:
        """Write what was put here to where other processes find it."""
        if self._store is None:
            return
        with self._lock:
            unwritten, self._unwritten = self._unwritten, {}
        for kind, rows in unwritten.items():
            self._store.write(self.account, kind, rows)
            self._cache.pop(kind, None)

    def settings(
        self, name: str, read: Callable[[], Mapping[str, str]], *, wanted: Collection[str] = ()
    ) -> Mapping[str, str]:
        """What is set up in the account, read anew when it is old or one of the ``wanted`` is missing."""
        with self._lock_of(name):
            held = self._settings[name] if name in self._settings else self._stored_settings(name)
            missing = held is None or not held.keys() >= set(wanted)
            if held is None or (missing and name not in self._complete_at):
                held = self._read_settings(name, read)
            self._settings[name] = held
            return held

    def digest(self, text: str | None) -> str:
        """A one-way digest of a text of this account; the same all through a run."""
        account = "" if self.disabled else self.account
        return blake2b(f"{account}\n{text or ''}".encode("utf-8", "replace"), digest_size=16).hexdigest()

    @property
    def identity(self) -> AccountIdentity:
        """Which account this is; one request, once."""
        with self._lock:
            if self._identity is None:
                with reading():
                    found = self._client.accounts.current()
                name, created = found.name or "", found.created_at
                base_url = self._client.base_url
                self._identity = AccountIdentity(id=str(found.id), name=name, base_url=base_url, created_at=created)
            return self._identity

    @property
    def account(self) -> str:
        """What is kept of this account, where it is served, is kept under this name."""
        identity = self.identity
        if self._account is None or self._account[0] is not identity:
            since = f" since {write_value(identity.created_at)}" if identity.created_at else ""
            self._account = identity, f"{identity.id}@{identity.base_url}{since}"
        return self._account[1]

    # ── keeping up ───────────────────────────────────────────────────────────────────────────

    def _lock_of(self, name: str) -> AbstractContextManager[object]:
        with self._lock:
            if name not in self._locks:
                self._locks[name] = self._new_lock()
            return self._locks[name]

    def _is_complete(self, kind: Kind[D], store: MirrorStore, as_of: datetime | None) -> bool:
        """Whether all of a kind is known, after reading what changed when that is due."""
        with self._lock_of(kind.name):
            at, now = self._complete_at.get(kind.name), self._clock()
            old = at is not None and (not _is_fresh(at, now, MAX_AGE) or (as_of is not None and at < as_of))
            if old or kind.name not in self._complete_at:
                self._complete_at[kind.name] = now if self._read_changes(kind, store, now) else None
                self._cache.pop(kind.name, None)
            return self._complete_at[kind.name] is not None

    def _read_changes(self, kind: Kind[D], store: MirrorStore, now: datetime) -> bool:
        """Read what changed, and note how far with every page; whether the end was reached."""
        reached = _position(store.progress(self.account, kind.name).cursor)
        position = Position(reached.since - OVERLAP) if reached.since else reached
        late = LATE_PAGES if position.since else 0
        for count in range(1, late + MOST_PAGES + 1):
            page = page_at(self._client, kind.call_at, position)
            position = position.after(page)
            rows = [kind.row(record, self.digest) for record in page]
            progress = MirrorProgress(cursor=_cursor(position), complete=page.last, at=now)
            store.write(self.account, kind.name, rows, progress=progress)
            self._recent.drop("", kind.name, [row.id for row in rows])
            self._note_shared(kind, rows)
            if page.last:
                return True
            if count == late:
                position = max(position, reached)
        return False

    def _note_shared(self, kind: Kind[D], rows: Sequence[MirrorRow]) -> None:
        self._cache.pop(kind.name, None)
        values = {value for row in rows for value in row.values(kind.unique)} if kind.unique else ()
        found = self.last_known(kind, kind.unique, values) if values else ()
        count = Counter(value for row in found if "gone" not in row.facts for value in row.values(kind.unique))
        self._shared.update(value for value, times in count.items() if times > 1)

    def _stored_settings(self, name: str) -> Mapping[str, str] | None:
        if self._invalid or self._store is None:
            return None
        at = self._store.progress(self.account, name).at
        if at is None or not _is_fresh(at, self._clock(), SETTINGS_AGE):
            return None
        rows = self._store.find(self.account, name, "all", [""])
        return rows[0].facts if rows else None

    def _read_settings(self, name: str, read: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        found, now = read(), self._clock()
        self._complete_at[name] = now
        if self._store is not None:
            row = MirrorRow("all", now.isoformat(), (("all", ""),), found)
            self._store.write(self.account, name, [row], progress=MirrorProgress(complete=True, at=now))
        return found


def _position(cursor: str | None) -> Position:
    """What :func:`_cursor` wrote; where pages are counted one page earlier, for what has moved forward since."""
    moment, _, number = (cursor or "").partition(" page ")
    return Position(datetime.fromisoformat(moment), max(int(number or 1) - 1, 1)) if moment else Position()


def _cursor(position: Position) -> str | None:
    """A position as text that sorts as positions follow each other."""
    return f"{write_value(position.since)} page {position.page:06}" if position.since else None


def _is_fresh(at: datetime, now: datetime, age: timedelta) -> bool:
    """Whether what was so at a moment may still count; what is to come is no age, only a clock that was set back."""
    return timedelta(0) <= now - at <= age
