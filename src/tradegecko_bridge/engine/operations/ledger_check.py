"""Holding a ledger against its account: entries that point nowhere, and orders that are there twice."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Final

from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine.context import Progress
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.own_account import told_apart
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ledger import DELIVERED_STATES, Finding, KnownAccount, LedgerEntry, Severity
from tradegecko_bridge.ports import Gateway, ShowsOrders, Store

OPERATION: Final = "check orders"
_PAGE: Final = 1000
_EVERY: Final = 200
"""How many entries are looked up at once."""


def check_ledger(
    store: Store,
    gateway: Gateway | None = None,
    *,
    connections: Collection[str] | None = None,
    since: datetime | None = None,
    on_progress: Callable[[Progress], None] = lambda _: None,
) -> list[Finding]:
    """What is wrong with the orders of a ledger, each in a line that says what to do; nothing is changed.

    Without a ``gateway`` only what the ledger alone can say. With one, every delivered order is looked up in the
    account by its id, and the account's orders are listed, from ``since`` on if that is given (aware), to find those
    that are there twice. That the account cannot be asked is a finding too. What concerns none of these ``connections``
    (None: the ledger's) is left out.

    Raises:
        StoreError: the ledger failed.
    """
    everybody = connections_of(store)
    connections = [name for name in everybody if connections is None or name in connections]
    known = {name: account for name in everybody if (account := store.known_account(name))}
    findings = list(_two_with_one_id(store, connections, known))
    if gateway is None:
        return findings
    try:
        for finding in _in_account(store, gateway, connections, known, since, on_progress):
            findings.append(finding)  # noqa: PERF402 - what was found before a failure counts
    except GatewayError as error:
        text = f"the account could not be asked, so the check is not complete ({error}); try again later"
        findings.append(Finding(key="account", severity=Severity.ERROR, text=text))
    return findings


def connections_of(store: Store) -> list[str]:
    """Those that have orders in the ledger."""
    return sorted({count.connection for count in store.summary()})


def _entries(store: Store, connection: str) -> Iterator[LedgerEntry]:
    """The connection's delivered orders, newest first."""
    before = None
    while page := store.entries(connection, states=DELIVERED_STATES, limit=_PAGE, before=before):
        yield from (entry for entry in page if entry.remote_id)
        before = page[-1].id


def _named(entry: LedgerEntry) -> str:
    return f"order {entry.number} of {entry.connection}"


# ── the ledger alone ─────────────────────────────────────────────────────────────────────────


def _two_with_one_id(
    store: Store, connections: Collection[str], known: Mapping[str, KnownAccount]
) -> Iterator[Finding]:
    """Of one connection the ledger never lets two orders have an id; connections with one account might."""
    for group in _of_one_account(known):
        if not set(group).intersection(connections):
            continue
        seen: dict[str, LedgerEntry] = {}
        for entry in (entry for connection in group for entry in _entries(store, connection)):
            first = seen.setdefault(str(entry.remote_id), entry)
            if first is not entry and {first.connection, entry.connection}.intersection(connections):
                said = f"{_named(first)} and {_named(entry)} are both delivered as {entry.remote_id}"
                yield _error(f"shared {entry.remote_id}", f"{said}; find out in TradeGecko which of them it is")


def _of_one_account(known: Mapping[str, KnownAccount]) -> list[list[str]]:
    """Connections that share an account."""
    groups: list[list[str]] = []
    for connection, account in known.items():
        for group in groups:
            if known[group[0]].account.is_same(account.account):
                group.append(connection)
                break
        else:
            groups.append([connection])
    return [group for group in groups if len(group) > 1]


def _error(key: str, text: str) -> Finding:
    return Finding(key=key, severity=Severity.ERROR, text=text)


# ── with the account ─────────────────────────────────────────────────────────────────────────


def _in_account(
    store: Store,
    gateway: Gateway,
    connections: Sequence[str],
    known: Mapping[str, KnownAccount],
    since: datetime | None,
    on_progress: Callable[[Progress], None],
) -> Iterator[Finding]:
    account = gateway.account()
    others = {name for name in connections if name in known and not known[name].account.is_same(account)}
    for name in sorted(others):
        yield _error(f"account {name}", told_apart(known[name], account))
    mine = [name for name in connections if name not in others]
    if not isinstance(gateway, ShowsOrders):
        text = "this gateway cannot show its orders, so the ledger was not held against them"
        yield Finding(key="account", severity=Severity.WARNING, text=text)
        return
    for name in mine:
        for part in in_parts(_entries(store, name)):
            yield from _misplaced(gateway, part)
    yield from _doubles(store, gateway, mine, since, on_progress)


def in_parts(entries: Iterator[LedgerEntry]) -> Iterator[list[LedgerEntry]]:
    """As many at a time as are looked up at once."""
    part: list[LedgerEntry] = []
    for entry in entries:
        part.append(entry)
        if len(part) == _EVERY:
            yield part
            part = []
    if part:
        yield part


def _misplaced(gateway: ShowsOrders, entries: Collection[LedgerEntry]) -> Iterator[Finding]:
    """Entries whose order is not there, or is somebody else's. One answer that leaves an order out proves nothing."""
    found = look_up(gateway, {str(entry.remote_id) for entry in entries})
    for entry in entries:
        remote = found.get(str(entry.remote_id))
        key, said = f"misplaced {entry.remote_id}", f"{_named(entry)} is delivered as {entry.remote_id}"
        if remote is None:
            more = "if it was removed there and is wanted, enter it at the source anew"
            yield _error(key, f"{said}, and the account has no such order; {more}")
        elif remote.marker != marker(entry.connection, entry.reference):
            mark = "no mark" if remote.marker is None else "another order's mark"
            yield _error(key, f"{said}, which has {mark} (number {remote.number!r}); compare the two in TradeGecko")


def look_up(gateway: ShowsOrders, ids: Collection[str]) -> dict[str, RemoteOrder]:
    """Those of these orders that are there, by id; what one answer leaves out is asked for once more."""
    found = _by_id(gateway, ids)
    return found | _by_id(gateway, set(ids) - found.keys())


def _by_id(gateway: ShowsOrders, ids: Collection[str]) -> dict[str, RemoteOrder]:
    return {order.id: order for order in gateway.orders_by_id(ids)} if ids else {}


def _doubles(
    store: Store,
    gateway: ShowsOrders,
    connections: Sequence[str],
    since: datetime | None,
    on_progress: Callable[[Progress], None],
) -> Iterator[Finding]:
    for entry, alive in live_doubles(store, gateway, connections, since, on_progress):
        yield _error(f"doubled {alive[0].marker}", told_twice(entry, alive))


def live_doubles(
    store: Store,
    gateway: ShowsOrders,
    connections: Collection[str],
    since: datetime | None,
    on_progress: Callable[[Progress], None],
) -> Iterator[tuple[LedgerEntry | None, Sequence[RemoteOrder]]]:
    """Orders of which more than one is alive, oldest first, with the entry that has one of them; looked at once more,
    for a person may just have voided one."""
    with store.spool() as spool:
        spool.add(_listed(gateway.orders_since(since), on_progress))
        for mark, several in ((json.loads(key), {json.loads(id_) for id_ in ids}) for key, ids in spool.groups()):
            if len(several) < 2:
                continue
            entry = owner_of(store, connections_of(store), mark, several)
            if entry is not None and entry.connection not in connections:
                continue
            alive = [order for order in gateway.orders_by_id(several) if order.marker == mark and not order.gone]
            if len(alive) > 1:
                as_one = entry is not None and entry.remote_id in {order.id for order in alive}
                yield entry if as_one else None, sorted(alive, key=age)


def _listed(orders: Iterable[RemoteOrder], on_progress: Callable[[Progress], None]) -> Iterator[tuple[str, str]]:
    """Marker and id of those that are alive, as rows."""
    for count, order in enumerate(orders, 1):
        if order.marker and not order.gone:
            yield json.dumps(order.marker), json.dumps(order.id)
        if count % 100 == 0:
            on_progress(Progress(operation=OPERATION, done=count))


def age(order: RemoteOrder) -> tuple[bool, datetime | None, int, str]:
    """Sorts orders from the oldest to the youngest; without a moment by their ids, which grow."""
    return order.created_at is not None, order.created_at, len(order.id), order.id


def owner_of(store: Store, connections: Collection[str], mark: str, ids: Collection[str]) -> LedgerEntry | None:
    """The order with this mark that the ledger has as one of these ids."""
    found = (entry for name in connections for entry in store.by_remote_ids(name, ids).values())
    return next((entry for entry in found if marker(entry.connection, entry.reference) == mark), None)


def told_twice(entry: LedgerEntry | None, alive: Sequence[RemoteOrder]) -> str:
    """That an order is there more than once, and what to do."""
    whose = _named(entry) if entry else "an order that the ledger has as none of them"
    ids = " and ".join(f"id {order.id} ({order.number})" for order in alive)
    oldest, youngest = alive[0].id, alive[-1].id
    command = f"`tgbridge orders void-double {oldest} {youngest}` voids the younger one"
    return f"{whose} is in TradeGecko {_times(len(alive))}, as {ids}; {command}"


def _times(count: int) -> str:
    return "twice" if count == 2 else f"{count} times"
