"""Sales orders and what follows from them: fulfilments, returns, invoices and payments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from attrs import define, field

from tradegecko_bridge.tradegecko.records.base import DatedRecord, Figure


@define(kw_only=True, repr=False)
class Order(DatedRecord):
    """A sales order; its lines are separate records (reference §5.16)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_number", "status")

    document_url: str | None = None
    assignee_id: int | None = None
    billing_address_id: int | None = None
    company_id: int | None = None
    contact_id: int | None = None
    currency_id: int | None = None
    shipping_address_id: int | None = None
    stock_location_id: int | None = None
    user_id: int | None = None
    default_price_list_id: str | None = None
    email: str | None = None
    fulfillment_status: str | None = None
    invoice_status: str | None = None
    issued_at: date | None = None
    notes: str | None = None
    order_number: str | None = None
    packed_status: str | None = None
    payment_status: str | None = None
    phone_number: str | None = None
    reference_number: str | None = None
    return_status: str | None = None
    returning_status: str | None = None
    ship_at: date | None = None
    source_url: str | None = None
    status: str | None = None
    tax_label: str | None = None
    tax_override: Figure | None = None
    tax_treatment: str | None = None
    total: Figure | None = None
    tags: list[str] = field(factory=list)
    fulfillment_ids: list[int] = field(factory=list)
    fulfillment_return_ids: list[int] = field(factory=list)
    invoice_ids: list[int] = field(factory=list)
    payment_ids: list[int] = field(factory=list)
    refund_ids: list[int] = field(factory=list)
    invoices: list[int] = field(factory=list)
    cached_total: Figure | None = None
    default_price_type_id: str | None = None
    source: str | None = None
    tax_type: str | None = None
    tracking_number: str | None = None
    url: Any = None
    source_id: int | None = None
    invoice_numbers: dict[str, Any] = field(factory=dict)
    order_line_item_ids: list[int] = field(factory=list)
    shippability_status: str | None = None
    backordering_status: str | None = None


@define(kw_only=True, repr=False)
class OrderLineItem(DatedRecord):
    """One line of a sales order; ``discount`` is percent, ``price`` per unit (reference §5.17)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_id", "variant_id", "quantity")

    order_id: int | None = None
    variant_id: int | None = None
    tax_type_id: int | None = None
    discount: Decimal | None = None
    freeform: bool | None = None
    image_url: str | None = None
    label: str | None = None
    line_type: str | None = None
    position: int | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    tax_rate_override: Decimal | None = None
    fulfillment_line_item_ids: list[int] = field(factory=list)
    fulfillment_return_line_item_ids: list[int] = field(factory=list)
    invoice_line_item_ids: list[int] = field(factory=list)
    tax_rate: Decimal | None = None
    shippable: bool | None = None
    discount_amount: Decimal | None = None


@define(kw_only=True, repr=False)
class Fulfillment(DatedRecord):
    """Goods packed or shipped for an order (reference §5.7)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_id", "status")

    order_id: int | None = None
    shipping_address_id: int | None = None
    billing_address_id: int | None = None
    stock_location_id: int | None = None
    delivery_type: str | None = None
    exchange_rate: Decimal | None = None
    notes: str | None = None
    packed_at: date | None = None
    receipt: Any = None
    received_at: datetime | None = None
    service: str | None = None
    shipped_at: datetime | None = None
    status: str | None = None
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    order_number: str | None = None
    company_id: int | None = None
    fulfillment_line_item_ids: list[int] = field(factory=list)
    destination_url: str | None = None
    xero: str | None = None


@define(kw_only=True, repr=False)
class FulfillmentLineItem(DatedRecord):
    """Units of one order line in a fulfilment (reference §5.8)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_line_item_id", "quantity")

    fulfillment_id: int | None = None
    order_line_item_id: int | None = None
    base_price: Decimal | None = None
    position: int | None = None
    quantity: Decimal | None = None
    variant_id: int | None = None
    variant_sku: str | None = None


@define(kw_only=True, repr=False)
class FulfillmentReturn(DatedRecord):
    """Goods a customer sends back; stock returns once it is ``received`` (reference §5.9, §6.4)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_id", "status")

    order_id: int | None = None
    location_id: int | None = None
    delivery_type: str | None = None
    exchange_rate: Decimal | None = None
    notes: str | None = None
    received_at: datetime | None = None
    tracking_company: str | None = None
    tracking_number: str | None = None
    tracking_url: str | None = None
    status: str | None = None
    credit_note_number: str | None = None
    order_number: str | None = None
    company_id: int | None = None


@define(kw_only=True, repr=False)
class FulfillmentReturnLineItem(DatedRecord):
    """Units of one order line in a return (reference §5.10)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_line_item_id", "quantity")

    fulfillment_return_id: int | None = None
    order_line_item_id: int | None = None
    base_price: Decimal | None = None
    position: int | None = None
    quantity: Decimal | None = None
    ledger_account_id: int | None = None
    stock_trail_ids: list[int] = field(factory=list)


@define(kw_only=True, repr=False)
class Invoice(DatedRecord):
    """A bill for an order (reference §5.12)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_id")

    document_url: str | None = None
    order_id: int | None = None
    shipping_address_id: int | None = None
    billing_address_id: int | None = None
    payment_term_id: int | None = None
    due_at: date | None = None
    exchange_rate: Decimal | None = None
    invoice_number: str | None = None
    invoiced_at: date | None = None
    notes: str | None = None
    cached_total: Decimal | None = None
    payment_status: str | None = None
    order_number: str | None = None
    company_id: int | None = None
    currency_id: int | None = None
    status: str | None = None
    invoice_line_item_ids: list[int] = field(factory=list)
    payment_ids: list[int] = field(factory=list)
    refund_ids: list[int] = field(factory=list)
    destination_url: str | None = None
    total: Decimal | None = None
    xero: str | None = None


@define(kw_only=True, repr=False)
class InvoiceLineItem(DatedRecord):
    """Units of one order line on an invoice (reference §5.13)."""

    invoice_id: int | None = None
    order_line_item_id: int | None = None
    ledger_account_id: int | None = None
    position: int | None = None
    quantity: Decimal | None = None
    base_price: Decimal | None = None


@define(kw_only=True, repr=False)
class Payment(DatedRecord):
    """Money that came in for an invoice; undocumented since 2015 but served (reference §5.18)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "invoice_id", "status")

    invoice_id: int | None = None
    order_id: int | None = None
    amount: Decimal | None = None
    reference: str | None = None
    payment_method_id: int | None = None
    paid_at: datetime | None = None
    status: str | None = None
    exchange_rate: Decimal | None = None
