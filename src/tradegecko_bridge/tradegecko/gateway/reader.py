"""What all rooms of the gateway share: the account they call, what is remembered of it, and lists."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from itertools import chain
from threading import RLock
from typing import TypeVar

from attrs import frozen

from tradegecko_bridge.commerce.customers import Identity
from tradegecko_bridge.commerce.remote import (
    RemoteOrder,
)
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.ports import Clock, MirrorStore
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko import records, resources
from tradegecko_bridge.tradegecko.calls import Call, Page
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway.listing import pages
from tradegecko_bridge.tradegecko.gateway.mirror import PAGES_AT_ONCE, Mirror, NewLock
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import (
    Kind,
)
from tradegecko_bridge.tradegecko.gateway.stock_copy import STOCK
from tradegecko_bridge.tradegecko.gateway.together import Together
from tradegecko_bridge.tradegecko.limits import Priority

R = TypeVar("R", bound=records.Record)
D = TypeVar("D", bound=records.DatedRecord)
Filters = Mapping[str, object]


@frozen(kw_only=True)
class Marked:
    """Our orders that have changed since a moment, by marker, as they were listed at another."""

    since: datetime
    at: datetime
    orders: Mapping[str, Sequence[RemoteOrder]]


class Reader(OfThisProcess):
    """One account, called at three priorities, with its mirror and what is kept for the run at hand."""

    def __init__(
        self,
        client: TradeGeckoClient,
        *,
        mirror: MirrorStore | None = None,
        clock: Clock = lambda: datetime.now(UTC),
        lock: NewLock = RLock,
    ) -> None:
        self._client = client.with_options(priority=Priority.DELIVERY)
        self._normal = client.with_options(priority=Priority.NORMAL)
        self._bulk = client.with_options(priority=Priority.BULK)
        self._mirror = Mirror(self._normal, mirror, clock=clock, lock=lock)
        self._mirror_store = mirror
        self._clock = clock
        self._treatment: str | None = None
        self._marked: Marked | None = None
        self._together = Together(self._client)
        self._twice: dict[str, Sequence[RemoteOrder]] = {}
        self._stock_is_kept: bool | None = None
        self._keys: dict[Identity, Mapping[str, str]] = {}
        """By what the customers of the batch at hand are found."""

    @property
    def calls(self) -> int:
        """Requests sent so far, repeated ones counted each time."""
        return self._client.calls

    @property
    def clock_offset(self) -> timedelta | None:
        """By the ``Date`` of the last answers."""
        return self._client.clock_offset

    def _account(self) -> records.Account:
        """The account, which says by the way whether it still is the one it was."""
        found = self._client.accounts.current()
        self._mirror.note_account(found)
        return found

    @property
    def _keeps_stock(self) -> bool:
        """Whether the account's stock is remembered, as of this session.

        Threads that ask at once all look: none waits for another's look at the store.
        """
        store = self._mirror_store
        if store is None or self._mirror.disabled:
            return False
        if self._stock_is_kept is None:
            self._stock_is_kept = store.progress(self._mirror.account, STOCK).complete
        return self._stock_is_kept

    def _rows(
        self, kind: Kind[D], key: str, values: Collection[str], queries: Iterable[Filters], texts: Sequence[str] = ()
    ) -> Sequence[MirrorRow]:
        """The rows with one of these values, spelled like this: the mirror's, or else what the account answers to
        ``queries``."""
        said = dict.fromkeys(values, texts)
        rows = self._mirror.find(kind, key, values, said=said)
        if rows is not None:
            return rows
        at, found = self._clock(), [record for filters in queries for record in self._list(kind.resource, **filters)]
        self._mirror.learn(kind, key, values, found, at, said)
        return [kind.row(record, self._mirror.digest) for record in found]

    def _by_ids(self, kind: Kind[D], ids: Collection[str], **filters: object) -> Iterator[D]:
        """The records with these ids as they are now, in any state unless a filter says which."""
        if not ids:
            return iter(())
        return self._list(kind.resource, **{"ids": sorted(map(int, ids)), "status": kind.statuses, **filters})

    def _list(self, resource: resources.Resource[R], **filters: object) -> Iterator[R]:
        return chain.from_iterable(pages(self._client, resource.list().with_params(**filters), whole=True))

    def _long_list(self, call: Call[Page[R]]) -> Iterator[Page[R]]:
        """A whole list. A long one steps back after some pages, so that it does not take the window from others."""
        for number, page in enumerate(pages(self._normal, call), 1):
            yield page
            if page.last:
                return
            if number == PAGES_AT_ONCE:
                break
        yield from pages(self._bulk, call.with_params(page=PAGES_AT_ONCE + 1))
