"""An account that has moved: the connection's orders are in another one from now on, because a person says so."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.ledger import DELIVERED_STATES
from tradegecko_bridge.ports import Gateway, ShowsOrders, Store

_LOOKED_UP: Final = 50


@frozen
class Adopted:
    """The account of a connection before and now; ``problem`` says why it is still the one it was."""

    connection: str
    was: AccountIdentity | None
    now: AccountIdentity
    problem: str = ""

    def __bool__(self) -> bool:
        return not self.problem


def adopt_account(store: Store, gateway: Gateway, connection: str, *, at: datetime, force: bool = False) -> Adopted:
    """Let the connection work with the account the login is for, if that has its newest orders; ``force``: in any case.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked. StoreError: the ledger failed.
    """
    now, known = gateway.account(), store.known_account(connection)
    if known is not None and known.account.is_same(now):
        return Adopted(connection, known.account, known.account)
    was = known.account if known is not None else None
    newest = store.entries(connection, states=DELIVERED_STATES, limit=_LOOKED_UP)
    if newest and not force and isinstance(gateway, ShowsOrders):
        marks = {order.id: order.marker for order in gateway.orders_by_id([str(entry.remote_id) for entry in newest])}
        there = sum(marks.get(str(one.remote_id)) == marker(connection, one.reference) for one in newest)
        if 2 * there < len(newest):
            said = f"of the newest {len(newest)} orders of {connection}, it has {there}"
            problem = f"account {now.id} {now.name!r} is not the one that moved: {said}; --force adopts it all the same"
            return Adopted(connection, was, was or now, problem)
    return Adopted(connection, was, store.remember_account(connection, now, at=at, replace=True).account)
