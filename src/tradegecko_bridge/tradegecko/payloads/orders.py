"""Sales orders and what follows from them: fulfilments, returns, invoices and payments."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define, field

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.payload_base import UNSET, Amount, Changes, Fields, Maybe, Payload, _LineFields, need
from tradegecko_bridge.tradegecko.payloads.companies import NewCompany, NewOrderAddress


@define(kw_only=True, repr=False)
class _OrderLineItemFields(_LineFields):
    discount: Maybe[Amount] = UNSET  # percent, -100 to 100
    image_url: Maybe[str] = UNSET
    line_type: Maybe[str] = UNSET  # product, discount, shipping, rounding, fee or gift_wrap
    discount_amount: Maybe[Amount] = UNSET  # off each unit


@define(kw_only=True, repr=False)
class NewOrderLine(_OrderLineItemFields):
    """One line inside an order: goods need a variant, a ``freeform`` line needs none (reference §5.17).

    Without a price the order's price list has one; without a tax type the company or the account has.
    """

    def __attrs_post_init__(self) -> None:
        if not self.freeform:
            need(self, "variant_id")


@define(kw_only=True, repr=False)
class NewOrderLineItem(NewOrderLine):
    """A line to add to an order (reference §5.17)."""

    order_id: int


@define(kw_only=True, repr=False)
class OrderLineItemChanges(_OrderLineItemFields, Changes[records.OrderLineItem]):
    """Changes to a line of an order (reference §5.17)."""


@define(kw_only=True, repr=False)
class _OrderFields(Payload):
    assignee_id: Maybe[int] = UNSET
    billing_address_id: Maybe[int] = UNSET
    company_id: Maybe[int] = UNSET
    contact_id: Maybe[int] = UNSET
    shipping_address_id: Maybe[int] = UNSET
    stock_location_id: Maybe[int] = UNSET
    default_price_list_id: Maybe[str] = UNSET
    email: Maybe[str] = UNSET
    issued_at: Maybe[date] = UNSET
    notes: Maybe[str] = UNSET
    order_number: Maybe[str] = UNSET
    phone_number: Maybe[str] = UNSET
    reference_number: Maybe[str] = UNSET
    ship_at: Maybe[date] = UNSET
    source_url: Maybe[str] = UNSET
    status: Maybe[str] = UNSET  # draft, active or finalized
    tax_treatment: Maybe[str] = UNSET  # inclusive or exclusive
    tags: Maybe[Sequence[str]] = UNSET


@define(kw_only=True, repr=False)
class NewOrder(_OrderFields):
    """A new order (reference §5.16).

    Company and addresses are given by id or nested, to be made with it; a nested company needs a nested address. The
    billing address is the shipping address unless given. More than some 150 lines are better added later, in parts.
    """

    issued_at: date = field()
    currency_id: Maybe[int] = UNSET
    currency_iso: Maybe[str] = UNSET
    company: Maybe[NewCompany | Fields] = UNSET
    shipping_address: Maybe[NewOrderAddress | Fields] = UNSET
    billing_address: Maybe[NewOrderAddress | Fields] = UNSET
    order_line_items: Maybe[Sequence[NewOrderLine | Fields]] = UNSET

    def __attrs_post_init__(self) -> None:
        need(self, "company_id", "company")
        need(self, "shipping_address_id", "shipping_address")


@define(kw_only=True, repr=False)
class OrderChanges(_OrderFields, Changes[records.Order]):
    """Changes to an order; its ``order_line_items`` are added to those it has (reference §5.16)."""

    order_line_items: Maybe[Sequence[NewOrderLine | Fields]] = UNSET


@define(kw_only=True, repr=False)
class InvoiceDetails(Payload):
    """What to write on the invoice that ``ORDERS.invoice`` makes (reference §4.1)."""

    due_at: Maybe[date] = UNSET
    invoiced_at: Maybe[date] = UNSET
    notes: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class PaymentDetails(Payload):
    """How and when ``ORDERS.pay`` was paid (reference §4.1)."""

    payment_method_name: Maybe[str] = UNSET
    paid_at: Maybe[datetime] = UNSET


@define(kw_only=True, repr=False)
class ShippingDetails(Payload):
    """How ``ORDERS.pack`` and ``ORDERS.fulfil`` ship (reference §4.1)."""

    tracking_number: Maybe[str] = UNSET
    tracking_company: Maybe[str] = UNSET
    tracking_url: Maybe[str] = UNSET
    service: Maybe[str] = UNSET
    notes: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class _OrderLineUnits(Payload):
    order_line_item_id: Maybe[int] = UNSET
    position: Maybe[int] = UNSET
    quantity: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewFulfillmentLine(_OrderLineUnits):
    """Units of one order line in a new fulfilment; without a quantity all that is left (reference §5.8)."""

    order_line_item_id: int = field()


@define(kw_only=True, repr=False)
class NewFulfillmentLineItem(NewFulfillmentLine):
    """A line to add to a fulfilment (reference §5.8)."""

    fulfillment_id: int
    quantity: Amount = field()


@define(kw_only=True, repr=False)
class FulfillmentLineItemChanges(_OrderLineUnits, Changes[records.FulfillmentLineItem]):
    """Changes to a line of a fulfilment (reference §5.8)."""


@define(kw_only=True, repr=False)
class _FulfillmentFields(Payload):
    shipping_address_id: Maybe[int] = UNSET
    billing_address_id: Maybe[int] = UNSET
    stock_location_id: Maybe[int] = UNSET
    delivery_type: Maybe[str] = UNSET
    exchange_rate: Maybe[Amount] = UNSET
    notes: Maybe[str] = UNSET
    packed_at: Maybe[date] = UNSET
    receipt: Maybe[Fields] = UNSET  # private
    received_at: Maybe[datetime] = UNSET
    service: Maybe[str] = UNSET
    shipped_at: Maybe[datetime] = UNSET
    status: Maybe[str] = UNSET  # packed or fulfilled
    tracking_company: Maybe[str] = UNSET
    tracking_number: Maybe[str] = UNSET
    tracking_url: Maybe[str] = UNSET


@define(kw_only=True, repr=False)
class NewFulfillment(_FulfillmentFields):
    """A new fulfilment (reference §5.7)."""

    order_id: int
    fulfillment_line_items: Sequence[NewFulfillmentLine | Fields]


@define(kw_only=True, repr=False)
class FulfillmentChanges(_FulfillmentFields, Changes[records.Fulfillment]):
    """Changes to a fulfilment (reference §5.7)."""


@define(kw_only=True, repr=False)
class _FulfillmentReturnLineItemFields(_OrderLineUnits):
    base_price: Maybe[Amount] = UNSET
    ledger_account_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class NewFulfillmentReturnLine(_FulfillmentReturnLineItemFields):
    """Units of one order line in a new return (reference §5.10)."""

    order_line_item_id: int = field()
    quantity: Amount = field()


@define(kw_only=True, repr=False)
class NewFulfillmentReturnLineItem(NewFulfillmentReturnLine):
    """A line to add to a return (reference §5.10)."""

    fulfillment_return_id: int


@define(kw_only=True, repr=False)
class FulfillmentReturnLineItemChanges(_FulfillmentReturnLineItemFields, Changes[records.FulfillmentReturnLineItem]):
    """Changes to a line of a return (reference §5.10)."""


@define(kw_only=True, repr=False)
class _FulfillmentReturnFields(Payload):
    location_id: Maybe[int] = UNSET
    delivery_type: Maybe[str] = UNSET
    exchange_rate: Maybe[Amount] = UNSET
    notes: Maybe[str] = UNSET
    received_at: Maybe[datetime] = UNSET
    tracking_company: Maybe[str] = UNSET
    tracking_number: Maybe[str] = UNSET
    tracking_url: Maybe[str] = UNSET
    credit_note_number: Maybe[str] = UNSET
    status: Maybe[str] = UNSET  # returning or received (inferred)


@define(kw_only=True, repr=False)
class NewFulfillmentReturn(_FulfillmentReturnFields):
    """A new return (reference §5.9)."""

    order_id: int
    fulfillment_return_line_items: Sequence[NewFulfillmentReturnLine | Fields]


@define(kw_only=True, repr=False)
class FulfillmentReturnChanges(_FulfillmentReturnFields, Changes[records.FulfillmentReturn]):
    """Changes to a return (reference §5.9)."""


@define(kw_only=True, repr=False)
class _InvoiceLineItemFields(_OrderLineUnits):
    ledger_account_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class NewInvoiceLine(_InvoiceLineItemFields):
    """Units of one order line on a new invoice (reference §5.13)."""

    order_line_item_id: int = field()
    quantity: Amount = field()


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
    amount: Amount = field()
    order_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class PaymentChanges(_PaymentFields, Changes[records.Payment]):
    """Changes to a payment (reference §5.18)."""
