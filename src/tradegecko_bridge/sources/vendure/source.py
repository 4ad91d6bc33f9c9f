"""The Vendure source: what it is set up with, and its doors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Self, TypeVar

import httpx

from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    ProductDetails,
    Shipment,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
)
from tradegecko_bridge.errors import ConfigError
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.http_bounds import DEADLINE
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.sources.vendure.api import VendureApi, unreadable
from tradegecko_bridge.sources.vendure.fulfilment import Fulfilments
from tradegecko_bridge.sources.vendure.ingest import READY, Ingest
from tradegecko_bridge.sources.vendure.notes import note_receipts
from tradegecko_bridge.sources.vendure.products import Catalogue
from tradegecko_bridge.sources.vendure.stock import set_levels

T = TypeVar("T")
_LONGEST_OVERLAP = timedelta(days=365)
_LONGEST = 86_400
"""Seconds of a timeout."""


class VendureSource(OfThisProcess):
    """A channel of a Vendure 3 shop, through its admin API.

    Gives orders; takes receipts, tracking, stock levels and product details. Connects at the first call and
    may be used again after :meth:`close`. For one thread at a time.

    Args:
        url: the admin API, e.g. ``https://shop.example/admin-api``.
        username, password: an administrator's; see docs/vendure.md for what its role must allow. They never
            show in reprs, logs or errors.
        name: what people call this source.
        channel_token: of the channel to work in; None is the default channel.
        ready_states: states of a placed order in which it may be delivered; cancelled orders always are given.
        overlap: how much of what was read before is read again, for clocks that are coarse or apart, and for long
            transactions.
        page_size: orders, or SKUs, in one question.
        stock_location: id or name of the location to write stock to; not needed where there is only one.
        push_prices: whether product details write retail prices too.
        timeout: seconds for each of connecting, sending, and waiting for an answer.
        deadline: seconds for one question and all of its answer.
        proxy: the address of an HTTP or SOCKS proxy, not used for this machine. The environment is not asked for one.
        allow_http: take an ``http://`` address of another machine, to which the password travels unencrypted.
        transport: any httpx transport; ``deadline`` is kept as well as can be from without, as in the client.

    Raises:
        ConfigError: settings that cannot work.
    """

    @discreet
    def __init__(
        self,
        url: str,
        *,
        username: str,
        password: Secret | str,
        name: str = "vendure",
        channel_token: Secret | str | None = None,
        ready_states: Collection[str] = READY,
        overlap: timedelta = timedelta(minutes=5),
        page_size: int = 100,
        stock_location: str | None = None,
        push_prices: bool = False,
        timeout: float = 30.0,
        deadline: float = DEADLINE,
        proxy: Secret | str | None = None,
        allow_http: bool = False,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        password = as_secret(password)
        channel_token = None if channel_token is None else as_secret(channel_token)
        proxy = as_secret(proxy) if proxy else None
        if not 1 <= page_size <= 1000:
            raise ConfigError(f"page_size must be from 1 to 1000, not {page_size}")
        if overlap < timedelta(seconds=1):
            raise ConfigError("overlap must be a second or more: on some databases Vendure's clocks have no finer step")
        if overlap > _LONGEST_OVERLAP:
            raise ConfigError(f"overlap must be at most {_LONGEST_OVERLAP.days} days")
        for what, seconds in (("timeout", timeout), ("deadline", deadline)):
            if not 0 < seconds <= _LONGEST:
                raise ConfigError(f"{what} must be more than 0 and at most {_LONGEST} seconds, not {seconds:g}")
        if isinstance(ready_states, str):
            raise ConfigError(f"ready_states must be a list of states, e.g. [{ready_states!r}]")
        self.name = name
        self._overlap = overlap
        self._page_size = page_size
        self._ready_states = frozenset(ready_states)
        self._push_prices = push_prices
        self._stock_location = stock_location
        self._api = VendureApi(
            url,
            username=username,
            password=password,
            channel_token=channel_token,
            timeout=timeout,
            deadline=deadline,
            proxy=proxy,
            allow_http=allow_http,
            transport=transport,
        )

    def __repr__(self) -> str:
        return f"VendureSource({self._api.url!r}, name={self.name!r})"

    @property
    def identity(self) -> str:
        """This channel of this shop; of the channel's token only a digest shows."""
        return self._api.identity

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def fetch_orders(self, after: str | None) -> Iterator[SourceOrder | UnreadableOrder]:
        """Placed orders that are new or have changed since the cursor ``after``, read page by page.

        First those that waited (for a payment, say), then older ones that changed, oldest change first, then
        those placed since, oldest first. An order may come again; see ``walk``.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return _readable(lambda: self._intake().orders(after))

    def fetch_order(self, name: str) -> Iterator[SourceOrder | UnreadableOrder]:
        """The placed order with this code or id, as it is now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return _readable(lambda: self._intake().named(name))

    def fetch_since(self, moment: datetime) -> Iterator[SourceOrder | UnreadableOrder]:
        """The orders placed at ``moment`` or later, oldest first, as they are now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return _readable(lambda: self._intake().since(moment))

    def _intake(self) -> Ingest:
        return Ingest(self._api, self._ready_states, self._overlap, self._page_size)

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
        """Note privately on each order its number in TradeGecko, once; the customer does not see it.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: note_receipts(self._api, receipts))

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Record each shipment as one shipped fulfilment; a shipment seen before makes no second one.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: Fulfilments(self._api).record(shipments))

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Cancel the fulfilment each shipment was recorded as; its units can be shipped anew.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: Fulfilments(self._api).withdraw(shipments))

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        """Set what may be sold of each SKU at the stock location.

        Raises:
            SourceRefused: the stock location needs choosing; nothing was written.
            SourceUnavailable: the shop did not answer; nothing was written.
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: set_levels(self._api, levels, self._stock_location, self._page_size))

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Update name and description of the products that have one of these SKUs; creates none.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: Catalogue(self._api, self._page_size, push_prices=self._push_prices).update(products))


def _readable(answers: Callable[[], Iterator[T]]) -> Iterator[T]:
    """What the shop's answers come to; they may be anything.

    Raises:
        SourceUnavailable: in place of what came of an answer that no Vendure gives.
    """
    try:
        yield from answers()
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise unreadable("an answer of Vendure", error) from error
