"""What is shipped and what comes back."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.payloads import (
    FulfillmentChanges,
    FulfillmentLineItemChanges,
    FulfillmentReturnChanges,
    FulfillmentReturnLineItemChanges,
    NewFulfillment,
    NewFulfillmentLineItem,
    NewFulfillmentReturn,
    NewFulfillmentReturnLineItem,
)
from tradegecko_bridge.tradegecko.records import (
    Fulfillment,
    FulfillmentLineItem,
    FulfillmentReturn,
    FulfillmentReturnLineItem,
)
from tradegecko_bridge.tradegecko.resources.base import Full
from tradegecko_bridge.tradegecko.resources.filters import (
    FulfillmentFilters,
    FulfillmentLineItemFilters,
    FulfillmentReturnFilters,
    FulfillmentReturnLineItemFilters,
)


class Fulfillments(Full[Fulfillment, NewFulfillment, FulfillmentChanges]):
    """Shipments; their lines come along (reference §5.7)."""

    singular = "fulfillment"
    plural = "fulfillments"
    record = Fulfillment
    filters = FulfillmentFilters

    def list(self, **filters: Unpack[FulfillmentFilters]) -> Call[Page[Fulfillment]]:
        """Fulfilments with their lines beside them."""
        return self._list(filters)


class FulfillmentLineItems(Full[FulfillmentLineItem, NewFulfillmentLineItem, FulfillmentLineItemChanges]):
    """Lines of shipments (reference §5.8)."""

    singular = "fulfillment_line_item"
    plural = "fulfillment_line_items"
    record = FulfillmentLineItem
    filters = FulfillmentLineItemFilters

    def list(self, **filters: Unpack[FulfillmentLineItemFilters]) -> Call[Page[FulfillmentLineItem]]:
        """Lines, of one fulfilment or order line."""
        return self._list(filters)


class FulfillmentReturns(Full[FulfillmentReturn, NewFulfillmentReturn, FulfillmentReturnChanges]):
    """Goods that come back; their lines come along (reference §5.9)."""

    singular = "fulfillment_return"
    plural = "fulfillment_returns"
    record = FulfillmentReturn
    filters = FulfillmentReturnFilters

    def list(self, **filters: Unpack[FulfillmentReturnFilters]) -> Call[Page[FulfillmentReturn]]:
        """Returns with their lines beside them."""
        return self._list(filters)


class FulfillmentReturnLineItems(
    Full[FulfillmentReturnLineItem, NewFulfillmentReturnLineItem, FulfillmentReturnLineItemChanges]
):
    """Lines of returns (reference §5.10)."""

    singular = "fulfillment_return_line_item"
    plural = "fulfillment_return_line_items"
    record = FulfillmentReturnLineItem
    filters = FulfillmentReturnLineItemFilters

    def list(self, **filters: Unpack[FulfillmentReturnLineItemFilters]) -> Call[Page[FulfillmentReturnLineItem]]:
        """Lines, of one return or order line."""
        return self._list(filters)
