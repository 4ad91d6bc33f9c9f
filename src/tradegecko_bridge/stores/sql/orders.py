"""Orders in the database: the statements. ``ingest_rules`` and ``work_rules`` decide what becomes of one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, func, or_, select, update
from sqlalchemy import insert as plain_insert
from sqlalchemy.exc import IntegrityError

from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import (
    DELIVERED_STATES,
    SENT_STATES,
    Filter,
    IngestCounts,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    StateCount,
    Transition,
)
from tradegecko_bridge.stores import ingest_rules, lookup_rules, work_rules
from tradegecko_bridge.stores.expiry_rules import TOLD, expired_why
from tradegecko_bridge.stores.lookup_rules import searched
from tradegecko_bridge.stores.row import Arrival, Change, Row
from tradegecko_bridge.stores.sql.cursors import advance
from tradegecko_bridge.stores.sql.database import chunks, wait_alone
from tradegecko_bridge.stores.sql.rows import (
    Values,
    event_values,
    order_values,
    to_count,
    to_event,
    to_full_row,
    to_row,
    work_values,
)
from tradegecko_bridge.stores.sql.tables import OPEN, events, orders

_c = orders.c
# What every delivery does is said once: SQLAlchemy takes longer to put a statement together than SQLite to run it.
_ONE = select(orders).where(_c.id == bindparam("row_id")).with_for_update()
_SOME = select(orders).where(_c.id.in_(bindparam("ids", expanding=True))).order_by(_c.id).with_for_update()
_UPDATE = update(orders).where(_c.id == bindparam("row_id"))
_INSERT_EVENTS = plain_insert(events)
_RARE = ("text", "reasons", "entered")
"""Filters that may match few of very many orders, anywhere in time."""
_AT_REMOTE = [state.value for state in DELIVERED_STATES]
_OUT = [state.value for state in SENT_STATES]
_SENT_AS = select(_c.id, _c.remote_number).where(
    _c.remote_number.in_(bindparam("numbers", expanding=True)), _c.state.in_(_OUT)
)


# ── ingest ───────────────────────────────────────────────────────────────────────────────────


def ingest(tx: Connection, connection: str, arrivals: Sequence[Arrival], at: datetime) -> IngestCounts:
    """A batch and its cursor. Orders the ledger knows as they are cost one look at their fingerprints."""
    wait_alone(tx, f"ingest {connection}")
    signed = ingest_rules.signed(arrivals)
    seen = _fingerprints(tx, connection, {one.reference for one in signed})
    changed = {one.reference for one in signed if seen.get(one.reference, one.seen) != one.seen}
    to_do = [one for one in signed if one.reference not in seen or one.reference in changed]
    batch = ingest_rules.ingest(connection, to_do, _by_reference(tx, connection, changed), at)
    batch.known += len(signed) - len(to_do)
    _write_batch(tx, batch)
    if cursor := ingest_rules.last_cursor(arrivals):
        advance(tx, connection, ingest_rules.STREAM, cursor, at)
    return batch.counts


def _fingerprints(tx: Connection, connection: str, references: Collection[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for part in chunks(references):
        query = select(_c.reference, _c.fingerprint).where(_c.connection == connection, _c.reference.in_(part))
        found.update((row.reference, row.fingerprint) for row in tx.execute(query))
    return found


def _by_reference(tx: Connection, connection: str, references: Collection[str]) -> dict[str, Row]:
    """The orders, locked in the order of their ids as everywhere: of two who want the same, one waits for the other."""
    ids: list[int] = []
    for part in chunks(references):
        query = select(_c.id).where(_c.connection == connection, _c.reference.in_(part))
        ids += tx.execute(query).scalars()
    found: dict[str, Row] = {}
    for some in chunks(sorted(ids)):
        found.update((stored.reference, to_full_row(stored)) for stored in tx.execute(_SOME, {"ids": some}))
    return found


def _write_batch(tx: Connection, batch: ingest_rules.Batch) -> None:
    known = [row for row in batch.rows.values() if row.entry.id]
    new = [row for row in batch.rows.values() if not row.entry.id]
    ids = {row.entry.reference: row.entry.id for row in known}
    if known:
        _update(tx, ((row, order_values(row)) for row in known))
    if new:
        made = tx.execute(plain_insert(orders).returning(_c.reference, _c.id), [order_values(row) for row in new])
        ids.update((row.reference, row.id) for row in made)
    _write_events(tx, [event_values(ids[reference], event) for reference, event in batch.events])


def _update(tx: Connection, rows: Iterable[tuple[Row, Values]]) -> None:
    tx.execute(_UPDATE, [{**values, "row_id": row.entry.id} for row, values in rows])


def _write_events(tx: Connection, values: Sequence[Values]) -> None:
    if values:
        tx.execute(_INSERT_EVENTS, values)


# ── work ─────────────────────────────────────────────────────────────────────────────────────


def claim(tx: Connection, connection: str, worker: str, at: datetime, until: datetime, limit: int) -> list[LedgerEntry]:
    """Claim what is due, oldest first; where rows can be locked one by one, those others hold are passed over."""
    query = select(orders).where(_c.connection == connection, _is_due(at))
    query = query.order_by(_c.taken_in_at, _c.id).limit(max(limit, 0)).with_for_update(skip_locked=True)
    changes = [work_rules.claimed(to_full_row(stored), worker, at, until) for stored in tx.execute(query).all()]
    for part in chunks(row.entry.id for row, _ in changes):
        mine = update(orders).where(_c.id.in_(part))
        tx.execute(mine.values(claim_worker=worker, claim_until=until, serial=_c.serial + 1))
    left_behind = [(row, work_values(row)) for row, made in changes if made]
    if left_behind:
        _update(tx, left_behind)
    _write_events(tx, [event_values(row.entry.id, event) for row, made in changes for event in made])
    return [row.entry for row, _ in changes]


def _is_due(at: datetime) -> ColumnElement[bool]:
    """:func:`tradegecko_bridge.stores.work_rules.is_due`, for the database to decide."""
    free = or_(_c.claim_until.is_(None), _c.claim_until <= at)
    ready = or_(
        _c.state.in_([OrderState.PENDING.value, OrderState.UNCERTAIN.value]),
        and_(_c.state == OrderState.HELD.value, _c.reason_passing.is_(True)),
        and_(_c.todo != "", _c.state.in_(_AT_REMOTE), or_(_c.reason_passing.is_(None), _c.reason_passing.is_(True))),
    )
    waited = or_(_c.next_attempt_at.is_(None), _c.next_attempt_at <= at)
    return and_(OPEN, free, or_(_c.state == OrderState.SENDING.value, and_(ready, waited)))


class RemoteTaken(StoreError):
    """Another entry has been delivered as the same order; nothing was written."""


def record_all(tx: Connection, steps: Sequence[Transition]) -> list[LedgerEntry | Exception]:
    """What workers did: each order as it is now, or why the step does not count; nothing is written of that one.

    The serial vouches for the content a worker read, which therefore is not read again.

    Raises:
        RemoteTaken: one of them was delivered as what another entry was.
    """
    users = _users(tx, steps)
    stored = {one.id: one for one in tx.execute(_SOME, {"ids": sorted({step.entry.id for step in steps})})}
    present: dict[int, Row] = {}
    answers: list[LedgerEntry | Exception] = []
    changes: list[tuple[Row, Change]] = []
    for step in steps:
        entry = step.entry
        if step.require_unique_number and not users[entry.remote_number or ""] <= {entry.id, *step.number_shared_with}:
            answers.append(work_rules.in_use(entry))
            continue
        try:
            before = present.get(entry.id) or to_row(stored[entry.id], entry.order)
            change = work_rules.recorded(before, step)
        except KeyError:
            answers.append(KeyError(f"no order entry {entry.id}"))
        except work_rules.REFUSALS as error:
            answers.append(error)
        else:
            present[entry.id] = change[0]
            users[entry.remote_number or ""].add(entry.id)
            changes.append((before, change))
            answers.append(change[0].entry)
    try:
        _write_changes(tx, changes)
    except IntegrityError:
        raise RemoteTaken(work_rules.remote_taken(steps[0].entry)) from None
    return answers


def _users(tx: Connection, steps: Sequence[Transition]) -> defaultdict[str, set[int]]:
    """The entries that are or were sent under each number somebody wants to be the only one under.

    Of two transactions that ask for one number at the same moment, the second waits for what the first writes.
    """
    users = defaultdict[str, set[int]](set)
    if numbers := [step.entry.remote_number for step in steps if step.require_unique_number]:
        wait_alone(tx, "numbers")
        for one in tx.execute(_SENT_AS, {"numbers": numbers}):
            users[one.remote_number].add(one.id)
    return users


def release_claim(tx: Connection, entry: LedgerEntry) -> None:
    """:func:`tradegecko_bridge.stores.work_rules.claim_released`, where the claim is still that worker's."""
    mine = update(orders).where(_c.id == entry.id, _c.serial == entry.serial, _c.claim_worker.is_not(None))
    tx.execute(mine.values(claim_worker=None, claim_until=None, serial=_c.serial + 1))


def override_state(
    tx: Connection, entry_id: int, to: OrderState, at: datetime, who: str, why: str, *, retry: bool
) -> LedgerEntry:
    """What a person decides."""
    stored = tx.execute(_ONE, {"row_id": entry_id}).one_or_none()
    if stored is None:
        raise KeyError(f"no order entry {entry_id}")
    before = to_full_row(stored)
    change = work_rules.overridden(before, to, at, who, why, retry=retry)
    _write_changes(tx, [(before, change)])
    return change[0].entry


def write_changes(tx: Connection, changes: Sequence[Change]) -> None:
    """Rows whose content changed, and their events."""
    if changes:
        _update(tx, [(row, order_values(row)) for row, _ in changes])
        _write_events(tx, [event_values(row.entry.id, event) for row, made in changes for event in made])


def _write_changes(tx: Connection, changes: Sequence[tuple[Row, Change]]) -> None:
    for values_of, same_content in ((work_values, True), (order_values, False)):
        meant = [row for before, (row, _) in changes if (row.entry.order is before.entry.order) is same_content]
        if meant:
            _update(tx, ((row, values_of(row)) for row in meant))
    _write_events(tx, [event_values(row.entry.id, event) for _, (row, made) in changes for event in made])


# ── looking ──────────────────────────────────────────────────────────────────────────────────


def entries(
    tx: Connection, connection: str | None, wanted: Filter, limit: int | None, before: int | None
) -> list[LedgerEntry]:
    """Entries that match, newest ingest first. Which ones is found out in an index alone, without their content."""
    ids = select(_c.id).where(*conditions(connection, wanted), *_after(tx, before))
    if limit is not None:
        rare = any(wanted.get(name) is not None for name in _RARE)
        # What rarely matches must not be looked for by walking back through time: so no index shall seem to sort this.
        moment = func.coalesce(_c.taken_in_at, _c.taken_in_at) if rare else _c.taken_in_at
        ids = ids.order_by(moment.desc(), _c.id.desc()).limit(max(limit, 0))
    query = select(orders).where(_c.id.in_(ids)).order_by(_c.taken_in_at.desc(), _c.id.desc())
    return [to_full_row(stored).entry for stored in tx.execute(query)]


def _after(tx: Connection, before: int | None) -> list[ColumnElement[bool]]:
    """What comes after an entry in the list."""
    if before is None:
        return []
    taken_in_at = tx.execute(select(_c.taken_in_at).where(_c.id == before)).scalar_one_or_none()
    if taken_in_at is None:
        raise KeyError(f"no order entry {before}")
    same_moment = and_(_c.taken_in_at == taken_in_at, _c.id < before)
    return [_c.taken_in_at <= taken_in_at, or_(_c.taken_in_at < taken_in_at, same_moment)]  # the first for an index


def conditions(connection: str | None, wanted: Filter) -> list[ColumnElement[bool]]:
    """:func:`tradegecko_bridge.stores.lookup_rules.matches`, for the database to decide."""
    given: list[tuple[ColumnElement[Any], Any]] = [
        (_c.connection, connection),
        (_c.reference, wanted.get("reference")),
    ]
    meant = [column == value for column, value in given if value is not None]
    if (number := wanted.get("number")) is not None:
        meant.append(or_(_c.number == number, _c.remote_number == number))
    if (states := wanted.get("states")) is not None:
        meant.append(_c.state.in_([state.value for state in states]))
    if (reasons := wanted.get("reasons")) is not None:
        meant.append(_c.reason_code.in_(list(reasons)))
    if text := searched(wanted.get("text") or ""):
        meant.append(_c.names.contains(text, autoescape=True))
    for column, span in ((_c.taken_in_at, wanted.get("ingested")), (_c.in_state_since, wanted.get("entered"))):
        since, until = span or (None, None)
        meant += [column >= since] if since else []
        meant += [column < until] if until else []
    return meant


def summary(tx: Connection, connection: str | None, states: Collection[OrderState] | None) -> list[StateCount]:
    """The orders counted."""
    groups = (_c.connection, _c.state, _c.reason_code, _c.reason_passing)
    counts = select(*groups, func.count().label("number"), func.min(_c.in_state_since).label("since"))
    query = counts.where(*conditions(connection, {"states": states})).group_by(*groups)
    return lookup_rules.in_order(to_count(stored) for stored in tx.execute(query))


def by_remote_ids(tx: Connection, connection: str, remote_ids: Collection[str]) -> dict[str, LedgerEntry]:
    """Entries by what they were delivered as."""
    found: dict[str, LedgerEntry] = {}
    for part in chunks(remote_ids):
        query = select(orders).where(_c.connection == connection, _c.remote_id.in_(part))
        found.update((stored.remote_id, to_full_row(stored).entry) for stored in tx.execute(query))
    return found


def history(tx: Connection, entry_id: int) -> list[LedgerEvent]:
    """One order's events, oldest first."""
    query = select(events).where(events.c.order_id == entry_id).order_by(events.c.id)
    return [to_event(stored) for stored in tx.execute(query)]


def owners(tx: Connection, entry_ids: Collection[int]) -> dict[int, str]:
    """Whose entries these are: connection by entry id.

    They are locked as a row that refers to them will lock them: before their shipments are, as everybody does it.
    """
    found: dict[int, str] = {}
    for part in chunks(sorted(entry_ids)):
        query = select(_c.id, _c.connection).where(_c.id.in_(part)).order_by(_c.id)
        locked = query.with_for_update(read=True, key_share=True)
        found.update((row.id, row.connection) for row in tx.execute(locked))
    return found


def expire_history(tx: Connection, entry_ids: Collection[int]) -> None:
    """What earlier versions wrote into these orders' histories of whom they were about goes."""
    statement = update(events).where(events.c.id == bindparam("row_id"))
    for part in chunks(entry_ids):
        query = select(events.c.id, events.c.why)
        told = tx.execute(query.where(events.c.order_id.in_(part), events.c.why.startswith(TOLD))).all()
        left = [{"row_id": event.id, "why": expired_why(event.why)} for event in told]
        if left:
            tx.execute(statement, left)
