"""Shipments of orders that were split, as the source knows the order."""

from __future__ import annotations

from collections.abc import Sequence

from attrs import evolve, frozen

from tradegecko_bridge.commerce import Shipment
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import is_split, split_reference, storable_reference, whole_reference
from tradegecko_bridge.ledger import OrderState

_OVER = {OrderState.CANCELED, OrderState.SKIPPED}


@frozen
class Part:
    """One part of an order that was split, and whether there is nothing left of it to ship."""

    entry_id: int
    is_complete: bool


def parts_of(context: Context, reference: str) -> Sequence[Part]:
    """All parts of the order that this is a part of; none of one that was not split."""
    reference = storable_reference(reference)
    if not is_split(reference):
        return []
    whole, parts = storable_reference(whole_reference(reference)), list[Part]()
    while found := context.store.entries(context.connection, reference=split_reference(whole, len(parts) + 1)):
        rows = context.store.shipments(context.connection, [found[0].id])
        has_all = any(row.shipment.completes_order for row in rows)
        parts.append(Part(found[0].id, found[0].state in _OVER or has_all))
    return parts


def as_sold(context: Context, shipment: Shipment) -> Shipment:
    """The same of the whole order, which it completes where all parts are complete."""
    reference = storable_reference(shipment.order_reference)
    if not is_split(reference):
        return shipment
    whole = whole_reference(reference)
    suffix = reference.removeprefix(split_reference(storable_reference(whole), 0)[:-1])
    return evolve(
        shipment,
        order_reference=whole,
        order_number=shipment.order_number.removesuffix(f"-{suffix}"),
        completes_order=shipment.completes_order and all(part.is_complete for part in parts_of(context, reference)),
    )
