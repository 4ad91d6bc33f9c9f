"""The stand-in as the kit drives a shop."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from tests.carts.shopify.records import Delivery, Order
from tests.carts.shopify.server import CLIENT_SECRET, TOKEN, StandIn
from tradegecko_bridge.sources.shopify import ShopifySource
from tradegecko_bridge.sources.shopify.notes import ORDER
from tradegecko_bridge.sources.shopify.parcels import DEAD, NAMESPACE
from tradegecko_bridge.sources.toolkit import Retries, shared
from tradegecko_bridge.testing import ShownParcel, Wanted

QUICK = Retries(attempts=2, first_wait=0.0)


def source(shop: StandIn, **options: Any) -> ShopifySource:
    """With small pages and short waits."""
    given: dict[str, Any] = {"access_token": TOKEN, "page_size": 3, "timeout": 10.0, "retries": QUICK}
    return ShopifySource(shop.url, **given | options)


class ShopifyDriver(StandIn):
    """A shop for the checks."""

    refused_sku = "BROKEN"
    secrets = (TOKEN, CLIENT_SECRET)

    def __enter__(self) -> ShopifyDriver:
        super().__enter__()
        return self

    def source(self) -> ShopifySource:
        """Another source, which is not patient."""
        return source(self, timeout=self.slow / 2)

    def place(self, wanted: Wanted) -> str:
        """An order."""
        return self._place(wanted, tick=True)

    def place_together(self, wanted: Sequence[Wanted]) -> Sequence[str]:
        """Orders of one second."""
        self.records.tick()
        return [self._place(one, tick=False) for one in wanted]

    def _place(self, wanted: Wanted, *, tick: bool) -> str:
        rates = (wanted.tax_rate / 100,)
        nets = [line.price * line.quantity - line.discount for line in wanted.lines]
        parts = shared(wanted.discount, nets)
        lines = [
            self.records.line(
                sku=line.sku, quantity=line.quantity, price=line.price, discount=line.discount + part, rates=rates
            )
            for line, part in zip(wanted.lines, parts, strict=True)
        ]
        delivery = Delivery(id=next(self.records.ids), price=wanted.shipping, rates=rates)
        included = wanted.prices_include_tax
        order = self.records.place(lines, at=wanted.at, tick=tick, shipping=[delivery], taxes_included=included)
        return str(order.id)

    def order(self, reference: str) -> Order:
        """One of them."""
        return self.records.orders[int(reference)]

    def place_unready(self) -> str:
        """One on hold."""
        reference = self.place(Wanted())
        one = self.order(reference).fulfilment_orders[0]
        one.status, one.hold = "ON_HOLD", "High risk of fraud"
        return reference

    def make_ready(self, reference: str) -> None:
        """The hold is released; no clock of the order moves."""
        one = self.order(reference).fulfilment_orders[0]
        one.status, one.hold = "OPEN", None

    def place_unreadable(self) -> str:
        """One over which the shop breaks."""
        reference = self.place(Wanted())
        self.order(reference).broken = True
        return reference

    def change(self, reference: str) -> None:
        """One more unit of the first line."""
        order = self.order(reference)
        line = order.lines[0]
        line.quantity, line.current = line.quantity + 1, line.current + 1
        for item in order.fulfilment_orders[0].items.values():
            if item[0] == line.id:
                item[1] += 1
        self.records.touch(order)

    def cancel(self, reference: str) -> None:
        """It is canceled."""
        self.records.cancel(self.order(reference))

    def total(self, reference: str) -> Decimal:
        """What is paid."""
        return self.order(reference).current_total

    def empty_pages(self) -> None:
        """Each other page has nothing in it."""
        self.answers.empty_pages = True

    def parcels(self, reference: str) -> Sequence[ShownParcel]:
        """What was shipped."""
        return [
            ShownParcel(
                contents={str(line): Decimal(units) for line, units in one.items.items()}, tracking=tuple(one.tracking)
            )
            for one in self.order(reference).fulfilments
            if one.status not in DEAD
        ]

    def stock(self, sku: str) -> Decimal:
        """What would be sold."""
        return Decimal(self._level(sku)[0])

    def reserve(self, sku: str, units: int) -> None:
        """An order takes units."""
        level = self._level(sku)
        level[0], level[1] = level[0] - units, level[1] + units

    def _level(self, sku: str) -> list[int]:
        return next(one for one in self.records.variants.values() if one.sku == sku).levels[1]

    def product(self, sku: str) -> tuple[str, str]:
        """What it is called."""
        one = next(one for one in self.records.variants.values() if one.sku == sku)
        return one.title, one.description

    def receipts(self, reference: str) -> Sequence[str]:
        """Where it went."""
        noted = self.order(reference).metafields.get((NAMESPACE, ORDER))
        return [noted] if noted else []

    def bad_options(self) -> Mapping[str, Callable[[], object]]:
        """What cannot work."""
        good: Any = {"access_token": "t"}
        return {
            "a shop that is no name": lambda: ShopifySource("acme", **good),
            "plain http": lambda: ShopifySource("http://acme.myshopify.com", **good),
            "no token": lambda: ShopifySource("acme.myshopify.com"),
            "two kinds of tokens": lambda: ShopifySource("a.b", **good, client_id="c", client_secret="s"),
            "half a login": lambda: ShopifySource("a.b", client_id="c"),
            "an unknown version": lambda: ShopifySource("a.b", **good, version="2020-01"),
            "pages of nothing": lambda: ShopifySource("a.b", **good, page_size=0),
            "another money": lambda: ShopifySource("a.b", **good, money="gold"),  # type: ignore[arg-type]
        }
