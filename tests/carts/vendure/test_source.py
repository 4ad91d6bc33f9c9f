"""The Vendure source against a real Vendure."""

import socket
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx
import pytest
from attrs import evolve

from tests.carts.vendure.shop import VendureShop
from tests.carts.vendure.shopkeeping import (
    add_coupon,
    add_surcharges,
    begin_modifying,
    buy,
    order_notes,
    prices_with_tax,
)
from tradegecko_bridge.commerce import (
    DeliveryReceipt,
    ItemResult,
    Package,
    ProductDetails,
    Shipment,
    ShippedItem,
    SourceOrder,
    StockLevel,
    UnreadableOrder,
    VariantDetails,
    Verdict,
)
from tradegecko_bridge.errors import SourceNeedsLogin, SourceRefused, SourceUnavailable
from tradegecko_bridge.ports import AcceptsProducts, AcceptsReceipts, AcceptsStock, AcceptsTracking, OrderSource
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.sources.vendure import VendureSource
from tradegecko_bridge.sources.vendure.walk import Cursor

BASKET: Final = {"MUG-BLUE": 2, "TEE-M": 3}
ONE_SECOND: Final = timedelta(seconds=1)


class BreaksAt(httpx.BaseTransport):
    """A connection that breaks once, at the mutation of that name, before or after it ``arrives`` at the shop."""

    def __init__(self, mutation: str, *, arrives: bool) -> None:
        self._mark = f"mutation {mutation}(".encode()
        self._arrives = arrives
        self._whole = False
        self._inner = httpx.HTTPTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        breaks = self._mark in request.read() and not self._whole
        if breaks:
            self._whole = True
            if self._arrives:
                self._inner.handle_request(request).close()
            raise httpx.ReadError("the line is dead")
        return self._inner.handle_request(request)

    def close(self) -> None:
        self._inner.close()


def connect(shop: VendureShop, **settings: Any) -> VendureSource:
    """A source on the shop; the explicit transport keeps proxies of the environment out."""
    known: dict[str, Any] = {
        "username": shop.username,
        "password": shop.password,
        "transport": httpx.HTTPTransport(),
    }
    return VendureSource(shop.admin_url, **known | settings)


@pytest.fixture(scope="module")
def vendure(vendure_shop: VendureShop) -> Iterator[VendureSource]:
    """A source connected to the shop."""
    with connect(vendure_shop) as source:
        yield source


@pytest.fixture(scope="module")
def here(vendure: VendureSource) -> str | None:
    """The cursor past everything there was when these tests began."""
    return last_cursor(vendure, None)


def last_cursor(vendure: VendureSource, after: str | None) -> str | None:
    """Where a whole run ends."""
    cursor = after
    for given in vendure.fetch_orders(after):
        cursor = given.cursor
    return cursor


def given_order(vendure: VendureSource, code: str, after: str | None) -> SourceOrder:
    """The order with that code, as the source gives it."""
    (order,) = {one.reference: one for one in vendure.fetch_orders(after) if one.number == code}.values()
    assert isinstance(order, SourceOrder)
    return order


def numbers(vendure: VendureSource, after: str | None) -> set[str | None]:
    """The codes one run gives."""
    return {one.number for one in vendure.fetch_orders(after)}


def money_of(order: SourceOrder) -> list[tuple[str, ...]]:
    """Price, discount, rest and tax of each line, as text."""
    return [tuple(map(str, (at.price, at.discount, at.additional_discount, at.tax))) for at in order.lines]


class TestMoney:
    def test_before_tax(self, vendure: VendureSource, vendure_shop: VendureShop, here: str | None) -> None:
        """An order arrives with every field in its place, and adds up to the shop's total to the cent."""
        code = vendure_shop.place_order(BASKET, "carol@example.com")
        order = given_order(vendure, code, here)
        theirs = vendure_shop.order(code)

        assert (order.reference, order.number, order.currency) == (theirs["id"], code, "CAD")
        assert [(at.reference, at.sku, str(at.quantity)) for at in order.lines] == [
            (theirs["lines"][0]["id"], "MUG-BLUE", "2"),
            (theirs["lines"][1]["id"], "TEE-M", "3"),
        ]
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("144.06")
        assert order.computed_totals.tax == order.totals.tax == Decimal("16.58")
        assert (order.customer.full_name, order.customer.email) == ("Ann Lee", "carol@example.com")
        assert order.shipping_address is not None
        assert (order.shipping_address.last_name, order.shipping_address.country) == ("Lee", "CA")
        assert order.billing_address is None

    def test_promotions(self, vendure: VendureSource, vendure_shop: VendureShop, here: str | None) -> None:
        """Coupons for the order and for shipping take off what the shop took off, tax and all."""
        add_coupon(vendure_shop, "TEN", "order_fixed_discount", discount=1000)
        add_coupon(vendure_shop, "SHIPFREE", "free_shipping")
        order = given_order(vendure, buy(vendure_shop, BASKET, "TEN", "SHIPFREE"), here)

        assert money_of(order) == [("19.99", "1.74", "0.00", "4.75"), ("25.00", "2.17", "0.01", "8.90")]
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("118.63")
        assert order.extra["coupon_codes"] == "TEN, SHIPFREE"

    def test_prices_with_tax(self, vendure: VendureSource, vendure_shop: VendureShop, here: str | None) -> None:
        """In a channel whose prices include tax the lines say so, and odd percentages add up all the same."""
        add_coupon(vendure_shop, "SEVEN", "order_percentage_discount", discount=7)
        with prices_with_tax(vendure_shop):
            code = buy(vendure_shop, {"MUG-BLUE": 7, "TEE-M": 3}, "SEVEN")
            order = given_order(vendure, code, here)

        assert order.prices_include_tax is True
        assert money_of(order)[0] == ("19.99", "1.40", "0.00", "14.97")
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("214.01")
        assert given_order(vendure, code, here) == order  # though the channel is switched back

    def test_surcharges_and_being_modified(
        self, vendure: VendureSource, vendure_shop: VendureShop, here: str | None
    ) -> None:
        """An order waits while somebody modifies it; afterwards charges and reductions by hand are all in it."""
        code = vendure_shop.place_order(BASKET)
        theirs = vendure_shop.order(code)
        begin_modifying(vendure_shop, theirs["id"])
        (waiting,) = [one for one in vendure.fetch_orders(here) if one.number == code]
        assert isinstance(waiting, UnreadableOrder)
        assert theirs["id"] in Cursor.read(waiting.cursor).waiting

        taxed = {"priceIncludesTax": False, "taxRate": 13, "taxDescription": "HST"}
        wrap = taxed | {"description": "Gift wrap", "price": 333}
        sorry = taxed | {"description": "Sorry", "price": -777}
        add_surcharges(vendure_shop, theirs["id"], [wrap, sorry])
        with connect(vendure_shop, ready_states=["Modifying", "ArrangingAdditionalPayment"]) as lenient:
            order = given_order(lenient, code, waiting.cursor)

        assert [(at.name, str(at.price), at.shippable) for at in order.lines[2:]] == [("Gift wrap", "3.33", False)]
        assert [(one.label, str(one.amount)) for one in order.discounts] == [("Sorry", "8.78")]
        shown = Decimal(vendure_shop.order(code)["totalWithTax"]) / 100
        assert order.computed_totals.grand_total == order.totals.grand_total == shown

    def test_partly_and_wholly_cancelled(
        self, vendure: VendureSource, vendure_shop: VendureShop, here: str | None
    ) -> None:
        """What was cancelled of an order is not in it, and a cancelled order says when it was cancelled."""
        part, whole = vendure_shop.place_order(BASKET), vendure_shop.place_order(BASKET)
        theirs = vendure_shop.order(part)
        mugs = {"orderLineId": theirs["lines"][0]["id"], "quantity": 2}
        cancel = "mutation($i: CancelOrderInput!){cancelOrder(input: $i){__typename}}"
        vendure_shop.admin(cancel, i={"orderId": theirs["id"], "lines": [mugs], "cancelShipping": False})
        vendure_shop.cancel_order(whole)

        order = given_order(vendure, part, here)
        assert [(at.sku, str(at.quantity)) for at in order.lines] == [("TEE-M", "3")]
        assert order.computed_totals.grand_total == order.totals.grand_total == Decimal("98.88")
        assert order.canceled_at is None
        gone = given_order(vendure, whole, here)
        assert gone.canceled_at is not None
        assert gone.computed_totals.grand_total == gone.totals.grand_total == 0


class TestFinding:
    def test_a_cart_placed_after_the_run(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """A cart is no order; placed after later orders were read it is found, though its updatedAt is older."""
        cart = vendure_shop.open_cart(BASKET)
        time.sleep(1.1)
        vendure_shop.place_order({"TEE-L": 1})
        with connect(vendure_shop, overlap=ONE_SECOND) as narrow:
            cursor = last_cursor(narrow, None)
            assert cart.code not in numbers(narrow, None)
            time.sleep(1.1)
            vendure_shop.finish_cart(cart)
            theirs = vendure_shop.order(cart.code)
            assert datetime.fromisoformat(theirs["updatedAt"]) < Cursor.read(cursor).placed  # type: ignore[operator]
            assert cart.code in numbers(narrow, cursor)

    def test_a_cancellation_after_the_run(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """An order given before comes again when it is cancelled, long after newer ones were read."""
        code = vendure_shop.place_order(BASKET)
        time.sleep(2.1)
        with connect(vendure_shop, overlap=ONE_SECOND) as narrow:
            vendure_shop.place_order({"TEE-L": 1})
            cursor = last_cursor(narrow, None)
            assert code not in numbers(narrow, cursor)
            vendure_shop.cancel_order(code)
            assert given_order(narrow, code, cursor).canceled_at is not None

    def test_settled_after_the_run(self, vendure_shop: VendureShop) -> None:
        """With ready_states that want the money, settling a payment, which moves no clock, brings the order."""
        code = vendure_shop.place_order({"TEE-L": 1}, pay=False)
        with connect(vendure_shop, ready_states=["PaymentSettled", "Shipped", "Delivered"]) as patient:
            cursor = last_cursor(patient, None)
            assert not [one for one in patient.fetch_orders(cursor) if one.number == code]
            vendure_shop.settle_payment(code)
            assert isinstance(next(iter(patient.fetch_orders(cursor))), SourceOrder)
            assert code in numbers(patient, cursor)

    def test_sorting_by_two_keys(self, vendure_shop: VendureShop) -> None:
        """Why we sort by one: a second key ``id`` comes first, whatever the order it is given in."""
        early = vendure_shop.open_cart({"TEE-L": 1})
        vendure_shop.place_order({"TEE-L": 1})
        vendure_shop.finish_cart(early)
        query = "query($o: OrderListOptions){orders(options: $o){items{id orderPlacedAt}}}"
        options = {"filter": {"orderPlacedAt": {"isNull": False}}, "take": 1000}

        def placed(**sort: str) -> list[str]:
            items = vendure_shop.admin(query, o=options | {"sort": sort})["orders"]["items"]
            return [item["orderPlacedAt"] for item in items]

        assert placed(orderPlacedAt="ASC") == sorted(placed())
        assert placed(orderPlacedAt="ASC", id="ASC") == placed(id="ASC") != sorted(placed())

    def test_small_pages(self, vendure_shop: VendureShop) -> None:
        """Pages of two, in a shop whose clock gives many orders the same second, give every order there is."""
        everything = "{orders(options: {filter: {active: {eq: false}}, take: 1000}){items{id}}}"
        ids = {order["id"] for order in vendure_shop.admin(everything)["orders"]["items"]}
        with connect(vendure_shop, page_size=2) as slow:
            given_ = list(slow.fetch_orders(None))
        assert {one.reference for one in given_} == ids
        placed = [one.placed_at for one in given_ if isinstance(one, SourceOrder)]
        assert placed == sorted(placed)


def ship(shop: VendureShop, code: str, number: str, units: dict[str, int], *tracking: str | None) -> Shipment:
    """A shipment of some units of an order, by SKU."""
    order = shop.order(code)
    items = tuple(
        ShippedItem(
            line_reference=line["id"],
            sku=line["productVariant"]["sku"],
            quantity=Decimal(units[line["productVariant"]["sku"]]),
        )
        for line in order["lines"]
        if line["productVariant"]["sku"] in units
    )
    return Shipment(
        reference=number,
        order_reference=order["id"],
        order_number=code,
        items=items,
        packages=tuple(Package(tracking_number=one) for one in tracking),
        carrier="UPS",
        service="Ground",
    )


def accepts(results: Any) -> ItemResult:
    """The only result, which must be an acceptance."""
    (result,) = results
    assert isinstance(result, ItemResult)
    assert result.verdict is Verdict.ACCEPTED, result.message
    return result


class TestTracking:
    def test_in_two_parts(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """Two shipments make the order partly, then wholly shipped, each with its numbers; repeated, no more."""
        code = vendure_shop.place_order(BASKET)
        first = ship(vendure_shop, code, "F1", {"MUG-BLUE": 1, "TEE-M": 3}, "1Z1", "1Z2")
        accepts(vendure.accept_tracking([first]))
        assert vendure_shop.order(code)["state"] == "PartiallyShipped"
        accepts(vendure.accept_tracking([first]))

        second = ship(vendure_shop, code, "F2", {"MUG-BLUE": 1})
        assert [one.verdict for one in vendure.accept_tracking([second, first, second])] == [Verdict.ACCEPTED] * 3
        order = vendure_shop.order(code)
        assert order["state"] == "Shipped"
        shown = [(at["method"], at["trackingCode"], len(at["lines"])) for at in order["fulfillments"]]
        assert sorted(shown) == [("UPS Ground", "", 1), ("UPS Ground", "1Z1, 1Z2", 2)]

    def test_two_that_look_alike(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """Two shipments of one mug each, without a number, are two, also when both come again."""
        code = vendure_shop.place_order({"MUG-RED": 2})
        pair = [ship(vendure_shop, code, name, {"MUG-RED": 1}) for name in ("A", "B")]
        for _ in range(2):
            assert [one.verdict for one in vendure.accept_tracking(pair)] == [Verdict.ACCEPTED] * 2
        order = vendure_shop.order(code)
        assert (order["state"], len(order["fulfillments"])) == ("Shipped", 2)

    @pytest.mark.parametrize("lost", ["Note", "Ship"])
    @pytest.mark.parametrize("arrives", [True, False])
    def test_breaking_off(self, vendure_shop: VendureShop, lost: str, arrives: bool) -> None:
        """Broken off after creating the fulfilment, it fails for now; the next attempt takes up the same one."""
        code = vendure_shop.place_order({"MUG-RED": 2})
        shipment = ship(vendure_shop, code, "F1", {"MUG-RED": 1}, "1Z9")
        with connect(vendure_shop, transport=BreaksAt(lost, arrives=arrives)) as unlucky:
            (result,) = unlucky.accept_tracking([shipment])
            assert result.verdict is Verdict.FAILED
            accepts(unlucky.accept_tracking([shipment]))
        order = vendure_shop.order(code)
        assert [(at["state"], at["trackingCode"]) for at in order["fulfillments"]] == [("Shipped", "1Z9")]
        assert order["state"] == "PartiallyShipped"

    def test_a_lost_answer_to_creating(self, vendure_shop: VendureShop) -> None:
        """When the answer to creating the fulfilment is lost, the next attempt finds it and ships that one."""
        code = vendure_shop.place_order({"MUG-RED": 2})
        shipment = ship(vendure_shop, code, "F1", {"MUG-RED": 1})
        with connect(vendure_shop, transport=BreaksAt("Fulfil", arrives=True)) as unlucky:
            assert next(iter(unlucky.accept_tracking([shipment]))).verdict is Verdict.FAILED
            accepts(unlucky.accept_tracking([shipment]))
        assert len(vendure_shop.order(code)["fulfillments"]) == 1

    def test_a_tracking_number_added_later(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """A number that comes after the shipment makes no second one; Vendure cannot take it: a note has it, once."""
        code = vendure_shop.place_order({"MUG-RED": 2})
        accepts(vendure.accept_tracking([ship(vendure_shop, code, "F1", {"MUG-RED": 1})]))
        numbered = ship(vendure_shop, code, "F1", {"MUG-RED": 1}, "1Z5")
        for _ in range(2):
            assert "noted" in accepts(vendure.accept_tracking([numbered])).message
        order = vendure_shop.order(code)
        assert len(order["fulfillments"]) == 1
        notes = [note for note in order_notes(vendure_shop, order["id"]) if "1Z5" in note[0]]
        assert notes == [("TradeGecko shipment F1: tracking number 1Z5", False)]

    def test_refusals(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """Too many units, unknown lines and orders, carts and cancelled orders are refused, each with its reason."""
        code, gone = vendure_shop.place_order({"TEE-M": 3}), vendure_shop.place_order({"TEE-M": 1})
        vendure_shop.cancel_order(gone)
        cart = vendure_shop.open_cart({"TEE-M": 1}).code
        accepts(vendure.accept_tracking([ship(vendure_shop, code, "F0", {"TEE-M": 1}, "1Z0")]))
        good = ship(vendure_shop, code, "F1", {"TEE-M": 3})
        strange = ShippedItem(line_reference="987654", quantity=Decimal(1))
        results = vendure.accept_tracking(
            [
                good,
                Shipment(reference="F2", order_reference=good.order_reference, order_number=code, items=(strange,)),
                Shipment(reference="F3", order_reference="987654", order_number="NONE", items=good.items),
                ship(vendure_shop, cart, "F4", {"TEE-M": 1}),
                ship(vendure_shop, gone, "F5", {"TEE-M": 1}),
            ]
        )
        reasons = ["3 to ship, 2 left", "no line 987654", "order NONE is not in the shop", "open cart", "is cancelled"]
        for result, reason in zip(results, reasons, strict=True):
            assert (result.verdict, reason in result.message) == (Verdict.REFUSED, True), result
        assert len(vendure_shop.order(code)["fulfillments"]) == 1

    def test_before_the_money(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """Vendure would never show an order as shipped that shipped before it was paid, so the shipment has to wait."""
        code = vendure_shop.place_order({"TEE-L": 1}, pay=False)
        shipment = ship(vendure_shop, code, "F1", {"TEE-L": 1}, "1Z1")
        (result,) = vendure.accept_tracking([shipment])
        assert (result.verdict, "settle its payment" in result.message) == (Verdict.FAILED, True)
        assert vendure_shop.order(code)["fulfillments"] == []

        vendure_shop.settle_payment(code)
        accepts(vendure.accept_tracking([shipment]))
        assert vendure_shop.order(code)["state"] == "Shipped"

    def test_it_is_no_news(self, vendure: VendureSource, vendure_shop: VendureShop, here: str | None) -> None:
        """Shipping and noting leave the order as it was given but for its state: no echo that looks like a change."""
        code = vendure_shop.place_order({"TEE-L": 1})
        before = given_order(vendure, code, here)
        accepts(vendure.accept_tracking([ship(vendure_shop, code, "F1", {"TEE-L": 1})]))
        after = given_order(vendure, code, here)
        assert evolve(after, source_status=before.source_status) == before


class TestStock:
    def test_what_may_be_sold(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """The shelf gets what may be sold plus what is promised already; SKUs the shop lacks are ignored."""
        vendure_shop.place_order({"TEE-L": 3})
        allocated = vendure_shop.stock("TEE-L").allocated
        levels = [
            StockLevel(sku="TEE-L", available=Decimal(500)),
            StockLevel(sku="NO-SUCH", available=Decimal(1)),
            StockLevel(sku="MUG-RED", available=Decimal("700.9")),
        ]
        for _ in range(2):
            verdicts = {one.key: one.verdict for one in vendure.accept_stock(levels)}
            assert verdicts == {"TEE-L": Verdict.ACCEPTED, "NO-SUCH": Verdict.IGNORED, "MUG-RED": Verdict.ACCEPTED}
        assert allocated >= 3
        assert vendure_shop.stock("TEE-L") == (500 + allocated, allocated)
        red = vendure_shop.stock("MUG-RED")
        assert red.on_hand - red.allocated == 700

    def test_only_what_differs_is_written(self, vendure_shop: VendureShop) -> None:
        """Setting what is there already writes nothing."""
        level = [StockLevel(sku="TEE-M", available=Decimal(640))]
        with connect(vendure_shop) as source:
            accepts(source.accept_stock(level))
        with connect(vendure_shop, transport=BreaksAt("Stock", arrives=False)) as readonly:
            accepts(readonly.accept_stock(level))

    def test_a_location_that_is_not_there(self, vendure_shop: VendureShop) -> None:
        """Vendure takes stock for an unknown location, and nobody can order the variant then: we check first."""
        level = [StockLevel(sku="TEE-M", available=Decimal(1))]
        with (
            connect(vendure_shop, stock_location="Moon") as source,
            pytest.raises(SourceRefused, match="Default Stock Location"),
        ):
            list(source.accept_stock(level))


def details(sku: str, **changed: Any) -> ProductDetails:
    """Product details with one variant at 31.50."""
    variants = (VariantDetails(reference="V1", sku=sku, retail_price=Decimal("31.50")),)
    return ProductDetails(**{"reference": "P1", "name": "Hat", "variants": variants} | changed)


PRODUCT: Final = """
query($sku: String!){productVariants(options: {filter: {sku: {eq: $sku}}}){items{
  price product{name description slug}
}}}"""


class TestProducts:
    def test_texts(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """Name and description arrive as they are, the address of the product's page stays, prices are left alone."""
        story = "<p>Warm &amp; <b>round</b></p>"
        accepts(vendure.accept_products([details("HAT-ONE", name="Top hat", description=story)]))
        (shown,) = vendure_shop.admin(PRODUCT, sku="HAT-ONE")["productVariants"]["items"]
        assert shown == {"price": 3000, "product": {"name": "Top hat", "description": story, "slug": "hat"}}

        accepts(vendure.accept_products([details("HAT-ONE", name="Hat")]))  # no description given: it stays
        (shown,) = vendure_shop.admin(PRODUCT, sku="HAT-ONE")["productVariants"]["items"]
        assert shown["product"] == {"name": "Hat", "description": story, "slug": "hat"}

    def test_prices_on_demand(self, vendure_shop: VendureShop) -> None:
        """With push_prices the retail price arrives, and again nothing is written when it is there."""
        with connect(vendure_shop, push_prices=True) as source:
            accepts(source.accept_products([details("HAT-ONE")]))
        (shown,) = vendure_shop.admin(PRODUCT, sku="HAT-ONE")["productVariants"]["items"]
        assert shown["price"] == 3150
        with connect(vendure_shop, push_prices=True, transport=BreaksAt("Prices", arrives=False)) as readonly:
            accepts(readonly.accept_products([details("HAT-ONE")]))

    def test_unknown(self, vendure: VendureSource) -> None:
        """A product the shop does not sell is ignored, not created."""
        (result,) = vendure.accept_products([details("NO-SUCH")])
        assert result.verdict is Verdict.IGNORED


class TestReceipts:
    def test_once_and_privately(self, vendure: VendureSource, vendure_shop: VendureShop) -> None:
        """A receipt becomes one private note, however often it is told."""
        order = vendure_shop.order(vendure_shop.place_order({"TEE-L": 1}))
        receipt = DeliveryReceipt(
            order_reference=order["id"],
            order_number=order["code"],
            remote_id="4711",
            remote_number="SO0012",
            delivered_at=datetime.now(UTC),
        )
        for _ in range(2):
            accepts(vendure.accept_receipts([receipt]))
        assert order_notes(vendure_shop, order["id"]) == [("TradeGecko order SO0012 (id 4711)", False)]


class TestAccess:
    def test_what_it_can_do(self, vendure: VendureSource) -> None:
        """The source gives orders and takes receipts, tracking, stock and products."""
        source: OrderSource = vendure
        assert source.name == "vendure"
        for capability in (AcceptsReceipts, AcceptsTracking, AcceptsStock, AcceptsProducts):
            assert isinstance(vendure, capability)

    def test_wrong_password(self, vendure_shop: VendureShop) -> None:
        """A wrong password needs a person, and shows in no error and no repr."""
        with connect(vendure_shop, password="not-this-one") as source:
            with pytest.raises(SourceNeedsLogin, match="INVALID_CREDENTIALS_ERROR") as caught:
                list(source.fetch_orders(None))
            assert "not-this-one" not in f"{caught.value!r}{source!r}"

    def test_an_expired_login(self, vendure_shop: VendureShop) -> None:
        """A session that is no longer valid is renewed without anybody noticing."""
        with connect(vendure_shop) as source:
            list(source.accept_receipts([]))
            source._api._token = Secret("long-gone")
            assert next(iter(source.fetch_orders(None)), None) is not None

    def test_closed_and_used_again(self, vendure_shop: VendureShop) -> None:
        """A closed source opens new connections when it is asked again."""
        source = VendureSource(vendure_shop.admin_url, username=vendure_shop.username, password=vendure_shop.password)
        for _ in range(2):
            assert next(iter(source.fetch_orders(None)), None) is not None
            source.close()

    def test_shop_down(self) -> None:
        """A shop that is not there is asked again later."""
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            url = f"http://127.0.0.1:{free.getsockname()[1]}/admin-api"
        with (
            VendureSource(url, username="u", password="p", transport=httpx.HTTPTransport()) as source,
            pytest.raises(SourceUnavailable, match="cannot be reached"),
        ):
            list(source.fetch_orders(None))

    def test_wrong_address(self, vendure_shop: VendureShop) -> None:
        """An address that is not the admin API's is refused, with that question."""
        url = f"{vendure_shop.url}/admin"
        with (
            VendureSource(url, username="u", password="p", transport=httpx.HTTPTransport()) as source,
            pytest.raises(SourceRefused, match="is this the address"),
        ):
            list(source.fetch_orders(None))
