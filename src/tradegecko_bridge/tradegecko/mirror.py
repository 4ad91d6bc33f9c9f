"""What an account holds, kept at hand, so that most looks cost no request.

Order numbers, customers, their addresses and variants are read once and then kept fresh by listing what changed since
(250 records a page, reference §3.6, §3.7): a few requests a run instead of a few an order. What is found here is where
to look; that something is *not* there is trusted only once the whole list was read, and only for as long as
:data:`MAX_AGE`. Until then, and where the account changes faster than it pays to follow, the account itself is asked.

What a person could be known by (names, addresses, e-mail, telephone) is compared by its digest and never stored.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from threading import Lock, RLock
from typing import Any, Final, Generic, TypeVar

from attrs import frozen

from tradegecko_bridge.ports import Clock, MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorProgress, MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.normalize import digits, same
from tradegecko_bridge.tradegecko.reading import Place, page_at, reading
from tradegecko_bridge.tradegecko.records.base import Record
from tradegecko_bridge.tradegecko.resources.base import Gets

R = TypeVar("R", bound=Record)
Digest = Callable[[str | None], str]

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


@frozen(kw_only=True)
class Kind(Generic[R]):
    """One kind of record: how it is listed, and what of it is remembered."""

    name: str
    resource: Gets[R]
    statuses: tuple[str, ...]
    row: Callable[[R, Digest], MirrorRow]

    def call_at(self, number: int, since: datetime | None) -> Call[Page[R]]:
        """A page of what changed since a moment; lists leave out what is archived, void or deleted unless asked."""
        call = self.resource.list(order="updated_at asc", page=number)
        return call.with_params(status=self.statuses, updated_at_min=since)


def company_keys(
    digest: Digest, *, name: str | None, email: str | None, phone: str | None, code: str | None
) -> tuple[tuple[str, str], ...]:
    """What a customer is found by: digests of what is given."""
    given = {"name": same(name), "email": same(email), "phone": digits(phone), "code": same(code)}
    return tuple((key, digest(value)) for key, value in given.items() if value)


def _stamp(record: Any) -> str:
    return str(write_value(record.updated_at)) if record.updated_at else ""


def _order(order: records.Order, _: Digest) -> MirrorRow:
    return MirrorRow(str(order.id), _stamp(order), (("number", (order.order_number or "").strip()),))


def _company(company: records.Company, digest: Digest) -> MirrorRow:
    keys = company_keys(
        digest, name=company.name, email=company.email, phone=company.phone_number, code=company.company_code
    )
    facts = {"status": company.status or "active", "type": company.company_type or ""}
    return MirrorRow(str(company.id), _stamp(company), keys, facts)


def _address(address: records.Address, digest: Digest) -> MirrorRow:
    facts = {
        "same": digest(same(*(getattr(address, name) for name in ADDRESS_FIELDS))),
        "label": digest(address.label),
        "status": address.status or "active",
    }
    return MirrorRow(str(address.id), _stamp(address), (("company", str(address.company_id)),), facts)


def _variant(variant: records.Variant, _: Digest) -> MirrorRow:
    named = (("sku", variant.sku), ("upc", variant.upc))
    keys = tuple((key, value) for key, value in named if value)
    return MirrorRow(str(variant.id), _stamp(variant), keys, {"status": variant.status or "active"})


ADDRESS_FIELDS: Final = (
    "address1", "address2", "suburb", "city", "state", "zip_code", "country", "company_name", "first_name", "last_name",
)  # fmt: skip
"""What makes two addresses the same person's same door."""
EVERY_STATUS: Final = ("draft", "active", "finalized", "fulfilled", "void", "deleted")
"""Lists leave out void and deleted orders unless asked for them (reference §3.7)."""
_KEPT_OR_NOT: Final = ("active", "archived")
ORDERS: Final = Kind(name="orders", resource=resources.ORDERS, statuses=EVERY_STATUS, row=_order)
COMPANIES: Final = Kind(
    name="companies", resource=resources.COMPANIES, statuses=("active", "disabled", "archived"), row=_company
)
ADDRESSES: Final = Kind(name="addresses", resource=resources.ADDRESSES, statuses=_KEPT_OR_NOT, row=_address)
VARIANTS: Final = Kind(name="variants", resource=resources.VARIANTS, statuses=_KEPT_OR_NOT, row=_variant)


def _place(cursor: str | None) -> Place:
    """What :func:`_cursor` wrote; where pages are counted one page earlier, for what has moved forward since."""
    moment, _, number = (cursor or "").partition(" page ")
    return Place(datetime.fromisoformat(moment), max(int(number or 1) - 1, 1)) if moment else Place()


def _cursor(place: Place) -> str | None:
    """A place as text that sorts as places follow each other."""
    return f"{write_value(place.since)} page {place.number:06}" if place.since else None


def _with_overlap(place: Place) -> Place:
    return Place(place.since - OVERLAP) if place.since else place


def _is_fresh(at: datetime, now: datetime, age: timedelta) -> bool:
    """Whether what was so at a moment may still count; what is to come is no age, only a clock that was set back."""
    return timedelta(0) <= now - at <= age


class Mirror:
    """The mirrors of one account, for any number of threads.

    Args:
        client: how what changed is listed.
        store: where it is kept; None: nothing is, and :meth:`find` never knows.
        clock: tells the present moment, aware and in UTC.
    """

    def __init__(
        self,
        client: TradeGeckoClient,
        store: MirrorStore | None,
        *,
        clock: Clock = lambda: datetime.now(UTC),
    ) -> None:
        self._client, self._store, self._clock = client, store, clock
        self._unwritten: dict[str, list[MirrorRow]] = {}
        self._lock = Lock()
        self._turns: dict[str, RLock] = {}
        self._account = ""
        self.begin()

    def begin(self, *, off: bool = False) -> None:
        """A run begins: everything is to be brought up to date at its first use. ``off``: neither asked nor written."""
        self.off = off or self._store is None
        """Whether nothing is remembered in this run, from its beginning to its end."""
        self._distrusted = False
        self._learned = MirrorBook()  # written down meanwhile, or listed next; somebody may have changed it since
        self._known_at: dict[str, datetime | None] = {}
        self._looked: dict[tuple[str, str, str], list[MirrorRow]] = {}
        self._settings: dict[str, Mapping[str, str]] = {}

    def distrust(self) -> None:
        """What was remembered led astray: nothing is answered from it until the next run."""
        self._distrusted = True
        self._settings = {}

    def find(self, kind: Kind[R], key: str, values: Collection[str]) -> Sequence[MirrorRow] | None:
        """The rows with one of these values; None when only the account itself can say."""
        store = self._store
        if self.off or self._distrusted or store is None or not self._up_to_date(kind, store):
            return None
        return self._found(store, kind, key, values)

    def remembered(self, kind: Kind[R], key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        """The rows with one of these values, distrusted or not; others may exist."""
        return [] if self.off or self._store is None else self._found(self._store, kind, key, values)

    def _found(self, store: MirrorStore, kind: Kind[R], key: str, values: Collection[str]) -> Sequence[MirrorRow]:
        found = {row.id: row for row in self._learned.find("", kind.name, key, values)}
        found |= {row.id: row for value in self._looked_up(store, kind.name, key, values) for row in value}
        return [found[id_] for id_ in sorted(found, key=int)]

    def _looked_up(self, store: MirrorStore, kind: str, key: str, values: Collection[str]) -> list[list[MirrorRow]]:
        """What the store has for each value; it is asked once, also for what it lacks, until it may have more."""
        known, wanted = self._looked, dict.fromkeys((kind, key, value) for value in values)
        missing = [asked for asked in wanted if asked not in known]
        if missing:
            fresh: dict[tuple[str, str, str], list[MirrorRow]] = {asked: [] for asked in missing}
            for row in store.find(self.account, kind, key, [value for _, _, value in missing]):
                for value in row.values(key):
                    if (kind, key, value) in fresh:
                        fresh[kind, key, value].append(row)
            known.update(fresh)
        return [known[asked] for asked in wanted]

    def learn(self, kind: Kind[R], row: MirrorRow) -> None:
        """Something was made or looked at just now; the next listing has it too, and then counts."""
        if self.off:
            return
        self._learned.write("", kind.name, [row])
        with self._lock:
            self._unwritten.setdefault(kind.name, []).append(row)

    def forget(self, kind: Kind[R], id_: str) -> None:
        """It is certainly not there."""
        if self.off or self._store is None:
            return
        self._store.drop(self.account, kind.name, [id_])
        self._learned.drop("", kind.name, [id_])
        with self._lock:
            unwritten = self._unwritten.get(kind.name, [])
            unwritten[:] = [row for row in unwritten if row.id != id_]
        self._looked = {}

    def remember(self) -> None:
        """Write what was learned where other processes find it."""
        with self._lock:
            unwritten, self._unwritten = self._unwritten, {}
        for kind, rows in unwritten.items():
            if self._store is not None:
                self._store.write(self.account, kind, rows)
        self._looked = {}

    def settings(
        self, name: str, read: Callable[[], Mapping[str, str]], *, wanted: Collection[str] = ()
    ) -> Mapping[str, str]:
        """What is set up in the account, read anew when it is old or one of the ``wanted`` is missing."""
        with self._turn(name):
            held = self._settings[name] if name in self._settings else self._kept_settings(name)
            missing = held is None or not held.keys() >= set(wanted)
            if held is None or (missing and name not in self._known_at):
                held = self._read_settings(name, read)
            self._settings[name] = held
            return held

    def digest(self, text: str | None) -> str:
        """What stands for a text of this account, and does not tell it: all through a run the same."""
        account = "" if self.off else self.account
        return blake2b(f"{account}\n{text or ''}".encode("utf-8", "replace"), digest_size=16).hexdigest()

    @property
    def account(self) -> str:
        """Which account this is, wherever it is served; one request, once."""
        with self._lock:
            if not self._account:
                with reading():
                    self._account = f"{self._client.accounts.current().id}@{self._client.base_url}"
            return self._account

    # ── keeping up ───────────────────────────────────────────────────────────────────────────

    def _turn(self, name: str) -> RLock:
        with self._lock:
            return self._turns.setdefault(name, RLock())

    def _up_to_date(self, kind: Kind[R], store: MirrorStore) -> bool:
        """Whether all of a kind is known, after reading what changed when that is due."""
        with self._turn(kind.name):
            known_at, now = self._known_at.get(kind.name), self._clock()
            if kind.name not in self._known_at or (known_at is not None and not _is_fresh(known_at, now, MAX_AGE)):
                self._known_at[kind.name] = now if self._read_on(kind, store, now) else None
                self._looked = {}
            return self._known_at[kind.name] is not None

    def _read_on(self, kind: Kind[R], store: MirrorStore, now: datetime) -> bool:
        """Read what changed, and note how far with every page; whether the end was reached."""
        reached = _place(store.progress(self.account, kind.name).cursor)
        place = _with_overlap(reached)
        late = LATE_PAGES if place.since else 0
        for count in range(1, late + MOST_PAGES + 1):
            page = page_at(self._client, kind.call_at, place)
            place = place.after(page)
            rows = [kind.row(record, self.digest) for record in page]
            progress = MirrorProgress(cursor=_cursor(place), complete=page.last, at=now)
            store.write(self.account, kind.name, rows, progress=progress)
            self._learned.drop("", kind.name, [row.id for row in rows])
            if page.last:
                return True
            if count == late:
                place = max(place, reached)
        return False

    def _kept_settings(self, name: str) -> Mapping[str, str] | None:
        if self.off or self._distrusted or self._store is None:
            return None
        at = self._store.progress(self.account, name).at
        if at is None or not _is_fresh(at, self._clock(), SETTINGS_AGE):
            return None
        rows = self._store.find(self.account, name, "all", [""])
        return rows[0].facts if rows else None

    def _read_settings(self, name: str, read: Callable[[], Mapping[str, str]]) -> Mapping[str, str]:
        found, now = read(), self._clock()
        self._known_at[name] = now
        if not self.off and self._store is not None:
            row = MirrorRow("all", now.isoformat(), (("all", ""),), found)
            self._store.write(self.account, name, [row], progress=MirrorProgress(complete=True, at=now))
        return found
