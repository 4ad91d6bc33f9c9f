"""A shop that knows what it was told, and the plugin through which a worker tells it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from attrs import define, evolve, field

from tests.simulation.scheduler import MINUTE, SECOND
from tradegecko_bridge.commerce import ItemResult, ProductDetails, Shipment, SourceOrder, StockLevel, Verdict
from tradegecko_bridge.errors import SourceNeedsLogin, SourceUnavailable

if TYPE_CHECKING:
    from tests.way_back.world import BackWorld

TIMEOUT: Final = 30 * SECOND
LATE: Final = 4 * MINUTE
"""How much later than anybody waits for it something may still reach a shop."""
Key = tuple[str, str]
"""A kind of thing, and which."""


@define
class Shop:
    """What a shop shows, and all it has ever heard. It does not know the SKUs ``unknown``, and refuses some things."""

    name: str
    takes_back: bool
    orders: dict[str, SourceOrder] = field(factory=dict)
    stock: dict[str, Decimal] = field(factory=dict)
    shipments: dict[str, Shipment] = field(factory=dict)
    products: dict[str, ProductDetails] = field(factory=dict)
    unknown: set[str] = field(factory=set)
    refused: dict[Key, str] = field(factory=dict)
    """What it would not have when it was last told of it: it will not have that later either."""
    heard: list[tuple[Key, str]] = field(factory=list)

    def place(self, order: SourceOrder) -> None:
        """An order of a customer."""
        self.orders[order.reference] = evolve(order, cursor=str(len(self.orders) + 1))

    def take(self, kind: str, item: Any, *, refuses: bool) -> ItemResult:
        """One thing it is told."""
        key = item if isinstance(item, str) else item.sku if isinstance(item, StockLevel) else item.reference
        thing = (kind.removeprefix("un"), key)
        self.heard.append(((kind, key), repr(item)))
        if kind == "stock" and key in self.unknown:
            return ItemResult(key=key, verdict=Verdict.IGNORED)
        if refuses or self.refused.get(thing) == f"{kind} {item}":
            self.refused[thing] = f"{kind} {item}"
            return ItemResult(key=key, verdict=Verdict.REFUSED, message="not this one")
        self.refused.pop(thing, None)
        self._apply(kind, key, item)
        return ItemResult(key=key, verdict=Verdict.ACCEPTED)

    def _apply(self, kind: str, key: str, item: Any) -> None:
        if kind == "stock":
            self.stock[key] = item.available
        elif kind == "shipments":
            self.shipments[key] = item
        elif kind == "products":
            self.products[key] = item
        else:
            (self.shipments if kind == "unshipments" else self.products).pop(key, None)


class SimulatedSource:
    """The plugin of a shop that takes nothing back: what is told travels, and may be lost, late or half taken."""

    def __init__(self, world: BackWorld, shop: Shop) -> None:
        self.name = shop.name
        self._world = world
        self._shop = shop

    def fetch_orders(self, after: str | None) -> Iterator[SourceOrder]:
        self._world.point("source.fetch_orders", 200_000)
        yield from list(self._shop.orders.values())[int(after or 0) :]

    def accept_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        return self._tell("shipments", shipments)

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        return self._tell("stock", levels)

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterable[ItemResult]:
        return self._tell("products", products)

    def _tell(self, kind: str, items: Sequence[Any]) -> Iterable[ItemResult]:
        world, happens, scheduler = self._world, self._world.faults.happens, self._world.scheduler
        world.point(f"{self.name} is told {len(items)} {kind}", 100_000, "at it")
        if happens("shop down"):
            raise SourceUnavailable("simulated: the shop is down")
        if happens("shop needs login"):
            raise SourceNeedsLogin("simulated: log in")
        breaks, partly = happens("shop's code breaks"), happens("telling partly")
        if breaks and breaks.amount < 0.5:
            raise KeyError("simulated")
        some = items[: int(partly.amount * len(items))] if partly else items
        lost, unanswered = happens("telling lost"), happens("telling unanswered")
        slow, late = happens("telling slow"), happens("telling late")
        ticket, teller = scheduler.ticket(), scheduler.current
        there = world.duration(200_000) + (TIMEOUT + int(late.amount * LATE) if late else 0)

        def arrive() -> None:
            results = list(self._take(kind, some))
            if not unanswered:
                scheduler.wake(teller, ticket, results, delay=int(slow.amount * LATE) if slow else SECOND)

        if not lost:
            (world.in_time if late else scheduler.after)(there, arrive)
        results: list[ItemResult] | None = scheduler.wait(TIMEOUT + LATE if slow else TIMEOUT)
        if results is None:
            raise SourceUnavailable("simulated: no answer in time")
        yield from results
        if breaks:
            raise KeyError("simulated")
        if partly:
            raise SourceUnavailable("simulated: it broke off")

    def _take(self, kind: str, items: Iterable[Any]) -> Iterator[ItemResult]:
        happens = self._world.faults.happens
        for item in items:
            if happens("item fails"):
                key = item if isinstance(item, str) else getattr(item, "sku", None) or item.reference
                yield ItemResult(key=key, verdict=Verdict.FAILED, message="just now")
                continue
            answer = self._shop.take(kind, item, refuses=happens("shop refuses") is not None)
            self._world.story.tell(self.name, f"{kind} {answer.key}: {answer.verdict} {_short(item)}")
            if not happens("item unanswered"):
                yield answer


class TakesBack(SimulatedSource):
    """The plugin of a shop that takes things back."""

    def withdraw_tracking(self, shipments: Sequence[Shipment]) -> Iterable[ItemResult]:
        return self._tell("unshipments", shipments)

    def withdraw_products(self, references: Sequence[str]) -> Iterable[ItemResult]:
        return self._tell("unproducts", references)


def _short(item: Any) -> str:
    if isinstance(item, StockLevel):
        return str(item.available)
    if isinstance(item, Shipment):
        units = ", ".join(f"{one.quantity} × {one.sku}" for one in item.items)
        return f"{units} of {item.order_number} {item.tracking_numbers}{' all' if item.completes_order else ''}"
    return item if isinstance(item, str) else ", ".join(str(one.sku) for one in item.variants)


Plugin = Callable[["BackWorld", Shop], SimulatedSource]
