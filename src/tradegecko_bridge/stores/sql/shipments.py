"""Shipments in the database. The rules decide what becomes of one; here rows are found, locked and written."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlalchemy import Connection, Update, bindparam, exists, func, insert, select, update

from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.ledger import OrderState, ShipmentEntry, ShipmentState, Wait
from tradegecko_bridge.ports.shipments import NOTHING, ShipmentStore
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.rules import shipments as rules
from tradegecko_bridge.stores.rules.expiry import expired_shipment
from tradegecko_bridge.stores.rules.shipments import ShipmentRow
from tradegecko_bridge.stores.sql.cursors import advance, must_be_at
from tradegecko_bridge.stores.sql.database import InDatabase, chunks, wait_alone
from tradegecko_bridge.stores.sql.keys import ledger_key, read_key
from tradegecko_bridge.stores.sql.rows import UNREADABLE_SHIPMENT, shipment_values, to_shipment_row
from tradegecko_bridge.stores.sql.tables import TO_TELL, WAITING, is_over, orders, shipments

_c = shipments.c
_UPDATE = update(shipments).where(_c.id == bindparam("row_id"))


class SqlShipments(InDatabase, ShipmentStore):
    """Shipments on their way back to their source."""

    def ingest_shipments(
        self,
        connection: str,
        shipments: Sequence[tuple[int, Shipment]],
        *,
        cursor: str | None,
        at: datetime,
        after: str | None = None,
        waiting: Mapping[str, Wait] = NOTHING,
        complete: Collection[int] = (),
    ) -> int:
        at = utc(at)
        with self._database.writing() as tx:
            wait_alone(tx, f"shipments {connection}")
            must_be_at(tx, connection, rules.STREAM, after)
            entry_ids = {entry_id for entry_id, _ in shipments}
            rules.check_owners(connection, entry_ids, _owners(tx, entry_ids))
            known = _by_reference(tx, connection, {shipment.reference for _, shipment in shipments})
            rows = rules.ingest(connection, shipments, known, read_key(tx), waiting).values()
            _write(tx, rows, at)
            for part in chunks(sorted(complete)):
                tx.execute(_release(connection, Wait.REST).where(_c.order_id.in_(part)))
            if cursor is not None:
                advance(tx, connection, rules.STREAM, cursor, at)
        return len(rows)

    def shipments(
        self,
        connection: str,
        entry_ids: Collection[int] | None = None,
        *,
        states: Collection[OrderState] | None = None,
        since: datetime | None = None,
        became: Collection[ShipmentState] | None = None,
        newest: int | None = None,
    ) -> Sequence[ShipmentEntry]:
        query = select(shipments).where(_c.connection == connection)
        if since is not None:
            query = query.where(_c.updated_at >= utc(since))
        if states is not None:
            meant = (orders.c.id == _c.order_id, orders.c.state.in_([state.value for state in states]))
            query = query.where(exists().where(*meant))
        if became is not None:
            query = query.where(_c.state.in_([state.value for state in became]))
        if newest is not None:
            query = query.order_by(_c.id.desc()).limit(newest)
        queries = [query] if entry_ids is None else [query.where(_c.order_id.in_(part)) for part in chunks(entry_ids)]
        with self._database.reading() as tx:
            found = [to_shipment_row(stored).entry for query in queries for stored in tx.execute(query)]
        found.sort(key=lambda entry: entry.id)
        return found if newest is None else found[max(len(found) - newest, 0) :]

    def refused_shipments(self, connection: str) -> Sequence[ShipmentEntry]:
        query = select(shipments).join(orders, orders.c.id == _c.order_id)
        query = query.where(_c.connection == connection, _c.state == ShipmentState.REFUSED.value)
        query = query.where(orders.c.state != OrderState.CONFIRMED.value).order_by(_c.id)
        with self._database.reading() as tx:
            return [to_shipment_row(stored).entry for stored in tx.execute(query)]

    def failing_shipments(self, connection: str, *, since: datetime) -> int:
        query = select(func.count()).where(_c.connection == connection, _c.state == ShipmentState.PENDING.value)
        with self._database.reading() as tx:
            failing = query.where(_c.failing_since.is_not(None), _c.failing_since <= utc(since))
            return int(tx.execute(failing).scalar_one())

    def claim_shipments(
        self, connection: str, worker: str, *, at: datetime, until: datetime, limit: int
    ) -> Sequence[ShipmentEntry]:
        at, until = utc(at), utc(until)
        query = select(shipments).where(
            _c.connection == connection,
            TO_TELL,
            is_over(_c.claim_until, at),
            is_over(_c.next_attempt_at, at),
        )
        query = query.order_by(_c.id).limit(max(limit, 0)).with_for_update(skip_locked=True)
        with self._database.writing() as tx:
            found = [to_shipment_row(stored) for stored in tx.execute(query).all()]
            for part in chunks(row.entry.id for row in found if row.entry.state is not ShipmentState.PENDING):
                theirs = {"state": ShipmentState.REFUSED.value, "reason": UNREADABLE_SHIPMENT, "updated_at": at}
                tx.execute(update(shipments).where(_c.id.in_(part)).values(theirs))
            due = [row for row in found if row.entry.state is ShipmentState.PENDING]
            rows = [rules.claimed(row, worker, until) for row in due]
            for part in chunks(row.entry.id for row in rows):
                mine = update(shipments).where(_c.id.in_(part))
                tx.execute(mine.values(claim_worker=worker, claim_until=until, serial=_c.serial + 1))
        return [row.entry for row in rows]

    def release_shipments(self, connection: str, waiting: Wait) -> int:
        with self._database.writing() as tx:
            return tx.execute(_release(connection, waiting)).rowcount

    def resend_shipments(self, connection: str, ids: Collection[int], *, at: datetime) -> int:
        at, count = utc(at), 0
        with self._database.writing() as tx:
            wait_alone(tx, f"shipments {connection}")
            for part in chunks(sorted(ids)):
                query = select(shipments).where(_c.connection == connection, _c.id.in_(part)).order_by(_c.id)
                found = [to_shipment_row(stored) for stored in tx.execute(query.with_for_update())]
                _write(tx, [rules.to_resend(row) for row in found], at)
                count += len(found)
        return count

    def record_shipment(self, entry: ShipmentEntry, *, at: datetime) -> None:
        at = utc(at)
        with self._database.writing() as tx:
            stored = tx.execute(select(shipments).where(_c.id == entry.id).with_for_update()).one_or_none()
            if stored is None:
                raise KeyError(f"no shipment entry {entry.id}")
            row = rules.recorded(to_shipment_row(stored), entry)
            # Locked, so that an order which expires at this moment is seen here, or sees this shipment as settled.
            order = select(orders.c.expired_at).where(orders.c.id == row.entry.entry_id).with_for_update(read=True)
            expired = tx.execute(order).scalar_one() is not None
            _write(tx, [expired_shipment(row, ledger_key(tx)) if expired else row], at)


def _release(connection: str, waiting: Wait) -> Update:
    """Shipments that wait for something are due."""
    those = (_c.connection == connection, _c.waits_for == waiting.value, WAITING)
    return update(shipments).where(*those).values(waits_for=None, next_attempt_at=None)


def _owners(tx: Connection, entry_ids: Collection[int]) -> dict[int, str]:
    """The connections of these entries.

    They are locked as a row that refers to them will lock them: before their shipments are, as everybody does it.
    """
    found: dict[int, str] = {}
    for part in chunks(sorted(entry_ids)):
        query = select(orders.c.id, orders.c.connection).where(orders.c.id.in_(part)).order_by(orders.c.id)
        locked = query.with_for_update(read=True, key_share=True)
        found.update((row.id, row.connection) for row in tx.execute(locked))
    return found


def _by_reference(tx: Connection, connection: str, references: Collection[str]) -> dict[str, ShipmentRow]:
    found: dict[str, ShipmentRow] = {}
    for part in chunks(sorted(references)):
        query = select(shipments).where(_c.connection == connection, _c.reference.in_(part))
        locked = query.order_by(_c.id).with_for_update()
        found.update((stored.reference, to_shipment_row(stored)) for stored in tx.execute(locked))
    return found


def _write(tx: Connection, rows: Collection[ShipmentRow], at: datetime) -> None:
    if known := [{**shipment_values(row), "updated_at": at, "row_id": row.entry.id} for row in rows if row.entry.id]:
        tx.execute(_UPDATE, known)
    if new := [{**shipment_values(row), "updated_at": at} for row in rows if not row.entry.id]:
        tx.execute(insert(shipments), new)


def expire(tx: Connection, entry_ids: Collection[int], key: bytes) -> None:
    """Remove the personal data of these orders' shipments; nothing else of them changes."""
    for part in chunks(entry_ids):
        settled = select(shipments).where(_c.order_id.in_(part), _c.state != ShipmentState.PENDING.value)
        rows = [expired_shipment(to_shipment_row(stored), key) for stored in tx.execute(settled.with_for_update())]
        if rows:
            changed = ("content", "told", "reason", "fingerprint")
            values = ((row.entry.id, shipment_values(row)) for row in rows)
            tx.execute(_UPDATE, [{"row_id": id_, **{name: all_[name] for name in changed}} for id_, all_ in values])
