"""Orders that are there twice, however that came about: told until one of the two is void."""

from __future__ import annotations

from collections.abc import Iterator

from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.report import DOUBLED
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ledger import Finding, Severity


def find_doubles(context: Context) -> Iterator[Finding]:
    """This connection's orders of which the system has more than one alive, as far as it has been looked at.

    What was found by an earlier run is looked up again: its alert closes once one of the two is void. Where nobody can
    look, it stays open.
    """
    store, connection = context.store, context.connection
    told = [alert for alert in store.alerts(connection) if alert.key.startswith(DOUBLED)]
    try:
        found = context.gateway.doubles([alert.key.removeprefix(DOUBLED) for alert in told])
    except GatewayError:
        yield from (Finding(key=alert.key, severity=alert.severity, text=alert.text) for alert in told)
        return
    for mark, orders in found.items():
        entries = store.by_remote_ids(connection, [order.id for order in orders]).values()
        for entry in entries:
            if marker(connection, entry.reference) == mark:
                ids = " and ".join(f"id {order.id} ({order.number})" for order in orders)
                command = f"`tgbridge orders void-double {' '.join(order.id for order in orders[:2])}`"
                said = f"void all but id {entry.remote_id} ({command})"
                text = f"order {entry.number} is in TradeGecko twice, as {ids}; {said}"
                yield Finding(key=f"{DOUBLED}{mark}", severity=Severity.ERROR, text=text)
