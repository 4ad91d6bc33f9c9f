"""The main job on real input: a shopper buys in a real Vendure shop, TradeGecko's sandbox has the order, the warehouse
ships it, and the shop shows it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path

import pytest

from tests.carts.vendure.shop import VendureShop
from tests.carts.vendure.warehouse import find, ship
from tradegecko_bridge import Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway, VendureSource
from tradegecko_bridge.engine import Outcome, Report
from tradegecko_bridge.ledger import OrderState


@pytest.fixture
def source(vendure_shop: VendureShop) -> Iterator[VendureSource]:
    """The running shop as an order source."""
    source = VendureSource(vendure_shop.admin_url, username=vendure_shop.username, password=vendure_shop.password)
    with source:
        yield source


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A ledger of this test's own."""
    with closing(SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}")) as store:
        yield store


@pytest.fixture
def engine(client: TradeGeckoClient, source: VendureSource, store: SqlStore) -> SyncEngine:
    """The shop wired to the sandbox, with what other tests left in the shop already taken in."""
    engine = SyncEngine("vendure", source=source, gateway=TradeGeckoGateway(client), store=store)
    engine.deliver_orders()
    return engine


def of(report: Report, code: str) -> list[Outcome]:
    return [item.outcome for item in report.items if item.name == code]


def test_an_order_goes_out_and_its_shipments_come_back(
    vendure_shop: VendureShop, client: TradeGeckoClient, engine: SyncEngine, store: SqlStore
) -> None:
    """Placed, delivered to the cent, shipped partly, then fully; Vendure shows states and tracking codes."""
    code = vendure_shop.place_order({"MUG-BLUE": 2, "TEE-M": 3})
    assert of(engine.deliver_orders(), code) == [Outcome.DELIVERED]
    order = find(client, code)
    assert order.total == Decimal("144.06"), "the shop's own grand total"
    assert order.email == "ann@example.com"

    ship(client, code, {"MUG-BLUE": 2, "TEE-M": 1}, "1Z-FIRST")
    assert of(engine.sync_tracking(), code) == [Outcome.SENT]
    assert vendure_shop.order(code)["state"] == "PartiallyShipped"
    assert store.entries(number=code)[0].state is OrderState.DELIVERED

    ship(client, code, {"TEE-M": 2}, "1Z-SECOND")
    assert of(engine.sync_tracking(), code) == [Outcome.SENT]
    shown = vendure_shop.order(code)
    assert shown["state"] == "Shipped"
    assert [parcel["trackingCode"] for parcel in shown["fulfillments"]] == ["1Z-FIRST", "1Z-SECOND"]
    assert store.entries(number=code)[0].state is OrderState.CONFIRMED

    again = engine.run()
    assert of(again.reports[0], code) == []
    assert of(again.reports[1], code) == []
    assert len(vendure_shop.order(code)["fulfillments"]) == 2


def test_a_shipment_taken_back_is_cancelled_and_ships_anew(
    vendure_shop: VendureShop, client: TradeGeckoClient, engine: SyncEngine, store: SqlStore
) -> None:
    """Voided in TradeGecko: Vendure cancels that fulfilment alone, and takes what leaves in its place."""
    code = vendure_shop.place_order({"MUG-BLUE": 1, "TEE-M": 1})
    engine.deliver_orders()
    first = ship(client, code, {"MUG-BLUE": 1}, "1Z-BACK")
    assert of(engine.sync_tracking(), code) == [Outcome.SENT]
    client.fulfillments.delete(first)
    assert of(engine.sync_tracking(), code) == [Outcome.SENT]
    assert _states(vendure_shop, code) == {"1Z-BACK": "Cancelled"}

    ship(client, code, {"MUG-BLUE": 1, "TEE-M": 1}, "1Z-AGAIN")
    assert of(engine.sync_tracking(), code) == [Outcome.SENT]
    assert _states(vendure_shop, code) == {"1Z-BACK": "Cancelled", "1Z-AGAIN": "Shipped"}
    assert vendure_shop.order(code)["state"] == "Shipped"
    assert store.entries(number=code)[0].state is OrderState.CONFIRMED


def _states(shop: VendureShop, code: str) -> dict[str, str]:
    return {one["trackingCode"]: one["state"] for one in shop.order(code)["fulfillments"]}


def test_stock_seen_in_the_shop(vendure_shop: VendureShop, client: TradeGeckoClient, engine: SyncEngine) -> None:
    """What the shop may sell is what TradeGecko has available; what the shop itself reserved is counted on top."""
    vendure_shop.place_order({"TEE-L": 4})
    engine.run()
    (variant,) = client.variants.list(sku="TEE-L")
    available = (variant.stock_on_hand or 0) - (variant.committed_stock or 0)
    shop = vendure_shop.stock("TEE-L")
    assert shop.on_hand - shop.allocated == available


def test_a_sku_that_is_missing_holds_its_order_alone(
    vendure_shop: VendureShop, client: TradeGeckoClient, engine: SyncEngine
) -> None:
    """An order with an unknown SKU waits; the one behind it goes out; created over there, the first follows."""
    waiting = vendure_shop.place_order({"MUG-BLUE": 1, "HAT-ONE": 1})
    going = vendure_shop.place_order({"MUG-BLUE": 1})
    report = engine.deliver_orders()
    assert (of(report, waiting), of(report, going)) == ([Outcome.HELD], [Outcome.DELIVERED])
    client.products.create({"name": "Hat", "variants": [{"sku": "HAT-ONE", "retail_price": "30"}]})
    assert of(engine.deliver_orders(), waiting) == [Outcome.DELIVERED]


def test_a_cart_filled_earlier_and_placed_later(
    vendure_shop: VendureShop, client: TradeGeckoClient, engine: SyncEngine
) -> None:
    """A cart that was open when the shop was read is found once it is placed, though its change clock stands still."""
    cart = vendure_shop.open_cart({"MUG-BLUE": 1})
    assert of(engine.deliver_orders(), cart.code) == []
    vendure_shop.finish_cart(cart)
    assert of(engine.deliver_orders(), cart.code) == [Outcome.DELIVERED]
    assert find(client, cart.code).total is not None


def test_an_answer_lost_makes_no_second_order(
    vendure_shop: VendureShop, sandbox: Sandbox, client: TradeGeckoClient, engine: SyncEngine
) -> None:
    """TradeGecko made the order and its answer was lost: still one order."""
    code = vendure_shop.place_order({"MUG-BLUE": 1})
    sandbox.fault("POST", "/orders", "drop_after_commit")
    assert of(engine.deliver_orders(), code) == [Outcome.ADOPTED]
    assert len(list(client.orders.list(order_number=code))) == 1
