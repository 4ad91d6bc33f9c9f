"""Purchase orders and the goods received for them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any, ClassVar

from attrs import define, field

from tradegecko_bridge.tradegecko.records.base import DatedRecord


@define(kw_only=True, repr=False)
class PurchaseOrder(DatedRecord):
    """An order to a supplier (reference §5.24)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "order_number", "status")

    status: str | None = None
    document_url: str | None = None
    billing_address_id: int | None = None
    company_id: int | None = None
    currency_id: int | None = None
    stock_location_id: int | None = None
    supplier_address_id: int | None = None
    default_price_list_id: str | None = None
    due_at: date | None = None
    email: str | None = None
    notes: str | None = None
    order_number: str | None = None
    payment_due_at: date | None = None
    procurement_status: str | None = None
    reference_number: str | None = None
    tax_treatment: str | None = None
    issued_at: date | None = None
    received_at: date | None = None
    total: Decimal | None = None
    tags: list[str] = field(factory=list)
    cached_quantity: Decimal | None = None
    cached_total: Decimal | None = None
    default_price_type_id: str | None = None
    tax_type: str | None = None
    purchase_order_line_item_ids: list[int] = field(factory=list)
    procurement_ids: list[int] = field(factory=list)
    destination_url: Any = None
    xero: str | None = None


@define(kw_only=True, repr=False)
class PurchaseOrderLineItem(DatedRecord):
    """One line of a purchase order (reference §5.25)."""

    procurement_id: int | None = None
    purchase_order_id: int | None = None
    tax_type_id: int | None = None
    variant_id: int | None = None
    base_price: Decimal | None = None
    freeform: bool | None = None
    image_url: str | None = None
    label: str | None = None
    position: int | None = None
    price: Decimal | None = None
    quantity: Decimal | None = None
    tax_rate_override: Decimal | None = None
    extra_cost_value: Decimal | None = None
    tax_rate: Decimal | None = None


@define(kw_only=True, repr=False)
class Procurement(DatedRecord):
    """Goods received for a purchase order; undocumented since 2015 but served (reference §5.23)."""

    shown: ClassVar[tuple[str, ...]] = ("id", "purchase_order_id")

    purchase_order_id: int | None = None
    purchase_order_line_item_ids: list[int] = field(factory=list)
    received_at: datetime | None = None
    exchange_rate: Decimal | None = None
