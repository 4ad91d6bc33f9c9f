"""What people in the warehouse do in TradeGecko: finalize an order and ship units of it."""

from __future__ import annotations

from collections.abc import Mapping

from tradegecko_bridge import TradeGeckoClient
from tradegecko_bridge.tradegecko.records import Order


def find(client: TradeGeckoClient, number: str) -> Order:
    """The order of this number."""
    return next(order for order in client.orders.list(order_number=number) if order.order_number == number)


def ship(client: TradeGeckoClient, number: str, units: Mapping[str, int], tracking: str) -> int:
    """Ship units by SKU as one parcel with UPS; the fulfilment's id."""
    order = find(client, number)
    if order.status != "finalized":
        client.orders.update(order.id, {"status": "finalized"})
    skus = {variant.id: variant.sku for variant in client.variants.list(sku=list(units))}
    lines = {skus.get(line.variant_id or 0): line.id for line in client.order_line_items.list(order_id=order.id)}
    made = client.fulfillments.create(
        {
            "order_id": order.id,
            "status": "fulfilled",
            "tracking_company": "UPS",
            "tracking_number": tracking,
            "fulfillment_line_items": [
                {"order_line_item_id": lines[sku], "quantity": quantity} for sku, quantity in units.items()
            ],
        }
    )
    return made.id
