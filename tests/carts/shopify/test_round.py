"""The whole round: a customer buys at Shopify, TradeGecko's sandbox has the order, and Shopify hears of what became of
it."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.engine import Outcome


def test_out_and_back(shop: Any) -> None:
    """Delivered to the cent with a tip, shipped from two of Shopify's locations, stock and receipt told; in the end a
    return is noted, and nothing of all that is a change of the order."""
    from tests.carts.shopify.driver import source

    now = datetime.now(UTC)
    shop.records.now = now
    shop.records.locations[2] = "Montreal"
    lines = [shop.records.line(quantity=2), shop.records.line(sku="TEE-M", price=Decimal(25), location=2)]
    order = shop.records.place(lines, at=now, tip=Decimal("5.00"))
    reference = str(order.id)
    with (
        source(shop) as shopify,
        Sandbox() as sandbox,
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
    ):
        engine = SyncEngine("shopify", source=shopify, gateway=TradeGeckoGateway(client), store=MemoryStore())
        (delivered,) = engine.deliver_orders().items
        assert (delivered.name, delivered.outcome) == (order.name, Outcome.DELIVERED)
        (there,) = client.orders.list(order_number=order.name)
        assert there.total == order.total
        assert order.name in shop.receipts(reference)[0]
        sandbox.ship(order.name, finalize=True, tracking_number="1Z1", tracking_company="UPS")
        assert [item.outcome for item in engine.sync_tracking().items] == [Outcome.SENT]
        assert [one.tracking for one in shop.parcels(reference)] == [("1Z1",), ("1Z1",)]
        shop.records.refund(order, {order.lines[0].id: 1})
        report = engine.deliver_orders()
        assert not [item for item in report.items if item.outcome is Outcome.HELD], str(report)
