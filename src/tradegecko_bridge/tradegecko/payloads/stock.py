"""Documents that correct and move stock."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from attrs import define

from tradegecko_bridge.tradegecko.payload_base import UNSET, Amount, Fields, Maybe, Payload


@define(kw_only=True, repr=False)
class NewStockAdjustmentLine(Payload):
    """Units of one variant in a new stock adjustment (reference §5.27)."""

    variant_id: int
    quantity: Maybe[Amount] = UNSET  # negative takes away
    position: Maybe[int] = UNSET
    price: Maybe[Amount] = UNSET  # cost of a unit; needed where the quantity is positive


@define(kw_only=True, repr=False)
class NewStockAdjustmentLineItem(NewStockAdjustmentLine):
    """A line to add to a stock adjustment (reference §5.27)."""

    stock_adjustment_id: int


@define(kw_only=True, repr=False)
class NewStockAdjustment(Payload):
    """A new stock adjustment (reference §5.26)."""

    stock_location_id: int
    adjustment_number: Maybe[str] = UNSET
    notes: Maybe[str] = UNSET
    reason: Maybe[str] = UNSET  # supplier, customer, damaged, shrinkage, promotion or production
    stock_adjustment_reason_id: Maybe[int] = UNSET
    stock_adjustment_line_items: Maybe[Sequence[NewStockAdjustmentLine | Fields]] = UNSET


@define(kw_only=True, repr=False)
class NewStockTransferLine(Payload):
    """Units of one variant in a new stock transfer (reference §5.30)."""

    variant_id: int
    quantity: Maybe[Amount] = UNSET
    position: Maybe[int] = UNSET


@define(kw_only=True, repr=False)
class NewStockTransferLineItem(NewStockTransferLine):
    """A line to add to a stock transfer (reference §5.30)."""

    stock_transfer_id: int


@define(kw_only=True, repr=False)
class NewStockTransfer(Payload):
    """A new stock transfer (reference §5.29)."""

    source_location_id: int
    destination_location_id: int
    adjustment_number: Maybe[str] = UNSET
    status: Maybe[str] = UNSET  # active or received
    received_at: Maybe[datetime] = UNSET
    notes: Maybe[str] = UNSET
    transacted_at: Maybe[datetime] = UNSET
    stock_transfer_line_items: Maybe[Sequence[NewStockTransferLine | Fields]] = UNSET
