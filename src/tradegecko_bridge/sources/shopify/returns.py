"""What customers send back: refunds of Shopify's with the units that came back."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

from tradegecko_bridge.commerce import OrderReturn, ReturnedLine
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import Json, ShopifyApi, gid, tail

CLOCK = "refunds"
BACK = frozenset({"RETURN", "LEGACY_RESTOCK"})
"""Restock types of units that were shipped and came back; CANCEL is of those that never left."""


def returns(
    api: ShopifyApi, after: str | None, *, page_size: int, money: str, overlap: timedelta
) -> Iterator[OrderReturn]:
    """The refunds of orders that changed since the cursor, those that changed first at first.

    Raises:
        SourceUnavailable, SourceNeedsLogin, SourceRefused: as the shop's answers are.
    """
    start = tk.Cursor.read(after, "Shopify").clocks.get(CLOCK)
    refunded = "(financial_status:refunded OR financial_status:partially_refunded)"
    since = f" AND updated_at:>='{tk.stamp(start - overlap, 'seconds')}'" if start else ""
    query = queries.in_money(queries.RETURNS, money)
    for page in api.pages(queries.ROWS, "orders", query=refunded + since, first=page_size, sort="UPDATED_AT"):
        for row in page:
            cursor = tk.Cursor(clocks={CLOCK: tk.time_of(row, "updatedAt")}).text()
            order = api.ask(query, id=gid("Order", tail(row["id"])))["order"] or {"refunds": []}
            for refund in order["refunds"]:
                with tk.placed(f"order {tail(row['id'])}, refund "):
                    yield read_return(refund, tail(row["id"]), cursor)


def read_return(data: Json, order_reference: str, cursor: str) -> OrderReturn:
    """One refund."""
    if data["refundLineItems"]["pageInfo"]["hasNextPage"]:
        raise MalformedData(["has more lines than can be read"])
    lines = [
        ReturnedLine(line_reference=tail(one["lineItem"]["id"]), quantity=Decimal(one["quantity"]))
        for one in data["refundLineItems"]["nodes"]
        if one["restockType"] in BACK
    ]
    return OrderReturn(
        reference=tail(data["id"]),
        order_reference=order_reference,
        lines=tuple(lines),
        reason=data["note"] or "",
        refunded=tk.number(data["totalRefundedSet"]["money"], "amount"),
        returned_at=tk.time_of(data, "createdAt") if data["createdAt"] else None,
        cursor=cursor,
    )
