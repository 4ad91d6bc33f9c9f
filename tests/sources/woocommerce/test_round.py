"""A whole round: an order out of WooCommerce, its shipment and the stock back into it."""

from __future__ import annotations

from decimal import Decimal

import pytest

from tests.sources.woocommerce.driver import WooDriver
from tests.sources.woocommerce.stand_in import Kind
from tests.support import ALL_ORDERS
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.testing import Wanted, WantedLine


@pytest.mark.parametrize(
    "kind", [Kind(zone="Asia/Tokyo"), Kind(version=(5, 2), over_tls=True, zone="America/Toronto")], ids=["now", "then"]
)
def test_out_and_back(kind: Kind, sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Each once; the shop's own change by it is no change to anybody; a cash order goes out as well."""
    with WooDriver(kind) as driver:
        lines = (WantedLine(quantity=2, discount=Decimal("1.00")), WantedLine(sku="MUG-RED"))
        paid = driver.place(Wanted(lines=lines))
        cash = driver.records.place(Wanted())
        cash.paid = None
        store = MemoryStore()

        def engine() -> SyncEngine:
            return SyncEngine(
                "woo", source=driver.source(), gateway=TradeGeckoGateway(client), store=store, settings=ALL_ORDERS
            )

        report = engine().run()
        assert "2 delivered" in str(report), str(report)
        sandbox.ship(paid, finalize=True, tracking_number="1Z1", tracking_company="UPS")
        report = engine().run()
        assert "problem" not in str(report), str(report)
        assert [one.tracking for one in driver.parcels(paid)] == [("1Z1",)]
        assert driver.order(paid).status == "completed"
        assert [one[:10] for one in driver.receipts(paid)] == ["TradeGecko"]
        again = str(engine().run())
        assert "problem" not in again, again
        assert "delivered" not in again, again
        assert len(driver.parcels(paid)) == 1
        assert driver.stock("MUG-BLUE") != 10
