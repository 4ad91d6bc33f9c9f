"""Removing personal data from the database. The rules decide whose, and what is left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, bindparam, exists, func, or_, select, update

from tradegecko_bridge.ledger import FINAL_STATES, OrderState, ShipmentState
from tradegecko_bridge.ports import PrivacyStore
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.rules import expiry
from tradegecko_bridge.stores.sql import shipments as shipment_statements
from tradegecko_bridge.stores.sql.database import InDatabase, chunks
from tradegecko_bridge.stores.sql.orders import write_changes
from tradegecko_bridge.stores.sql.rows import to_full_row
from tradegecko_bridge.stores.sql.tables import UNEXPIRED, events, orders, shipments

_c = orders.c


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
            write_changes(tx, [(row, expiry.expired(row, at, who)) for row in rows])
            ids = [row.entry.id for row in rows]
            shipment_statements.expire(tx, ids)
            _expire_history(tx, ids)
        return len(rows)

    def expirable(
        self, connection: str, *, before: datetime, at: datetime, states: Collection[OrderState] = FINAL_STATES
    ) -> int:
        due = _may_expire(connection, states, utc(before), utc(at))
        with self._database.reading() as tx:
            return int(tx.execute(select(func.count()).select_from(orders).where(due)).scalar_one())

    def scrub(self) -> bool:
        """As promised: SQLite overwrites what is replaced at once, and this empties its log.

        PostgreSQL keeps old versions of rows until they are vacuumed, which this does; its own log (WAL) is up to the
        server.
        """
        return self._database.scrub()


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


def _expire_history(tx: Connection, entry_ids: Collection[int]) -> None:
    """Remove what earlier versions wrote about people into these orders' histories."""
    statement = update(events).where(events.c.id == bindparam("row_id"))
    for part in chunks(entry_ids):
        query = select(events.c.id, events.c.why).where(events.c.order_id.in_(part))
        found = tx.execute(query.where(events.c.why.startswith(expiry.SHIPMENT_EVENT))).all()
        if changes := [{"row_id": event.id, "why": expiry.expired_why(event.why)} for event in found]:
            tx.execute(statement, changes)
