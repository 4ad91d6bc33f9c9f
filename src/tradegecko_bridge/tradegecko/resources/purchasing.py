"""Purchase orders and goods received."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.payloads import (
    NewProcurement,
    NewPurchaseOrder,
    NewPurchaseOrderLineItem,
    ProcurementChanges,
    PurchaseOrderChanges,
    PurchaseOrderLineItemChanges,
)
from tradegecko_bridge.tradegecko.records import Procurement, PurchaseOrder, PurchaseOrderLineItem
from tradegecko_bridge.tradegecko.resources.base import Acts, Full
from tradegecko_bridge.tradegecko.resources.filters import (
    PurchaseOrderFilters,
    PurchaseOrderLineItemFilters,
    Sideloading,
)


class PurchaseOrders(Full[PurchaseOrder, NewPurchaseOrder, PurchaseOrderChanges], Acts[PurchaseOrder]):
    """Orders to suppliers (reference §5.24)."""

    singular = "purchase_order"
    plural = "purchase_orders"
    record = PurchaseOrder
    filters = PurchaseOrderFilters

    def list(self, **filters: Unpack[PurchaseOrderFilters]) -> Call[Page[PurchaseOrder]]:
        """Purchase orders, by anything they refer to."""
        return self._list(filters)

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[Procurement] | None]:
        """Receive all of it at once into stock; there is no part of it (§5.24)."""
        return self._act(id, "receive", "procurement", None, idempotency_key, Procurement)


class PurchaseOrderLineItems(Full[PurchaseOrderLineItem, NewPurchaseOrderLineItem, PurchaseOrderLineItemChanges]):
    """Lines of purchase orders (reference §5.25)."""

    singular = "purchase_order_line_item"
    plural = "purchase_order_line_items"
    record = PurchaseOrderLineItem
    filters = PurchaseOrderLineItemFilters

    def list(self, **filters: Unpack[PurchaseOrderLineItemFilters]) -> Call[Page[PurchaseOrderLineItem]]:
        """Lines, by position: of a purchase order, a variant, or purchase orders of one status."""
        return self._list(filters)


class Procurements(Full[Procurement, NewProcurement, ProcurementChanges]):
    """Goods received (reference §5.23).

    Undocumented since 2015 but served; ``delete`` is only known from a client.
    """

    singular = "procurement"
    plural = "procurements"
    record = Procurement
    filters = Sideloading

    def list(self, **filters: Unpack[Sideloading]) -> Call[Page[Procurement]]:
        """Goods received, with the lines of their purchase orders beside them."""
        return self._list(filters)
