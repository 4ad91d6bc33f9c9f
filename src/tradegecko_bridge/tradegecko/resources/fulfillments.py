"""What is shipped and what comes back."""

from __future__ import annotations

from typing import Unpack

from tradegecko_bridge.tradegecko import payloads, records
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.resources import filters
from tradegecko_bridge.tradegecko.resources.base import Full


class Fulfillments(Full[records.Fulfillment, payloads.NewFulfillment, payloads.FulfillmentChanges]):
    """Shipments; their lines come along (reference §5.7)."""

    def list(self, **filters: Unpack[filters.FulfillmentFilters]) -> Call[Page[records.Fulfillment]]:
        """Fulfilments with their lines beside them."""
        return self._list(filters)


class FulfillmentLineItems(
    Full[records.FulfillmentLineItem, payloads.NewFulfillmentLineItem, payloads.FulfillmentLineItemChanges]
):
    """Lines of shipments (reference §5.8)."""

    def list(self, **filters: Unpack[filters.FulfillmentLineItemFilters]) -> Call[Page[records.FulfillmentLineItem]]:
        """Lines, of one fulfilment or order line."""
        return self._list(filters)


class FulfillmentReturns(
    Full[records.FulfillmentReturn, payloads.NewFulfillmentReturn, payloads.FulfillmentReturnChanges]
):
    """Goods that come back; their lines come along (reference §5.9)."""

    def list(self, **filters: Unpack[filters.FulfillmentReturnFilters]) -> Call[Page[records.FulfillmentReturn]]:
        """Returns with their lines beside them."""
        return self._list(filters)


class FulfillmentReturnLineItems(
    Full[
        records.FulfillmentReturnLineItem,
        payloads.NewFulfillmentReturnLineItem,
        payloads.FulfillmentReturnLineItemChanges,
    ]
):
    """Lines of returns (reference §5.10)."""

    def list(
        self, **filters: Unpack[filters.FulfillmentReturnLineItemFilters]
    ) -> Call[Page[records.FulfillmentReturnLineItem]]:
        """Lines, of one return or order line."""
        return self._list(filters)
