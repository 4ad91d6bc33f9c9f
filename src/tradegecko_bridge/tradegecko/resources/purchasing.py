"""Purchase orders and goods received."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Acts, Full

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads  # noqa: F401 - named in quotes


class PurchaseOrders(
    Full[records.PurchaseOrder, "payloads.NewPurchaseOrder", "payloads.PurchaseOrderChanges"],
    Acts[records.PurchaseOrder],
):
    """Orders to suppliers (reference §5.24)."""

    def list(self, **filters: Unpack[filters.PurchaseOrderFilters]) -> Call[Page[records.PurchaseOrder]]:
        """Purchase orders, by anything they refer to."""
        return self._list(filters)

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[records.Procurement] | None]:
        """Receive all of it at once into stock; there is no part of it (§5.24)."""
        return self._act(id, "receive", records.Procurement, None, idempotency_key)


class PurchaseOrderLineItems(
    Full[records.PurchaseOrderLineItem, "payloads.NewPurchaseOrderLineItem", "payloads.PurchaseOrderLineItemChanges"]
):
    """Lines of purchase orders (reference §5.25)."""

    def list(
        self, **filters: Unpack[filters.PurchaseOrderLineItemFilters]
    ) -> Call[Page[records.PurchaseOrderLineItem]]:
        """Lines, by position: of a purchase order, a variant, or purchase orders of one status."""
        return self._list(filters)


class Procurements(Full[records.Procurement, "payloads.NewProcurement", "payloads.ProcurementChanges"]):
    """Goods received (reference §5.23).

    Undocumented since 2015 but served; ``delete`` is only known from a client.
    """

    def list(self, **filters: Unpack[filters.Sideloading]) -> Call[Page[records.Procurement]]:
        """Goods received, with the lines of their purchase orders beside them."""
        return self._list(filters)
