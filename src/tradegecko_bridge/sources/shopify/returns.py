"""What customers send back: refunds of Shopify's with the units that came back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from decimal import Decimal

from tradegecko_bridge.commerce import OrderReturn, ReturnedLine
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import Json, ShopifyApi, next_page, tail
from tradegecko_bridge.sources.shopify.listing import search

CLOCK = "refunds"
REFUNDED = "(financial_status:refunded OR financial_status:partially_refunded)"
BACK = frozenset({"RETURN", "LEGACY_RESTOCK"})
"""Restock types of units that were shipped and came back; CANCEL is of those that never left."""


class Returns:
    """The refunds of one shop, of orders placed at ``earliest`` or later."""

    def __init__(self, api: ShopifyApi, page_size: int, money: str, earliest: datetime | None) -> None:
        self._api, self._page_size, self._earliest = api, page_size, earliest
        self._few = queries.in_money(queries.RETURNS, money)
        self._one = queries.in_money(queries.REFUND, money)

    def since(self, after: str | None, overlap: timedelta) -> Iterator[OrderReturn]:
        """The refunds of orders that changed since the cursor, those that changed first at first.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as the shop's answers are.
        """
        start = tk.Cursor.read(after, "Shopify").clocks.get(CLOCK)
        limits = search([("updated_at", start and start - overlap), ("processed_at", self._earliest)])
        query = " AND ".join(filter(None, (REFUNDED, limits)))
        for page in self._api.pages(queries.ROWS, "orders", query=query, first=self._page_size, sort="UPDATED_AT"):
            for row in page:
                cursor = tk.Cursor(clocks={CLOCK: tk.time_of(row, "updatedAt")}).text()
                for refund in self._refunds(row["id"]):
                    yield from self._read(refund, tail(row["id"]), cursor)

    def _refunds(self, order: str) -> Iterator[Json]:
        found = (self._api.ask(self._few, id=order)["order"] or {"refunds": []})["refunds"]
        yield from found
        if len(found) >= queries.REFUNDS:
            known = {one["id"] for one in found}
            every = self._api.ask(queries.REFUND_IDS, id=order)["order"] or {"refunds": []}
            for one in every["refunds"]:
                if one["id"] not in known and (refund := self._api.ask(self._one, id=one["id"])["refund"]):
                    yield refund

    def _read(self, refund: Json, order: str, cursor: str) -> Iterator[OrderReturn]:
        """One return; a note in its place where it cannot be read."""
        try:
            with tk.placed(f"order {order}, refund "):
                rows = list(refund["refundLineItems"]["nodes"])
                if begin := next_page(refund["refundLineItems"]):
                    path = ("refund", "refundLineItems")
                    for page in self._api.pages(queries.REST_OF_REFUND, *path, begin=begin, id=refund["id"]):
                        rows += page
                yield _return(refund, rows, order, cursor)
        except MalformedData as error:
            self._api.notes[f"a return is left out: {error}"] = None


def _return(data: Json, rows: list[Json], order: str, cursor: str) -> OrderReturn:
    return OrderReturn(
        reference=tail(data["id"]),
        order_reference=order,
        lines=tuple(
            ReturnedLine(line_reference=tail(one["lineItem"]["id"]), quantity=Decimal(one["quantity"]))
            for one in rows
            if one["restockType"] in BACK
        ),
        reason=data["note"] or "",
        refunded=tk.number(data["totalRefundedSet"]["money"], "amount"),
        returned_at=tk.time_of(data, "createdAt") if data["createdAt"] else None,
        cursor=cursor,
    )
