"""Orders that are there twice, however that came about: told until one of the two is void."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.ledger import Finding, Severity

DOUBLED: Final = "doubled "
"""Begins the keys of these alerts; the marker follows."""


def find_doubles(context: Context) -> Iterator[Finding]:
    """This connection's orders of which the system has more than one alive, as far as it has been looked at.

    What was found by an earlier run is looked up again: its alert closes once one of the two is void.
    """
    store, connection = context.store, context.connection
    open_alerts = [alert.key for alert in store.alerts(connection) if alert.key.startswith(DOUBLED)]
    found = context.gateway.doubles([key.removeprefix(DOUBLED) for key in open_alerts])
    for mark, orders in found.items():
        entries = store.by_remote_ids(connection, [order.id for order in orders]).values()
        for entry in entries:
            if marker(connection, entry.reference) == mark:
                ids = " and ".join(f"id {order.id} ({order.number})" for order in orders)
                text = f"order {entry.number} is in TradeGecko twice, as {ids}; void all but id {entry.remote_id}"
                yield Finding(key=f"{DOUBLED}{mark}", severity=Severity.ERROR, text=text)
