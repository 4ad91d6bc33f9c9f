"""A shop told of shipments, stock and products by workers that die: some for the tests, many in the long form."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from random import Random
from typing import Any, Final

from tests.chaos.boundaries import Doom
from tests.chaos.campaign import Tally
from tests.chaos.ground import LEASE, Ground, Grounds, account
from tests.chaos.kept_shop import KeptShop, kept
from tests.chaos.victim import Job
from tests.chaos.workers import run, workers
from tradegecko_bridge import TradeGeckoClient
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine import ConnectionSettings
from tradegecko_bridge.testing.builders import a_line, an_order

BACK: Final = ("sync_tracking", "sync_inventory", "sync_products")
SETTINGS: Final = ConnectionSettings(order_status="finalized", products=True, stock_brake=Decimal(100))
SKUS: Final = ("MUG-BLUE", "TEE-M", "TEE-S")


def two_orders() -> list[SourceOrder]:
    """One with the same SKU on two lines, and one of another."""
    same = [a_line("MUG-BLUE", 1, reference="first"), a_line("MUG-BLUE", 1, reference="second")]
    return [an_order("1001", same), an_order("1002", [a_line("TEE-M", 3)])]


class Stage:
    """A ground with a kept shop whose orders have arrived; people ship, take back and count."""

    def __init__(self, ground: Ground, orders: Sequence[SourceOrder] | None = None) -> None:
        self.ground = ground
        self.orders = two_orders() if orders is None else list(orders)
        self.shop = KeptShop(ground.folder / f"shop-{id(ground)}")
        self.shop.path.unlink(missing_ok=True)
        assert run(self.job(operations=("deliver_orders",))) is not None

    def job(self, **fields: Any) -> Job:
        """A worker's job on the way back; what is the shop's goes to the shop."""
        own = {name: fields.pop(name) for name in ("pause", "loses", "fails") if name in fields}
        given = {"operations": BACK, "settings": SETTINGS, "source": kept(self.shop.path, self.orders, **own)}
        return self.ground.job(self.orders, **{**given, **fields})

    def settle(self) -> None:
        """Runs without any fault, until what waits has been told."""
        for pause in (LEASE.total_seconds(), 3600):
            self.ground.advance(pause)
            assert run(self.job()) is not None

    # ── people ───────────────────────────────────────────────────────────────────────────────

    def ship(self, number: str, line: int, units: int, tracking: str) -> str:
        """Some units of an order's line leave; the shipment's id."""
        with account(self.ground) as client:
            (order,) = client.orders.list(order_number=number)
            lines = sorted(one.id for one in client.order_line_items.list(order_id=order.id) if one.variant_id)
            items = [{"order_line_item_id": lines[line], "quantity": units}]
            fields = {"order_id": order.id, "status": "fulfilled", "fulfillment_line_items": items}
            made = client.fulfillments.create({**fields, "tracking_number": tracking, "tracking_company": "UPS"})
            return str(made.id)

    def take_back(self, shipment: str) -> None:
        """A shipment is voided."""
        with account(self.ground) as client:
            client.fulfillments.delete(int(shipment))

    def count(self, sku: str, units: int) -> None:
        """So many units more, or less."""
        with account(self.ground) as client:
            (variant,) = client.variants.list(sku=sku)
            line = {"variant_id": variant.id, "quantity": units, "price": 5}
            at = {
                "stock_location_id": 1,
                "reason": "supplier" if units > 0 else "damaged",
            }
            client.stock_adjustments.create({**at, "stock_adjustment_line_items": [line]})

    # ── what must be ─────────────────────────────────────────────────────────────────────────

    def deviations(self) -> list[str]:
        """What the shop shows that is not so."""
        with account(self.ground) as client:
            levels = {sku: _available(client, sku) for sku in SKUS}
            left = {str(one.id): one.tracking_number or "" for one in client.fulfillments.list(status="fulfilled")}
        ours = {key: number for key, number in left.items() if number.startswith("1Z")}
        shown = {key: ", ".join(parcel[2]) for key, parcel in self.shop.shows("shipments").items()}
        stock = {sku: level for sku, level in self.shop.shows("stock").items() if sku in SKUS}
        found = [] if shown == ours else [f"shipments are {shown}, and should be {ours}"]
        return found if stock == levels else [*found, f"stock is {stock}, and should be {levels}"]


def _available(client: TradeGeckoClient, sku: str) -> str:
    (variant,) = client.variants.list(sku=sku)
    nothing = Decimal(0)
    free = sum(((at.stock_on_hand or nothing) - (at.committed or nothing) for at in variant.locations), nothing)
    return f"{max(free, nothing).normalize():f}"


def a_life(grounds: Grounds, tally: Tally, seed: int, *, rounds: int = 3) -> None:
    """Things happen; workers are killed somewhere, or hear no answer, and now and then there are two at once."""
    chance = Random(f"{seed}/way back")
    stage = Stage(grounds.new())
    shipped: list[str] = []
    waiting = [("1001", 0, 1), ("1001", 1, 1), ("1002", 0, 1), ("1002", 0, 2)]
    for number in range(rounds):
        for _ in range(chance.randint(1, 3)):
            if waiting and chance.random() < 0.5:
                order, line, units = waiting.pop(chance.randrange(len(waiting)))
                shipped.append(stage.ship(order, line, units, f"1Z{number}{len(shipped)}"))
            elif shipped and chance.random() < 0.3:
                stage.take_back(shipped.pop())
            else:
                stage.count(chance.choice(SKUS), chance.choice((-3, 2, 5)))
        dooms = [Doom(kill_at=chance.randint(1, 150)) for _ in range(chance.choice((1, 1, 2)))]
        lost = chance.randint(0, 2) * chance.randint(0, 40)
        jobs = [stage.job(doom=doom, worker=f"w{n}", loses=lost, pause=0.01) for n, doom in enumerate(dooms)]
        with workers(*jobs) as racers:
            tally.kills += sum(racer.end() is None for racer in racers)
        stage.ground.advance(chance.choice((30, LEASE.total_seconds(), 3600)))
    stage.settle()
    case = f"{grounds.ledgers.name}, seed {seed}, way back"
    tally.cases += 1
    tally.restarts += 2
    tally.deviations += [f"{case}: {deviation}" for deviation in stage.deviations()]
    if stage.shop.is_told_by_two():
        tally.deviations.append(f"{case}: two workers told the shop at once")


def killed_while_telling(grounds: Grounds, tally: Tally, moments: Sequence[str]) -> None:
    """Killed at each of these moments, with a shipment and a level to tell, which then are as they were before."""
    for moment in moments:
        stage = Stage(grounds.new())
        assert run(stage.job()) is not None
        shipment = stage.ship("1002", 0, 1, "1Z1")
        stage.ship("1002", 0, 2, "1Z2")
        stage.count("MUG-BLUE", 5)
        tally.kills += run(stage.job(doom=Doom(kill_named=moment))) is None
        stage.take_back(shipment)
        stage.count("MUG-BLUE", -5)
        stage.settle()
        tally.cases += 1
        tally.deviations += [f"{moment}: {deviation}" for deviation in stage.deviations()]
