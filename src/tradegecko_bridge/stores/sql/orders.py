"""Orders in the database. The rules decide what becomes of one; here rows are found, locked and written."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Unpack

from attrs import evolve
from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    Subquery,
    and_,
    bindparam,
    func,
    or_,
    select,
    union,
    update,
)
from sqlalchemy import insert as plain_insert
from sqlalchemy.exc import IntegrityError

from tradegecko_bridge.errors import ClaimLost, CustomerInUse, NumberInUse, RemoteIdInUse
from tradegecko_bridge.ledger import (
    AT_SOURCE,
    DELIVERED_STATES,
    RECEIPT,
    SENT_STATES,
    DeliveredEntry,
    Filter,
    IngestCounts,
    LedgerEntry,
    LedgerEvent,
    NewCustomer,
    OrderState,
    StateCount,
    Transition,
)
from tradegecko_bridge.ports import OrderStore
from tradegecko_bridge.stores.row import Arrival, Change, Row, utc
from tradegecko_bridge.stores.rules import ingest, lookups, work
from tradegecko_bridge.stores.rules.digests import is_keyed, like
from tradegecko_bridge.stores.sql import new_customers
from tradegecko_bridge.stores.sql.cursors import advance, must_be_at, read_cursor, read_told, write_told
from tradegecko_bridge.stores.sql.database import InDatabase, chunks, wait_alone
from tradegecko_bridge.stores.sql.keys import read_key
from tradegecko_bridge.stores.sql.many import execute_many
from tradegecko_bridge.stores.sql.rows import (
    Values,
    changed_values,
    event_values,
    order_values,
    to_count,
    to_delivered,
    to_event,
    to_full_row,
    to_row,
    work_values,
)
from tradegecko_bridge.stores.sql.tables import HELD, OPEN, events, is_over, not_by_index, orders

_c = orders.c
# Statements that every delivery needs are made once: SQLAlchemy takes longer to make one than SQLite to run it.
_ONE = select(orders).where(_c.id == bindparam("row_id")).with_for_update()
_SOME = select(orders).where(_c.id.in_(bindparam("ids", expanding=True))).order_by(_c.id)
_SOME_LOCKED = _SOME.with_for_update()
_AT_WORK = _SOME_LOCKED.with_only_columns(*(column for column in _c if column.name not in ("content", "names")))
_UPDATE = update(orders).where(_c.id == bindparam("row_id"))
_INSERT = plain_insert(orders)
_IDS = select(_c.reference, _c.id).where(
    _c.connection == bindparam("connection"), _c.reference.in_(bindparam("names", expanding=True))
)
_FINGERPRINTS = _IDS.with_only_columns(_c.reference, _c.fingerprint)
_INSERT_EVENTS = plain_insert(events)
_RARE = ("text", "reasons", "entered", "number", "reference")
"""Filters that may match few of very many orders, anywhere in time."""
_DELIVERED = [state.value for state in DELIVERED_STATES]
_AS_DELIVERED: Select[Any] = (
    select(_c.remote_id, _c.reference, _c.number, _c.remote_number, _c.state, events.c.detail)
    .outerjoin(events, and_(events.c.order_id == _c.id, events.c.now.in_(_DELIVERED), events.c.detail.is_not(None)))
    .where(
        _c.connection == bindparam("connection"),
        _c.remote_id.in_(bindparam("ids", expanding=True)),
        not_by_index(_c.state).in_(_DELIVERED),
    )
    .order_by(events.c.id)
)
_SENT_AS = select(_c.id, _c.remote_number).where(
    _c.remote_number.in_(bindparam("numbers", expanding=True)),
    not_by_index(_c.state).in_([state.value for state in SENT_STATES]),
)


class SqlOrders(InDatabase, OrderStore):
    """Orders, their histories, and how far each source has been read."""

    def ingest(
        self, connection: str, arrivals: Sequence[Arrival], *, at: datetime, after: str | None = None
    ) -> IngestCounts:
        at = utc(at)
        with self._database.writing() as tx:
            wait_alone(tx, f"ingest {connection}")
            must_be_at(tx, connection, ingest.STREAM, after)
            batch = _batch(tx, connection, arrivals, at, to_write=True)
            _write_batch(tx, batch, at)
            if arrivals and (cursor := arrivals[-1].cursor):
                advance(tx, connection, ingest.STREAM, cursor, at)
        return batch.counts

    def preview_ingest(
        self, connection: str, arrivals: Sequence[Arrival], *, at: datetime
    ) -> tuple[IngestCounts, Sequence[LedgerEntry]]:
        with self._database.reading() as tx:
            batch = _batch(tx, connection, arrivals, utc(at), to_write=False)
        return batch.counts, [row.entry for row in batch.rows.values()]

    def cursor(self, connection: str, stream: str) -> str | None:
        with self._database.reading() as tx:
            return read_cursor(tx, connection, stream)

    def claim(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[LedgerEntry]:
        at, until = utc(at), utc(until)
        with self._database.writing() as tx:
            due = tx.execute(due_orders(connection, at, limit)).all()
            changes = [work.claimed(to_full_row(stored), worker, at, until) for stored in due]
            for part in chunks(row.entry.id for row, _ in changes):
                mine = update(orders).where(_c.id.in_(part))
                tx.execute(mine.values(claim_worker=worker, claim_until=until, serial=_c.serial + 1))
            both = zip(changes, due, strict=True)
            if abandoned := [row for (row, made), was in both if made or row.entry.sent_at != was.sent_at]:
                _update(tx, ((row, work_values(row)) for row in abandoned))
            _write_events(tx, changes)
        return [row.entry for row, _ in changes]

    def look_again(self, connection: str, bases: Mapping[str, str | None]) -> None:
        with self._database.writing() as tx:
            for code, basis in bases.items():
                query = select(_c.id).where(HELD, _c.connection == connection, _c.reason_code == code)
                query = query.where(_c.basis.is_not(None) if basis is None else _c.basis != basis)
                query = query.where(_c.reason_passing.is_(True)).order_by(_c.id)
                for part in chunks(tx.execute(query.with_for_update(skip_locked=True)).scalars().all()):
                    tx.execute(update(orders).where(_c.id.in_(part)).values(next_attempt_at=None))

    def record(
        self,
        entry: LedgerEntry,
        *,
        who: str,
        why: str = "",
        detail: Mapping[str, Any] | None = None,
        require_unique_number: bool = False,
    ) -> LedgerEntry:
        (answer,) = self.record_all(
            [Transition(entry=entry, who=who, why=why, detail=detail, require_unique_number=require_unique_number)]
        )
        if isinstance(answer, Exception):
            raise answer
        return answer

    def record_all(self, transitions: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
        try:
            with self._database.writing() as tx:
                return _record_all(tx, transitions)
        except RemoteIdInUse as error:
            if len(transitions) == 1:
                return [error]
        return [answer for transition in transitions for answer in self.record_all([transition])]

    def customer_makers(self, new: NewCustomer) -> Collection[int]:
        with self._database.reading() as tx:
            return new_customers.makers_of(new_customers.makers(tx, [new]), new)

    def release_claim(self, entry: LedgerEntry) -> None:
        mine = update(orders).where(_c.id == entry.id, _c.serial == entry.serial, _c.claim_worker.is_not(None))
        with self._database.writing() as tx:
            tx.execute(mine.values(claim_worker=None, claim_until=None, serial=_c.serial + 1))

    def override_state(
        self, entry_id: int, to: OrderState, *, at: datetime, who: str, why: str, retry: bool = False
    ) -> LedgerEntry:
        at = utc(at)
        with self._database.writing() as tx:
            stored = tx.execute(_ONE, {"row_id": entry_id}).one_or_none()
            if stored is None:
                raise _no_entry(entry_id)
            before = to_full_row(stored)
            change = work.overridden(before, to, at, who, why, retry=retry)
            write_changes(tx, [(before, change)])
        return change[0].entry

    def edit(self, entry: LedgerEntry, *, at: datetime, who: str, why: str, fields: Sequence[str] = ()) -> LedgerEntry:
        at = utc(at)
        with self._database.writing() as tx:
            stored = tx.execute(_ONE, {"row_id": entry.id}).one_or_none()
            if stored is None:
                raise _no_entry(entry.id)
            change = work.edited(to_full_row(stored), entry, at, who, why, fields)
            write_whole(tx, [change])
        return change[0].entry

    def entries(
        self,
        connection: str | None = None,
        *,
        limit: int | None = None,
        before: int | None = None,
        **wanted: Unpack[Filter],
    ) -> Sequence[LedgerEntry]:
        conditions = _conditions(connection, lookups.in_utc(wanted))
        with self._database.reading() as tx:
            # Which ones is found out in an index alone, without reading their content.
            ids = select(_c.id).where(*conditions, *_after(tx, before))
            if (number := wanted.get("number")) is not None:
                called = _called(number)
                ids = ids.join(called, called.c.id == _c.id)
            if limit is not None:
                rare = any(wanted.get(name) is not None for name in _RARE)
                # What rarely matches must not be looked for by walking back through time: no index may sort this.
                moment = not_by_index(_c.taken_in_at) if rare else _c.taken_in_at
                ids = ids.order_by(moment.desc(), _c.id.desc()).limit(max(limit, 0))
            query = select(orders).where(_c.id.in_(ids)).order_by(_c.taken_in_at.desc(), _c.id.desc())
            return [to_full_row(stored).entry for stored in tx.execute(query)]

    def summary(
        self,
        connection: str | None = None,
        *,
        states: Collection[OrderState] | None = None,
        with_reason: bool = False,
    ) -> Sequence[StateCount]:
        groups = (_c.connection, _c.state, _c.reason_code, _c.reason_passing)
        counts = select(*groups, func.count().label("number"), func.min(_c.in_state_since).label("since"))
        query = counts.where(*_conditions(connection, {"states": states})).group_by(*groups)
        if with_reason:
            query = query.where(_c.reason_code >= "")  # IS NOT NULL, said so that SQLite goes to them in the index
        with self._database.reading() as tx:
            return lookups.in_order(to_count(stored) for stored in tx.execute(query))

    def by_remote_ids(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, LedgerEntry]:
        found: dict[str, LedgerEntry] = {}
        with self._database.reading() as tx:
            for part in chunks(remote_ids):
                query = select(orders).where(_c.connection == connection, _c.remote_id.in_(part))
                found.update((stored.remote_id, to_full_row(stored).entry) for stored in tx.execute(query))
        return found

    def first_sent(self, connection: str) -> LedgerEntry | None:
        sent = (_c.connection == connection, (_c.generation > 0) | _c.remote_id.is_not(None))
        query = select(orders).where(*sent).order_by(_c.taken_in_at, _c.id).limit(1)
        with self._database.reading() as tx:
            stored = tx.execute(query).one_or_none()
        return to_full_row(stored).entry if stored else None

    def delivered(self, connection: str, remote_ids: Collection[str]) -> Mapping[str, DeliveredEntry]:
        found: dict[str, DeliveredEntry] = {}
        with self._database.reading() as tx:
            for part in chunks(remote_ids):
                for stored in tx.execute(_AS_DELIVERED, {"connection": connection, "ids": part}):
                    known = found.get(stored.remote_id)
                    if known is None or not known.said:
                        found[stored.remote_id] = to_delivered(stored)
        return found

    def history(self, entry_id: int) -> Sequence[LedgerEvent]:
        query = select(events).where(events.c.order_id == entry_id).order_by(events.c.id)
        with self._database.reading() as tx:
            return [to_event(stored) for stored in tx.execute(query)]


def _no_entry(entry_id: int) -> KeyError:
    return KeyError(f"no order entry {entry_id}")


# ── ingest ───────────────────────────────────────────────────────────────────────────────────


def _batch(
    tx: Connection, connection: str, arrivals: Sequence[Arrival], at: datetime, *, to_write: bool
) -> ingest.Batch:
    """What a batch does. Orders that the ledger has as they are cost one look at their fingerprints."""
    identified = ingest.identify(arrivals, keep=to_write)
    by_ids = _SOME_LOCKED if to_write else _SOME
    while True:
        stored = _fingerprints(tx, connection, {one.reference for one in identified})
        given = identified
        if any(map(is_keyed, stored.values())):
            key = read_key(tx)
            given = [evolve(one, fingerprint=like(one.fingerprint, stored.get(one.reference), key)) for one in given]
        changed = {one.reference for one in given if stored.get(one.reference, one.fingerprint) != one.fingerprint}
        known = _by_reference(tx, connection, changed, by_ids)
        apart = ingest.told_apart(identified, known)
        if apart == identified:
            break
        identified = apart
    relevant = [one for one in given if one.reference not in stored or one.reference in changed]
    noted = read_told(tx, connection, AT_SOURCE, changed)
    known = {reference: evolve(row, differs=noted.get(reference)) for reference, row in known.items()}
    batch = ingest.ingest(connection, relevant, known, at)
    batch.known += len(given) - len(relevant)
    return batch


def _fingerprints(tx: Connection, connection: str, references: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(references):
        stored = tx.execute(_FINGERPRINTS, {"connection": connection, "names": part})
        found.update((row.reference, row.fingerprint) for row in stored)
    return found


def _ids(tx: Connection, connection: str, references: Collection[str]) -> Iterator[tuple[str, int]]:
    for part in chunks(references):
        yield from ((row.reference, row.id) for row in tx.execute(_IDS, {"connection": connection, "names": part}))


def _by_reference(tx: Connection, connection: str, references: Collection[str], by_ids: Select[Any]) -> dict[str, Row]:
    """The orders, in the order of their ids: of two who lock the same ones, one waits for the other."""
    ids = [row_id for _, row_id in _ids(tx, connection, references)]
    found: dict[str, Row] = {}
    for some in chunks(sorted(ids)):
        found.update((stored.reference, to_full_row(stored)) for stored in tx.execute(by_ids, {"ids": some}))
    return found


def _write_batch(tx: Connection, batch: ingest.Batch, at: datetime) -> None:
    known = [row for row in batch.rows.values() if row.entry.id]
    new = [row for row in batch.rows.values() if not row.entry.id]
    ids = {row.entry.reference: row.entry.id for row in known}
    if known:
        _update(tx, ((row, order_values(row)) for row in known))
        _note_differences(tx, known, at)
    if new:
        execute_many(tx, _INSERT, [order_values(row, batch.plain.get(row.entry.reference)) for row in new])
        ids.update(_ids(tx, new[0].entry.connection, [row.entry.reference for row in new]))
    if batch.events:
        execute_many(tx, _INSERT_EVENTS, [event_values(ids[reference], event) for reference, event in batch.events])


def _note_differences(tx: Connection, rows: Iterable[Row], at: datetime) -> None:
    """What the sources of these say differently, where anybody has looked."""
    noted = defaultdict[str, dict[str, str]](dict)
    for row in rows:
        if row.differs is not None:
            noted[row.entry.connection][row.entry.reference] = row.differs
    for connection, values in noted.items():
        write_told(tx, connection, AT_SOURCE, values, at)


def _update(tx: Connection, rows: Iterable[tuple[Row, Values]]) -> None:
    execute_many(tx, _UPDATE, [{**values, "row_id": row.entry.id} for row, values in rows])


def _write_events(tx: Connection, changes: Iterable[Change]) -> None:
    if values := [event_values(row.entry.id, event) for row, made in changes for event in made]:
        execute_many(tx, _INSERT_EVENTS, values)


# ── work ─────────────────────────────────────────────────────────────────────────────────────


def due_orders(connection: str, at: datetime, limit: int) -> Select[Any]:
    """What is due, oldest first; where rows can be locked one by one, those that others hold are passed over."""
    query = select(orders).where(_c.connection == connection, _is_due(at))
    return query.order_by(_c.taken_in_at, _c.id).limit(max(limit, 0)).with_for_update(skip_locked=True)


def _is_due(at: datetime) -> ColumnElement[bool]:
    """:meth:`tradegecko_bridge.ledger.LedgerEntry.is_due`, for the database to decide."""
    free = is_over(_c.claim_until, at)
    ready = or_(
        _c.state.in_([OrderState.PENDING.value, OrderState.UNCERTAIN.value]),
        and_(_c.state == OrderState.HELD.value, _c.reason_passing.is_(True)),
        and_(_c.todo != "", _c.state.in_(_DELIVERED), or_(_c.reason_passing.is_(None), _c.reason_passing.is_(True))),
    )
    waited = is_over(_c.next_attempt_at, at)
    return and_(OPEN, free, or_(_c.state == OrderState.SENDING.value, and_(ready, waited)))


def _record_all(tx: Connection, transitions: Sequence[Transition]) -> list[LedgerEntry | Exception]:
    """The serial vouches for the content a worker read, which therefore is not read again.

    Raises:
        RemoteIdInUse: one of them was delivered as what another entry was.
    """
    users, makers = _users(tx, transitions), new_customers.makers_alone(tx, transitions)
    ids = sorted({transition.entry.id for transition in transitions})
    stored = {one.id: one for one in tx.execute(_AT_WORK, {"ids": ids})}
    present: dict[int, Row] = {}
    answers: list[LedgerEntry | Exception] = []
    changes: list[tuple[Row, Change]] = []
    done: list[Transition] = []
    for transition in transitions:
        entry = transition.entry
        number, may_use = entry.remote_number or "", {entry.id, *transition.number_shared_with}
        if transition.require_unique_number and not users[number] <= may_use:
            refusal = f"order {entry.reference}: another order of the ledger is or was sent as {entry.remote_number!r}"
            answers.append(NumberInUse(refusal))
        elif new_customers.makers_of(makers, transition.new_customer) - {entry.id}:
            answers.append(CustomerInUse.for_order(entry.reference))
        elif entry.id not in stored:
            answers.append(ClaimLost(f"order {entry.reference}: this ledger does not have it; was it restored?"))
        else:
            before = present.get(entry.id) or to_row(stored[entry.id], entry.order, entry.given)
            try:
                change = work.recorded(before, transition)
            except work.REFUSALS as error:
                answers.append(error)
                continue
            present[entry.id] = change[0]
            users[number].add(entry.id)
            for digest in transition.new_customer.digests if transition.new_customer else ():
                makers[digest].add(entry.id)
            done.append(transition)
            changes.append((before, change))
            answers.append(change[0].entry)
    try:
        write_changes(tx, changes)
        if done:
            new_customers.note(tx, done, utc(done[0].entry.updated_at))
            _owe(tx, done)
    except IntegrityError:
        entry = transitions[0].entry
        raise RemoteIdInUse(
            f"order {entry.reference}: {entry.connection} has another order delivered as {entry.remote_id} already; "
            "find out which of the two it is"
        ) from None
    return answers


def _owe(tx: Connection, done: Sequence[Transition]) -> None:
    """Write which receipts sources are to be told."""
    owed: dict[str, dict[str, str]] = {}
    for transition in done:
        if transition.receipt is not None:
            key, text = transition.receipt
            owed.setdefault(transition.entry.connection, {})[key] = text
    for connection, receipts in owed.items():
        write_told(tx, connection, RECEIPT, receipts, utc(done[0].entry.updated_at))


def _users(tx: Connection, transitions: Sequence[Transition]) -> defaultdict[str, set[int]]:
    """The entries that are or were sent under each number that is required to be unique.

    Of two transactions that ask for one number at the same moment, the second waits for what the first writes.
    """
    users = defaultdict[str, set[int]](set)
    if numbers := [one.entry.remote_number for one in transitions if one.require_unique_number]:
        wait_alone(tx, "numbers")
        for one in tx.execute(_SENT_AS, {"numbers": numbers}):
            users[one.remote_number].add(one.id)
    return users


def write_changes(tx: Connection, changes: Sequence[tuple[Row, Change]]) -> None:
    """Each row as it was with its change: what has changed of it is written, and its events."""
    changed = defaultdict[tuple[str, ...], list[tuple[Row, Values]]](list)
    for before, (row, _) in changes:
        same_content = row.entry.order is before.entry.order
        values = changed_values(before, row) if same_content else order_values(row)
        changed[tuple(values)].append((row, values))
    for names, rows in changed.items():
        if names:
            _update(tx, rows)
    _write_events(tx, (change for _, change in changes))
    for _, (row, _) in changes:
        _note_differences(tx, [row], row.entry.updated_at)


def write_whole(tx: Connection, changes: Sequence[Change]) -> None:
    """Rows with all that they hold, whatever was there, and their events."""
    if changes:
        _update(tx, ((row, order_values(row)) for row, _ in changes))
    _write_events(tx, changes)


# ── looking ──────────────────────────────────────────────────────────────────────────────────


def _after(tx: Connection, before: int | None) -> list[ColumnElement[bool]]:
    """What comes after an entry in the list."""
    if before is None:
        return []
    moment = tx.execute(select(_c.taken_in_at).where(_c.id == before)).scalar_one_or_none()
    if moment is None:
        raise _no_entry(before)
    same_moment = and_(_c.taken_in_at == moment, _c.id < before)
    return [_c.taken_in_at <= moment, or_(_c.taken_in_at < moment, same_moment)]  # the first for an index


def _called(number: str) -> Subquery:
    """The ids of the orders with this number: two looks into two indexes, for no index serves an OR of two columns."""
    return union(*(select(_c.id).where(column == number) for column in (_c.number, _c.remote_number))).subquery()


def _conditions(connection: str | None, wanted: Filter) -> list[ColumnElement[bool]]:
    """What a filter means, but for the number; its moments are in UTC."""
    exact = ((_c.connection, connection), (_c.reference, wanted.get("reference")))
    conditions = [column == value for column, value in exact if value is not None]
    if (states := wanted.get("states")) is not None:
        conditions.append(_c.state.in_([state.value for state in states]))
    if (reasons := wanted.get("reasons")) is not None:
        conditions.append(_c.reason_code.in_(list(reasons)))
    if text := lookups.searched(wanted.get("text") or ""):
        conditions.append(_c.names.contains(text, autoescape=True))
    for column, span in ((_c.taken_in_at, wanted.get("ingested")), (_c.in_state_since, wanted.get("entered"))):
        since, until = span or (None, None)
        conditions += [column >= since] if since else []
        conditions += [column < until] if until else []
    return conditions
