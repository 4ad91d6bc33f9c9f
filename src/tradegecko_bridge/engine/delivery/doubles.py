"""Orders that are there twice, however that came about: told until all but one are void."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tradegecko_bridge.commerce.remote import OrderAction
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.report import DOUBLED
from tradegecko_bridge.errors import GatewayError, Rejected
from tradegecko_bridge.ledger import Finding, Severity


def find_doubles(context: Context) -> Iterator[Finding]:
    """This connection's orders of which the system has more than one alive.

    Each costs two requests: it may have been seen by an earlier run, told or not, and one of them be void by now.
    """
    store, connection = context.store, context.connection
    told = {alert.key: alert for alert in store.alerts(connection) if alert.key.startswith(DOUBLED)}
    for alert in told.values():
        if _are_alive(context, alert.key.removeprefix(DOUBLED).split()):
            yield Finding(key=alert.key, severity=alert.severity, text=alert.text)
    for mark, orders in context.gateway.doubles().items():
        ids = sorted((order.id for order in orders), key=lambda id_: (len(id_), id_))
        key = DOUBLED + " ".join(ids)
        for entry in store.by_remote_ids(connection, ids).values():
            if key not in told and marker(connection, entry.reference) == mark and _are_alive(context, ids):
                them = " and ".join(f"id {id_}" for id_ in ids)
                command = f"`tgbridge orders void-double {ids[0]} {ids[1]}`"
                said = f"void all but id {entry.remote_id} ({command})"
                text = f"order {entry.number} is in TradeGecko twice, as {them}; {said}"
                yield Finding(key=key, severity=Severity.ERROR, text=text)


def _are_alive(context: Context, ids: Sequence[str]) -> bool:
    """Whether more than one of these is not void, as far as the system says."""
    return sum(not _is_gone(context, id_) for id_ in ids) > 1


def _is_gone(context: Context, id_: str) -> bool:
    try:
        return OrderAction.VOID in context.gateway.completed_actions(id_)
    except Rejected:  # there is none any more
        return True
    except GatewayError:
        return False
