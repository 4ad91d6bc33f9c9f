"""Goods that came back: refunds with units, of orders that were completed before. Needs WooCommerce 9.0, where all
refunds can be listed; of an older shop there are none."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta

from tradegecko_bridge.commerce import OrderReturn
from tradegecko_bridge.commerce.order_returns import ReturnedLine
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import SHOP, Json, WooApi
from tradegecko_bridge.sources.woocommerce.listing import ANY, DECIMALS, LARGEST_PAGE, moment_as_sent
from tradegecko_bridge.sources.woocommerce.orders import amount, refunded_lines

CLOCK = "refunded"
_SECOND = timedelta(seconds=1)


class Returns:
    """Returns of one shop."""

    def __init__(self, api: WooApi, overlap: timedelta) -> None:
        self._api, self._overlap = api, overlap

    def after(self, cursor: str | None) -> Iterator[OrderReturn]:
        """Those that are new since a cursor."""
        at = tk.Cursor.read(cursor, SHOP)
        since = at.clocks.get(CLOCK)
        try:
            for rows in tk.by_time(self._page, None if since is None else since - self._overlap, SHOP):
                completed = self._completed({str(row.data["parent_id"]) for row in rows})
                for row in rows:
                    at = at.past(CLOCK, row.at)
                    done = completed.get(str(row.data["parent_id"]))
                    if done is not None and row.at >= done and (one := _read(row, at.text())):
                        yield one
        except tk.NotThere as error:
            if error.code != "rest_no_route":
                raise

    def _page(self, since: datetime | None, skip: int) -> tk.Page[tk.Row]:
        wanted: dict[str, object] = {"dp": DECIMALS, "orderby": "date", "order": "asc", "per_page": LARGEST_PAGE}
        if since is not None:
            wanted |= {"after": moment_as_sent(since - _SECOND), "dates_are_gmt": True}
        found = self._api.get("refunds", **wanted, offset=skip or None).rows
        rows = [tk.Row(id=str(one["id"]), at=tk.time_of(one, "date_created_gmt", UTC), data=one) for one in found]
        return tk.Page(rows=rows, more=len(rows) == LARGEST_PAGE)

    def _completed(self, orders: set[str]) -> Mapping[str, datetime]:
        """When each of these orders was completed."""
        done: dict[str, datetime] = {}
        for some in tk.in_chunks(sorted(orders), LARGEST_PAGE):
            fields = "id,date_completed_gmt"
            found: Sequence[Json] = self._api.get(
                "orders", **ANY, include=",".join(some), per_page=LARGEST_PAGE, _fields=fields
            ).rows
            for order in found:
                if order.get("date_completed_gmt"):
                    done[str(order["id"])] = tk.time_of(order, "date_completed_gmt", UTC)
        return done


def _read(row: tk.Row, cursor: str) -> OrderReturn | None:
    """One return; None for money alone, and for what cannot be read."""
    refund = row.data
    try:
        lines = [ReturnedLine(line_reference=key, quantity=units) for key, units, _ in refunded_lines(refund)]
        refunded = abs(amount(refund, "amount"))
    except MalformedData:
        return None
    if not lines:
        return None
    return OrderReturn(
        reference=str(refund["id"]),
        order_reference=str(refund["parent_id"]),
        lines=tuple(lines),
        reason=str(refund.get("reason") or ""),
        refunded=refunded,
        returned_at=row.at,
        cursor=cursor,
    )
