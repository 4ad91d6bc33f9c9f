"""Taking personal data out of the database: the statements. ``expiry_rules`` decides when, and what is left."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, and_, exists, func, or_, select

from tradegecko_bridge.ledger import OrderState, ShipmentState
from tradegecko_bridge.stores import expiry_rules
from tradegecko_bridge.stores.sql import orders as order_statements
from tradegecko_bridge.stores.sql import shipments as shipment_statements
from tradegecko_bridge.stores.sql.rows import to_full_row
from tradegecko_bridge.stores.sql.tables import UNEXPIRED, orders, shipments

_c = orders.c


def expire(
    tx: Connection,
    connection: str,
    states: Collection[OrderState],
    before: datetime,
    at: datetime,
    who: str,
    limit: int,
) -> int:
    """Some orders, those that ended first before the others."""
    query = select(orders).where(_may_expire(connection, states, before, at)).order_by(_c.in_state_since)
    due = tx.execute(query.limit(max(limit, 0)).with_for_update(skip_locked=True)).all()
    changes = [expiry_rules.expired(to_full_row(stored), at, who) for stored in due]
    order_statements.write_changes(tx, changes)
    ids = [row.entry.id for row, _ in changes]
    shipment_statements.expire(tx, ids)
    order_statements.expire_history(tx, ids)
    return len(changes)


def count(tx: Connection, connection: str, states: Collection[OrderState], before: datetime, at: datetime) -> int:
    """How many there are."""
    query = select(func.count()).select_from(orders).where(_may_expire(connection, states, before, at))
    return int(tx.execute(query).scalar_one())


def _may_expire(connection: str, states: Collection[OrderState], before: datetime, at: datetime) -> ColumnElement[bool]:
    """:func:`tradegecko_bridge.stores.expiry_rules.may_expire`, for the database to decide; no shipment is untold."""
    untold = exists().where(shipments.c.order_id == _c.id, shipments.c.state == ShipmentState.PENDING.value)
    return and_(
        UNEXPIRED,
        _c.connection == connection,
        _c.state.in_([state.value for state in expiry_rules.checked(states)]),
        _c.in_state_since < before,
        _c.todo == "",
        or_(_c.claim_until.is_(None), _c.claim_until <= at),
        ~untold,
    )
