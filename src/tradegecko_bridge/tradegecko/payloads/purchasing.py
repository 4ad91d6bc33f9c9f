"""Purchase orders and goods received."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define

from tradegecko_bridge.tradegecko.payloads.base import UNSET, Amount, Changes, Fields, Maybe, Payload, need
from tradegecko_bridge.tradegecko.records import Procurement, PurchaseOrder, PurchaseOrderLineItem


@define(kw_only=True, repr=False)
class PurchaseOrderLineItemFields(Payload):
    """What may be written of a line of a purchase order (reference §5.25)."""

    tax_type_id: Maybe[int] = UNSET
    variant_id: Maybe[int] = UNSET
    freeform: Maybe[bool] = UNSET
    label: Maybe[str] = UNSET
    position: Maybe[int] = UNSET
    price: Maybe[Amount] = UNSET
    quantity: Maybe[Amount] = UNSET
    tax_rate_override: Maybe[Amount] = UNSET  # percent
    tax_rate: Maybe[Amount] = UNSET  # deprecated


@define(kw_only=True, repr=False)
class NewPurchaseOrderLine(PurchaseOrderLineItemFields):
    """One line inside a purchase order: goods need a variant, a ``freeform`` line needs none (reference §5.25)."""

    def __attrs_post_init__(self) -> None:
        if not self.freeform:
            need(self, "variant_id")


@define(kw_only=True, repr=False)
class NewPurchaseOrderLineItem(NewPurchaseOrderLine):
    """A line to add to a purchase order (reference §5.25)."""

    purchase_order_id: int


@define(kw_only=True, repr=False)
class PurchaseOrderLineItemChanges(PurchaseOrderLineItemFields, Changes[PurchaseOrderLineItem]):
    """Changes to a line of a purchase order (reference §5.25)."""


@define(kw_only=True, repr=False)
class PurchaseOrderFields(Payload):
    """What may be written of a purchase order (reference §5.24)."""

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
class NewPurchaseOrder(PurchaseOrderFields):
    """A new purchase order; both due dates are in 14 days unless given (reference §5.24)."""

    company_id: int
    issued_at: date
    purchase_order_line_items: Maybe[Sequence[NewPurchaseOrderLine | Fields]] = UNSET


@define(kw_only=True, repr=False)
class PurchaseOrderChanges(PurchaseOrderFields, Changes[PurchaseOrder]):
    """Changes to a purchase order (reference §5.24)."""


@define(kw_only=True, repr=False)
class ProcurementFields(Payload):
    """What may be written of a procurement (reference §5.23)."""

    received_at: Maybe[datetime] = UNSET
    exchange_rate: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewProcurement(ProcurementFields):
    """A new procurement (reference §5.23)."""

    purchase_order_id: int
    purchase_order_line_items: Maybe[Sequence[Fields]] = UNSET


@define(kw_only=True, repr=False)
class ProcurementChanges(ProcurementFields, Changes[Procurement]):
    """Changes to a procurement (reference §5.23)."""
