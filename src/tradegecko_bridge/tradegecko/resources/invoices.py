"""Invoices and what is paid for them."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko import payloads, records
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Full


class Invoices(Full[records.Invoice, payloads.NewInvoice, payloads.InvoiceChanges]):
    """Invoices; their lines come along (reference §5.12)."""

    def list(self, **filters: Unpack[filters.InvoiceFilters]) -> Call[Page[records.Invoice]]:
        """Invoices with their lines beside them."""
        return self._list(filters)


class InvoiceLineItems(Full[records.InvoiceLineItem, payloads.NewInvoiceLineItem, payloads.InvoiceLineItemChanges]):
    """Lines of invoices (reference §5.13)."""

    def list(self, **filters: Unpack[filters.InvoiceLineItemFilters]) -> Call[Page[records.InvoiceLineItem]]:
        """Lines, of one invoice or order line."""
        return self._list(filters)


class Payments(Full[records.Payment, payloads.NewPayment, payloads.PaymentChanges]):
    """What is paid for invoices (reference §5.18).

    Undocumented since 2015 but served; ``update`` is only known from a client.
    """

    def list(self, **filters: Unpack[filters.PaymentFilters]) -> Call[Page[records.Payment]]:
        """Payments, of one invoice."""
        return self._list(filters)
