"""Which orders people have changed in the account: one short list a run, from where the last one ended."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.commerce.remote import ChangedOrders
from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.calls import Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway import translate
from tradegecko_bridge.tradegecko.gateway.cursors import AHEAD
from tradegecko_bridge.tradegecko.gateway.late import LATEST
from tradegecko_bridge.tradegecko.gateway.listing import BEGINNING, changes, moment_in
from tradegecko_bridge.tradegecko.gateway.mirror import Mirror
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import ORDERS

MOST_PAGES: Final = 8
"""Pages read at a time, at most; two thousand orders."""
AT_FIRST: Final = timedelta(days=1)
"""How far the first list goes back."""


def changed_orders(client: TradeGeckoClient, cursor: str | None, mirror: Mirror) -> ChangedOrders:
    """The orders that have changed since a cursor, as :class:`~tradegecko_bridge.ports.TellsChanges` says.

    What shows later than its moment is read again as long as that may be: the cursor stays behind the server's clock.
    The list begins where the ``mirror`` would be read on, so that this is done with it.
    """
    since = moment_in(cursor)
    if since is None:
        return ChangedOrders(orders=(), cursor=str(write_value(mirror.server_clock() - AT_FIRST)))
    begin = min(since, mirror.resumes_at(ORDERS) or since)
    listed: list[Page[records.Order]] = []
    for page in changes(client, ORDERS.call_at, begin if begin > BEGINNING else None):
        listed.append(page)
        if len(listed) >= MOST_PAGES and _until(page) > since:
            break
    mirror.take(ORDERS, listed, begin)
    whole, settled = listed[-1].last, mirror.server_clock() - LATEST - AHEAD
    reached = settled if whole else min(_until(listed[-1]), settled)
    found = {order.id: order for page in listed for order in page}
    orders = [translate.remote_order(order) for order in found.values()]
    return ChangedOrders(orders=orders, cursor=str(write_value(max(reached, since))), whole=whole)


def _until(page: Page[records.Order]) -> datetime:
    """When the last order on a page changed."""
    return max((order.updated_at for order in page if order.updated_at), default=BEGINNING)
