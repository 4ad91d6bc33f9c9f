"""A copy of what an account holds, so that most lookups cost no request.

Order numbers, customers, their addresses and variants are read once, then kept up to date by listing what changed since
(250 records a page, reference §3.6, §3.7): a few requests a run instead of a few an order. That something is *not* in
the account is trusted only once the whole list was read, and only for as long as :data:`MAX_AGE`. Until then, and where
the account changes faster than it pays to follow, the account itself is asked.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from secrets import token_bytes
from threading import RLock
from typing import Any, Final, TypeVar

from attrs import evolve, field, frozen

from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.forks import Forked
from tradegecko_bridge.ports import Clock, MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorCounts, MirrorProgress, MirrorRow, newest
from tradegecko_bridge.tradegecko.calls import Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway import cursors
from tradegecko_bridge.tradegecko.gateway.error_mapping import reading
from tradegecko_bridge.tradegecko.gateway.late import LateChanges
from tradegecko_bridge.tradegecko.gateway.listing import BEGINNING, Position, page_at
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import Kind
from tradegecko_bridge.tradegecko.records import Account, DatedRecord
from tradegecko_bridge.tradegecko.resources.base import PAGE_LIMIT

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
MISSED_PAGES: Final = 20
"""The same where a reading goes back for what showed minutes late."""
PAGES_AT_ONCE: Final = 20
"""Pages of a long list that come as quickly as they can; the rest at the pace of the rate limit."""
MOST_PAGES: Final = 8
"""Pages read of one kind at a time beyond these, unless a plan allows more; a longer way is gone in several runs."""
NOTHING_SAID: Final[Mapping[str, Collection[str]]] = {}
GoOn = Callable[[int, int], bool]
"""Whether to read another page, after so many that were read, with about so many left."""


@frozen
class _Answer:
    """What the account had of one value, asked at a moment (UTC) in these spellings."""

    at: datetime
    rows: list[MirrorRow]
    said: frozenset[str] = field(repr=False)


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
        self._logins: int | None = None
        self._has_moved = False
        self.begin()

    def begin(self, *, read_only: bool = False) -> None:
        """A run begins: everything is brought up to date at its first use. ``read_only``: nothing is used or kept.

        Which account this is, is asked again where the login may be another one.
        """
        logins = self._client.logins
        if logins is None or logins != self._logins or self._has_moved:
            self._identity = None
        self._logins, self._has_moved = logins, False
        self._store = None if read_only else self._given_store
        self._hasher: blake2b | None = None
        self._invalid = False
        self._recent = MirrorBook()  # written meanwhile, or listed next; somebody may have changed it since
        self._complete_at: dict[str, datetime | None] = {}
        self._cache: dict[str, dict[tuple[str, str], list[MirrorRow]]] = {}  # by kind, then by key and value
        self._settings: dict[str, Mapping[str, str]] = {}
        self._answers: dict[tuple[str, str, str], _Answer] = {}  # by kind, key and value
        self._outdated_at: dict[str, datetime] = {}  # by kind: answers up to then do not count any more
        self._is_planned = False
        self._catch_up: dict[str, int] = {}  # by kind: pages worth reading where that leads to the end

    @property
    def disabled(self) -> bool:
        """Whether nothing is kept in this run, from its beginning to its end."""
        return self._store is None

    @property
    def answers(self) -> bool:
        """Whether anything is answered from what is kept, or was learned."""
        return self._store is not None and not self._invalid

    def invalidate(self) -> None:
        """What is kept was out of date: nothing is answered from it until the next run, nor from what was learned."""
        self._invalid = True
        self._settings = {}

    def counts(self, kind: Kind[D]) -> MirrorCounts | None:
        """What of a kind was ever added and changed, up to now; None while not all of it is known."""
        store = self._store
        return store.counts(self.account, kind.name) if store is not None and self.is_whole(kind) else None

    def look_again(self, *kinds: Kind[Any]) -> None:
        """Something of these kinds has come, and we were not told: they are brought up to date at their next use."""
        for kind in kinds:
            with self._lock_of(kind.name):
                self._outdated_at[kind.name] = self._clock()
                if self._complete_at.get(kind.name) is not None:
                    del self._complete_at[kind.name]

    def is_whole(self, kind: Kind[D]) -> bool:
        """Whether all of a kind is known."""
        store = self._store
        return store is not None and not self._invalid and self._is_complete(kind, store, None)

    def find(
        self,
        kind: Kind[D],
        key: str,
        values: Collection[str],
        *,
        as_of: datetime | None = None,
        said: Mapping[str, Collection[str]] = NOTHING_SAID,
    ) -> Sequence[MirrorRow] | None:
        """The rows with one of these values, as of ``as_of`` or later; None when only the account can say."""
        told = self.find_each(kind, key, values, as_of=as_of, said=said)
        if not self.answers or not told.keys() >= set(values):
            return None
        found = {row.id: row for rows in told.values() for row in rows}
        return [found[id_] for id_ in sorted(found, key=int)]

    def find_each(
        self,
        kind: Kind[D],
        key: str,
        values: Collection[str],
        *,
        as_of: datetime | None = None,
        said: Mapping[str, Collection[str]] = NOTHING_SAID,
    ) -> Mapping[str, Sequence[MirrorRow]]:
        """The rows with each of the values, as of ``as_of`` or later; without those of which only the account can say.

        While not all of a kind is known, these are what was asked for lately: an answer about one value says nothing of
        any other, nor of spellings (``said``) that were not asked for, and counts for as long as :data:`MAX_AGE`.
        """
        store, told = self._store, dict[str, list[MirrorRow]]()
        if store is None or self._invalid:
            return told
        if self._is_complete(kind, store, as_of):
            told = {value: [] for value in values}
            for row in self.last_known(kind, key, told):
                for value in told.keys() & set(row.values(key)):
                    told[value].append(row)
            return told
        for value in values:
            answer = self._answer(kind, key, value, as_of)
            if answer is not None and answer.said.issuperset(said.get(value, ())):
                told[value] = self._with_recent(kind, key, value, answer.rows)
        return told

    def _answer(self, kind: Kind[D], key: str, value: str, as_of: datetime | None) -> _Answer | None:
        """What the account answered lately, if that still counts."""
        answer, outdated_at = self._answers.get((kind.name, key, value)), self._outdated_at.get(kind.name)
        if answer is None or not _is_fresh(answer.at, self._clock(), MAX_AGE):
            return None
        is_old = (as_of is not None and answer.at < as_of) or (outdated_at is not None and answer.at <= outdated_at)
        return None if is_old else answer

    def _with_recent(self, kind: Kind[D], key: str, value: str, rows: Sequence[MirrorRow]) -> list[MirrorRow]:
        """These rows, and what was made or looked at since."""
        return newest([*self._recent.find("", kind.name, key, [value]), *rows])

    def learn(
        self,
        kind: Kind[D],
        key: str,
        values: Collection[str],
        records: Iterable[D],
        at: datetime,
        said: Mapping[str, Collection[str]] = NOTHING_SAID,
    ) -> None:
        """The account was asked at this moment (UTC) for all records with one of these values, as they were ``said``:
        here they are."""
        if not self.answers:
            return
        rows = newest(self._row(kind, record) for record in records)
        found: dict[str, list[MirrorRow]] = {value: [] for value in values}
        for row in rows:
            for value in found.keys() & set(row.values(key)):
                found[value].append(row)
        with self._lock:
            for value, having in found.items():
                self._answers[kind.name, key, value] = _Answer(at, having, frozenset(said.get(value, ())))
            self._unwritten.setdefault(kind.name, []).extend(rows)

    def shared(self, kind: Kind[D]) -> Mapping[str, Sequence[MirrorRow]]:
        """Rows that are alive and share what should be unique, whoever has seen them; no request is made."""
        store = self._store
        if store is None or self._identity is None:
            return {}
        noted = {row.id for row in store.find(self.account, _shared(kind), "all", [""])}
        rows = self._alive(kind, self.last_known(kind, kind.unique, noted))
        found = {value: several for value, several in rows.items() if value in noted and len(several) > 1}
        if over := noted - found.keys():
            store.drop(self.account, _shared(kind), over)
        return found

    def _alive(self, kind: Kind[D], rows: Collection[MirrorRow]) -> dict[str, list[MirrorRow]]:
        """Those that are alive, by what should be unique."""
        found: dict[str, list[MirrorRow]] = {}
        for row in rows:
            for value in row.values(kind.unique) if "gone" not in row.facts else ():
                found.setdefault(value, []).append(row)
        return found

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
        row = self._row(kind, record)
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
            for (name, _, _), answer in self._answers.items():
                answer.rows[:] = [row for row in answer.rows if name != kind.name or row.id != id_]
        self._cache.pop(kind.name, None)

    def flush(self) -> None:
        """Write what was put here to where other processes find it; answers that are too old are forgotten."""
        if self._store is None:
            return
        now = self._clock()
        with self._lock:
            unwritten, self._unwritten = self._unwritten, {}
            self._answers = {asked: told for asked, told in self._answers.items() if _is_fresh(told.at, now, MAX_AGE)}
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
        """A digest of a text of this account that nobody makes without the store's key; the same all through a run."""
        if (hasher := self._hasher) is None:
            account = "" if self.disabled else self.account
            key = token_bytes(32) if self._store is None else self._store.key()
            hasher = self._hasher = blake2b(f"{account}\n".encode(), key=key, digest_size=16)
        hasher = hasher.copy()
        hasher.update((text or "").encode("utf-8", "replace"))
        return hasher.hexdigest()

    @property
    def identity(self) -> AccountIdentity:
        """Which account this is; one request, once for each login."""
        with self._lock:
            if self._identity is None:
                with reading():
                    self._identity = self._identity_of(self._client.accounts.current())
                self._logins = self._client.logins
            return self._identity

    def _identity_of(self, found: Account) -> AccountIdentity:
        self._client.note_account(str(found.id))
        name, base_url = found.name or "", self._client.base_url
        return AccountIdentity(
            id=str(found.id), name=name, base_url=base_url, created_at=found.created_at, time_zone=found.time_zone
        )

    def note_account(self, found: Account) -> None:
        """The account was asked for another reason: is it another one by now?"""
        if self._identity is not None and not self._identity.is_same(self._identity_of(found)):
            self._has_moved = True

    @property
    def is_as_it_was(self) -> bool:
        """Whether login and account still are those of this run's beginning, as far as anybody has noticed."""
        return not self._has_moved and self._logins == self._client.logins

    @property
    def account(self) -> str:
        """What is kept of this account, where it is served, is kept under this name."""
        identity = self.identity
        if self._account is None or self._account[0] is not identity:
            since = f" since {write_value(identity.created_at)}" if identity.created_at else ""
            self._account = identity, f"{identity.id}@{identity.base_url}{since}"
        return self._account[1]

    def server_clock(self) -> datetime:
        """What the server's clock shows; ours before any answer, or without a ``Date`` in it."""
        return self._client.server_clock or self._clock()

    def by_server(self, moment: datetime) -> datetime:
        """What the server's clock showed when ours showed ``moment``, if both have run alike since."""
        return self.server_clock() - (self._clock() - moment)

    # ── keeping up ───────────────────────────────────────────────────────────────────────────

    def _lock_of(self, name: str) -> AbstractContextManager[object]:
        with self._lock:
            if name not in self._locks:
                self._locks[name] = self._new_lock()
            return self._locks[name]

    def _is_complete(self, kind: Kind[D], store: MirrorStore, as_of: datetime | None) -> bool:
        """Whether all of a kind is known, after reading what changed when that is due."""

        def worth_it(read: int, left: int) -> bool:
            return read < MOST_PAGES or read + left <= self._catch_up.get(kind.name, 0)

        with self._lock_of(kind.name):
            at, now = self._complete_at.get(kind.name), self._clock()
            old = at is not None and (not _is_fresh(at, now, MAX_AGE) or (as_of is not None and at < as_of))
            if old or kind.name not in self._complete_at:
                waits = self._is_planned and not store.progress(self.account, kind.name).complete
                self._complete_at[kind.name] = (
                    now if not waits and self._read_changes(kind, store, now, worth_it) else None
                )
                self._cache.pop(kind.name, None)
            return self._complete_at[kind.name] is not None

    def read_on(self, kind: Kind[D], go_on: GoOn, *, catch_up: int = 0, only_begun: bool = False) -> None:
        """Read a kind that was never read to its end, a page at least, and on for as long as ``go_on`` says.

        From now on no such kind is read in this run but in this way; of another one, what changed is read at its first
        use, up to ``catch_up`` pages. ``only_begun``: none of which nothing was read.

        Raises:
            AccessDenied, Rejected, Unavailable: the list cannot be read.
        """
        store, self._is_planned = self._store, True
        if store is None:
            return
        with self._lock_of(kind.name):
            self._catch_up[kind.name] = catch_up
            progress = store.progress(self.account, kind.name)
            if progress.complete or (only_begun and progress.cursor is None):
                return
            now = self._clock()
            self._complete_at[kind.name] = now if self._read_changes(kind, store, now, go_on) else None
            self._cache.pop(kind.name, None)

    def follow(self, kind: Kind[D], bulk: TradeGeckoClient) -> None:
        """Read all that changed of a kind up to now, in whatever time that takes; ``bulk`` reads what is long.

        Raises:
            AccessDenied, Rejected, Unavailable: the list cannot be read.
        """
        if (store := self._store) is not None:
            with self._lock_of(kind.name):
                self._read_changes(kind, store, self._clock(), lambda _read, _left: True, bulk)

    def note(self, kind: str, rows: Sequence[MirrorRow]) -> None:
        """Rows to be written with what was put here."""
        with self._lock:
            self._unwritten.setdefault(kind, []).extend(rows)

    def pages_kept(self, kind: Kind[D]) -> int:
        """How many pages all that is kept of a kind would make."""
        added = self._store.counts(self.account, kind.name).added if self._store else 0
        return -(-added // PAGE_LIMIT)

    def _read_changes(
        self, kind: Kind[D], store: MirrorStore, now: datetime, go_on: GoOn, bulk: TradeGeckoClient | None = None
    ) -> bool:
        """Read what changed, and note how far with every page; whether the end was reached.

        ``go_on`` is asked after each page but those that only come again: so each reading leads further. ``bulk`` reads
        all but the first pages.
        """
        before = store.progress(self.account, kind.name)
        reached = position = cursors.reached(before.cursor, self.server_clock())
        late = LateChanges(store, self.account, kind.name, now=now, server_now=self.server_clock())
        missed = late.missed_since(reached.since) if reached.since and before.complete else None
        again, read, after = 1, 0, before.cursor
        if reached.since is not None:
            position = Position(min(reached.since - OVERLAP, missed or reached.since))
            again = (MISSED_PAGES if missed else LATE_PAGES) + 1
        while True:
            server_clock = self.server_clock()
            page = page_at(bulk if bulk and read >= PAGES_AT_ONCE else self._client, kind.call_at, position)
            # The last row of a page comes again with the next one.
            left = 0 if page.last else max(-(-(page.total or 0) // (PAGE_LIMIT - 1)) - position.page, 1)
            position = position.after(page)
            cursor = cursors.cursor_at(position, server_clock, before.cursor)
            rows = [self._row(kind, record) for record in page]
            progress = MirrorProgress(cursor=cursor, complete=page.last, at=now, after=after)
            self._note_shared(kind, store, rows)
            store.write(self.account, kind.name, rows, progress=progress)
            after = max(filter(None, (after, cursor)), default=None)
            self._outdated_at[kind.name] = self._clock()
            self._recent.drop("", kind.name, [row.id for row in rows])
            self._cache.pop(kind.name, None)
            if again and not page.last and (cursor or "") <= (before.cursor or ""):
                again -= 1
                if again == 1:
                    position = max(position, reached)
                continue
            if missed or (page.last and not before.complete):
                late.looked()
                missed = None
            read += 1
            if not go_on(read, left) or page.last:
                return page.last and store.progress(self.account, kind.name).complete  # unless it was restored

    def resumes_at(self, kind: Kind[D]) -> datetime | None:
        """From when on it would next be read what has changed of a kind (the beginning of time: all); None where not
        all of it is known."""
        store = self._store
        if store is None or not (before := store.progress(self.account, kind.name)).complete:
            return None
        reached = cursors.reached(before.cursor, self.server_clock()).since
        if reached is None:
            return BEGINNING
        return min(reached - OVERLAP, self._late(kind, store).missed_since(reached) or reached)

    def take(self, kind: Kind[D], listed: Sequence[Page[D]], since: datetime) -> None:
        """All that has changed since a moment was listed just now for another reason: it need not be read again, unless
        the list is not whole or begins too late."""
        store, resumes_at = self._store, self.resumes_at(kind)
        if store is None or resumes_at is None or since > resumes_at or not listed[-1].last:
            return
        with self._lock_of(kind.name):
            now, server_now = self._clock(), self.server_clock()
            before = store.progress(self.account, kind.name).cursor
            position = cursors.reached(before, server_now)
            for page in listed:
                rows = [self._row(kind, record) for record in page]
                position = max(position, position.after(page))
                cursor = cursors.cursor_at(position, server_now, before)
                self._note_shared(kind, store, rows)
                progress = MirrorProgress(cursor=cursor, complete=True, at=now, after=before)
                store.write(self.account, kind.name, rows, progress=progress)
                self._recent.drop("", kind.name, [row.id for row in rows])
            self._late(kind, store).looked()
            self._outdated_at[kind.name] = self._complete_at[kind.name] = now
            self._cache.pop(kind.name, None)

    def _late(self, kind: Kind[D], store: MirrorStore) -> LateChanges:
        return LateChanges(store, self.account, kind.name, now=self._clock(), server_now=self.server_clock())

    def _row(self, kind: Kind[D], record: D) -> MirrorRow:
        """A version that says it is of a time to come is of now, or no later one would ever take its place."""
        row = kind.row(record, self.digest)
        stamp = row.stamp and cursors.moment_within(row.stamp, self.server_clock())
        return row if stamp == row.stamp else evolve(row, stamp=stamp)

    def _note_shared(self, kind: Kind[D], store: MirrorStore, rows: Sequence[MirrorRow]) -> None:
        """What of these is there twice; before they count as read, so that whoever dies in between reads them again."""
        values = {value for row in rows for value in row.values(kind.unique)} if kind.unique else ()
        if not values:
            return
        known = {row.id: row for row in (*self.last_known(kind, kind.unique, values), *rows)}
        shared = [value for value, several in self._alive(kind, known.values()).items() if len(several) > 1]
        if shared:
            self.flush()
            now = self._clock().isoformat()
            store.write(self.account, _shared(kind), [MirrorRow(value, now, (("all", ""),)) for value in shared])

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


def _shared(kind: Kind[Any]) -> str:
    """Under this name is kept which values several rows of a kind share."""
    return f"{kind.name} shared"


def _is_fresh(at: datetime, now: datetime, age: timedelta) -> bool:
    """Whether what was so at a moment may still count; what is to come is no age, only a clock that was set back."""
    return timedelta(0) <= now - at <= age
