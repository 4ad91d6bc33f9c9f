"""What is shipped and what comes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from attrs import define

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.payloads.base import UNSET, Amount, Changes, Fields, Maybe, Payload


@define(kw_only=True, repr=False)
class _FulfillmentLineItemFields(Payload):
    order_line_item_id: Maybe[int] = UNSET
    position: Maybe[int] = UNSET
    quantity: Maybe[Amount] = UNSET


@define(kw_only=True, repr=False)
class NewFulfillmentLine(_FulfillmentLineItemFields):
    """Units of one order line in a new fulfilment; without a quantity all that is left (reference §5.8)."""

    order_line_item_id: int


@define(kw_only=True, repr=False)
class NewFulfillmentLineItem(NewFulfillmentLine):
    """A line to add to a fulfilment (reference §5.8)."""

    fulfillment_id: int
    quantity: Amount


@define(kw_only=True, repr=False)
class FulfillmentLineItemChanges(_FulfillmentLineItemFields, Changes[records.FulfillmentLineItem]):
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
class _FulfillmentReturnLineItemFields(Payload):
    order_line_item_id: Maybe[int] = UNSET
    base_price: Maybe[Amount] = UNSET
    position: Maybe[int] = UNSET
    quantity: Maybe[Amount] = UNSET
    ledger_account_id: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class NewFulfillmentReturnLine(_FulfillmentReturnLineItemFields):
    """Units of one order line in a new return (reference §5.10)."""

    order_line_item_id: int
    quantity: Amount


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
