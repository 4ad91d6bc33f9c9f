"""Sales orders and what follows from them: fulfilments, returns, invoices and payments."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Acts, Full, Numbers

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads


class Orders(
    Full[records.Order, "payloads.NewOrder", "payloads.OrderChanges"], Acts[records.Order], Numbers[records.Order]
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


class OrderLineItems(Full[records.OrderLineItem, "payloads.NewOrderLineItem", "payloads.OrderLineItemChanges"]):
    """Lines of orders (reference §5.17)."""

    def list(self, **filters: Unpack[filters.OrderLineItemFilters]) -> Call[Page[records.OrderLineItem]]:
        """Lines, by position: of an order, a variant, or orders of one status."""
        return self._list(filters)


class Fulfillments(Full[records.Fulfillment, "payloads.NewFulfillment", "payloads.FulfillmentChanges"]):
    """Shipments; their lines come along (reference §5.7)."""

    def list(self, **filters: Unpack[filters.FulfillmentFilters]) -> Call[Page[records.Fulfillment]]:
        """Fulfilments with their lines beside them."""
        return self._list(filters)


class FulfillmentLineItems(
    Full[records.FulfillmentLineItem, "payloads.NewFulfillmentLineItem", "payloads.FulfillmentLineItemChanges"]
):
    """Lines of shipments (reference §5.8)."""

    def list(self, **filters: Unpack[filters.FulfillmentLineItemFilters]) -> Call[Page[records.FulfillmentLineItem]]:
        """Lines, of one fulfilment or order line."""
        return self._list(filters)


class FulfillmentReturns(
    Full[records.FulfillmentReturn, "payloads.NewFulfillmentReturn", "payloads.FulfillmentReturnChanges"]
):
    """Goods that come back; their lines come along (reference §5.9)."""

    def list(self, **filters: Unpack[filters.FulfillmentReturnFilters]) -> Call[Page[records.FulfillmentReturn]]:
        """Returns with their lines beside them."""
        return self._list(filters)


class FulfillmentReturnLineItems(
    Full[
        records.FulfillmentReturnLineItem,
        "payloads.NewFulfillmentReturnLineItem",
        "payloads.FulfillmentReturnLineItemChanges",
    ]
):
    """Lines of returns (reference §5.10)."""

    def list(
        self, **filters: Unpack[filters.FulfillmentReturnLineItemFilters]
    ) -> Call[Page[records.FulfillmentReturnLineItem]]:
        """Lines, of one return or order line."""
        return self._list(filters)


class Invoices(Full[records.Invoice, "payloads.NewInvoice", "payloads.InvoiceChanges"]):
    """Invoices; their lines come along (reference §5.12)."""

    def list(self, **filters: Unpack[filters.InvoiceFilters]) -> Call[Page[records.Invoice]]:
        """Invoices with their lines beside them."""
        return self._list(filters)


class InvoiceLineItems(Full[records.InvoiceLineItem, "payloads.NewInvoiceLineItem", "payloads.InvoiceLineItemChanges"]):
    """Lines of invoices (reference §5.13)."""

    def list(self, **filters: Unpack[filters.InvoiceLineItemFilters]) -> Call[Page[records.InvoiceLineItem]]:
        """Lines, of one invoice or order line."""
        return self._list(filters)


class Payments(Full[records.Payment, "payloads.NewPayment", "payloads.PaymentChanges"]):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    def list(self, **filters: Unpack[filters.PaymentFilters]) -> Call[Page[records.Payment]]:
        """Payments, of one invoice."""
        return self._list(filters)
