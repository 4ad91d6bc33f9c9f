"""Removing personal data from the database. The rules decide whose, and what is left."""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, or_, select, update

from tradegecko_bridge.ledger import FINAL_STATES, OrderState, ShipmentState
from tradegecko_bridge.ports import PrivacyStore
from tradegecko_bridge.stores.row import Change, Row, utc
from tradegecko_bridge.stores.rules import expiry
from tradegecko_bridge.stores.sql import new_customers, statistics
from tradegecko_bridge.stores.sql import shipments as shipment_statements
from tradegecko_bridge.stores.sql.database import InDatabase, chunks
from tradegecko_bridge.stores.sql.keys import ledger_key
from tradegecko_bridge.stores.sql.orders import write_whole
from tradegecko_bridge.stores.sql.rows import Values, to_full_row
from tradegecko_bridge.stores.sql.runs import NO_PROBLEMS
from tradegecko_bridge.stores.sql.tables import UNEXPIRED, alerts, events, orders, runs, shipments
from tradegecko_bridge.stores.sql.tables import new_customers as makers

_c, _a = orders.c, alerts.c
_PERSONAL = (orders, shipments, events, alerts, makers, runs)
"""The tables that hold something of orders that goes."""


class SqlPrivacy(InDatabase, PrivacyStore):
    """Removing personal data once it is no longer needed."""

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
        before, at = utc(before), utc(at)
        query = select(orders).where(_may_expire(connection, states, before, at)).order_by(_c.in_state_since)
        query = query.limit(max(limit, 0)).with_for_update(skip_locked=True)
        with self._database.writing() as tx:
            rows = [to_full_row(stored) for stored in tx.execute(query).all()]
            if rows:
                key, ids = ledger_key(tx), [row.entry.id for row in rows]
                shipment_statements.expire(tx, ids, key)
                new_customers.forget(tx, ids, at)
                _expire(tx, rows, at, who, key)
            _expire_alerts(tx, connection, rows, before)
            _expire_runs(tx, connection, rows, before)
        return len(rows)

    def expirable(
        self, connection: str, *, before: datetime, at: datetime, states: Collection[OrderState] = FINAL_STATES
    ) -> int:
        due = _may_expire(connection, states, utc(before), utc(at))
        with self._database.reading() as tx:
            return int(tx.execute(select(func.count()).select_from(orders).where(due)).scalar_one())

    def scrub(self) -> bool:
        """As promised: SQLite overwrites what is replaced at once, and this empties its log.

        In PostgreSQL the statistics go and the tables are written anew, and nobody else can use the one that is being
        written meanwhile. The server's own log (WAL) holds what was replaced until it recycles that.
        """
        return self._database.scrub(*(table.name for table in _PERSONAL), first=statistics.remove)


def _may_expire(connection: str, states: Collection[OrderState], before: datetime, at: datetime) -> ColumnElement[bool]:
    """Orders with nothing left to do, for long enough, whose source knows of all their shipments."""
    untold = exists().where(shipments.c.order_id == _c.id, shipments.c.state == ShipmentState.PENDING.value)
    return and_(
        UNEXPIRED,
        _c.connection == connection,
        _c.state.in_([state.value for state in expiry.checked(states)]),
        _c.in_state_since < before,
        _c.todo == "",
        or_(_c.claim_until.is_(None), _c.claim_until <= at),
        ~untold,
    )


def _expire(tx: Connection, rows: Collection[Row], at: datetime, who: str, key: bytes) -> None:
    """Write these orders, and what is left of their histories."""
    said: dict[int, list[Any]] = {row.entry.id: [] for row in rows}
    for part in chunks(said):
        query = select(events.c.id, events.c.order_id, events.c.was, events.c.why).where(events.c.order_id.in_(part))
        for event in tx.execute(query.where(events.c.why != "").order_by(events.c.id)):
            said[event.order_id].append(event)
    orders_after: list[Change] = []
    events_after: list[Values] = []
    for row in rows:
        of_order = said[row.entry.id]
        change, texts = expiry.expired(row, at, who, key, [(event.was, event.why) for event in of_order])
        orders_after.append(change)
        both = zip(of_order, texts, strict=True)
        events_after += [{"row_id": event.id, "why": why} for event, why in both if why != event.why]
    if events_after:
        tx.execute(update(events).where(events.c.id == bindparam("row_id")), events_after)
    write_whole(tx, orders_after)


def _expire_alerts(tx: Connection, connection: str, rows: Collection[Row], before: datetime) -> None:
    """Remove what alerts say about these orders' people; and all that those say that closed as long ago."""
    closed = and_(_a.closed_at.is_not(None), _a.closed_at < before)
    mine = _a.connection == connection
    tx.execute(update(alerts).where(mine, closed, _a.text != expiry.EXPIRED).values(text=expiry.EXPIRED))
    found = tx.execute(select(_a.id, _a.text).where(mine, ~closed)).all() if rows else []
    texts = expiry.expired_texts([alert.text for alert in found], rows)
    changes = [
        {"row_id": alert.id, "text": text} for alert, text in zip(found, texts, strict=True) if text != alert.text
    ]
    if changes:
        tx.execute(update(alerts).where(_a.id == bindparam("row_id")), changes)


def _expire_runs(tx: Connection, connection: str, rows: Collection[Row], before: datetime) -> None:
    """The same for the problems of runs."""
    query = select(runs.c.id, runs.c.finished_at, runs.c.problems).where(runs.c.connection == connection)
    changes = []
    for run in tx.execute(query.where(runs.c.problems != NO_PROBLEMS)):
        problems = json.loads(run.problems)
        is_old = run.finished_at < before
        left = [expiry.EXPIRED] * len(problems) if is_old else expiry.expired_texts(problems, rows)
        if left != problems:
            changes.append({"row_id": run.id, "problems": json.dumps(left)})
    if changes:
        tx.execute(update(runs).where(runs.c.id == bindparam("row_id")), changes)
