"""An order source of one's own: a name, one method, and one more for each thing it can take back."""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from tradegecko_bridge import (
    ConnectionSettings,
    MemoryStore,
    Sandbox,
    SyncEngine,
    TradeGeckoClient,
    TradeGeckoGateway,
)
from tradegecko_bridge.commerce import (
    Address,
    Customer,
    ItemResult,
    OrderLine,
    SourceOrder,
    StockLevel,
    Verdict,
)


class Market:
    """A market that numbers its orders; the number is its cursor."""

    name = "market"

    def __init__(self) -> None:
        self.sales = [(1, "MUG-BLUE", 2), (2, "TEE-M", 1)]
        self.shelf: dict[str, Decimal] = {}

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:
        """Everything after the cursor, oldest first."""
        return (self._order(*sale) for sale in self.sales if sale[0] > int(after or 0))

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        """One answer for each level: this market sells mugs and tees and ignores everything else."""
        for level in levels:
            if level.sku.startswith(("MUG", "TEE")):
                self.shelf[level.sku] = level.available
                yield ItemResult(key=level.sku, verdict=Verdict.ACCEPTED)
            else:
                yield ItemResult(key=level.sku, verdict=Verdict.IGNORED)

    def _order(self, number: int, sku: str, quantity: int) -> SourceOrder:
        return SourceOrder(
            reference=str(number),
            number=f"M-{number}",
            cursor=str(number),
            placed_at=datetime(2026, 11, 2, 9, number, tzinfo=UTC),
            currency="CAD",
            lines=(OrderLine(reference="1", sku=sku, quantity=Decimal(quantity), price=Decimal("19.99")),),
            customer=Customer(last_name="Lee", email="ann@example.com"),
            shipping_address=Address(last_name="Lee", address1="1 King St W", city="Toronto", country="CA"),
        )


with Sandbox() as sandbox, TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
    market = Market()
    settings = ConnectionSettings(earliest_order=date(2026, 11, 1))  # else sales of before the first run are held
    gateway = TradeGeckoGateway(client)
    engine = SyncEngine("market", source=market, gateway=gateway, store=MemoryStore(), settings=settings)
    print(engine.run())
    print("on the shelf:", {sku: str(units) for sku, units in sorted(market.shelf.items())})
    assert market.shelf["MUG-BLUE"] == 148  # 150 less the 2 that were just sold
    market.sales.append((3, "MUG-RED", 1))
    print(engine.run())
