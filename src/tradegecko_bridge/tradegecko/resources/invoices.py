"""Invoices and what is paid for them."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.payloads import (
    InvoiceChanges,
    InvoiceLineItemChanges,
    NewInvoice,
    NewInvoiceLineItem,
    NewPayment,
    PaymentChanges,
)
from tradegecko_bridge.tradegecko.records import Invoice, InvoiceLineItem, Payment
from tradegecko_bridge.tradegecko.resources.base import Full
from tradegecko_bridge.tradegecko.resources.filters import InvoiceFilters, InvoiceLineItemFilters, PaymentFilters


class Invoices(Full[Invoice, NewInvoice, InvoiceChanges]):
    """Invoices; their lines come along (reference §5.12)."""

    singular = "invoice"
    plural = "invoices"
    record = Invoice
    filters = InvoiceFilters

    def list(self, **filters: Unpack[InvoiceFilters]) -> Call[Page[Invoice]]:
        """Invoices with their lines beside them."""
        return self._list(filters)


class InvoiceLineItems(Full[InvoiceLineItem, NewInvoiceLineItem, InvoiceLineItemChanges]):
    """Lines of invoices (reference §5.13)."""

    singular = "invoice_line_item"
    plural = "invoice_line_items"
    record = InvoiceLineItem
    filters = InvoiceLineItemFilters

    def list(self, **filters: Unpack[InvoiceLineItemFilters]) -> Call[Page[InvoiceLineItem]]:
        """Lines, of one invoice or order line."""
        return self._list(filters)


class Payments(Full[Payment, NewPayment, PaymentChanges]):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    singular = "payment"
    plural = "payments"
    record = Payment
    filters = PaymentFilters

    def list(self, **filters: Unpack[PaymentFilters]) -> Call[Page[Payment]]:
        """Payments, of one invoice."""
        return self._list(filters)
