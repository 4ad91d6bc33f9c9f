"""Invoices and what is paid for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.payloads.base import UNSET, Amount, Changes, Fields, Maybe, Payload


@define(kw_only=True, repr=False)
class _InvoiceLineItemFields(Payload):
    order_line_item_id: Maybe[int] = UNSET
    ledger_account_id: Maybe[int] = UNSET
    position: Maybe[int] = UNSET
    quantity: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewInvoiceLine(_InvoiceLineItemFields):
    """Units of one order line on a new invoice (reference §5.13)."""

    order_line_item_id: int
    quantity: Amount


@define(kw_only=True, repr=False)
class NewInvoiceLineItem(NewInvoiceLine):
    """A line to add to an invoice (reference §5.13)."""

    invoice_id: int


@define(kw_only=True, repr=False)
class InvoiceLineItemChanges(_InvoiceLineItemFields, Changes[records.InvoiceLineItem]):
    """Changes to a line of an invoice (reference §5.13)."""


@define(kw_only=True, repr=False)
class _InvoiceFields(Payload):
    shipping_address_id: Maybe[int] = UNSET
    billing_address_id: Maybe[int] = UNSET
    payment_term_id: Maybe[int] = UNSET
    due_at: Maybe[date] = UNSET
    exchange_rate: Maybe[Amount] = UNSET
    invoice_number: Maybe[str] = UNSET
    invoiced_at: Maybe[date] = UNSET
    notes: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NewInvoice(_InvoiceFields):
    """A new invoice (reference §5.12)."""

    order_id: int
    invoice_line_items: Sequence[NewInvoiceLine | Fields]


@define(kw_only=True, repr=False)
class InvoiceChanges(_InvoiceFields, Changes[records.Invoice]):
    """Changes to an invoice (reference §5.12)."""


@define(kw_only=True, repr=False)
class _PaymentFields(Payload):
    amount: Maybe[Amount] = UNSET
    reference: Maybe[str] = UNSET
    payment_method_id: Maybe[int] = UNSET
    paid_at: Maybe[datetime] = UNSET
    status: Maybe[str] = UNSET  # active or archived
    exchange_rate: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewPayment(_PaymentFields):
    """A new payment (reference §5.18)."""

    invoice_id: int
    amount: Amount
    order_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class PaymentChanges(_PaymentFields, Changes[records.Payment]):
    """Changes to a payment (reference §5.18)."""
