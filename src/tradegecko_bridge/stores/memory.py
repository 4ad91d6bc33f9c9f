"""A ledger in memory: everything a durable one does, except lasting longer than the program."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from threading import Lock
from typing import Any, Self, Unpack

from attrs import evolve

from tradegecko_bridge.commerce import Shipment, SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import (
    FINAL_STATES,
    SENT_STATES,
    Alert,
    Filter,
    Finding,
    IngestCounts,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    ShipmentEntry,
    ShipmentState,
    StateCount,
    Transition,
)
from tradegecko_bridge.ports.limits import PermitBook
from tradegecko_bridge.ports.mirrors import MirrorBook
from tradegecko_bridge.stores import alert_rules, expiry_rules, ingest_rules, lookup_rules, shipment_rules, work_rules
from tradegecko_bridge.stores.row import Change, Row, utc
from tradegecko_bridge.stores.shipment_rules import ShipmentRow
from tradegecko_bridge.stores.tokens import MemoryTokenStore


class MemoryStore:
    """For trying things out and for tests. Threads may share it; processes cannot."""

    def __init__(self) -> None:
        self.tokens = MemoryTokenStore()
        """The logins kept beside the ledger, a :class:`~tradegecko_bridge.ports.TokenStore`."""
        self.permits = PermitBook()
        """What is used of the rate limit, a :class:`~tradegecko_bridge.ports.RateLedger`."""
        self.mirror = MirrorBook()
        """What is remembered of accounts, a :class:`~tradegecko_bridge.ports.MirrorStore`."""
        self._lock = Lock()
        self._rows: dict[int, Row] = {}
        self._ids: dict[tuple[str, str], int] = {}
        self._remote: dict[tuple[str, str], int] = {}
        self._events: dict[int, list[LedgerEvent]] = {}
        self._cursors: dict[tuple[str, str], str] = {}
        self._shipments: dict[int, ShipmentRow] = {}
        self._shipment_ids: dict[tuple[str, str], int] = {}
        self._alerts: dict[int, Alert] = {}
        self._acknowledged: dict[tuple[str, str], dict[str, str]] = {}

    def __repr__(self) -> str:
        return f"<MemoryStore with {len(self._rows)} orders>"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Nothing to let go of."""

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def ingest(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> IngestCounts:
        """See :meth:`tradegecko_bridge.ports.Store.ingest`."""
        at, signed = utc(at), ingest_rules.signed(arrivals)
        with self._lock:
            ids = {one.reference: self._ids.get((connection, one.reference)) for one in signed}
            known = {reference: self._rows[id_] for reference, id_ in ids.items() if id_}
            batch = ingest_rules.ingest(connection, signed, known, at)
            for row in batch.rows.values():
                self._put(row)
            for reference, event in batch.events:
                self._events.setdefault(self._ids[connection, reference], []).append(event)
            if cursor := ingest_rules.last_cursor(arrivals):
                self._cursors[connection, ingest_rules.STREAM] = cursor
        return batch.counts

    def preview_ingest(
        self, connection: str, arrivals: Sequence[SourceOrder | UnreadableOrder], *, at: datetime
    ) -> tuple[IngestCounts, Sequence[LedgerEntry]]:
        signed = ingest_rules.signed(arrivals)
        with self._lock:
            ids = {one.reference: self._ids.get((connection, one.reference)) for one in signed}
            known = {reference: self._rows[id_] for reference, id_ in ids.items() if id_}
            batch = ingest_rules.ingest(connection, signed, known, utc(at))
        return batch.counts, [row.entry for row in batch.rows.values()]

    def cursor(self, connection: str, stream: str) -> str | None:
        """See :meth:`tradegecko_bridge.ports.Store.cursor`."""
        with self._lock:
            return self._cursors.get((connection, stream))

    def claim(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[LedgerEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.claim`."""
        at, until = utc(at), utc(until)
        with self._lock:
            due = [
                row
                for row in self._rows.values()
                if row.entry.connection == connection and work_rules.is_due(row.entry, at)
            ]
            due.sort(key=lambda row: _age(row.entry))
            return [self._change(work_rules.claimed(row, worker, at, until)) for row in due[: max(limit, 0)]]

    def record(
        self,
        entry: LedgerEntry,
        *,
        who: str,
        why: str = "",
        detail: Mapping[str, Any] | None = None,
        require_unique_number: bool = False,
    ) -> LedgerEntry:
        """See :meth:`tradegecko_bridge.ports.Store.record`."""
        (answer,) = self.record_all(
            [Transition(entry=entry, who=who, why=why, detail=detail, require_unique_number=require_unique_number)]
        )
        return work_rules.written(answer)

    def record_all(self, steps: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
        """See :meth:`tradegecko_bridge.ports.Store.record_all`."""
        with self._lock:
            return [self._record(step) for step in steps]

    def _record(self, step: Transition) -> LedgerEntry | Exception:
        entry = step.entry
        try:
            if step.require_unique_number and self._sent_as(step):
                return work_rules.in_use(entry)
            change = work_rules.recorded(self._row(entry.id), step)
        except work_rules.REFUSALS as error:
            return error
        if self._remote.get((entry.connection, entry.remote_id or ""), entry.id) != entry.id:
            return StoreError(work_rules.remote_taken(entry))
        return self._change(change)

    def release_claim(self, entry: LedgerEntry) -> None:
        """See :meth:`tradegecko_bridge.ports.Store.release_claim`."""
        with self._lock:
            row = self._rows.get(entry.id)
            if row and row.entry.claim and row.entry.serial == entry.serial:
                self._put(work_rules.claim_released(row))

    def override_state(
        self, entry_id: int, to: OrderState, *, at: datetime, who: str, why: str, retry: bool = False
    ) -> LedgerEntry:
        """See :meth:`tradegecko_bridge.ports.Store.override_state`."""
        with self._lock:
            return self._change(work_rules.overridden(self._row(entry_id), to, utc(at), who, why, retry=retry))

    def entries(
        self,
        connection: str | None = None,
        *,
        limit: int | None = None,
        before: int | None = None,
        **wanted: Unpack[Filter],
    ) -> Sequence[LedgerEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.entries`."""
        wanted = lookup_rules.in_utc(wanted)
        with self._lock:
            last = None if before is None else _age(self._row(before).entry)
            found = [
                _copy(entry)
                for entry in self._of(connection)
                if lookup_rules.matches(entry, wanted) and (last is None or _age(entry) < last)
            ]
        found.sort(key=_age, reverse=True)
        return found if limit is None else found[: max(limit, 0)]

    def _sent_as(self, step: Transition) -> bool:
        meant = {step.entry.id, *step.number_shared_with}
        others = (row.entry for row in self._rows.values() if row.entry.id not in meant)
        return any(other.remote_number == step.entry.remote_number and other.state in SENT_STATES for other in others)

    def summary(
        self, connection: str | None = None, *, states: Collection[OrderState] | None = None
    ) -> Sequence[StateCount]:
        """See :meth:`tradegecko_bridge.ports.Store.summary`."""
        with self._lock:
            return lookup_rules.summary(
                entry for entry in self._of(connection) if states is None or entry.state in states
            )

    def by_remote_ids(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, LedgerEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.by_remote_ids`."""
        with self._lock:
            ids = {remote_id: self._remote.get((connection, remote_id)) for remote_id in remote_ids}
            return {remote_id: _copy(self._rows[id_].entry) for remote_id, id_ in ids.items() if id_}

    def history(self, entry_id: int) -> Sequence[LedgerEvent]:
        """See :meth:`tradegecko_bridge.ports.Store.history`."""
        with self._lock:
            return list(self._events.get(entry_id, ()))

    # ── shipments ────────────────────────────────────────────────────────────────────────────

    def ingest_shipments(
        self, connection: str, shipments: Sequence[tuple[int, Shipment]], *, cursor: str | None, at: datetime
    ) -> int:
        """See :meth:`tradegecko_bridge.ports.Store.ingest_shipments`."""
        utc(at)
        with self._lock:
            shipment_rules.must_belong(connection, (i for i, _ in shipments), self._owners(i for i, _ in shipments))
            ids = {s.reference: self._shipment_ids.get((connection, s.reference)) for _, s in shipments}
            known = {reference: self._shipments[id_] for reference, id_ in ids.items() if id_}
            rows = shipment_rules.ingest(connection, shipments, known)
            for row in rows.values():
                self._put_shipment(row)
            if cursor is not None:
                self._cursors[connection, shipment_rules.STREAM] = cursor
        return len(rows)

    def shipments(
        self,
        connection: str,
        entry_ids: Collection[int] | None = None,
        *,
        states: Collection[OrderState] | None = None,
    ) -> Sequence[ShipmentEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.shipments`."""
        with self._lock:
            return [
                row.entry
                for row in self._shipments.values()
                if row.entry.connection == connection
                and (entry_ids is None or row.entry.entry_id in entry_ids)
                and (states is None or self._rows[row.entry.entry_id].entry.state in states)
            ]

    def refused_shipments(self, connection: str) -> Sequence[ShipmentEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.refused_shipments`."""
        return [
            shipment
            for shipment in self.shipments(connection)
            if shipment.state is ShipmentState.REFUSED
            and self._rows[shipment.entry_id].entry.state is not OrderState.CONFIRMED
        ]

    def claim_shipments(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[ShipmentEntry]:
        """See :meth:`tradegecko_bridge.ports.Store.claim_shipments`."""
        at, until = utc(at), utc(until)
        with self._lock:
            due = [
                row
                for row in self._shipments.values()
                if row.entry.connection == connection and shipment_rules.is_due(row.entry, at)
            ]
            claimed = [shipment_rules.claimed(row, worker, until) for row in due[: max(limit, 0)]]
            for row in claimed:
                self._put_shipment(row)
            return [row.entry for row in claimed]

    def record_shipment(self, entry: ShipmentEntry, *, at: datetime) -> None:
        """See :meth:`tradegecko_bridge.ports.Store.record_shipment`."""
        utc(at)
        with self._lock:
            if entry.id not in self._shipments:
                raise KeyError(f"no shipment entry {entry.id}")
            row = shipment_rules.recorded(self._shipments[entry.id], entry)
            order = self._rows[row.entry.entry_id].entry
            self._put_shipment(row if order.expired_at is None else expiry_rules.expired_shipment(row))

    # ── what sources acknowledged ────────────────────────────────────────────────────────────

    def told_values(self, connection: str, kind: str) -> Mapping[str, str]:
        """See :meth:`tradegecko_bridge.ports.Store.acknowledged`."""
        with self._lock:
            return dict(self._acknowledged.get((connection, kind), {}))

    def record_told_values(self, connection: str, kind: str, values: Mapping[str, str], *, at: datetime) -> None:
        """See :meth:`tradegecko_bridge.ports.Store.record_told_values`."""
        utc(at)
        with self._lock:
            self._acknowledged.setdefault((connection, kind), {}).update(values)

    # ── expiry ───────────────────────────────────────────────────────────────────────────────

    def expire_personal_data(
        self,
        connection: str,
        *,
        before: datetime,
        at: datetime,
        who: str,
        states: Collection[OrderState] = FINAL_STATES,
        limit: int = 500,
    ) -> int:
        """See :meth:`tradegecko_bridge.ports.Store.expire_personal_data`."""
        at = utc(at)
        with self._lock:
            due = self._expirable(connection, utc(before), at, states)[: max(limit, 0)]
            for row in due:
                self._change(expiry_rules.expired(row, at, who))
            ids = {row.entry.id for row in due}
            for shipment in [row for row in self._shipments.values() if row.entry.entry_id in ids]:
                self._put_shipment(expiry_rules.expired_shipment(shipment))
            for id_ in ids:
                self._events[id_] = [
                    evolve(event, why=expiry_rules.expired_why(event.why)) for event in self._events[id_]
                ]
        return len(due)

    def expirable(
        self, connection: str, *, before: datetime, at: datetime, states: Collection[OrderState] = FINAL_STATES
    ) -> int:
        """See :meth:`tradegecko_bridge.ports.Store.expirable`."""
        with self._lock:
            return len(self._expirable(connection, utc(before), utc(at), states))

    def scrub(self) -> bool:
        """Nothing to do: what nobody holds is gone."""
        return True

    # ── alerts ───────────────────────────────────────────────────────────────────────────────

    def update_alerts(
        self, connection: str, found: Sequence[Finding], *, scope: Collection[str], at: datetime
    ) -> Sequence[Alert]:
        """See :meth:`tradegecko_bridge.ports.Store.update_alerts`."""
        at = utc(at)
        with self._lock:
            present = [one for one in self._alerts.values() if one.is_open and one.connection == connection]
            update = alert_rules.compared(connection, present, found, scope, at)
            opened = [evolve(alert, id=len(self._alerts) + n) for n, alert in enumerate(update.opened, 1)]
            self._alerts.update({alert.id: alert for alert in (*update.seen, *update.closed, *opened)})
        return [*opened, *update.closed]

    def alerts(self, connection: str | None = None, *, closed: bool = False) -> Sequence[Alert]:
        """See :meth:`tradegecko_bridge.ports.Store.alerts`."""
        with self._lock:
            return [
                alert
                for alert in reversed(self._alerts.values())
                if connection in (None, alert.connection) and (closed or alert.is_open)
            ]

    # ── under the lock ───────────────────────────────────────────────────────────────────────

    def _expirable(self, connection: str, before: datetime, at: datetime, states: Collection[OrderState]) -> list[Row]:
        states = expiry_rules.checked(states)
        untold = {row.entry.entry_id for row in self._shipments.values() if row.entry.state is ShipmentState.PENDING}
        rows = (row for row in self._rows.values() if row.entry.connection == connection)
        return [
            row for row in rows if row.entry.id not in untold and expiry_rules.may_expire(row.entry, states, before, at)
        ]

    def _of(self, connection: str | None) -> Iterator[LedgerEntry]:
        entries = (row.entry for row in self._rows.values())
        return (entry for entry in entries if connection is None or entry.connection == connection)

    def _row(self, entry_id: int) -> Row:
        if entry_id not in self._rows:
            raise KeyError(f"no order entry {entry_id}")
        return self._rows[entry_id]

    def _change(self, change: Change) -> LedgerEntry:
        row, events = change
        self._put(row)
        self._events.setdefault(row.entry.id, []).extend(events)
        return _copy(row.entry)

    def _put(self, row: Row) -> None:
        entry = row.entry
        if not entry.id:
            entry = evolve(entry, id=len(self._rows) + 1)
            self._ids[entry.connection, entry.reference] = entry.id
        before = self._rows.get(entry.id)
        if before and before.entry.remote_id:
            self._remote.pop((entry.connection, before.entry.remote_id), None)
        if entry.remote_id:
            self._remote[entry.connection, entry.remote_id] = entry.id
        self._rows[entry.id] = evolve(row, entry=entry)

    def _put_shipment(self, row: ShipmentRow) -> None:
        entry = row.entry
        if not entry.id:
            entry = evolve(entry, id=len(self._shipments) + 1)
            self._shipment_ids[entry.connection, entry.shipment.reference] = entry.id
        self._shipments[entry.id] = evolve(row, entry=entry)

    def _owners(self, entry_ids: Iterable[int]) -> dict[int, str]:
        return {i: self._rows[i].entry.connection for i in entry_ids if i in self._rows}


def _age(entry: LedgerEntry) -> tuple[datetime, int]:
    return entry.ingested_at, entry.id


def _copy(entry: LedgerEntry) -> LedgerEntry:
    """An entry whose one mutable part is its own, so that nobody changes the ledger by accident."""
    return evolve(entry, line_ids=dict(entry.line_ids))
