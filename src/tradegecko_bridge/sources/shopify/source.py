"""The Shopify source: what it is set up with, and its doors."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import httpx

from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    OrderReturn,
    ProductDetails,
    Shipment,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
)
from tradegecko_bridge.errors import ConfigError, SourceRefused, SourceUnavailable
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.http_bounds import DEADLINE
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import bulk, scopes, webhooks
from tradegecko_bridge.sources.shopify.api import VERSIONS, Json, ShopifyApi
from tradegecko_bridge.sources.shopify.catalogue import ShopifyProducts, set_stock
from tradegecko_bridge.sources.shopify.listing import Listing, search
from tradegecko_bridge.sources.shopify.notes import cancel, note_receipts
from tradegecko_bridge.sources.shopify.orders import read_order, wants_shipped
from tradegecko_bridge.sources.shopify.parcels import ShopifyParcels, shipped_units
from tradegecko_bridge.sources.shopify.queries import MONEY
from tradegecko_bridge.sources.shopify.returns import Returns

T = TypeVar("T")
Given = SourceOrder | UnreadableOrder

_LONGEST_OVERLAP = timedelta(days=365)
WORDS: Mapping[str, str] = {"partially refunded": "paid"}
"""Beside the usual meanings of Shopify's financial and fulfilment statuses."""


class ShopifySource(OfThisProcess):
    """A Shopify shop, through its GraphQL Admin API.

    Gives orders and returns; takes receipts, tracking, stock levels, product details and cancellations. Connects at the
    first call and may be used again after :meth:`close`. For one thread at a time.

    Args:
        shop: its own name at Shopify, e.g. ``acme.myshopify.com``.
        access_token: of a custom app, which begins with ``shpat_``.
        client_id, client_secret: in its place, of an app of one's own organization; tokens are asked for as needed.
        name: what people call this source.
        version: of the API: 2026-10, 2026-07 or 2026-04.
        money: whether amounts are in the currency of the shop, or in that the customer paid in (``presentment``).
        test_orders: give orders of a payment provider in test mode too.
        overlap: how much of what was read before is read again; Shopify finds changes some seconds late.
        page_size: orders in one page of the list, up to 250.
        bulk_above: a first import of more orders than this is read from one file that the shop writes; 0 is never.
        stock_location: id or name of the location to write stock to; not needed where there is only one.
        notify_customers: whether Shopify writes to the customer about a shipment, where nobody said so.
        push_prices: whether product details write retail prices too.
        timeout: seconds for each of connecting, sending, and waiting for an answer.
        deadline: seconds for one question and all of its answer.
        proxy: the address of an HTTP or SOCKS proxy, not used for this machine. The environment is not asked for one.
        allow_http: take an ``http://`` address of another machine, to which tokens travel unencrypted.
        retries: how often a question is tried.
        transport: any httpx transport.

    Raises:
        ConfigError: settings that cannot work.
    """

    @discreet
    def __init__(
        self,
        shop: str,
        *,
        access_token: Secret | str | None = None,
        client_id: str | None = None,
        client_secret: Secret | str | None = None,
        name: str = "shopify",
        version: str = VERSIONS[0],
        money: Literal["shop", "presentment"] = "shop",
        test_orders: bool = False,
        overlap: timedelta = timedelta(minutes=5),
        page_size: int = 50,
        bulk_above: int = 1000,
        stock_location: str | None = None,
        notify_customers: bool = False,
        push_prices: bool = False,
        timeout: float = 30.0,
        deadline: float = DEADLINE,
        proxy: Secret | str | None = None,
        allow_http: bool = False,
        retries: tk.Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        if not 1 <= page_size <= 250:
            raise ConfigError(f"page_size must be from 1 to 250, not {page_size}")
        if not timedelta(seconds=1) <= overlap <= _LONGEST_OVERLAP:
            raise ConfigError(f"overlap must be from a second to {_LONGEST_OVERLAP.days} days")
        if bulk_above < 0:
            raise ConfigError(f"bulk_above must be 0 or more, not {bulk_above}")
        if money not in MONEY:
            raise ConfigError(f"money must be one of {', '.join(MONEY)}, not {money!r}")
        self.name = name
        self._api = ShopifyApi(
            shop,
            access_token=as_secret(access_token) if access_token else None,
            client_id=client_id,
            client_secret=as_secret(client_secret) if client_secret else None,
            version=version,
            retries=retries,
            timeout=timeout,
            deadline=deadline,
            proxy=as_secret(proxy) if proxy else None,
            allow_http=allow_http,
            transport=transport,
        )
        self._money: str = money
        self._test_orders, self._overlap, self._page_size = test_orders, overlap, page_size
        self._bulk_above, self._location = bulk_above, stock_location
        self._notify, self._push_prices = notify_customers, push_prices
        self._earliest: datetime | None = None
        self._listing = Listing(self._api, page_size, money)

    def __repr__(self) -> str:
        return f"ShopifySource({self._api.host!r}, name={self.name!r})"

    @property
    def identity(self) -> str:
        """The shop's own name."""
        return f"shopify {self._api.host}"

    @property
    def status_words(self) -> Mapping[str, str]:
        """What Shopify's statuses mean where that is not usual."""
        return WORDS

    @property
    def requests(self) -> int:
        """How many were sent."""
        return self._api.client.requests

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._api.client.close()

    def check(self) -> None:
        """Whether the shop is there, takes the login, and lets it read orders; what else it may not do becomes notes.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        self._api.notes.update(dict.fromkeys(readable(lambda: scopes.check(self._api))))

    def take_notes(self) -> Sequence[str]:
        """What a person should know, each once."""
        notes = list(self._api.notes)
        self._api.notes.clear()
        return notes

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def start_from(self, moment: datetime | None) -> None:
        """Orders placed before are not asked for."""
        self._earliest = moment

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        """Orders that are new or have changed since the cursor ``after``, those that changed first at first.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return readable(lambda: self._reading().orders(after))

    def fetch_order(self, name: str) -> Iterator[Given]:
        """The order with this number or id, as it is now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return readable(lambda: self._reading().again(self._listing.named(name)))

    def fetch_since(self, moment: datetime) -> Iterator[Given]:
        """The orders placed at ``moment`` or later, oldest first, as they are now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return readable(lambda: (one for page in self._listing.placed(moment) for one in self._reading().again(page)))

    def fetch_returns(self, after: str | None) -> Iterator[OrderReturn]:
        """Refunds that are new since the cursor ``after``, with the units that came back.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return readable(
            lambda: Returns(self._api, self._page_size, self._money, self._earliest).since(after, self._overlap)
        )

    def _reading(self) -> tk.Incremental:
        clock = tk.Clock(name="updated", pages=self._pages, newest=self._listing.newest)
        return tk.Incremental(
            "Shopify", [clock], self._read, details=self._listing.details, overlap=self._overlap, chunk=self._page_size
        )

    def _pages(self, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        if since is None:
            self.check()
        query = search([("processed_at", self._earliest)])
        try:
            if since is None and bulk.wanted(self._api, query, self._bulk_above):
                yield from bulk.rows(self._api, query, self._money, self._page_size)
                return
        except (SourceRefused, SourceUnavailable) as error:
            if not bulk.falls_back(error):
                raise
            self._api.notes[f"orders are read page by page: {error}"] = None
        yield from self._listing.changed(since, self._earliest)

    def _read(self, data: Any) -> Given | None:
        order: Json = data
        if order["test"] and not self._test_orders:
            self._api.notes["orders of a payment provider in test mode are passed over: see test_orders"] = None
            return None
        if wants_shipped(order):
            order["shipped"] = shipped_units(self._api, order["id"])
        return read_order(order, self._api.host, self._money)

    # ── what comes back ──────────────────────────────────────────────────────────────────────

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment as fulfilments of the fulfilment orders that hold its goods, once.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return readable(lambda: tk.record(shipments, self._parcels()))

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Fulfilments that were not sent after all are canceled.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return readable(lambda: tk.withdraw(shipments, self._parcels()))

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        """What may be sold at the stock location.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return readable(lambda: set_stock(self._api, levels, self._location))

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Title and description of the products that have one of these SKUs; creates none.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return readable(lambda: ShopifyProducts(self._api, push_prices=self._push_prices).update(products))

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
        """Each order's number in TradeGecko, as a metafield of the order.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return readable(lambda: note_receipts(self._api, receipts))

    def cancel_orders(self, references: Sequence[str]) -> Iterator[ItemResult]:
        """Cancels these orders and restocks their goods; nobody is refunded.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return readable(lambda: cancel(self._api, references))

    def subscribe(self, uri: str, topics: Sequence[str] = webhooks.TOPICS) -> Mapping[str, bool]:
        """Has the shop send webhooks about orders to this address; by topic, whether that is new.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see ``api``.
        """
        return webhooks.subscribe(self._api, uri, topics)

    def _parcels(self) -> ShopifyParcels:
        return ShopifyParcels(self._api, notify=self._notify)


def readable(answers: Callable[[], Iterator[T]]) -> Iterator[T]:
    """What comes of Shopify's answers, which may be anything."""
    return tk.readable(answers, "Shopify", "shop")
