"""Shipments in the database: the statements. What becomes of a shipment is decided in ``shipment_rules``."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, or_, select, update

from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.ledger import OrderState, ShipmentEntry, ShipmentState
from tradegecko_bridge.stores import shipment_rules
from tradegecko_bridge.stores.expiry_rules import expired_shipment
from tradegecko_bridge.stores.shipment_rules import ShipmentRow
from tradegecko_bridge.stores.sql.cursors import advance
from tradegecko_bridge.stores.sql.database import chunks, wait_alone
from tradegecko_bridge.stores.sql.orders import owners
from tradegecko_bridge.stores.sql.rows import shipment_values, to_json, to_shipment_row
from tradegecko_bridge.stores.sql.tables import orders, shipments

_c = shipments.c


def ingest(
    tx: Connection, connection: str, arrived: Sequence[tuple[int, Shipment]], cursor: str | None, at: datetime
) -> int:
    """A batch and its cursor; tells how many are new or changed."""
    wait_alone(tx, f"shipments {connection}")
    entry_ids = {entry_id for entry_id, _ in arrived}
    shipment_rules.must_belong(connection, entry_ids, owners(tx, entry_ids))
    known = _by_reference(tx, connection, {shipment.reference for _, shipment in arrived})
    rows = list(shipment_rules.ingest(connection, arrived, known).values())
    _update(tx, [row for row in rows if row.entry.id], at)
    if new := [{**shipment_values(row), "updated_at": at} for row in rows if not row.entry.id]:
        tx.execute(insert(shipments), new)
    if cursor is not None:
        advance(tx, connection, shipment_rules.STREAM, cursor, at)
    return len(rows)


def _by_reference(tx: Connection, connection: str, references: Collection[str]) -> dict[str, ShipmentRow]:
    found: dict[str, ShipmentRow] = {}
    for part in chunks(sorted(references)):
        query = select(shipments).where(_c.connection == connection, _c.reference.in_(part))
        locked = query.order_by(_c.id).with_for_update()
        found.update((stored.reference, to_shipment_row(stored)) for stored in tx.execute(locked))
    return found


def _update(tx: Connection, rows: Sequence[ShipmentRow], at: datetime) -> None:
    if rows:
        statement = update(shipments).where(_c.id == bindparam("row_id"))
        tx.execute(statement, [{**shipment_values(row), "updated_at": at, "row_id": row.entry.id} for row in rows])


def of_entries(
    tx: Connection, connection: str, entry_ids: Collection[int] | None, states: Collection[OrderState] | None
) -> list[ShipmentEntry]:
    """The connection's shipments, oldest first."""
    query = select(shipments).where(_c.connection == connection)
    if states is not None:
        meant = (orders.c.connection == connection, orders.c.state.in_([state.value for state in states]))
        query = query.where(_c.order_id.in_(select(orders.c.id).where(*meant)))
    queries = [query] if entry_ids is None else [query.where(_c.order_id.in_(part)) for part in chunks(entry_ids)]
    found = [to_shipment_row(stored).entry for query in queries for stored in tx.execute(query)]
    return sorted(found, key=lambda entry: entry.id)


def refused(tx: Connection, connection: str) -> list[ShipmentEntry]:
    """What the source has refused, of orders that are not confirmed."""
    query = select(shipments).join(orders, orders.c.id == _c.order_id)
    query = query.where(_c.connection == connection, _c.state == ShipmentState.REFUSED.value)
    query = query.where(orders.c.state != OrderState.CONFIRMED.value).order_by(_c.id)
    return [to_shipment_row(stored).entry for stored in tx.execute(query)]


def expire(tx: Connection, entry_ids: Collection[int]) -> None:
    """The personal data of these orders' shipments goes; nothing else of them changes."""
    statement = update(shipments).where(_c.id == bindparam("row_id"))
    for part in chunks(entry_ids):
        told = select(shipments).where(_c.order_id.in_(part), _c.state != ShipmentState.PENDING.value)
        rows = [expired_shipment(to_shipment_row(stored)) for stored in tx.execute(told.with_for_update())]
        left = [(row.entry.id, to_json(row.entry.shipment), row.entry.reason) for row in rows]
        if left:
            tx.execute(statement, [{"row_id": id_, "content": text, "reason": said} for id_, text, said in left])


def claim(
    tx: Connection, connection: str, worker: str, at: datetime, until: datetime, limit: int
) -> list[ShipmentEntry]:
    """Claim what is due, oldest first."""
    query = select(shipments).where(
        _c.connection == connection,
        _c.state == ShipmentState.PENDING.value,
        or_(_c.claim_until.is_(None), _c.claim_until <= at),
        or_(_c.next_attempt_at.is_(None), _c.next_attempt_at <= at),
    )
    query = query.order_by(_c.id).limit(max(limit, 0)).with_for_update(skip_locked=True)
    rows = [shipment_rules.claimed(to_shipment_row(stored), worker, until) for stored in tx.execute(query).all()]
    for part in chunks(row.entry.id for row in rows):
        mine = update(shipments).where(_c.id.in_(part))
        tx.execute(mine.values(claim_worker=worker, claim_until=until, serial=_c.serial + 1))
    return [row.entry for row in rows]


def record(tx: Connection, entry: ShipmentEntry, at: datetime) -> None:
    """What a worker reports."""
    stored = tx.execute(select(shipments).where(_c.id == entry.id).with_for_update()).one_or_none()
    if stored is None:
        raise KeyError(f"no shipment entry {entry.id}")
    row = shipment_rules.recorded(to_shipment_row(stored), entry)
    # Locked, so that an order which expires at this moment is seen here, or sees this shipment as told.
    order = select(orders.c.expired_at).where(orders.c.id == row.entry.entry_id).with_for_update(read=True)
    expired = tx.execute(order).scalar_one() is not None
    _update(tx, [expired_shipment(row) if expired else row], at)
