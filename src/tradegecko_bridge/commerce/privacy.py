"""Orders and shipments without whom they are about.

Made from lists of what stays, so that a new field goes until somebody puts it on a list. Names of products go too
(things are made with people's names on them), and so do names of discounts, tags, links and all that is extra.
"""

from __future__ import annotations

from typing import Any, Final

from tradegecko_bridge.commerce.orders import Component, Discount, OrderLine, ShippingLine, SourceOrder
from tradegecko_bridge.commerce.shipments import Package, Shipment

MONEY: Final = ("price_includes_tax", "tax", "tax_rate")
STAYS: Final[dict[type, tuple[str, ...]]] = {
    SourceOrder: (
        *("reference", "number", "placed_at", "currency", "lines", "shipping", "discounts", "totals", "cursor"),
        *("requested_ship_date", "canceled_at", "source_status", "payment_status", "fulfillment_status", "paid"),
        "ready",
    ),
    OrderLine: (
        *("reference", "sku", "barcode", "quantity", "price", "discount", "additional_discount", *MONEY),
        *("shippable", "components", "kind"),
    ),
    Component: ("sku", "barcode", "quantity", "price"),
    ShippingLine: ("label", "code", "amount", *MONEY),
    Discount: ("amount", "before_tax"),
    Shipment: (
        *("reference", "order_reference", "order_number", "items", "packages", "parts"),
        *("carrier", "service", "shipped_at", "completes_order", "withdrawn", "notify_customer"),
        *("cost", "weight", "before"),
    ),
    Package: ("items",),
}
"""The fields that stay, by class: what was ordered and shipped, for how much, and when."""


def anonymous_order(order: SourceOrder) -> SourceOrder:
    """An order without whom it is about."""
    anonymous: SourceOrder = _kept(order)
    return anonymous


def anonymous_shipment(shipment: Shipment) -> Shipment:
    """A shipment without whom it is for; no tracking number either, which leads to the address."""
    anonymous: Shipment = _kept(shipment)
    return anonymous


def _kept(value: Any) -> Any:
    """What stays of a record, and of the records in it; other values as they are."""
    if isinstance(value, tuple):
        return tuple(_kept(item) for item in value)
    stays = STAYS.get(type(value))
    return value if stays is None else type(value)(**{name: _kept(getattr(value, name)) for name in stays})
