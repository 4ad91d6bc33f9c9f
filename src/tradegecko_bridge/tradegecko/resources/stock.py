"""Stock and the documents that correct and move it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Unpack

from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Call, Page, Shown
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Acts, Creates, Deletes, Gets, Numbers

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko import payloads  # noqa: F401 - named in quotes


class StockLevels(Gets[records.StockLevel]):
    """What there is of each variant; the id is the variant's (reference §5.28)."""

    def list(self, **filters: Unpack[filters.Sideloading]) -> Call[Page[records.StockLevel]]:
        """Stock of all variants."""
        return self._list(filters)


class StockAdjustments(
    Gets[records.StockAdjustment],
    Creates[records.StockAdjustment, "payloads.NewStockAdjustment"],
    Deletes[records.StockAdjustment],
    Numbers[records.StockAdjustment],
):
    """Stock found, lost or broken; deleting voids, changing is not offered (reference §5.26)."""

    def list(self, **filters: Unpack[filters.StockAdjustmentFilters]) -> Call[Page[records.StockAdjustment]]:
        """Adjustments, by number, reason or location."""
        return self._list(filters)


class StockAdjustmentLineItems(
    Gets[records.StockAdjustmentLineItem],
    Creates[records.StockAdjustmentLineItem, "payloads.NewStockAdjustmentLineItem"],
):
    """Lines of stock adjustments (reference §5.27)."""

    def list(
        self, **filters: Unpack[filters.StockAdjustmentLineItemFilters]
    ) -> Call[Page[records.StockAdjustmentLineItem]]:
        """Lines, of one adjustment or variant."""
        return self._list(filters)


class StockAdjustmentReasons(Gets[records.StockAdjustmentReason]):
    """Reasons of the merchant's own (reference §4).

    Only in an unpublished draft of the documents: that they can be listed and read is inferred.
    """

    def list(self, **filters: Unpack[filters.StatusFilters]) -> Call[Page[records.StockAdjustmentReason]]:
        """Reasons."""
        return self._list(filters)


class StockTransfers(
    Gets[records.StockTransfer],
    Creates[records.StockTransfer, "payloads.NewStockTransfer"],
    Deletes[records.StockTransfer],
    Acts[records.StockTransfer],
):
    """Stock on its way between locations; changing is not offered (reference §5.29)."""

    def list(self, **filters: Unpack[filters.StockTransferFilters]) -> Call[Page[records.StockTransfer]]:
        """Transfers, by number, status or location."""
        return self._list(filters)

    def receive(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[records.StockTransfer] | None]:
        """Take it off the source and into the destination's stock (§4, §6.5)."""
        return self._act(id, "receive", records.StockTransfer, None, idempotency_key)

    def revert(self, id: int, *, idempotency_key: str | None = None) -> Call[Shown[records.StockTransfer] | None]:
        """Send it back: the API makes a mirrored transfer (§4, §6.4)."""
        return self._act(id, "revert", records.StockTransfer, None, idempotency_key)


class StockTransferLineItems(
    Gets[records.StockTransferLineItem],
    Creates[records.StockTransferLineItem, "payloads.NewStockTransferLineItem"],
    Deletes[records.StockTransferLineItem],
):
    """Lines of stock transfers (reference §5.30)."""

    def list(
        self, **filters: Unpack[filters.StockTransferLineItemFilters]
    ) -> Call[Page[records.StockTransferLineItem]]:
        """Lines, of one transfer or variant."""
        return self._list(filters)
