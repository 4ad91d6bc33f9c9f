"""An account or a source that has moved: the connection has another one from now on, because a person says so."""

from __future__ import annotations

from datetime import datetime
from typing import Final

from attrs import frozen

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import AccountIdentity
from tradegecko_bridge.engine.keys import marker, whole_reference
from tradegecko_bridge.engine.source_calls import SourceFailed, identity_of, iterate
from tradegecko_bridge.ledger import DELIVERED_STATES
from tradegecko_bridge.ports import Gateway, GivesOrderAgain, OrderSource, ShowsOrders, Store

_LOOKED_UP: Final = 50
_ASKED_FOR: Final = 10


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


@frozen
class AdoptedSource:
    """The source of a connection before and now; ``problem`` says why it is still the one it was."""

    connection: str
    was: str | None
    now: str
    problem: str = ""

    def __bool__(self) -> bool:
        return not self.problem


def adopt_source(
    store: Store, source: OrderSource, connection: str, *, at: datetime, force: bool = False
) -> AdoptedSource:
    """Let the connection work with this source, if that gives its newest orders again; ``force``: in any case.

    Raises:
        StoreError: the ledger failed.
    """
    was = store.known_source(connection)
    try:
        now = identity_of(source)
        problem = "" if force or was in (None, now) else _why_not(store, source, connection, now)
    except SourceFailed as error:
        return AdoptedSource(connection, was, was or "", str(error))
    if problem:
        return AdoptedSource(connection, was, was or now, f"{problem}; --force adopts it all the same")
    return AdoptedSource(connection, was, store.remember_source(connection, now, at=at, replace=True))


def _why_not(store: Store, source: OrderSource, connection: str, now: str) -> str:
    """Why it does not look like the source that gave the connection's orders; blank if it does."""
    newest = [entry.order for entry in store.entries(connection, limit=_ASKED_FOR) if entry.order is not None]
    if newest and not isinstance(source, GivesOrderAgain):
        return f"{now} cannot show whether it has the orders of {connection}"
    there = sum(_gives(source, order) for order in newest)
    if 2 * there < len(newest):
        return f"{now} is not the one that moved: of the newest {len(newest)} orders of {connection}, it has {there}"
    return ""


def _gives(source: OrderSource, order: SourceOrder) -> bool:
    """Whether the source has this order: another shop's may have the same number, but was not placed at that moment."""
    assert isinstance(source, GivesOrderAgain)  # noqa: S101
    reference = whole_reference(order.reference)
    found = iterate(source, lambda: source.fetch_order(reference), f"fetching order {reference}")
    known = ((one.reference, one.placed_at) for one in found if isinstance(one, SourceOrder))
    return (reference, order.placed_at) in known
