"""Invoices and what is paid for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define

from tradegecko_bridge.tradegecko.payloads.base import UNSET, Amount, Changes, Fields, Maybe, Payload
from tradegecko_bridge.tradegecko.records import Invoice, InvoiceLineItem, Payment


@define(kw_only=True, repr=False)
class InvoiceLineItemFields(Payload):
    """What may be written of a line of an invoice (reference §5.13)."""

    order_line_item_id: Maybe[int] = UNSET
    ledger_account_id: Maybe[int] = UNSET
    position: Maybe[int] = UNSET
    quantity: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewInvoiceLine(InvoiceLineItemFields):
    """Units of one order line on a new invoice (reference §5.13)."""

    order_line_item_id: int
    quantity: Amount


@define(kw_only=True, repr=False)
class NewInvoiceLineItem(NewInvoiceLine):
    """A line to add to an invoice (reference §5.13)."""

    invoice_id: int


@define(kw_only=True, repr=False)
class InvoiceLineItemChanges(InvoiceLineItemFields, Changes[InvoiceLineItem]):
    """Changes to a line of an invoice (reference §5.13)."""


@define(kw_only=True, repr=False)
class InvoiceFields(Payload):
    """What may be written of an invoice (reference §5.12)."""

    shipping_address_id: Maybe[int] = UNSET
    billing_address_id: Maybe[int] = UNSET
    payment_term_id: Maybe[int] = UNSET
    due_at: Maybe[date] = UNSET
    exchange_rate: Maybe[Amount] = UNSET
    invoice_number: Maybe[str] = UNSET
    invoiced_at: Maybe[date] = UNSET
    notes: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NewInvoice(InvoiceFields):
    """A new invoice (reference §5.12)."""

    order_id: int
    invoice_line_items: Sequence[NewInvoiceLine | Fields]


@define(kw_only=True, repr=False)
class InvoiceChanges(InvoiceFields, Changes[Invoice]):
    """Changes to an invoice (reference §5.12)."""


@define(kw_only=True, repr=False)
class PaymentFields(Payload):
    """What may be written of a payment (reference §5.18)."""

    amount: Maybe[Amount] = UNSET
    reference: Maybe[str] = UNSET
    payment_method_id: Maybe[int] = UNSET
    paid_at: Maybe[datetime] = UNSET
    status: Maybe[str] = UNSET  # active or archived
    exchange_rate: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewPayment(PaymentFields):
    """A new payment (reference §5.18)."""

    invoice_id: int
    amount: Amount
    order_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class PaymentChanges(PaymentFields, Changes[Payment]):
    """Changes to a payment (reference §5.18)."""
