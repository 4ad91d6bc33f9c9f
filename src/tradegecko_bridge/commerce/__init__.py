"""The words of commerce, as plain values: orders, shipments, stock levels, product details.

Everything here is an immutable attrs class without behaviour that touches the outside world. Money and
quantities are :class:`~decimal.Decimal`, moments are aware :class:`~datetime.datetime`, and what
identifies a person never shows in a ``repr``.
"""

from tradegecko_bridge.commerce.order_returns import OrderReturn, ReturnedLine
from tradegecko_bridge.commerce.orders import (
    Address,
    Component,
    Customer,
    Discount,
    ItemKind,
    OrderLine,
    ShippingLine,
    SourceOrder,
    Totals,
    UnreadableOrder,
)
from tradegecko_bridge.commerce.products import ProductDetails, VariantDetails
from tradegecko_bridge.commerce.results import DeliveryReceipt, ItemResult, Verdict
from tradegecko_bridge.commerce.shipments import Package, Shipment, ShippedItem
from tradegecko_bridge.commerce.slips import order_or_problem
from tradegecko_bridge.commerce.statuses import Standing
from tradegecko_bridge.commerce.stock import LocationStock, StockLevel, VariantStock

__all__ = [
    "Address",
    "Component",
    "Customer",
    "DeliveryReceipt",
    "Discount",
    "ItemKind",
    "ItemResult",
    "LocationStock",
    "OrderLine",
    "OrderReturn",
    "Package",
    "ProductDetails",
    "ReturnedLine",
    "Shipment",
    "ShippedItem",
    "ShippingLine",
    "SourceOrder",
    "Standing",
    "StockLevel",
    "Totals",
    "UnreadableOrder",
    "VariantDetails",
    "VariantStock",
    "Verdict",
    "order_or_problem",
]
