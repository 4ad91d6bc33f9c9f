"""Goods that come back: fulfilment returns and their lines."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal

from attrs import define, field

from tradegecko_bridge.tradegecko.records.base import DatedRecord


@define(kw_only=True, repr=False)
class FulfillmentReturn(DatedRecord):
    """Goods a customer sends back; stock returns once it is ``received`` (reference §5.9, §6.4)."""

    shown = ("id", "order_id", "status")

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

    shown = ("id", "order_line_item_id", "quantity")

    fulfillment_return_id: int | None = None
    order_line_item_id: int | None = None
    base_price: Decimal | None = None
    position: int | None = None
    quantity: Decimal | None = None
    ledger_account_id: int | None = None
    stock_trail_ids: list[int] = field(factory=list)
