"""Stock and the documents that correct and move it."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.payloads import (
    NewStockAdjustment,
    NewStockAdjustmentLineItem,
    NewStockTransfer,
    NewStockTransferLineItem,
)
from tradegecko_bridge.tradegecko.records import (
    StockAdjustment,
    StockAdjustmentLineItem,
    StockAdjustmentReason,
    StockLevel,
    StockTransfer,
    StockTransferLineItem,
)
from tradegecko_bridge.tradegecko.resources.base import Acts, Creates, Deletes, Gets, Numbers
from tradegecko_bridge.tradegecko.resources.filters import (
    Sideloading,
    StatusFilters,
    StockAdjustmentFilters,
    StockAdjustmentLineItemFilters,
    StockTransferFilters,
    StockTransferLineItemFilters,
)


class StockLevels(Gets[StockLevel]):
    """What there is of each variant; the id is the variant's (reference §5.28)."""

    singular = "stock_level"
    plural = "stock_levels"
    record = StockLevel
    filters = Sideloading

    def list(self, **filters: Unpack[Sideloading]) -> Call[Page[StockLevel]]:
        """Stock of all variants."""
        return self._list(filters)


class StockAdjustments(
    Gets[StockAdjustment],
    Creates[StockAdjustment, NewStockAdjustment],
    Deletes[StockAdjustment],
    Numbers[StockAdjustment],
):
    """Stock found, lost or broken; deleting voids, changing is not offered (reference §5.26)."""

    singular = "stock_adjustment"
    plural = "stock_adjustments"
    record = StockAdjustment
    filters = StockAdjustmentFilters

    def list(self, **filters: Unpack[StockAdjustmentFilters]) -> Call[Page[StockAdjustment]]:
        """Adjustments, by number, reason or location."""
        return self._list(filters)


class StockAdjustmentLineItems(
    Gets[StockAdjustmentLineItem], Creates[StockAdjustmentLineItem, NewStockAdjustmentLineItem]
):
    """Lines of stock adjustments (reference §5.27)."""

    singular = "stock_adjustment_line_item"
    plural = "stock_adjustment_line_items"
    record = StockAdjustmentLineItem
    filters = StockAdjustmentLineItemFilters

    def list(self, **filters: Unpack[StockAdjustmentLineItemFilters]) -> Call[Page[StockAdjustmentLineItem]]:
        """Lines, of one adjustment or variant."""
        return self._list(filters)


class StockAdjustmentReasons(Gets[StockAdjustmentReason]):
    """Reasons of the merchant's own (reference §4).

    Only in an unpublished draft of the documents: that they can be listed and read is inferred.
    """

    singular = "stock_adjustment_reason"
    plural = "stock_adjustment_reasons"
    record = StockAdjustmentReason
    filters = StatusFilters

    def list(self, **filters: Unpack[StatusFilters]) -> Call[Page[StockAdjustmentReason]]:
        """Reasons."""
        return self._list(filters)


class StockTransfers(
    Gets[StockTransfer], Creates[StockTransfer, NewStockTransfer], Deletes[StockTransfer], Acts[StockTransfer]
):
    """Stock on its way between locations; changing is not offered (reference §5.29)."""

    singular = "stock_transfer"
    plural = "stock_transfers"
    record = StockTransfer
    filters = StockTransferFilters

    def list(self, **filters: Unpack[StockTransferFilters]) -> Call[Page[StockTransfer]]:
        """Transfers, by number, status or location."""
        return self._list(filters)

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[StockTransfer] | None]:
        """Take it off the source and into the destination's stock (§4, §6.5)."""
        return self._act(id, "receive", "stock_transfer", None, idempotency_key, StockTransfer)

    def revert(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[StockTransfer] | None]:
        """Send it back: the API makes a mirrored transfer (§4, §6.4)."""
        return self._act(id, "revert", "stock_transfer", None, idempotency_key, StockTransfer)


class StockTransferLineItems(
    Gets[StockTransferLineItem],
    Creates[StockTransferLineItem, NewStockTransferLineItem],
    Deletes[StockTransferLineItem],
):
    """Lines of stock transfers (reference §5.30)."""

    singular = "stock_transfer_line_item"
    plural = "stock_transfer_line_items"
    record = StockTransferLineItem
    filters = StockTransferLineItemFilters

    def list(self, **filters: Unpack[StockTransferLineItemFilters]) -> Call[Page[StockTransferLineItem]]:
        """Lines, of one transfer or variant."""
        return self._list(filters)
