"""Purchase orders and goods received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define, field

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.payload_base import UNSET, Amount, Changes, Fields, Maybe, Payload, _LineFields, need


@define(kw_only=True, repr=False)
class NewPurchaseOrderLine(_LineFields):
    """One line inside a purchase order: goods need a variant, a ``freeform`` line needs none (reference §5.25)."""

    def __attrs_post_init__(self) -> None:
        if not self.freeform:
            need(self, "variant_id")


@define(kw_only=True, repr=False)
class NewPurchaseOrderLineItem(NewPurchaseOrderLine):
    """A line to add to a purchase order (reference §5.25)."""

    purchase_order_id: int


@define(kw_only=True, repr=False)
class PurchaseOrderLineItemChanges(_LineFields, Changes[records.PurchaseOrderLineItem]):
    """Changes to a line of a purchase order (reference §5.25)."""


@define(kw_only=True, repr=False)
class _PurchaseOrderFields(Payload):
    billing_address_id: Maybe[int] = UNSET
    company_id: Maybe[int] = UNSET
    currency_id: Maybe[int] = UNSET
    stock_location_id: Maybe[int] = UNSET
    supplier_address_id: Maybe[int] = UNSET
    default_price_list_id: Maybe[str] = UNSET
    due_at: Maybe[date] = UNSET
    email: Maybe[str] = UNSET
    notes: Maybe[str] = UNSET
    order_number: Maybe[str] = UNSET
    payment_due_at: Maybe[date] = UNSET
    reference_number: Maybe[str] = UNSET
    tax_treatment: Maybe[str] = UNSET  # inclusive or exclusive
    issued_at: Maybe[date] = UNSET
    tags: Maybe[Sequence[str]] = UNSET
    default_price_type_id: Maybe[str] = UNSET  # deprecated
    tax_type: Maybe[str] = UNSET  # deprecated


@define(kw_only=True, repr=False)
class NewPurchaseOrder(_PurchaseOrderFields):
    """A new purchase order; both due dates are in 14 days unless given (reference §5.24)."""

    company_id: int = field()
    issued_at: date = field()
    purchase_order_line_items: Maybe[Sequence[NewPurchaseOrderLine | Fields]] = UNSET


@define(kw_only=True, repr=False)
class PurchaseOrderChanges(_PurchaseOrderFields, Changes[records.PurchaseOrder]):
    """Changes to a purchase order (reference §5.24)."""


@define(kw_only=True, repr=False)
class _ProcurementFields(Payload):
    received_at: Maybe[datetime] = UNSET
    exchange_rate: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewProcurement(_ProcurementFields):
    """A new procurement (reference §5.23)."""

    purchase_order_id: int
    purchase_order_line_items: Maybe[Sequence[Fields]] = UNSET


@define(kw_only=True, repr=False)
class ProcurementChanges(_ProcurementFields, Changes[records.Procurement]):
    """Changes to a procurement (reference §5.23)."""
