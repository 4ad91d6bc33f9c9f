"""Orders of which nothing is left to ship because somebody took lines away in the system."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve

from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.ledger import OrderState, ShipmentEntry


def complete_fulfilled(context: Context, changed: Sequence[RemoteOrder]) -> None:
    """The last shipment of such an order completes it, and the source is told so. Of orders whose shipments the ledger
    does not have yet nothing is said: the next shipment that is read says it."""
    store, connection = context.store, context.connection
    fulfilled = {order.id: order for order in changed if order.fulfilled and order.shipment_ids and not order.gone}
    if not fulfilled:
        return
    states = store.delivered(connection, list(fulfilled))
    partly = [id_ for id_, one in states.items() if one.state is OrderState.DELIVERED]
    entries = store.by_remote_ids(connection, partly) if partly else {}
    shipments: dict[int, list[ShipmentEntry]] = {entry.id: [] for entry in entries.values()}
    for row in store.shipments(connection, list(shipments)) if shipments else ():
        shipments[row.entry_id].append(row)
    for id_, entry in entries.items():
        rows = shipments[entry.id]
        live = [row.shipment for row in rows if not row.shipment.withdrawn]
        known = {row.shipment.reference for row in rows}
        open_ = live and not any(one.completes_order for one in live)
        if open_ and entry.expired_at is None and known.issuperset(fulfilled[id_].shipment_ids):
            last = evolve(live[-1], completes_order=True)
            at, complete = context.clock(), [entry.id]
            store.ingest_shipments(connection, [(entry.id, last)], cursor=None, at=at, complete=complete)
