"""A ledger in dictionaries, for the sake of speed: most schedules run on it, and it must do what the real stores do.

Rows are changed by the same rules. What the simulation needs seldom or never is left to a real store.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from copy import copy
from datetime import datetime
from typing import Any, Unpack

from attrs import evolve

from tradegecko_bridge import MemoryStore
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.errors import ClaimLost, CursorMoved, CustomerInUse, NumberInUse, RemoteIdInUse
from tradegecko_bridge.ledger import (
    AT_SOURCE,
    DELIVERED_STATES,
    RECEIPT,
    SENT_STATES,
    UNCERTAIN_STATES,
    Alert,
    DeliveredEntry,
    Filter,
    Finding,
    IngestCounts,
    KnownAccount,
    LedgerEntry,
    LedgerEvent,
    NewCustomer,
    OrderState,
    Restore,
    ShipmentEntry,
    StateCount,
    Transition,
)
from tradegecko_bridge.runs import JobRun
from tradegecko_bridge.stores.row import Arrival, Change, Row, storable, utc
from tradegecko_bridge.stores.rules import lookups, work
from tradegecko_bridge.stores.rules.alerts import compared
from tradegecko_bridge.stores.rules.ingest import STREAM, Batch, identify
from tradegecko_bridge.stores.rules.ingest import ingest as taken_in
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook
from tradegecko_bridge.tradegecko.limits.permits import PermitBook


def _copied(held: Any) -> Any:
    """A dictionary with copies of what is in it, or what never changes."""
    return {key: copy(value) for key, value in held.items()} if isinstance(held, dict) else held


class LedgerBook:
    """One ledger. Nobody uses it from two threads at once."""

    def __init__(self) -> None:
        self._rows: dict[int, Row] = {}
        self._ids: dict[tuple[str, str], int] = {}
        self._events: dict[int, tuple[LedgerEvent, ...]] = {}
        self._cursors: dict[tuple[str, str], str] = {}
        self._told: dict[tuple[str, str], dict[str, str]] = {}
        self._alerts: dict[int, Alert] = {}
        self._made: dict[int, frozenset[str]] = {}
        self._accounts: dict[str, KnownAccount] = {}
        self._sources: dict[str, str] = {}
        self._restored: Restore | None = None
        self._rest: MemoryStore | None = None
        self.mirror = MirrorBook()
        self.permits = PermitBook()

    def __getattr__(self, name: str) -> Any:
        if self._rest is None:
            self._rest = MemoryStore()
        return getattr(self._rest, name)

    def close(self) -> None:
        """Nothing of it is used any more."""
        if self._rest is not None:
            self._rest.close()

    def copy(self) -> LedgerBook:
        """Another one with the same content."""
        other = LedgerBook()
        for name in ("_rows", "_ids", "_events", "_cursors", "_alerts", "_made", "_accounts", "_sources"):
            setattr(other, name, dict(getattr(self, name)))
        other._restored = self._restored
        other._told = {kind: dict(values) for kind, values in self._told.items()}
        if self._rest is not None:
            other._rest = copied(self._rest)
        for book, fresh in ((self.mirror, other.mirror), (self.permits, other.permits)):
            for name, held in vars(book).items():
                if name != "_lock":
                    setattr(fresh, name, _copied(held))
        return other

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def ingest(
        self, connection: str, arrivals: Sequence[Arrival], *, at: datetime, after: str | None = None
    ) -> IngestCounts:
        if after is not None and (self.cursor(connection, STREAM) or "") != after:
            raise CursorMoved.of(connection, STREAM)
        batch = self._batch(connection, arrivals, utc(at))
        for reference, row in batch.rows.items():
            id_ = row.entry.id or len(self._rows) + 1
            self._ids[connection, reference] = id_
            self._rows[id_] = evolve(self._noted(row, at), entry=evolve(row.entry, id=id_))
        for reference, event in batch.events:
            self._note(self._ids[connection, reference], event)
        if arrivals and (cursor := arrivals[-1].cursor):
            self._cursors[connection, STREAM] = cursor
        return batch.counts

    def _batch(self, connection: str, arrivals: Sequence[Arrival], at: datetime) -> Batch:
        identified = identify(arrivals)
        known = {
            one.reference: self._rows[self._ids[connection, one.reference]]
            for one in identified
            if (connection, one.reference) in self._ids
        }
        noted = self._told.get((connection, AT_SOURCE), {})
        known = {reference: evolve(row, differs=noted.get(reference)) for reference, row in known.items()}
        changed = {
            one.reference
            for one in identified
            if one.reference in known and known[one.reference].fingerprint != one.fingerprint
        }
        relevant = [one for one in identified if one.reference not in known or one.reference in changed]
        batch = taken_in(connection, relevant, known, at)
        batch.known += len(identified) - len(relevant)
        return batch

    def _noted(self, row: Row, at: datetime) -> Row:
        """The row, with what its source says differently kept with told values."""
        if row.differs is not None:
            told = {row.entry.reference: row.differs}
            self.record_told_values(row.entry.connection, AT_SOURCE, told, at=at)
        return evolve(row, differs=None)

    def _note(self, id_: int, *events: LedgerEvent) -> None:
        self._events[id_] = (*self._events.get(id_, ()), *events)

    def cursor(self, connection: str, stream: str) -> str | None:
        return self._cursors.get((connection, stream))

    def claim(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[LedgerEntry]:
        entries = [row.entry for row in self._rows.values() if row.entry.connection == connection]
        due = sorted((entry for entry in entries if entry.is_due(utc(at))), key=lambda one: (one.ingested_at, one.id))
        changes = [work.claimed(self._rows[entry.id], worker, utc(at), utc(until)) for entry in due[:limit]]
        self._write(changes)
        return [row.entry for row, _ in changes]

    def look_again(self, connection: str, bases: Mapping[str, str | None]) -> None:
        for id_, row in self._rows.items():
            entry = row.entry
            code = entry.reason.code if entry.reason else None
            held = entry.connection == connection and entry.state is OrderState.HELD and entry.basis is not None
            if held and code is not None and code in bases and bases[code] != entry.basis:
                self._rows[id_] = evolve(row, entry=evolve(entry, next_attempt_at=None))

    def _write(self, changes: Iterable[Change]) -> None:
        for row, events in changes:
            self._rows[row.entry.id] = self._noted(row, row.entry.updated_at)
            self._note(row.entry.id, *events)

    def record(
        self,
        entry: LedgerEntry,
        *,
        who: str,
        why: str = "",
        detail: Mapping[str, Any] | None = None,
        require_unique_number: bool = False,
    ) -> LedgerEntry:
        one = Transition(entry=entry, who=who, why=why, detail=detail, require_unique_number=require_unique_number)
        (answer,) = self.record_all([one])
        if isinstance(answer, Exception):
            raise answer
        return answer

    def record_all(self, transitions: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
        rows, events = dict(self._rows), dict(self._events)
        answers = [self._record(transition) for transition in transitions]
        if not any(isinstance(answer, RemoteIdInUse) for answer in answers):
            return answers
        self._rows, self._events = rows, events
        if len(transitions) == 1:
            return answers
        return [answer for transition in transitions for answer in self.record_all([transition])]

    def _record(self, transition: Transition) -> LedgerEntry | Exception:
        entry = transition.entry
        may_use = {entry.id, *transition.number_shared_with}
        if transition.require_unique_number and not self._users(entry.remote_number) <= may_use:
            text = f"order {entry.reference}: another order of the ledger is or was sent as {entry.remote_number!r}"
            return NumberInUse(text)
        new = transition.new_customer
        if new is not None and any(self._makes(one, new) for one in self._rows.values() if one.entry.id != entry.id):
            return CustomerInUse.for_order(entry.reference)
        if entry.id not in self._rows:
            return ClaimLost(f"order {entry.reference}: this ledger does not have it; was it restored?")
        try:
            change = work.recorded(evolve(self._rows[entry.id], entry=self._read(entry)), transition)
        except work.REFUSALS as error:
            return error
        after = change[0].entry
        if after.remote_id is not None and self._others_at(after):
            return RemoteIdInUse(
                f"order {entry.reference}: {entry.connection} has another order delivered as {entry.remote_id} "
                "already; find out which of the two it is"
            )
        self._write([change])
        if transition.receipt is not None:
            key, text = transition.receipt
            self.record_told_values(entry.connection, RECEIPT, {key: text}, at=after.updated_at)
        if new is not None:
            self._made[entry.id] = new.digests
        return after

    def _makes(self, row: Row, new: NewCustomer) -> bool:
        """Whether an order is making this customer, or has just done so."""
        entry = row.entry
        lately = entry.state in DELIVERED_STATES and entry.in_state_since >= new.since
        return not new.digests.isdisjoint(self._made.get(entry.id, ())) and (entry.state in UNCERTAIN_STATES or lately)

    def _read(self, entry: LedgerEntry) -> LedgerEntry:
        """The entry as it is now, with the content its worker read."""
        return evolve(self._rows[entry.id].entry, order=entry.order, given=entry.given)

    def _users(self, number: str | None) -> set[int]:
        entries = (row.entry for row in self._rows.values())
        return {entry.id for entry in entries if entry.remote_number == number and entry.state in SENT_STATES}

    def _others_at(self, entry: LedgerEntry) -> bool:
        rows = (row.entry for row in self._rows.values())
        return any(
            one.remote_id == entry.remote_id and one.connection == entry.connection and one.id != entry.id
            for one in rows
        )

    def release_claim(self, entry: LedgerEntry) -> None:
        row = self._rows.get(entry.id)
        if row is not None and row.entry.serial == entry.serial and row.entry.claim is not None:
            free = evolve(row.entry, claim=None, serial=entry.serial + 1)
            self._rows[entry.id] = evolve(row, entry=free)

    def override_state(
        self, entry_id: int, to: OrderState, *, at: datetime, who: str, why: str, retry: bool = False
    ) -> LedgerEntry:
        change = work.overridden(self._rows[entry_id], to, utc(at), who, why, retry=retry)
        self._write([change])
        return change[0].entry

    # ── looking ──────────────────────────────────────────────────────────────────────────────

    def entries(
        self, connection: str | None = None, *, limit: int | None = None, **wanted: Unpack[Filter]
    ) -> Sequence[LedgerEntry]:
        found = [row.entry for row in self._rows.values() if _matches(row.entry, connection, wanted)]
        found.sort(key=lambda entry: (entry.ingested_at, entry.id), reverse=True)
        return found[:limit]

    def summary(
        self,
        connection: str | None = None,
        *,
        states: Collection[OrderState] | None = None,
        with_reason: bool = False,
    ) -> Sequence[StateCount]:
        groups = defaultdict[tuple[str, OrderState, str | None, bool], list[datetime]](list)
        for entry in self.entries(connection, states=states):
            if with_reason and entry.reason is None:
                continue
            code, transient = (entry.reason.code, entry.reason.transient) if entry.reason else (None, False)
            groups[entry.connection, entry.state, code, transient].append(entry.in_state_since)
        return lookups.in_order(
            StateCount(
                connection=name, state=state, code=code, transient=transient, count=len(moments), since=min(moments)
            )
            for (name, state, code, transient), moments in groups.items()
        )

    def by_remote_ids(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, LedgerEntry]:
        found = ((entry.remote_id, entry) for entry in self.entries(connection))
        return {id_: entry for id_, entry in found if id_ is not None and id_ in remote_ids}

    def first_sent(self, connection: str) -> LedgerEntry | None:
        sent = [entry for entry in self.entries(connection) if entry.generation or entry.remote_id]
        return min(sent, key=lambda entry: entry.ingested_at, default=None)

    def delivered(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, DeliveredEntry]:
        return {
            id_: DeliveredEntry(
                reference=entry.reference,
                number=entry.number,
                remote_number=entry.remote_number,
                state=entry.state,
                said=next((said for said in self._said(entry) if said.get("remote_id") == id_), {}),
            )
            for id_, entry in self.by_remote_ids(connection, remote_ids).items()
            if entry.state in DELIVERED_STATES
        }

    def _said(self, entry: LedgerEntry) -> list[Mapping[str, Any]]:
        return [event.detail for event in self.history(entry.id) if event.now in DELIVERED_STATES]

    def history(self, entry_id: int) -> Sequence[LedgerEvent]:
        return self._events.get(entry_id, ())

    def refused_shipments(self, connection: str) -> Sequence[ShipmentEntry]:
        return self._rest.refused_shipments(connection) if self._rest else ()

    # ── where it belongs ─────────────────────────────────────────────────────────────────────

    def known_account(self, connection: str) -> KnownAccount | None:
        return self._accounts.get(connection)

    def remember_account(
        self, connection: str, account: AccountIdentity, *, at: datetime, replace: bool = False
    ) -> KnownAccount:
        known = KnownAccount(connection=connection, account=account, first_seen_at=utc(at))
        if replace:
            self._accounts[connection] = known
        return self._accounts.setdefault(connection, known)

    def known_source(self, connection: str) -> str | None:
        return self._sources.get(connection)

    def remember_source(self, connection: str, identity: str, *, at: datetime, replace: bool = False) -> str:
        if replace:
            self._sources[connection] = identity
        return self._sources.setdefault(connection, identity)

    def restored(self) -> Restore | None:
        return self._restored

    def note_restore(self, backed_up_at: datetime, *, at: datetime) -> None:
        self._restored = Restore(backed_up_at=backed_up_at, restored_at=at)
        gap = work.serial_gap(backed_up_at, at)
        for id_, row in self._rows.items():
            self._rows[id_] = evolve(row, entry=evolve(row.entry, serial=row.entry.serial + gap))

    # ── told values, alerts ──────────────────────────────────────────────────────────────────

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        return dict(sorted(self._told.get((connection, kind), {}).items()))

    def record_told_values(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        told = self._told.setdefault((connection, kind), {})
        told.update((storable(key), value) for key, value in sorted(values.items()))

    def record_run(self, run: JobRun) -> None:
        """Nobody reads it."""

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, scope: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        changes = compared(connection, self.alerts(connection), found, scope, utc(at))
        opened = [evolve(alert, id=len(self._alerts) + place) for place, alert in enumerate(changes.opened, 1)]
        self._alerts.update((alert.id, alert) for alert in (*opened, *changes.seen, *changes.closed))
        return [*opened, *changes.closed]

    def alerts(self, connection: str | None = None, *, closed: bool = False) -> Sequence[Alert]:
        some = [one for one in self._alerts.values() if connection in (None, one.connection)]
        return sorted((one for one in some if closed or one.closed_at is None), key=lambda one: -one.id)


def _matches(entry: LedgerEntry, connection: str | None, wanted: Filter) -> bool:
    """Whether an entry is one that is asked for; by what the simulation asks for."""
    reference, number = wanted.get("reference"), wanted.get("number")
    states, reasons = wanted.get("states"), wanted.get("reasons")
    unknown = wanted.keys() - {"reference", "number", "states", "reasons"}
    assert not unknown, f"the simulation's ledger cannot look for {unknown}"
    return (
        connection in (None, entry.connection)
        and (reference is None or storable(reference) == entry.reference)
        and (number is None or storable(number) in (entry.number, entry.remote_number))
        and (states is None or entry.state in states)
        and (reasons is None or (entry.reason is not None and entry.reason.code in reasons))
    )


def copied(store: Any) -> MemoryStore:
    """Another store in memory with the same content."""
    other = MemoryStore()
    _driver(store).backup(_driver(other))
    return other


def _driver(store: Any) -> Any:
    return store._database._connection.connection.driver_connection
