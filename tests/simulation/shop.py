"""The source's side: a shop whose orders change, and the plugin each worker reads it with."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from attrs import evolve

from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.errors import SourceUnavailable
from tradegecko_bridge.testing.builders import a_line, an_order

if TYPE_CHECKING:
    from tests.simulation.world import World


class Shop:
    """All orders by name, each with every version of its content, and the feed of changes that a cursor counts.

    The name of an order goes along as its only tag, so that it is known whatever becomes of reference, number or mark.
    """

    def __init__(self) -> None:
        self.versions: dict[str, list[SourceOrder]] = {}
        self.feed: list[str] = []

    def place(self, name: str, reference: str, number: str, customer: str, quantity: int, at: datetime) -> None:
        """A new order."""
        address = Address(first_name=customer, address1="1 King St W", city="Toronto", country="CA")
        order = an_order(
            number,
            reference=reference,
            tags=(name,),
            lines=[a_line(quantity=quantity)],
            placed_at=at,
            customer=Customer(email=f"{customer}@example.com"),
            shipping_address=address,
        )
        self._give(order)

    def change(self, name: str, **fields: Any) -> None:
        """New content for an order."""
        self._give(evolve(self.newest(name), **fields))

    def requantify(self, name: str) -> None:
        """One unit more of its goods."""
        (line,) = self.newest(name).lines
        self.change(name, lines=(evolve(line, quantity=line.quantity + Decimal(1)),))

    def newest(self, name: str) -> SourceOrder:
        """An order as it is now."""
        return self.versions[name][-1]

    def _give(self, order: SourceOrder) -> None:
        (name,) = order.tags
        self.versions.setdefault(name, []).append(order)
        self.feed.append(name)

    def since(self, position: int) -> Iterator[SourceOrder]:
        """What was placed or changed since, each order once, as it is now."""
        last = {name: place for place, name in enumerate(self.feed)}
        for place in range(position, len(self.feed)):
            if last[self.feed[place]] == place:
                yield evolve(self.newest(self.feed[place]), cursor=str(place + 1))


class SimulatedSource:
    """The plugin: an :class:`tradegecko_bridge.ports.OrderSource`."""

    name = "shop"

    def __init__(self, world: World) -> None:
        self._world = world

    def fetch_orders(self, after: str | None) -> Iterator[SourceOrder]:
        world = self._world
        world.point("source.fetch_orders", 200_000)
        position = int(after or 0)
        if repeats := world.faults.happens("source repeats"):
            position = int(position * repeats.amount)
        down = world.faults.happens("source down")
        found = list(world.shop.since(position))
        for count, order in enumerate(found):
            if down and count >= down.amount * len(found):
                raise SourceUnavailable("simulated: the shop is down")
            yield order
        if down:
            raise SourceUnavailable("simulated: the shop is down")
