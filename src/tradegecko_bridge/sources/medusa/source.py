"""The Medusa source: what it is set up with, and its doors."""

from __future__ import annotations

import base64
from collections.abc import Collection, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Self

import httpx

from tradegecko_bridge.bounds import whole_number
from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
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
from tradegecko_bridge.sources.medusa.fulfilment import Fulfilments
from tradegecko_bridge.sources.medusa.orders import CANCELED, FIELDS, READY, Json, number_of, read_order
from tradegecko_bridge.sources.medusa.products import Catalogue
from tradegecko_bridge.sources.medusa.stock import Shelves, location_of

Given = SourceOrder | UnreadableOrder
CHANGED, PLACED = "updated_at", "created_at"
_LONGEST_OVERLAP = timedelta(days=365)
_CAPTURED = frozenset({"captured", "partially_captured", "partially_refunded"})
_ONE_BY_ONE = (tk.ShopFault, tk.AnswerTooLarge)
_NAMES_AT_ONCE = 1000
_NO_TIME = datetime.max.replace(tzinfo=UTC)


class MedusaSource(OfThisProcess):
    """A Medusa 2 shop, through its admin API.

    Gives orders; takes receipts, tracking, stock levels, product details and cancellations. Connects at the first call
    and may be used again after :meth:`close`. For one thread at a time.

    Args:
        url: the address of the shop's server, e.g. ``https://shop.example``; with or without ``/admin``.
        key: a secret API key of it, ``sk_…``. It never shows in reprs, logs or errors.
        name: what people call this source.
        sales_channel: the id of the sales channel whose orders are given; None is all of them.
        ready_payments: payment statuses in which an order may be delivered; cancelled orders always are given.
        overlap: how much of what was read before is read again, for long transactions.
        page_size: orders in one question.
        stock_location: id or name of the location to write stock to, and to ship from; not needed where there is only
            one.
        price_currency: the currency in which product details write retail prices too; None writes none.
        timeout: seconds for each of connecting, sending, and waiting for an answer.
        deadline: seconds for one question and all of its answer.
        proxy: the address of an HTTP or SOCKS proxy, not used for this machine. The environment is not asked for one.
        allow_http: take an ``http://`` address of another machine, to which the key travels unencrypted.
        retries: how often a question is tried.
        transport: any httpx transport, for tests.

    Raises:
        ConfigError: settings that cannot work.
    """

    @discreet
    def __init__(
        self,
        url: str,
        *,
        key: Secret | str,
        name: str = "medusa",
        sales_channel: str | None = None,
        ready_payments: Collection[str] = READY,
        overlap: timedelta = timedelta(minutes=5),
        page_size: int = 50,
        stock_location: str | None = None,
        price_currency: str | None = None,
        timeout: float = 30.0,
        deadline: float = DEADLINE,
        proxy: Secret | str | None = None,
        allow_http: bool = False,
        retries: tk.Retries | None = None,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        key = as_secret(key)
        if not 1 <= page_size <= 1000:
            raise ConfigError(f"page_size must be from 1 to 1000, not {page_size}")
        if not timedelta(0) <= overlap <= _LONGEST_OVERLAP:
            raise ConfigError(f"overlap must be from 0 seconds to {_LONGEST_OVERLAP.days} days")
        if isinstance(ready_payments, str):
            raise ConfigError(f"ready_payments must be a list of statuses, e.g. [{ready_payments!r}]")
        if not key.reveal().startswith("sk_"):
            raise ConfigError("key must be a secret API key of Medusa's, which begins with sk_")
        if price_currency is not None and not (len(price_currency) == 3 and price_currency.isalpha()):
            raise ConfigError(f"price_currency must be a currency's code, e.g. 'cad', not {price_currency!r}")
        self.name = name
        self._channel = sales_channel
        self._page_size = page_size
        self._location = stock_location
        self._price_currency = price_currency.lower() if price_currency else None
        self._client = tk.ShopClient(
            "Medusa",
            str(url).rstrip("/").removesuffix("/admin"),
            # As a bearer token Medusa refuses it.
            headers={"authorization": Secret(f"Basic {base64.b64encode(f'{key.reveal()}:'.encode()).decode()}")},
            timeout=timeout,
            deadline=deadline,
            proxy=proxy,
            allow_http=allow_http,
            retries=retries,
            transport=transport,
        )
        ready = frozenset(ready_payments)
        clock = tk.Clock(name=CHANGED, pages=lambda since: self._since(CHANGED, since), newest=self._newest)
        self._orders = tk.Incremental(
            "Medusa", [clock], lambda data: read_order(data, ready), details=self._by_id, overlap=overlap
        )

    def __repr__(self) -> str:
        return f"MedusaSource({self._client.url!r}, name={self.name!r})"

    @property
    def identity(self) -> str:
        """This shop, and its sales channel where one was chosen."""
        return f"medusa {self._client.url}" + (f" channel {self._channel}" if self._channel else "")

    @property
    def requests(self) -> int:
        """How many requests were sent to the shop."""
        return self._client.requests

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

    def check(self) -> None:
        """Ask for one order, which changes nothing.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: as fetching orders would.
        """
        self._list(limit=1, fields="id")

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    def fetch_orders(self, after: str | None) -> Iterator[Given]:
        """Orders that are new or have changed since the cursor ``after``, oldest change first.

        Those that wait for their payment are given as not ready, and asked for again: taking the money moves no clock.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see the toolkit's client.
        """
        return tk.readable(lambda: self._orders.orders(after), "Medusa")

    def fetch_order(self, name: str) -> Iterator[Given]:
        """The order with this number or id, as it is now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see the toolkit's client.
        """
        return tk.readable(lambda: self._found(name), "Medusa")

    def _found(self, name: str) -> Iterator[Given]:
        if found := self._by_id([name]):
            ids = list(found)
        else:  # a question by number is not understood, and answered with every order there is
            rows = (row for some in tk.offset(lambda skip: self._named(name, skip), "Medusa") for row in some)
            ids = [row["id"] for row in rows if name in (number_of(row), str(row["display_id"]))]
        return self._orders.again([tk.Row(id=one, at=_NO_TIME, data=found.get(one)) for one in ids])

    def fetch_since(self, moment: datetime) -> Iterator[Given]:
        """The orders made at ``moment`` or later, oldest first, as they are now.

        Raises:
            SourceUnavailable, SourceNeedsLogin, SourceRefused: see the toolkit's client.
        """
        again = (given for rows in self._since(PLACED, moment) for given in self._orders.again(rows))
        return tk.readable(lambda: again, "Medusa")

    def _since(self, clock: str, since: datetime | None) -> Iterator[Sequence[tk.Row]]:
        return tk.by_time(lambda begin, known: self._page(clock, begin, known), since, "Medusa")

    def _page(self, clock: str, since: datetime | None, known: int) -> tk.Page[tk.Row]:
        """Orders of one instant come in any order, another one for each page, so those that are known come again."""
        params: dict[str, object] = {"order": clock, "limit": known + self._page_size}
        if since is not None:
            params[f"{clock}[$gte]"] = tk.stamp(since)
        try:
            answer, whole = self._list(fields=FIELDS, **params), True
        except _ONE_BY_ONE:  # over one of them, perhaps: they are asked for by id then
            answer, whole = self._list(fields=f"id,{clock}", **params), False
        rows = [
            tk.Row(id=str(one["id"]), at=tk.time_of(one, clock), data=one if whole else None)
            for one in answer.rows_in("orders")
        ]
        return tk.Page(rows=rows, more=_count(answer) > len(rows))

    def _newest(self) -> datetime | None:
        rows = self._list(order=f"-{CHANGED}", limit=1, fields=f"id,{CHANGED}").rows_in("orders")
        return tk.time_of(rows[0], CHANGED) if rows else None

    def _by_id(self, ids: Sequence[str]) -> Mapping[str, Json | Exception]:
        """Orders by id; half of them at a time where Medusa breaks over one, and for that one what it said."""
        try:
            answer = self._list(limit=len(ids), fields=FIELDS, **{"id[]": list(ids)})
        except _ONE_BY_ONE as error:
            if len(ids) == 1:
                return {ids[0]: error}
            half = len(ids) // 2
            return {**self._by_id(ids[:half]), **self._by_id(ids[half:])}
        return {str(one["id"]): one for one in answer.rows_in("orders")}

    def _named(self, name: str, skip: int) -> tk.Page[Json]:
        fields = "id,display_id,custom_display_id"
        answer = self._list(q=name, order=PLACED, offset=skip, limit=_NAMES_AT_ONCE, fields=fields)
        rows = answer.rows_in("orders")
        return tk.Page(rows=rows, more=_count(answer) > skip + len(rows))

    def _list(self, **params: object) -> tk.Answer:
        channel = {"sales_channel_id[]": [self._channel]} if self._channel else {}
        try:
            return self._client.get("admin/orders", **channel, **params)
        except tk.NotThere:
            raise SourceRefused(
                f"{self._client.url} has no admin API of Medusa 2: put the address of the shop's server into url"
            ) from None

    # ── what comes back ──────────────────────────────────────────────────────────────────────

    def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
        """Put each order's number and id in TradeGecko into its metadata.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return tk.readable(
            lambda: tk.answer_each(receipts, lambda receipt: receipt.order_reference, self._note), "Medusa"
        )

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        """Record each shipment as one shipped fulfilment; a shipment seen before makes no second one.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return tk.readable(lambda: self._record(shipments), "Medusa")

    def _record(self, shipments: Sequence[Shipment]) -> Iterator[ItemResult]:
        location = location_of(self._client, self._location) if self._location and shipments else None
        yield from tk.record(shipments, Fulfilments(self._client, location), whole_units=False)

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        """Set what may be sold of each SKU at the stock location.

        Raises:
            SourceRefused: the stock location needs choosing; nothing was written.
            SourceUnavailable: the shop did not answer; nothing was written.
            SourceNeedsLogin: what was answered before it counts.
        """
        return tk.readable(lambda: self._set_levels(levels), "Medusa")

    def _set_levels(self, levels: Sequence[StockLevel]) -> Iterator[ItemResult]:
        if levels:
            location = location_of(self._client, self._location)
            yield from tk.set_levels(levels, Shelves(self._client, location))

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterator[ItemResult]:
        """Update name and description of the products that have one of these SKUs; creates none.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return tk.readable(lambda: Catalogue(self._client, self._price_currency).update(products), "Medusa")

    def cancel_orders(self, references: Sequence[str]) -> Iterator[ItemResult]:
        """Cancel orders whose money was not taken.

        Raises:
            SourceNeedsLogin: what was answered before it counts.
        """
        return tk.readable(lambda: tk.answer_each(references, lambda reference: reference, self._cancel), "Medusa")

    def _note(self, receipt: DeliveryReceipt) -> ItemResult:
        path, reference = f"admin/orders/{receipt.order_reference}", receipt.order_reference
        wanted = {"tradegecko_number": receipt.remote_number, "tradegecko_id": str(receipt.remote_id)}
        known = self._client.get(path, fields="id,metadata").data["order"]["metadata"] or {}
        if known | wanted != known:
            self._client.post(path, {"metadata": wanted}, repeatable=True)
        return tk.accepted(reference)

    def _cancel(self, reference: str) -> ItemResult:
        path = f"admin/orders/{reference}"
        order = self._client.get(path, fields="id,display_id,custom_display_id,status,payment_status").data["order"]
        if order["status"] == CANCELED:
            return tk.accepted(reference)
        if order["payment_status"] in _CAPTURED:
            raise SourceRefused(
                f"order {number_of(order)} is paid, and Medusa would pay it back: cancel or refund it in Medusa"
            )
        self._client.post(f"{path}/cancel", {})
        return tk.accepted(reference)


def _count(answer: tk.Answer) -> int:
    """How many orders there are in all.

    Raises:
        SourceUnavailable: it does not say.
    """
    try:
        return whole_number(answer.data["count"])
    except (KeyError, TypeError, ValueError):
        raise SourceUnavailable("Medusa's list of orders does not say how many there are: is url its server?") from None
