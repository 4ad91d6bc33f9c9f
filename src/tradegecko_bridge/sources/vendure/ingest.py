"""One reading of the shop's orders: the walks, the orders that wait, and the cursor that goes with each."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from datetime import datetime, timedelta

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.toolkit.incremental import in_chunks
from tradegecko_bridge.sources.vendure.api import Json, ShopSettings, VendureApi
from tradegecko_bridge.sources.vendure.listing import Listings
from tradegecko_bridge.sources.vendure.orders import CANCELLED, Money, read_order
from tradegecko_bridge.sources.vendure.walk import PLACED, UPDATED, Cursor, Row, Window, walk, windows

READY = (
    "PaymentAuthorized",
    "PaymentSettled",
    "PartiallyShipped",
    "Shipped",
    "PartiallyDelivered",
    "Delivered",
)
"""The states in which Vendure, as it comes, calls an order placed and leaves its content alone."""

Given = SourceOrder | UnreadableOrder


class Ingest:
    """Reads orders from a cursor on, by name, or from a moment on; one reading each."""

    def __init__(self, api: VendureApi, ready: Collection[str], overlap: timedelta, page_size: int) -> None:
        self._api = api
        self._listings = Listings(api)
        self._ready = ready
        self._overlap = overlap
        self._page_size = page_size
        self._cursor = Cursor()
        self._horizon: dict[str, datetime] = {}

    def orders(self, after: str | None) -> Iterator[Given]:
        """Waiting orders, then changes, then newly placed ones; each with the cursor that resumes after it."""
        start = self._begin(after)
        self._horizon = self._listings.horizon()
        for ids in in_chunks(sorted(start.waiting), self._page_size):
            details = dict(self._listings.details(ids))
            for waiting in ids:
                yield from self._give(waiting, details.get(waiting))
        for window in windows(start, self._overlap, self._page_size):
            if window.clock == PLACED:
                self._pass(UPDATED)
            for rows in walk(self._listings.rows, window):
                yield from self._walked(rows, window.clock)

    def named(self, name: str) -> Iterator[Given]:
        """The order with this code or id, as it is now."""
        self._begin(None)
        yield from self._walked(self._listings.named(name), PLACED)

    def since(self, moment: datetime) -> Iterator[Given]:
        """The orders placed since, oldest first, as they are now."""
        self._begin(None)
        for rows in walk(self._listings.rows, Window(clock=PLACED, since=moment, take=self._page_size)):
            yield from self._walked(rows, PLACED)

    def _begin(self, after: str | None) -> Cursor:
        self._cursor = start = Cursor.read(after)
        shop = ShopSettings(self._api)
        self._money = Money(shop.digits, shop.prices_include_tax)
        return start

    def _walked(self, rows: Sequence[Row], clock: str) -> Iterator[Given]:
        details = dict(self._listings.details([row.id for row in rows])) if rows else {}
        for row in rows:
            self._pass(clock, row.at(clock))
            yield from self._give(row.id, details.get(row.id))

    def _pass(self, clock: str, moment: datetime | None = None) -> None:
        """Move the cursor past ``moment``, at most to the horizon; None: to the horizon. Without one it stays."""
        if (horizon := self._horizon.get(clock)) is not None:
            self._cursor = self._cursor.past(clock, min(moment or horizon, horizon))

    def _give(self, id: str, found: Json | Exception | None) -> Iterator[Given]:
        """One order, and the cursor past it; nothing for one that waits already, or is gone."""
        given = None if found is None else self._judged(id, found)
        waited = id in self._cursor.waiting
        if isinstance(given, UnreadableOrder):
            self._cursor = self._cursor.awaiting(id)
        else:
            self._cursor = self._cursor.without(id)
        if given is not None and not (waited and isinstance(given, UnreadableOrder)):
            yield evolve(given, cursor=self._cursor.text())

    def _judged(self, id: str, found: Json | Exception) -> Given:
        if isinstance(found, Exception):
            return UnreadableOrder(reference=id, problem=f"order id {id}: {found}")
        state = str(found.get("state"))
        code = str(found.get("code") or id)
        if state != CANCELLED and state not in self._ready:
            return UnreadableOrder(reference=id, number=code, problem=f"order {code} waits: it is {state} in Vendure")
        try:
            return read_order(found, self._money)
        except MalformedData as error:
            return UnreadableOrder(reference=id, number=code, problem=str(error))
