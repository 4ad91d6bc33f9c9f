"""Sales orders and their lines."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.payloads import (
    Fields,
    InvoiceDetails,
    NewOrder,
    NewOrderLineItem,
    OrderChanges,
    OrderLineItemChanges,
    PaymentDetails,
    ShippingDetails,
)
from tradegecko_bridge.tradegecko.records import Fulfillment, Invoice, Order, OrderLineItem, Payment
from tradegecko_bridge.tradegecko.resources.base import Acts, Full, Numbers
from tradegecko_bridge.tradegecko.resources.filters import OrderFilters, OrderLineItemFilters


class Orders(Full[Order, NewOrder, OrderChanges], Acts[Order], Numbers[Order]):
    """Sales orders, with what can be done to a whole one (reference §5.16, §4.1).

    An action answers with what it made, lines beside it, or with nothing: then look at the order.
    """

    singular = "order"
    plural = "orders"
    record = Order
    filters = OrderFilters

    def list(self, **filters: Unpack[OrderFilters]) -> Call[Page[Order]]:
        """Orders, by anything they refer to or any of their states; void and deleted ones only if asked (§3.7)."""
        return self._list(filters)

    def invoice(
        self, id: int, details: InvoiceDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Call[Shown[Invoice] | None]:
        """Invoice all that is not invoiced yet (§4.1)."""
        return self._act(id, "invoice", "invoice", details, idempotency_key, Invoice)

    def pay(
        self, id: int, details: PaymentDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Call[Shown[Payment] | None]:
        """Pay what is open, and invoice and pay the rest (§4.1)."""
        return self._act(id, "pay", "payment", details, idempotency_key, Payment)

    def pack(
        self, id: int, details: ShippingDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Call[Shown[Fulfillment] | None]:
        """One packed fulfilment for all that is not packed yet (§4.1)."""
        return self._act(id, "pack", "fulfillment", details, idempotency_key, Fulfillment)

    def fulfil(
        self, id: int, details: ShippingDetails | Fields | None = None, *, idempotency_key: str | None = None
    ) -> Call[Shown[Fulfillment] | None]:
        """Ship what is packed, and all the rest in one fulfilment (§4.1)."""
        return self._act(id, "fulfil", "fulfillment", details, idempotency_key, Fulfillment)

    def void(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[Order] | None]:
        """Void the order; what was shipped returns to stock (§4.1, §6.1)."""
        return self._act(id, "void", "order", None, idempotency_key, Order)


class OrderLineItems(Full[OrderLineItem, NewOrderLineItem, OrderLineItemChanges]):
    """Lines of orders (reference §5.17)."""

    singular = "order_line_item"
    plural = "order_line_items"
    record = OrderLineItem
    filters = OrderLineItemFilters

    def list(self, **filters: Unpack[OrderLineItemFilters]) -> Call[Page[OrderLineItem]]:
        """Lines, by position: of an order, a variant, or orders of one status."""
        return self._list(filters)
