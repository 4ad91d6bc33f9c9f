"""Orders and shipments without whom they are about.

Made from lists of what stays, so that a new field goes until somebody says here that it stays. Names of products go
too (things are made with people's names on them), and so do names of discounts, tags, links and all that is extra.
"""

from __future__ import annotations

from attrs import evolve

from tradegecko_bridge.commerce.orders import Discount, OrderLine, SourceOrder
from tradegecko_bridge.commerce.shipments import Package, Shipment


def anonymous_order(order: SourceOrder) -> SourceOrder:
    """What was ordered, for how much, and when; nobody who ordered it."""
    return SourceOrder(
        reference=order.reference,
        number=order.number,
        placed_at=order.placed_at,
        currency=order.currency,
        lines=tuple(_line(line) for line in order.lines),
        shipping=order.shipping,
        discounts=tuple(Discount(amount=discount.amount) for discount in order.discounts),
        totals=order.totals,
        requested_ship_date=order.requested_ship_date,
        canceled_at=order.canceled_at,
        cursor=order.cursor,
    )


def _line(line: OrderLine) -> OrderLine:
    return evolve(line, name="")


def anonymous_shipment(shipment: Shipment) -> Shipment:
    """What was shipped, and when; no tracking number, which leads to the address."""
    return Shipment(
        reference=shipment.reference,
        order_reference=shipment.order_reference,
        order_number=shipment.order_number,
        items=shipment.items,
        packages=tuple(Package(items=package.items) for package in shipment.packages),
        carrier=shipment.carrier,
        service=shipment.service,
        shipped_at=shipment.shipped_at,
        completes_order=shipment.completes_order,
    )
