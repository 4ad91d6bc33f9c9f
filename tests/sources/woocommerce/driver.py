"""The stand-in as the checks of sources drive it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from decimal import Decimal
from types import TracebackType
from typing import Any, Final, Self

import httpx

from tests.sources.woocommerce.records import Order
from tests.sources.woocommerce.stand_in import KEY, SECRET, SECRETS, Kind, WooShop
from tradegecko_bridge.sources.toolkit import Retries
from tradegecko_bridge.sources.woocommerce import WooCommerceSource
from tradegecko_bridge.sources.woocommerce.fulfilment import OURS
from tradegecko_bridge.testing import Fault, ShownParcel, Wanted
from tradegecko_bridge.testing.fake_shop.server import Server

QUICK = Retries(attempts=2, first_wait=0.0)
HOME = "https://shop.example"


def a_source(url: str = HOME, **options: Any) -> WooCommerceSource:
    """With small pages and short waits."""
    usual = {"consumer_key": KEY, "consumer_secret": SECRET, "page_size": 3, "timeout": 0.25, "retries": QUICK}
    return WooCommerceSource(url, **{**usual, **options})


class BehindTls(httpx.BaseTransport):
    """What a server does that ends TLS: the shop gets the request over http."""

    def __init__(self, url: str) -> None:
        self._to = httpx.URL(url)
        self._inner = httpx.HTTPTransport(trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.url = request.url.copy_with(scheme="http", host=self._to.host, port=self._to.port)
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


class WooDriver:
    """A shop of a kind, new for each check."""

    skus: Final = ("MUG-BLUE", "MUG-RED", "TEE-M", "TEE-L")
    refused_sku: Final = "TEE-L"
    secrets: Final = SECRETS

    def __init__(self, kind: Kind | None = None, **options: Any) -> None:
        self.shop = WooShop(kind or Kind())
        self.records = self.shop.records
        self._options = options
        self._server = Server(self.shop, slow=0.5)
        self._made: list[WooCommerceSource] = []

    def __enter__(self) -> Self:
        self._server.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for source in self._made:
            source.close()
        self._server.stop()

    def source(self) -> WooCommerceSource:
        """Another source."""
        if self.shop.kind.over_tls:
            made = a_source(transport=BehindTls(self._server.url), **self._options)
        else:
            made = a_source(self._server.url, **self._options)
        self._made.append(made)
        return made

    def order(self, reference: str) -> Order:
        """One of its orders."""
        return self.records.orders[int(reference)]

    def _placed(self, order: Order) -> str:
        if self.shop.kind.own_numbers:
            order.number = f"WC-{order.id}/26"
        return str(order.id)

    def place(self, wanted: Wanted) -> str:
        return self._placed(self.records.place(wanted))

    def place_together(self, wanted: Sequence[Wanted]) -> Sequence[str]:
        at = self.records.tick()
        return [self._placed(self.records.place(one, at=at)) for one in wanted]

    def place_unready(self) -> str:
        return self._placed(self.records.place(Wanted(), status="on-hold"))

    def make_ready(self, reference: str) -> None:
        self.records.set_status(self.order(reference), "processing")

    def place_unreadable(self) -> str:
        order = self.records.place(Wanted())
        order.lines[0].quantity = "some"
        return self._placed(order)

    def change(self, reference: str) -> None:
        self.order(reference).lines[0].quantity += 1
        self.records.touch(self.order(reference))

    def cancel(self, reference: str) -> None:
        self.records.set_status(self.order(reference), "cancelled")

    def total(self, reference: str) -> Decimal:
        return self.records.total(self.order(reference))

    def empty_pages(self) -> None:
        self.shop.hidden = True

    def break_line(self, fault: Fault, *, after: int = 0) -> None:
        self.shop.line.break_with(fault, after)

    def mend(self) -> None:
        self.shop.line.mend()

    def parcels(self, reference: str) -> Sequence[ShownParcel]:
        order = self.order(reference)
        kept = [
            ShownParcel(
                contents={str(line["line"]): Decimal(line["units"]) for line in one["lines"]},
                tracking=tuple(one["tracking"]),
            )
            for one in order.meta.get(OURS, ())
        ]
        return kept + [_shown(one) for one in order.fulfilments]

    def stock(self, sku: str) -> Decimal:
        return Decimal(self._product(sku).stock or 0)

    def reserve(self, sku: str, units: int) -> None:
        product = self._product(sku)
        product.stock = (product.stock or 0) - units

    def product(self, sku: str) -> tuple[str, str]:
        found = self._product(sku)
        found = self.records.products[found.parent or found.id]
        return found.name, found.description

    def receipts(self, reference: str) -> Sequence[str]:
        return [one for one in self.order(reference).notes if one.startswith("TradeGecko")]

    def bad_options(self) -> Mapping[str, Callable[[], object]]:
        return {
            "no address": lambda: a_source("shop.example"),
            "a password in the address": lambda: a_source("https://ann:pw@shop.example"),
            "an address across the network without https": lambda: a_source("http://shop.example"),
            "pages of nothing": lambda: a_source(page_size=0),
            "pages larger than WooCommerce's": lambda: a_source(page_size=101),
            "a key that is none": lambda: a_source(consumer_key="admin"),
            "a secret that is none": lambda: a_source(consumer_secret=KEY),
            "one status": lambda: a_source(ready_statuses="processing"),
            "parcels nowhere": lambda: a_source(parcels="somewhere"),
            "no time": lambda: a_source(timeout=0),
            "no overlap": lambda: a_source(overlap=timedelta(0)),
        }

    def _product(self, sku: str) -> Any:
        return next(one for one in self.records.products.values() if one.sku == sku)


def _shown(fulfilment: Any) -> ShownParcel:
    fields = {one["key"]: one["value"] for one in fulfilment["meta_data"]}
    return ShownParcel(
        contents={str(one["item_id"]): Decimal(one["qty"]) for one in fields["_items"]},
        tracking=tuple(filter(None, fields.get("_tracking_number", "").split(", "))),
    )
