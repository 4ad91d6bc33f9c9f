"""The WooCommerce source: what it is set up with, and its doors."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
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
from tradegecko_bridge.errors import ConfigError, MalformedData, SourceUnavailable
from tradegecko_bridge.foreign import discreet
from tradegecko_bridge.forks import OfThisProcess
from tradegecko_bridge.http_bounds import DEADLINE
from tradegecko_bridge.ports.logins import Secret, as_secret
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import SHOP, WooApi
from tradegecko_bridge.sources.woocommerce.fulfilment import SHUT, Parcels
from tradegecko_bridge.sources.woocommerce.listing import ANY, LARGEST_PAGE, Listing
from tradegecko_bridge.sources.woocommerce.notes import note_receipts
from tradegecko_bridge.sources.woocommerce.orders import READY, STATUS_WORDS, read_order
from tradegecko_bridge.sources.woocommerce.products import Catalogue
from tradegecko_bridge.sources.woocommerce.returns import Returns
from tradegecko_bridge.sources.woocommerce.stock import Shelves

T = TypeVar("T")
Given = SourceOrder | UnreadableOrder
_LONGEST = timedelta(days=3650)
_WITH = {"auto": None, "fulfilments": True, "fields": False}


class WooCommerceSource(OfThisProcess):
    """A WooCommerce shop, 3.5 or newer, through its REST API v3.

    Gives orders and returns; takes receipts, tracking, stock levels, product details and cancellations. Connects at
    the first call and may be used again after :meth:`close`. For one thread at a time.

    Args:
        url: the shop's address, e.g. ``https://shop.example``.
        consumer_key, consumer_secret: a REST API key with the permission Read/Write, of somebody who may manage the
            shop. They never show in reprs, logs or errors.
        name: what people call this source.
        ready_statuses: states of an order, without ``wc-``, in which it may be delivered; custom ones too. Others wait.
        parcels: where shipments go: to the shop's ``fulfilments``, to ``fields`` of the order, or ``auto`` to find out.
        completed_status: the state of an order of which all is shipped; blank leaves it as it is.
        notify_customers: whether the shop writes to customers about shipments, where those do not say.
        track_stock: switch on stock for SKUs of which the shop keeps none of their own.
        push_prices: whether product details write retail prices too.
        overlap: how much of what was read before is read again, for what becomes visible late.
        window: how long after it was placed a change of an order is seen, in shops before WooCommerce 4.5.
        page_size: orders in one answer, 100 at most.
        timeout: seconds for each of connecting, sending, and waiting for an answer.
        deadline: seconds for one question and all of its answer.
        proxy: the address of an HTTP or SOCKS proxy, not used for this machine. The environment is not asked for one.
        allow_http: take an ``http://`` address of another machine. The secret does not travel, but orders do.
        retries: how often a request is tried.
        transport: any httpx transport, for tests.

    Raises:
        ConfigError: settings that cannot work.
    """

    @discreet
    def __init__(
        self,
        url: str,
        *,
        consumer_key: Secret | str,
        consumer_secret: Secret | str,
        name: str = "woocommerce",
        ready_statuses: Collection[str] = READY,
        parcels: Literal["auto", "fulfilments", "fields"] = "auto",
        completed_status: str = "completed",
        notify_customers: bool = False,
        track_stock: bool = False,
        push_prices: bool = False,
        overlap: timedelta = timedelta(minutes=5),
        window: timedelta = timedelta(days=60),
        page_size: int = 50,
        timeout: float = 30.0,
        deadline: float = DEADLINE,
        proxy: Secret | str | None = None,
        allow_http: bool = False,
        retries: tk.Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        key, secret = as_secret(consumer_key), as_secret(consumer_secret)
        if not 1 <= page_size <= LARGEST_PAGE:
            raise ConfigError(f"page_size must be from 1 to {LARGEST_PAGE}, not {page_size}")
        for what, span in (("overlap", overlap), ("window", window)):
            if not timedelta(seconds=1) <= span <= _LONGEST:
                raise ConfigError(f"{what} must be from a second to {_LONGEST.days} days")
        if isinstance(ready_statuses, str) or not ready_statuses:
            raise ConfigError(f"ready_statuses must be a list of states, e.g. {list(READY)}")
        if parcels not in _WITH:
            raise ConfigError(f"parcels must be one of {', '.join(_WITH)}, not {parcels!r}")
        self.name = name
        self._ready = frozenset(status.removeprefix("wc-") for status in ready_statuses)
        self._push_prices, self._track_stock, self._overlap = push_prices, track_stock, overlap
        self._api = WooApi(
            url,
            key=key,
            secret=secret,
            timeout=timeout,
            deadline=deadline,
            proxy=as_secret(proxy) if proxy else None,
            allow_http=allow_http,
            retries=retries,
            transport=transport,
        )
        self._parcels = Parcels(
            self._api,
            with_fulfilments=_WITH[parcels],
            completed=completed_status.removeprefix("wc-") or None,
            notify=notify_customers,
        )
        self._listing = Listing(self._api, page_size, window)
        clock = tk.Clock(name="modified", pages=self._listing.changed_since, newest=self._listing.newest)
        self._orders = tk.Incremental(
            SHOP, [clock], self._read, details=self._listing.by_id, overlap=overlap, chunk=LARGEST_PAGE
        )

    def __repr__(self) -> str:
        return f"WooCommerceSource({self._api.url!r}, name={self.name!r})"

    @property
    def identity(self) -> str:
        """The shop's address; the same over http and https."""
        return f"woocommerce {self._api.url.partition('://')[2]}"

    @property
    def status_words(self) -> Mapping[str, str]:
        """What the shop's states of orders mean."""
        return STATUS_WORDS

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._api.close()

    def check(self) -> None:
        """Ask for one order.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: what fetching orders would raise.
        """
        for _ in _readable(lambda: iter(self._api.get("orders", **ANY, per_page=1).rows)):
            return

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        """Orders that are new or have changed since the cursor ``after``, oldest change first.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see the toolkit's ``client``.
        """
        return _readable(lambda: self._orders.orders(after))

    def fetch_order(self, name: str) -> Iterator[Given]:
        """The order with this number, else with this id.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see the toolkit's ``client``.
        """
        return _readable(lambda: self._orders.again(self._listing.called(name)))

    def fetch_since(self, moment: datetime) -> Iterator[Given]:
        """Every order placed at a moment or later.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see the toolkit's ``client``.
        """
        return _readable(lambda: self._since(moment))

    def _since(self, moment: datetime) -> Iterator[Given]:
        """None of them was modified before it was placed."""
        for page in self._listing.changed_since(moment):
            for order in self._orders.again(page):
                if not isinstance(order, SourceOrder) or order.placed_at >= moment:
                    yield order

    def fetch_returns(self, after: str | None) -> Iterator[OrderReturn]:
        """Refunds with units, of orders that were completed before; none in shops before WooCommerce 9.0.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see the toolkit's ``client``.
        """
        return _readable(lambda: Returns(self._api, self._overlap).after(after))

    def _read(self, data: Any) -> SourceOrder | None:
        return read_order(data, self._ready, self._api.url)

    # ── what comes back ──────────────────────────────────────────────────────────────────────

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
        """Note on each order, once, its number in TradeGecko.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: note_receipts(self._api, receipts))

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Each shipment as one parcel, and orders completed of which all is shipped.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: self._parcels.record(shipments))

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Parcels that were not sent after all; an order that was completed stays so.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: self._parcels.withdraw(shipments))

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        """Set what may be sold of each SKU.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: tk.set_levels(levels, Shelves(self._api, track_stock=self._track_stock)))

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Update name and description of the products that have one of these SKUs; creates none.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: Catalogue(self._api, push_prices=self._push_prices).update(products))

    def cancel_orders(self, references: Sequence[str]) -> Iterator[ItemResult]:
        """Cancel orders that were voided; a completed one is refused.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return _readable(lambda: tk.answer_each(references, str, self._cancel))

    def _cancel(self, reference: str) -> ItemResult:
        status = self._api.get(f"orders/{reference}", _fields="id,status").data["status"]
        if status == "completed":
            return tk.refused(reference, "it is completed in the shop: refund it there")
        if status not in SHUT:
            self._api.post(f"orders/{reference}", {"status": "cancelled"}, repeatable=True)
        return tk.accepted(reference)


def _readable(answers: Callable[[], Iterator[T]]) -> Iterator[T]:
    """What the shop's answers come to; they may be anything.

    Raises:
        SourceUnavailable: in place of what came of an answer that no WooCommerce gives.
    """
    try:
        yield from answers()
    except MalformedData as error:
        raise SourceUnavailable(f"an answer of {SHOP} cannot be read: {'; '.join(error.problems)}") from None
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError) as error:
        raise SourceUnavailable(
            f"an answer of {SHOP} cannot be read ({type(error).__name__}): check that url is the shop, and that no "
            "plugin changes what its REST API says"
        ) from error
