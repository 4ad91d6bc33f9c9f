"""An engine on the sandbox with everything at hand."""

from __future__ import annotations

from typing import Any

from attrs import evolve

from tests.support import HandClock, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Customer, SourceOrder
from tradegecko_bridge.engine import Outcome, Report
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.tradegecko.records import Order


class Bench:
    """One connection called ``shop``; its clock is moved by hand."""

    def __init__(self, sandbox: Sandbox, client: TradeGeckoClient, source: ListSource, **options: Any) -> None:
        self.sandbox, self.client, self.source = sandbox, client, source
        self.store = options.pop("store", None) or MemoryStore()
        self.clock = HandClock()
        mirrored = TradeGeckoGateway(client, mirror=self.store.mirror, clock=self.clock)
        self.engine = SyncEngine(
            "shop",
            source=source,
            gateway=options.pop("gateway", None) or mirrored,
            store=self.store,
            clock=self.clock,
            worker="tester",
            **options,
        )

    def deliver(self) -> Report:
        """Deliver, an hour after the last time."""
        self.clock.move(hours=1)
        return self.engine.deliver_orders()

    def remote(self) -> list[Order]:
        """Every order of the account, void and deleted ones too."""
        return list(self.client.orders.list(status=["draft", "active", "finalized", "fulfilled", "void", "deleted"]))

    def state(self, number: str) -> OrderState:
        """What the ledger says of an order."""
        (entry,) = self.store.entries(number=number)
        return OrderState(entry.state)

    def writes(self) -> list[str]:
        """Paths of all requests so far that could change something."""
        return [request["path"] for request in self.sandbox.requests() if request["method"] != "GET"]

    def ship(self, number: str, units: dict[str, int], **fields: object) -> int:
        """Finalize an order if need be and ship units of its SKUs, as a warehouse would; the fulfilment's id."""
        (order,) = [order for order in self.remote() if order.order_number == number]
        if order.status != "finalized":
            self.client.orders.update(order.id, {"status": "finalized"})
        skus = {variant.id: variant.sku for variant in self.client.variants.list()}
        lines = {skus[line.variant_id]: line.id for line in self._lines(order.id) if line.variant_id}
        items = [{"order_line_item_id": lines[sku], "quantity": n} for sku, n in units.items()]
        fulfillment = {"order_id": order.id, "status": "fulfilled", "fulfillment_line_items": items, **fields}
        return self.client.fulfillments.create(fulfillment).id

    def _lines(self, order_id: int) -> Any:
        return self.client.order_line_items.list(order_id=order_id)


def stranger(email: str, number: str) -> SourceOrder:
    """An order of somebody who has nothing in common with other customers."""
    order = an_order(number)
    assert order.shipping_address is not None
    address = evolve(order.shipping_address, first_name=email, last_name=None, company=None, phone=None, email=None)
    return evolve(order, customer=Customer(email=email), shipping_address=address, billing_address=None)


def outcomes(report: Report) -> dict[str, Outcome]:
    """What became of each item; of several of one name the last."""
    return {item.name: item.outcome for item in report.items}


def detail(report: Report, name: str) -> str:
    """What is said of the only item of this name."""
    (found,) = [item.detail for item in report.items if item.name == name]
    return found
