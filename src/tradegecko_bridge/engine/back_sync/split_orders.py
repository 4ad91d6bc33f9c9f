"""Shipments of orders that were split, as the source knows the order."""

from __future__ import annotations

from attrs import evolve

from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import is_split, split_reference, storable_reference, whole_reference
from tradegecko_bridge.ledger import OrderState

_OVER = {OrderState.CANCELED, OrderState.SKIPPED}


def as_sold(context: Context, shipment: Shipment) -> Shipment:
    """The same of the whole order, which it completes where all parts are complete."""
    reference = storable_reference(shipment.order_reference)
    if not is_split(reference):
        return shipment
    whole, number = whole_reference(reference), 1
    complete = shipment.completes_order
    while found := context.store.entries(
        context.connection, reference=split_reference(storable_reference(whole), number)
    ):
        shipped = context.store.shipments(context.connection, [found[0].id])
        complete = complete and (found[0].state in _OVER or any(row.shipment.completes_order for row in shipped))
        number += 1
    suffix = reference.removeprefix(split_reference(storable_reference(whole), 0)[:-1])
    return evolve(
        shipment,
        order_reference=whole,
        order_number=shipment.order_number.removesuffix(f"-{suffix}"),
        completes_order=complete,
    )
