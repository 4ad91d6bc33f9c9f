"""Sales orders and their lines."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko import payloads, records
from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Acts, Full, Numbers


class Orders(
    Full[records.Order, payloads.NewOrder, payloads.OrderChanges], Acts[records.Order], Numbers[records.Order]
):
    """Sales orders, with what can be done to a whole one (reference §5.16, §4.1).

    An action answers with what it made, lines beside it, or with nothing: then look at the order.
    """

    def list(self, **filters: Unpack[filters.OrderFilters]) -> Call[Page[records.Order]]:
        """Orders, by anything they refer to or any of their states; void and deleted ones only if asked (§3.7)."""
        return self._list(filters)

    def invoice(
        self,
        id: int,
        details: payloads.InvoiceDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Call[Shown[records.Invoice] | None]:
        """Invoice all that is not invoiced yet (§4.1)."""
        return self._act(id, "invoice", records.Invoice, details, idempotency_key)

    def pay(
        self,
        id: int,
        details: payloads.PaymentDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Call[Shown[records.Payment] | None]:
        """Pay what is open, and invoice and pay the rest (§4.1)."""
        return self._act(id, "pay", records.Payment, details, idempotency_key)

    def pack(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Call[Shown[records.Fulfillment] | None]:
        """One packed fulfilment for all that is not packed yet (§4.1)."""
        return self._act(id, "pack", records.Fulfillment, details, idempotency_key)

    def fulfil(
        self,
        id: int,
        details: payloads.ShippingDetails | payloads.Fields | None = None,
        *,
        idempotency_key: str | None = None,
    ) -> Call[Shown[records.Fulfillment] | None]:
        """Ship what is packed, and all the rest in one fulfilment (§4.1)."""
        return self._act(id, "fulfil", records.Fulfillment, details, idempotency_key)

    def void(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[records.Order] | None]:
        """Void the order; what was shipped returns to stock (§4.1, §6.1)."""
        return self._act(id, "void", records.Order, None, idempotency_key)


class OrderLineItems(Full[records.OrderLineItem, payloads.NewOrderLineItem, payloads.OrderLineItemChanges]):
    """Lines of orders (reference §5.17)."""

    def list(self, **filters: Unpack[filters.OrderLineItemFilters]) -> Call[Page[records.OrderLineItem]]:
        """Lines, by position: of an order, a variant, or orders of one status."""
        return self._list(filters)
