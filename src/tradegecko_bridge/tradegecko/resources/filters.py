"""What lists can be narrowed by: the filters of each resource as a TypedDict (reference §3.7, §5).

A filter takes one value or several (``status=["draft", "active"]``), also enum members; None is no filter. Several that
are none, an empty list, match nothing: the list is then empty, and nothing is asked. Times are aware, or ValueError.
What is not listed here can be sent as ``extra={"q": "mug"}``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from typing import TypeAlias, TypedDict, TypeVar

from tradegecko_bridge.tradegecko.payload_base import Amount

T = TypeVar("T")

Some: TypeAlias = T | Sequence[T] | AbstractSet[T] | None
"""One value or several; None for no filter."""


class Listing(TypedDict, total=False):
    """What every list takes (reference §3.6, §3.7).

    ``limit`` is the page's size, 250 at most and by default. ``order`` is like ``created_at desc``; newest first by
    default. ``extra`` goes into the query as it is.
    """

    page: int
    limit: int
    order: str | None
    ids: Some[int | str]
    extra: Mapping[str, object] | None


class Dated(Listing, total=False):
    """And by when records came or changed; a time is aware, a date is the account's."""

    created_at_min: date | None
    created_at_max: date | None
    updated_at_min: date | None
    updated_at_max: date | None


class Sideloading(Dated, total=False):
    """And what to bring along, e.g. ``include=["variants"]`` (reference §3.8)."""

    include: Some[str]


class Searching(Sideloading, total=False):
    """And full text, seen in clients and not documented."""

    q: str | None


class StatusFilters(Sideloading, total=False):
    """And by status; what is archived is left out unless asked for (reference §3.7)."""

    status: Some[str]


class CompositionFilters(Listing, total=False):
    """Of ``variants/composition``; ``ids`` are those of bundles (reference §5.4)."""

    include: Some[str]
    sku: Some[str]
    bundle_sku: Some[str]
    component_id: Some[int]
    component_ids: Some[int]


class PaymentFilters(Sideloading, total=False):
    invoice_id: Some[int]


class AddressFilters(StatusFilters, total=False):
    company_id: Some[int]


class CompanyFilters(StatusFilters, total=False):
    assignee_id: Some[int]
    default_ledger_account_id: Some[int]
    default_payment_method_id: Some[int]
    default_payment_term_id: Some[int]
    default_stock_location_id: Some[int]
    default_tax_type_id: Some[int]
    company_code: Some[str]
    company_type: Some[str]
    default_price_list_id: Some[str]
    default_document_theme_id: Some[int]
    email: Some[str]
    default_price_type_id: Some[str]
    term: str | None  # part of a name or an e-mail address; undocumented


class ContactFilters(StatusFilters, total=False):
    company_id: Some[int]
    online_ordering: bool | None


class FulfillmentFilters(StatusFilters, total=False):
    order_id: Some[int]
    shipping_address_id: Some[int]
    billing_address_id: Some[int]
    stock_location_id: Some[int]
    receipt: Some[str]
    company_id: Some[int]


class _OrderLineUnits(Sideloading, total=False):
    order_line_item_id: Some[int]
    base_price: Some[Amount]
    position: Some[int]
    quantity: Some[Amount]


class FulfillmentLineItemFilters(_OrderLineUnits, total=False):
    fulfillment_id: Some[int]


class FulfillmentReturnFilters(StatusFilters, total=False):
    order_id: Some[int]
    location_id: Some[int]
    company_id: Some[int]


class FulfillmentReturnLineItemFilters(Sideloading, total=False):
    fulfillment_return_id: Some[int]
    order_line_item_id: Some[int]
    ledger_account_id: Some[int]


class ImageFilters(Sideloading, total=False):
    product_id: Some[int]
    variant_id: Some[int]
    variant_ids: Some[int]
    uploader_id: Some[int | str]


class InvoiceFilters(Sideloading, total=False):
    order_id: Some[int]
    shipping_address_id: Some[int]
    billing_address_id: Some[int]
    payment_term_id: Some[int]
    invoice_number: Some[str]
    payment_status: Some[str]
    company_id: Some[int]
    currency_id: Some[int]


class InvoiceLineItemFilters(_OrderLineUnits, total=False):
    invoice_id: Some[int]


class NoteFilters(Sideloading, total=False):
    company_id: Some[int]
    user_id: Some[int]


class OrderFilters(Dated, total=False):
    assignee_id: Some[int]
    billing_address_id: Some[int]
    company_id: Some[int]
    contact_id: Some[int]
    currency_id: Some[int]
    shipping_address_id: Some[int]
    stock_location_id: Some[int]
    user_id: Some[int]
    source_id: Some[int]
    order_number: Some[str]
    reference_number: Some[str]
    tags: Some[str]
    status: Some[str]
    payment_status: Some[str]
    invoice_status: Some[str]
    packed_status: Some[str]
    fulfillment_status: Some[str]
    return_status: Some[str]
    returning_status: Some[str]
    shippability_status: Some[str]
    backordering_status: Some[str]


class OrderLineItemFilters(Sideloading, total=False):
    order_id: Some[int]
    variant_id: Some[int]
    tax_type_id: Some[int]
    order_status: Some[str]


class PaymentMethodFilters(Sideloading, total=False):
    name: Some[str]


class PriceListFilters(StatusFilters, total=False):
    currency_id: Some[int]


class ProductFilters(Searching, total=False):
    brand: Some[str]
    supplier: Some[str]  # by name; undocumented
    product_type: Some[str]
    tags: Some[str]
    status: Some[str]


class PurchaseOrderFilters(Dated, total=False):
    billing_address_id: Some[int]
    company_id: Some[int]
    currency_id: Some[int]
    stock_location_id: Some[int]
    supplier_address_id: Some[int]
    due_at: date | None
    order_number: Some[str]
    payment_due_at: date | None
    issued_at: date | None
    tags: Some[str]
    status: Some[str]


class PurchaseOrderLineItemFilters(Sideloading, total=False):
    purchase_order_id: Some[int]
    variant_id: Some[int]
    tax_type_id: Some[int]
    procurement_id: Some[int]
    purchase_order_status: Some[str]


class StockAdjustmentFilters(Sideloading, total=False):
    adjustment_number: Some[str]
    stock_adjustment_reason_id: Some[int]
    stock_location_id: Some[int]


class StockAdjustmentLineItemFilters(Sideloading, total=False):
    stock_adjustment_id: Some[int]
    variant_id: Some[int]


class StockTransferFilters(StatusFilters, total=False):
    adjustment_number: Some[str]
    received_at: date | None
    notes: Some[str]
    source_location_id: Some[int]
    destination_location_id: Some[int]
    cached_quantity: Some[Amount]
    transacted_at: date | None
    stock_transfer_line_item_ids: Some[int]


class StockTransferLineItemFilters(Sideloading, total=False):
    stock_transfer_id: Some[int]
    variant_id: Some[int]


class TaxComponentFilters(Sideloading, total=False):
    tax_type_id: Some[int]
    position: Some[int]
    label: Some[str]
    rate: Some[Amount]
    compound: bool | None


class UserFilters(StatusFilters, total=False):
    login_id: Some[int]
    account_id: Some[int]


class VariantFilters(Searching, total=False):
    product_id: Some[int]
    sku: Some[str]
    status: Some[str]
    composite: bool | None
    online_ordering: bool | None
    default_ledger_account_id: Some[int]
    stock_location_id: Some[int]
    product_type: Some[str]
