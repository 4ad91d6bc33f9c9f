"""Voiding one of two orders of the account that are one order: when a person asks, and after looking once more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import UTC, datetime

from attrs import frozen

from tradegecko_bridge.commerce.remote import OrderAction, RemoteOrder
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.engine.operations.ledger_check import age, connections_of, owner_of
from tradegecko_bridge.errors import ClaimLost, GatewayError, OutcomeUnknown
from tradegecko_bridge.ledger import LedgerEntry
from tradegecko_bridge.ports import Clock, Gateway, ShowsOrders, Store


@frozen
class VoidedDouble:
    """Which of two orders was voided and which one stays, by their ids; or why nothing was done (``problem``)."""

    kept: str
    voided: str
    entry: LedgerEntry | None = None
    problem: str = ""

    def __bool__(self) -> bool:
        return not self.problem


class _Refused(Exception):
    """Why it is not done."""


def void_double(
    store: Store,
    gateway: Gateway,
    ids: tuple[str, str],
    *,
    who: str,
    older: bool = False,
    dry_run: bool = False,
    connections: Collection[str] | None = None,
    clock: Clock = lambda: datetime.now(UTC),
) -> VoidedDouble:
    """Void the younger of two orders that carry one mark (with ``older`` the older one), never the one the ledger has.

    That it is going to be voided, and that it is, stand in the order's history. Nothing is voided of which something
    has been shipped, nor what is of none of these ``connections`` (None: the ledger's).

    Raises:
        StoreError: the ledger failed.
    """
    try:
        kept, voided = _chosen(gateway, ids, older=older)
        entry = _owner(store, kept, voided, older=older)
        if connections is not None and entry.connection not in connections:
            raise _Refused(f"order {entry.number} is of {entry.connection}, a connection that the settings do not name")
        if OrderAction.SHIP in gateway.completed_actions(voided.id):
            raise _Refused(f"something of order {voided.id} has been shipped; see to it by hand")
        if not dry_run:
            _void(store, gateway, entry, kept, voided, who, clock)
    except (_Refused, GatewayError, ClaimLost) as error:
        return VoidedDouble(*ids, problem=str(error))
    return VoidedDouble(kept.id, voided.id, entry)


def _chosen(gateway: Gateway, ids: tuple[str, str], *, older: bool) -> tuple[RemoteOrder, RemoteOrder]:
    """Which one stays, and which one goes, as they are now."""
    if not isinstance(gateway, ShowsOrders):
        raise _Refused("this gateway cannot show its orders by id")
    found = {order.id: order for order in gateway.orders_by_id(ids)}
    for id_ in ids:
        if id_ not in found:
            raise _Refused(f"the account has no order {id_}")
    first, last = sorted((found[id_] for id_ in ids), key=age)
    if first.id == last.id:
        raise _Refused(f"name two orders, not {first.id} twice")
    if first.marker is None or first.marker != last.marker:
        raise _Refused(f"orders {first.id} and {last.id} do not carry one mark: they are two orders")
    for order in (first, last):
        if order.gone:
            raise _Refused(f"order {order.id} is void already, so there is no double any more")
    return (last, first) if older else (first, last)


def _owner(store: Store, kept: RemoteOrder, voided: RemoteOrder, *, older: bool) -> LedgerEntry:
    entry = owner_of(store, connections_of(store), str(kept.marker), [kept.id, voided.id])
    if entry is None:
        raise _Refused(
            f"the ledger has no order as {kept.id} or {voided.id}; run a sync, which finds out which of them it is"
        )
    if entry.remote_id == voided.id:
        which, instead = ("older", "without --older") if older else ("younger", "with --older")
        raise _Refused(
            f"the ledger has order {entry.number} of {entry.connection} as {voided.id}, the {which} one; {instead} "
            f"{kept.id} is voided"
        )
    return entry


def _void(
    store: Store,
    gateway: Gateway,
    entry: LedgerEntry,
    kept: RemoteOrder,
    voided: RemoteOrder,
    who: str,
    clock: Clock,
) -> None:
    """Say it, do it, say that it is done. Each attempt has a key of its own: what is void cannot be voided again."""
    double, at = f"order {voided.id}, a double of {kept.id}", clock()
    key = idempotency_key(entry.connection, f"{entry.reference}\nvoid {voided.id}", int(at.timestamp() * 1000))
    store.override_state(entry.id, entry.state, at=at, who=who, why=f"{double}, is to be voided")
    try:
        gateway.perform_action(voided.id, OrderAction.VOID, key=key)
    except OutcomeUnknown as error:
        if OrderAction.VOID not in gateway.completed_actions(voided.id):
            raise _Refused(f"nobody knows yet whether it is void ({error}); run this again, it looks first") from None
    store.override_state(entry.id, entry.state, at=clock(), who=who, why=f"{double}, is voided in TradeGecko")
