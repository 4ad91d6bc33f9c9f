"""What became of an order, and why: the ledger never forgets."""

from collections.abc import Iterable
from datetime import date

from tradegecko_bridge import (
    ConnectionSettings,
    MemoryStore,
    OrderState,
    Sandbox,
    SyncEngine,
    TradeGeckoClient,
    TradeGeckoGateway,
)
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.testing import a_line, an_order


class TwoOrders:
    """One that can be delivered and one that cannot yet."""

    name = "two orders"

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:
        """Both, once."""
        return [] if after else [an_order("1001"), an_order("1002", [a_line("NEW-SKU")])]


with Sandbox() as sandbox, TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
    store = MemoryStore()
    gateway = TradeGeckoGateway(client, mirror=store.mirror)
    settings = ConnectionSettings(earliest_order=date(2026, 11, 1))  # else orders of before the first run are held
    engine = SyncEngine("shop", source=TwoOrders(), gateway=gateway, store=store, settings=settings)
    engine.run()

    (held,) = store.entries(states=[OrderState.HELD])
    print(held.number, "is held:", held.reason and held.reason.text)
    for entry in store.entries():
        for event in store.history(entry.id):
            print(entry.number, event.was, "->", event.now, event.why)
