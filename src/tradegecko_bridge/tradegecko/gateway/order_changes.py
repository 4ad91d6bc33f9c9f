"""Which orders people have changed in the account: one short list a run, from where the last one ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from tradegecko_bridge.commerce.remote import ChangedOrders
from tradegecko_bridge.tradegecko import records
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.codec import write_value
from tradegecko_bridge.tradegecko.gateway import translate
from tradegecko_bridge.tradegecko.gateway.late import LATEST
from tradegecko_bridge.tradegecko.gateway.listing import changes, moment_in
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import ORDERS

MOST_PAGES: Final = 8
"""Pages read at a time, at most; two thousand orders."""
AT_FIRST: Final = timedelta(days=1)
"""How far the first list goes back."""


def changed_orders(client: TradeGeckoClient, cursor: str | None, server_clock: Callable[[], datetime]) -> ChangedOrders:
    """The orders that have changed since a cursor, as :class:`~tradegecko_bridge.ports.TellsChanges` says.

    What shows later than its moment is read again as long as that may be: the cursor stays behind the server's clock.
    """
    since = moment_in(cursor)
    if since is None:
        return ChangedOrders(orders=(), cursor=str(write_value(server_clock() - AT_FIRST)))
    found: dict[int, records.Order] = {}
    reached = since
    whole = False
    for number, page in enumerate(changes(client, ORDERS.call_at, since), 1):
        found.update((order.id, order) for order in page)
        reached = max((order.updated_at for order in page if order.updated_at), default=reached)
        whole = page.last
        if number >= MOST_PAGES and reached > since:
            break
    settled = server_clock() - LATEST
    cursor_at = settled if whole else min(reached, settled)
    orders = [translate.remote_order(order) for order in found.values()]
    return ChangedOrders(orders=orders, cursor=str(write_value(max(cursor_at, since))), whole=whole)
