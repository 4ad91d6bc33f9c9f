"""A real Medusa: what is peculiar to it, and the main job from a shopper to the warehouse and back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.carts.medusa.driver import Driver
from tests.carts.medusa.install import missing
from tests.carts.medusa.shop import MedusaShop, money
from tests.carts.vendure.warehouse import find, ship
from tradegecko_bridge import Secret, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder, VariantDetails, Verdict
from tradegecko_bridge.engine import Outcome, Report
from tradegecko_bridge.errors import ConfigError, SourceNeedsLogin, SourceRefused
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.sources import MedusaSource
from tradegecko_bridge.testing import a_product, a_shipment, a_stock_level

BASKET = {"MUG-BLUE": 3, "TEE-M": 1}


@pytest.fixture
def shop(medusa_shop: MedusaShop) -> MedusaShop:
    """The running shop, without orders."""
    medusa_shop.clear()
    return medusa_shop


@pytest.fixture
def source(shop: MedusaShop) -> Iterator[MedusaSource]:
    """The running shop as an order source."""
    with shop.source() as source:
        yield source


def given(source: MedusaSource, reference: str) -> SourceOrder:
    """An order as the source gives it."""
    (order,) = source.fetch_order(reference)
    assert isinstance(order, SourceOrder)
    return order


# ── what an order is ─────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="session")
def codes(medusa_shop: MedusaShop) -> dict[str, str]:
    """Promotion codes by what they take off."""
    return {
        "before tax": medusa_shop.promotion("FIVE", 5),
        "with its tax": medusa_shop.promotion("FIVETAX", 5, is_tax_inclusive=True),
        "the shipping": medusa_shop.promotion("FREE", 100, target="shipping_methods"),
        "inside": medusa_shop.promotion("EURO", 5, currency="eur"),
    }


@pytest.mark.parametrize(
    ("country", "code", "digits", "inclusive"),
    [
        ("ca", None, 2, False),
        ("ca", "before tax", 2, False),
        ("ca", "with its tax", 2, False),
        ("ca", "the shipping", 2, False),
        ("de", None, 2, True),
        ("de", "inside", 2, True),
        ("jp", None, 0, False),
        ("kw", None, 3, False),
    ],
)
def test_money(
    shop: MedusaShop,
    source: MedusaSource,
    codes: dict[str, str],
    country: str,
    code: str | None,
    digits: int,
    inclusive: bool,
) -> None:
    """Medusa rounds neither tax nor discounts: what the lines come to is its total, rounded to the currency."""
    bought = shop.buy(BASKET, country, [codes[code]] if code else [])
    order = given(source, bought)
    total = Decimal(str(shop.order(bought)["total"]))
    assert order.totals.grand_total == round(total, digits)
    assert order.computed_totals.grand_total == order.totals.grand_total
    assert {line.price_includes_tax for line in order.priced} == {inclusive}
    assert all(part.tax == round(part.tax or 0, digits) for part in order.priced) or country == "kw"
    assert order.extra == ({"coupon_codes": codes[code]} if code else {})
    if country != "jp":
        assert [line.price for line in order.lines if line.sku == "TEE-M"] == [Decimal("6.25" if digits == 3 else 25)]


def test_codes_and_people(shop: MedusaShop, source: MedusaSource) -> None:
    """Country, currency and province are in capitals; a guest is called as whom the goods go to."""
    order = given(source, shop.buy({"MUG-BLUE": 1}))
    assert (order.currency, order.customer.full_name, order.customer.email) == ("CAD", "Ann Lee", "ann@example.com")
    address = order.shipping_address
    assert address is not None
    assert (address.country, address.region, address.city) == ("CA", "ON", "Toronto")
    assert (order.payment_status, order.paid, order.ready) == ("authorized", None, True)


def test_a_refund_changes_no_content(shop: MedusaShop, source: MedusaSource) -> None:
    """A refund lowers Medusa's total by a credit line; the order stays what it was, and says that it was refunded."""
    bought = shop.buy({"MUG-BLUE": 1})
    shop.pay(bought)
    before = given(source, bought)
    (collection,) = shop.order(bought)["payment_collections"]
    shop.admin("POST", f"payments/{collection['payments'][0]['id']}/refund", {"amount": 10})
    after = given(source, bought)
    assert money(shop.order(bought)["total"]) == (before.totals.grand_total or 0) - 10
    assert (after.totals, after.lines) == (before.totals, before.lines)
    assert (before.payment_status, after.payment_status, after.paid) == ("captured", "partially_refunded", True)


def test_an_edit_comes(shop: MedusaShop, source: MedusaSource) -> None:
    """More of a line, a line less, a new one: the order comes as it is now, and waits, for its payment is void."""
    bought = shop.buy(BASKET)
    (before,) = source.fetch_orders(None)
    shop.edit(bought, MUG_BLUE=4, TEE_M=0, HAT_ONE=1)
    after = list(source.fetch_orders(before.cursor))[-1]
    assert isinstance(after, SourceOrder)
    assert [(line.sku, line.quantity) for line in after.lines] == [("MUG-BLUE", Decimal(4)), ("HAT-ONE", Decimal(1))]
    assert after.computed_totals.grand_total == money(shop.order(bought)["total"])
    assert not after.ready


def test_a_draft_comes_when_it_is_an_order(shop: MedusaShop, source: MedusaSource) -> None:
    """A draft is no order; converted after others were read, it comes, though it was made before them."""
    address = {"first_name": "Dee", "country_code": "ca", "city": "Toronto"}
    items = [
        {"variant_id": shop.ids.variants["HAT-ONE"], "quantity": 2, "unit_price": 27.5},
        {"title": "Engraving", "quantity": 1, "unit_price": 5},
    ]
    draft = {"region_id": shop.ids.regions["ca"], "email": "dee@example.com", "sales_channel_id": shop.ids.channel}
    made = shop.admin("POST", "draft-orders", draft | {"items": items, "shipping_address": address})["draft_order"]
    shop.sql("""UPDATE "order" SET created_at = created_at - interval '9 days' WHERE id = %s""", made["id"])
    bought = shop.buy({"MUG-BLUE": 1})
    seen = list(source.fetch_orders(None))
    assert [one.reference for one in seen] == [bought]
    shop.admin("POST", f"draft-orders/{made['id']}/convert-to-order")
    order = next(one for one in source.fetch_orders(seen[-1].cursor) if one.reference == made["id"])
    assert isinstance(order, SourceOrder)
    assert [(line.sku, line.price, line.shippable) for line in order.lines if line.sku] == [
        ("HAT-ONE", Decimal("27.5"), True)
    ]
    (fee,) = (line for line in order.lines if not line.sku)
    assert (fee.kind, fee.shippable) == ("fee", False)
    assert (order.payment_status, order.ready) == ("not_paid", False)


def test_an_order_over_which_medusa_breaks_hides_no_other(shop: MedusaShop, source: MedusaSource) -> None:
    """Medusa answers 500 to every list with that order in it: it is held with the reason, and the others come."""
    orders = Driver(shop).place_many(3)
    shop.sql("""UPDATE order_item SET raw_quantity = '{"value": "many"}' WHERE order_id = %s""", orders[1])
    found = {one.reference: one for one in source.fetch_orders(None)}
    assert set(found) == set(orders)
    assert [type(found[one]) for one in orders] == [SourceOrder, UnreadableOrder, SourceOrder]


def test_one_number_is_one_order(shop: MedusaShop, source: MedusaSource) -> None:
    """Medusa finds 1, 10 and 21 for a 1: only the order of that number is given."""
    bought = [shop.buy({"MUG-BLUE": 1}) for _ in range(2)]
    shop.sql("""UPDATE "order" SET display_id = 4711 WHERE id = %s""", bought[0])
    shop.sql("""UPDATE "order" SET display_id = 47 WHERE id = %s""", bought[1])
    assert [one.reference for one in source.fetch_order("47")] == [bought[1]]
    assert [one.reference for one in source.fetch_order("4711")] == [bought[0]]


# ── the way back ─────────────────────────────────────────────────────────────────────────────


def test_how_far_it_is_shipped(shop: MedusaShop, source: MedusaSource) -> None:
    """Medusa may call an order shipped of which a part is; the source goes by units."""
    order = given(source, shop.buy({"MUG-BLUE": 2}))
    line = order.lines[0].reference
    first = a_shipment(order, {line: 1})
    assert [one.verdict for one in source.accept_tracking([first])] == [Verdict.ACCEPTED]
    shown = shop.order(order.reference)
    said = shop.admin("GET", f"orders/{order.reference}?fields=fulfillment_status")["order"]["fulfillment_status"]
    assert said == "shipped", "which is wrong"
    assert given(source, order.reference).fulfillment_status == "partially shipped"
    (parcel,) = shown["fulfillments"]
    assert (parcel["metadata"]["tradegecko_shipment"], parcel["labels"][0]["tracking_number"]) == ("S-1", "1Z1")
    rest = a_shipment(order, {line: 1}, reference="S-2", tracking=("1Z2",))
    assert [one.verdict for one in source.accept_tracking([rest])] == [Verdict.ACCEPTED]
    assert given(source, order.reference).fulfillment_status == "shipped"


def test_a_run_that_ended_between_the_two_requests(shop: MedusaShop, source: MedusaSource) -> None:
    """A fulfilment that was made and not shipped is taken up by its reference; one that somebody canceled is not."""
    order = given(source, shop.buy({"MUG-BLUE": 2}))
    line = order.lines[0].reference

    def made(reference: str) -> str:
        body = {"items": [{"id": line, "quantity": 1}], "metadata": {"tradegecko_shipment": reference}}
        shop.admin("POST", f"orders/{order.reference}/fulfillments", body)
        return next(
            str(one["id"])
            for one in shop.order(order.reference)["fulfillments"]
            if one["metadata"]["tradegecko_shipment"] == reference
        )

    made("S-1")
    assert [one.verdict for one in source.accept_tracking([a_shipment(order, {line: 1})])] == [Verdict.ACCEPTED]
    (only,) = shop.order(order.reference)["fulfillments"]
    assert only["shipped_at"]
    shop.admin("POST", f"orders/{order.reference}/fulfillments/{made('S-2')}/cancel", {})
    (result,) = source.accept_tracking([a_shipment(order, {line: 1}, reference="S-2")])
    assert result.verdict is Verdict.REFUSED
    assert "cancelled" in result.message


def test_a_corrected_number_is_noted(shop: MedusaShop, source: MedusaSource) -> None:
    """Medusa keeps the labels of what was shipped: the new number stands in the order's metadata."""
    order = given(source, shop.buy({"MUG-BLUE": 1}))
    list(source.accept_tracking([a_shipment(order, tracking=("1Z1",))]))
    (result,) = source.accept_tracking([a_shipment(order, tracking=("1Z2",))])
    assert (result.verdict, "keeps" in result.message) == (Verdict.ACCEPTED, True)
    assert shop.order(order.reference)["metadata"] == {"tradegecko_tracking_S-1": "1Z2"}


def test_stock_is_found_by_the_variants_sku(shop: MedusaShop, source: MedusaSource) -> None:
    """An inventory item keeps the SKU that its variant had first; what is not tracked is not written."""
    item = shop.ids.items["TEE-L"]
    shop.sql("UPDATE inventory_item SET sku = 'OLD-NAME' WHERE id = %s", item)
    shop.sql("UPDATE product_variant SET manage_inventory = false WHERE sku = 'HAT-ONE'")
    try:
        levels = [a_stock_level(sku, units) for sku, units in (("TEE-L", 7), ("HAT-ONE", 8), ("NO-SUCH", 9))]
        results = {one.key: one.verdict for one in source.accept_stock(levels)}
    finally:
        shop.sql("UPDATE inventory_item SET sku = 'TEE-L' WHERE id = %s", item)
        shop.sql("UPDATE product_variant SET manage_inventory = true WHERE sku = 'HAT-ONE'")
    assert results == {"TEE-L": Verdict.ACCEPTED, "HAT-ONE": Verdict.IGNORED, "NO-SUCH": Verdict.IGNORED}
    assert (shop.level("TEE-L"), shop.level("HAT-ONE")) == ((7, 0), (1000, 0))


def test_a_location_is_chosen(shop: MedusaShop) -> None:
    """With several locations one has to be chosen; where a SKU was never there it is put there."""
    name = {"name": "Annex", "address": {"address_1": "2 King", "country_code": "ca"}}
    annex = shop.admin("POST", "stock-locations", name)["stock_location"]["id"]
    try:
        with shop.source() as unsure, pytest.raises(SourceRefused, match="Annex"):
            list(unsure.accept_stock([a_stock_level("TEE-S", 5)]))
        with shop.source(stock_location="Annex") as source:
            assert [one.verdict for one in source.accept_stock([a_stock_level("TEE-S", 5)])] == [Verdict.ACCEPTED]
        levels = shop.admin("GET", f"inventory-items/{shop.ids.items['TEE-S']}/location-levels")["inventory_levels"]
        assert {one["location_id"]: one["stocked_quantity"] for one in levels} == {shop.ids.location: 1000, annex: 5}
    finally:
        shop.sql("DELETE FROM inventory_level WHERE location_id = %s", annex)
        shop.admin("DELETE", f"stock-locations/{annex}")


def test_other_prices_stay(shop: MedusaShop) -> None:
    """Medusa deletes the prices that are not sent with a new one: those in other currencies are sent as they are."""

    def prices() -> dict[str, Any]:
        path = "product-variants?sku=MUG-RED&fields=id,prices.amount,prices.currency_code"
        (variant,) = shop.admin("GET", path)["variants"]
        return {one["currency_code"]: one["amount"] for one in variant["prices"]}

    before = prices()
    with shop.source(price_currency="CAD") as source:
        details = VariantDetails(reference="V-1", sku="MUG-RED", retail_price=Decimal("26.50"))
        product = a_product("P-1", variants=(details,))
        assert [one.verdict for one in source.accept_products([product])] == [Verdict.ACCEPTED]
    assert prices() == before | {"cad": 26.5}


def test_canceling(shop: MedusaShop, source: MedusaSource) -> None:
    """An order is canceled once; one that is paid is not, for Medusa would pay it back."""
    open_order, paid = shop.buy({"MUG-BLUE": 1}), shop.buy({"MUG-BLUE": 1})
    shop.pay(paid)
    for _ in range(2):
        results = {one.key: one.verdict for one in source.cancel_orders([open_order, paid, "order_gone"])}
        assert results == {open_order: Verdict.ACCEPTED, paid: Verdict.REFUSED, "order_gone": Verdict.REFUSED}
    assert given(source, open_order).canceled_at is not None
    assert shop.order(paid)["status"] == "pending"


# ── getting in ───────────────────────────────────────────────────────────────────────────────


def test_keys(shop: MedusaShop) -> None:
    """A key that is wrong needs a login; a shopper's is refused at once; as a bearer token Medusa takes none."""
    bearer = {"authorization": f"Bearer {shop.address.key}"}
    assert httpx.get(f"{shop.address.url}/admin/orders", headers=bearer, trust_env=False).status_code == 401
    with shop.source(key=Secret("sk_wrong")) as wrong, pytest.raises(SourceNeedsLogin):
        wrong.check()
    with pytest.raises(ConfigError, match="sk_"):
        MedusaSource(shop.address.url, key=shop.address.store_key)
    with shop.source() as right:
        right.check()
    with MedusaSource(f"{shop.address.url}/admin", key=shop.address.key) as same:
        assert same.identity == right.identity
    with (
        MedusaSource(f"{shop.address.url}/shop", key=shop.address.key) as lost,
        pytest.raises(SourceRefused, match="url"),
    ):
        lost.check()


def test_what_is_missing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the packages the reason names the command that installs them."""
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    assert "python -m tests.carts.medusa install" in str(missing(tmp_path))


def test_requests_for_an_order(shop: MedusaShop, capsys: pytest.CaptureFixture[str]) -> None:
    """Reading costs one request for each page, and two for each run."""
    driver = Driver(shop)
    driver.place_many(60)
    with shop.source(page_size=50) as source:
        count = len(list(source.fetch_orders(None)))
    with capsys.disabled():
        print(f"\nMedusa: {source.requests} requests for {count} orders")
    assert count == 60
    assert source.requests <= 2 + count // 50 + 1


# ── the whole round ──────────────────────────────────────────────────────────────────────────


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqlStore]:
    """A ledger of this test's own."""
    with closing(SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}")) as store:
        yield store


def of(report: Report, number: str) -> list[Outcome]:
    return [item.outcome for item in report.items if item.name == number]


def test_an_order_goes_out_and_its_shipments_come_back(
    shop: MedusaShop, source: MedusaSource, client: TradeGeckoClient, store: SqlStore
) -> None:
    """Bought, delivered to the cent, shipped in two parcels; Medusa shows both, and the stock."""
    engine = SyncEngine("medusa", source=source, gateway=TradeGeckoGateway(client), store=store)
    engine.run()
    bought = shop.buy({"MUG-BLUE": 2, "TEE-M": 3})
    number = f"{datetime.now(UTC):%f}"  # numbers begin anew when the shop is cleared
    shop.sql('UPDATE "order" SET custom_display_id = %s WHERE id = %s', number, bought)
    assert of(engine.deliver_orders(), number) == [Outcome.DELIVERED]
    assert find(client, number).total == Decimal("144.05"), "the shop's own total, rounded"

    ship(client, number, {"MUG-BLUE": 2, "TEE-M": 1}, "1Z-FIRST")
    assert of(engine.sync_tracking(), number) == [Outcome.SENT]
    assert store.entries(number=number)[0].state is OrderState.DELIVERED
    ship(client, number, {"TEE-M": 2}, "1Z-SECOND")
    assert of(engine.sync_tracking(), number) == [Outcome.SENT]
    parcels = shop.order(bought)["fulfillments"]
    assert {one["labels"][0]["tracking_number"] for one in parcels} == {"1Z-FIRST", "1Z-SECOND"}
    assert store.entries(number=number)[0].state is OrderState.CONFIRMED

    again = engine.run()
    assert of(again.reports[0], number) == of(again.reports[1], number) == []
    assert len(shop.order(bought)["fulfillments"]) == 2
    (variant,) = client.variants.list(sku="TEE-L")
    stocked, reserved = shop.level("TEE-L")
    assert stocked - reserved == (variant.stock_on_hand or 0) - (variant.committed_stock or 0)
