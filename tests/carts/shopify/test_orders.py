"""What is in the orders: everything that Shopify can put into one, to the cent."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.carts.shopify.install import missing
from tests.support import examples, require
from tradegecko_bridge.commerce import ItemKind, SourceOrder
from tradegecko_bridge.commerce.statuses import Standing, standings

D = Decimal
CENT = D("0.01")


def given_by(shop: Any, **options: Any) -> list[Any]:
    """What a source of this shop gives."""
    from tests.carts.shopify.driver import source

    with source(shop, page_size=50, **options) as shopify:
        return list(shopify.fetch_orders(None))


def only(shop: Any, **options: Any) -> SourceOrder:
    """The only order, which adds up."""
    (order,) = given_by(shop, **options)
    assert isinstance(order, SourceOrder), order.problem
    computed, total = order.computed_totals.grand_total, order.totals.grand_total
    assert computed is not None
    assert total is not None
    assert abs(computed - total) < CENT
    return order


def line(shop: Any, **fields: Any) -> Any:
    return shop.records.line(**fields)


# ── what is sold, and what is charged beside it ──────────────────────────────────────────────


def test_tips_duties_and_fees_are_lines_of_text(shop: Any) -> None:
    """Each with its own amount, and none of them is shipped."""
    order = shop.records.place([line(shop, duty=D("3.10"))], tip=D("5.00"), fees=[("Handling", D("2.00"))])
    shown = only(shop)
    assert shown.totals.grand_total == order.total
    charged = {one.name: (one.kind, one.price) for one in shown.lines if not one.shippable}
    assert charged == {
        "Tip": (ItemKind.TIP, D("5.00")),
        "Duties": (ItemKind.FEE, D("3.10")),
        "Handling": (ItemKind.FEE, D("2.00")),
    }


def test_a_tip_that_is_a_line_already_counts_once(shop: Any) -> None:
    """Its line is marked as one."""
    tip = line(shop, sku=None, title="Gratuity", price=D("5.00"), rates=(), ships=False)
    order = shop.records.place([line(shop), tip])
    order.more["totalTipReceivedSet"] = {
        kind: {"amount": "5.00", "currencyCode": "CAD"} for kind in ("shopMoney", "presentmentMoney")
    }
    shown = only(shop)
    assert [one.kind for one in shown.lines] == [None, ItemKind.TIP]
    assert shown.totals.grand_total == order.total


def test_duties_that_are_fees_as_well_count_once(shop: Any) -> None:
    """By the shop's own total."""
    order = shop.records.place([line(shop, duty=D("3.10"))])
    total = order.total
    order.more["additionalFees"] = [
        {"id": "gid://shopify/AdditionalFee/1", "name": "Import", "price": _bag("3.10"), "taxLines": []}
    ]
    shown = only(shop)
    assert shown.totals.grand_total == total
    assert sum(not one.shippable for one in shown.lines) == 1


def test_duties_inside_the_prices_are_no_line(shop: Any) -> None:
    """``dutiesIncluded``."""
    shop.records.place([line(shop, duty=D("3.10"))], duties_included=True)
    assert all(one.shippable for one in only(shop).lines)


def test_gift_cards_and_custom_lines(shop: Any) -> None:
    """A gift card that is sold is a line of text; a custom line has no SKU."""
    card = line(shop, sku=None, title="Gift card", price=D("50.00"), rates=(), ships=False, gift_card=True)
    custom = line(shop, sku=None, title="Engraving", price=D("7.00"))
    shop.records.place([card, custom])
    first, second = only(shop).lines
    assert (first.kind, first.shippable, first.tax) == (ItemKind.FEE, False, D(0))
    assert (second.kind, second.sku, second.shippable) == (None, None, True)


def test_discounts_are_taken_off_before_tax(shop: Any) -> None:
    """What does not divide by the units is the line's own."""
    shop.records.place([line(shop, quantity=3, price=D("25.00"), discount=D("6.52"))])
    (one,) = only(shop).lines
    assert one.discount * 3 + one.additional_discount == D("6.52")
    assert one.tax == D("8.90")


def test_several_taxes_are_one(shop: Any) -> None:
    """GST and PST."""
    shop.records.place([line(shop, rates=(D("0.05"), D("0.07")))])
    (one,) = only(shop).lines
    assert (one.tax_rate, one.tax) == (D(12), D("2.40"))


def test_tax_inside_the_prices(shop: Any) -> None:
    """``taxesIncluded`` is the order's; where the customer pays none, there is none."""
    shop.records.place([line(shop, rates=(D("0.19"),)), line(shop, rates=())], taxes_included=True)
    order = only(shop)
    assert [(one.price_includes_tax, one.tax_rate) for one in order.lines] == [(True, D(19)), (True, D(0))]


def test_the_customers_own_currency(shop: Any) -> None:
    """All amounts in the shop's, or all in that the customer paid in."""
    shop.records.place([line(shop, quantity=2)], presentment="EUR", rate=D("0.5"))
    home, abroad = only(shop), only(shop, money="presentment")
    assert (home.currency, home.lines[0].price) == ("CAD", D("19.99"))
    assert (abroad.currency, abroad.lines[0].price) == ("EUR", D("10.00"))


def test_companies_pick_up_and_extras(shop: Any) -> None:
    """B2B: the company is the customer. Local pick-up has no address to ship to."""
    from tests.carts.shopify.records import Delivery

    pick_up = Delivery(id=900, title="Shop on King", price=D(0), rates=(), category="pick-up")
    shop.records.place([line(shop)], company="Globex", no_address=True, shipping=[pick_up], more={"poNumber": "PO-1"})
    order = only(shop)
    assert (order.customer.reference, order.customer.company, order.customer.last_name) == (
        "company-70",
        "Globex",
        "Lee",
    )
    assert order.shipping_address is None
    assert order.billing_address is not None
    assert order.extra == {"channel": "web", "company_location": "Main", "po_number": "PO-1", "delivery": "pick-up"}


def test_test_orders_are_passed_over_and_told(shop: Any) -> None:
    """Unless they are wanted."""
    from tests.carts.shopify.driver import source

    order = shop.records.place([line(shop)], test=True)
    with source(shop) as shopify:
        assert list(shopify.fetch_orders(None)) == []
        assert any("test mode" in note for note in shopify.take_notes())
        assert shopify.take_notes() == []
    assert only(shop, test_orders=True).reference == str(order.id)


# ── statuses ─────────────────────────────────────────────────────────────────────────────────

EXPECTED = {
    "PENDING": Standing.UNPAID,
    "PARTIALLY_PAID": Standing.UNPAID,
    "EXPIRED": Standing.UNPAID,
    "AUTHORIZED": Standing.PAID,
    "PAID": Standing.PAID,
    "PARTIALLY_REFUNDED": Standing.PAID,
    "REFUNDED": Standing.REFUNDED,
    "VOIDED": Standing.CANCELED,
    "FULFILLED": Standing.SHIPPED,
    "PARTIALLY_FULFILLED": Standing.PARTLY_SHIPPED,
    "RESTOCKED": Standing.REFUNDED,
}


def test_every_status_of_the_schema_has_a_meaning(shop: Any) -> None:
    """As the documentation says; those of no consequence are paid and to be sent."""
    from tests.carts.shopify.driver import source
    from tradegecko_bridge.commerce.progress import plain_status

    order = shop.records.place([line(shop)])
    types = shop.answers.api.schema.type_map
    with source(shop) as shopify:
        words = {plain_status(word): Standing(meaning) for word, meaning in shopify.status_words.items()}
        for field, kind in (
            ("displayFinancialStatus", "OrderDisplayFinancialStatus"),
            ("displayFulfillmentStatus", "OrderDisplayFulfillmentStatus"),
        ):
            for status in types[kind].values:
                order.more = {field: status}
                (shown,) = shopify.fetch_orders(None)
                assert isinstance(shown, SourceOrder)
                said = set(standings(shown, words)) - {Standing.OPEN}
                wanted = {EXPECTED[status]} if status in EXPECTED else set()
                beside = {Standing.PAID} if field == "displayFulfillmentStatus" else set()
                assert said == wanted | beside, status
                assert shown.ready == (status not in ("ON_HOLD", "SCHEDULED"))


# ── edits, refunds, cancellations ────────────────────────────────────────────────────────────


def test_units_that_were_removed_are_gone(shop: Any) -> None:
    """Before anything was shipped, and the total is the shop's."""
    order = shop.records.place([line(shop, quantity=3), line(shop, sku="TEE-M")])
    shop.records.refund(order, {order.lines[0].id: 1, order.lines[1].id: 1})
    shown = only(shop)
    assert [(one.sku, one.quantity) for one in shown.lines] == [("MUG-BLUE", D(2))]
    assert shown.totals.grand_total == order.current_total


def test_a_return_changes_no_order(shop: Any) -> None:
    """Nor does a refund of shipping, or of money alone; all of them come as returns."""
    from tests.carts.shopify.driver import source
    from tests.carts.shopify.records import Delivery

    order = shop.records.place([line(shop, quantity=3, discount=D("1.00"))], shipping=[Delivery(id=900)])
    ship(shop, order, 2)
    before = only(shop)
    shop.records.refund(order, {order.lines[0].id: 2}, shipping=D("12.50"))
    shop.records.refund(order, {}, amount=D("4.00"))
    assert evolve(only(shop), **MOVING) == evolve(before, **MOVING)
    with source(shop) as shopify:
        first, second = shopify.fetch_returns(None)
        assert [one.quantity for one in first.lines] == [D(2)]
        assert (first.order_reference, second.refunded, second.lines) == (str(order.id), D("4.00"), ())
        assert list(shopify.fetch_returns(second.cursor)) == [first, second]


def test_every_refund_comes_with_all_its_lines(shop: Any) -> None:
    """Of an order with many, and of one with many lines; not units that never left."""
    from tests.carts.shopify.driver import source

    order = shop.records.place([line(shop, quantity=14), line(shop)])
    ship(shop, order, 14)
    for _ in range(13):
        shop.records.refund(order, {order.lines[0].id: 1})
    shop.records.refund(order, {order.lines[1].id: 1})
    large = shop.records.place([line(shop) for _ in range(130)])
    first = large.fulfilment_orders[0]
    shop.records.fulfil(large, [(first, dict.fromkeys(first.items, 1))], {}, notify=False)
    shop.records.refund(large, {one.id: 1 for one in large.lines})
    with source(shop) as shopify:
        found = list(shopify.fetch_returns(None))
        assert sum(one.order_reference == str(order.id) for one in found) == 14
        assert sum(len(one.lines) for one in found if one.order_reference == str(order.id)) == 13
        assert [len(one.lines) for one in found if one.order_reference == str(large.id)] == [130]
        shopify.start_from(large.at)
        assert {one.order_reference for one in shopify.fetch_returns(None)} == {str(large.id)}


def test_what_the_search_finds_late_is_not_lost(shop: Any) -> None:
    """Shopify's index is some seconds behind: an older change may show after a newer one."""
    from tests.carts.shopify.driver import source

    late = shop.records.place([line(shop)])
    shop.records.unseen.add(late.id)
    for _ in range(4):
        shop.records.place([line(shop)])
    with source(shop) as shopify:
        cursor = list(shopify.fetch_orders(None))[-1].cursor
        shop.records.unseen.clear()
        assert str(late.id) in {one.reference for one in shopify.fetch_orders(cursor)}


def test_what_is_gone_is_not_canceled(shop: Any) -> None:
    """Deleted orders are no longer given, not even those that waited."""
    from tests.carts.shopify.driver import source

    waiting, plain = shop.place_unready(), shop.records.place([line(shop)])
    with source(shop) as shopify:
        cursor = list(shopify.fetch_orders(None))[-1].cursor
        del shop.records.orders[int(waiting)]
        assert {one.reference for one in shopify.fetch_orders(cursor)} == {str(plain.id)}
        assert list(shopify.fetch_order(waiting)) == []


def test_people_leave_the_sign_of_a_number_out(shop: Any) -> None:
    """Or write it, or the id."""
    from tests.carts.shopify.driver import source

    order = shop.records.place([line(shop)])
    with source(shop) as shopify:
        for name in (order.name, order.name.removeprefix("#"), str(order.id)):
            assert [one.reference for one in shopify.fetch_order(name)] == [str(order.id)]


MOVING: dict[str, Any] = {"cursor": "", "payment_status": None, "fulfillment_status": None, "paid": None}


def ship(shop: Any, order: Any, units: int) -> None:
    """Units of the first line are shipped."""
    one = order.fulfilment_orders[0]
    (item, *_) = one.items
    shop.records.fulfil(order, [(one, {item: units})], {"numbers": ["1Z"]}, notify=False)


def test_a_canceled_order_keeps_its_lines(shop: Any) -> None:
    """And its total, though Shopify's own is nothing now."""
    order = shop.records.place([line(shop, quantity=3)])
    total = order.total
    shop.records.cancel(order)
    shown = only(shop)
    assert shown.canceled_at is not None
    assert (shown.lines[0].quantity, shown.totals.grand_total, shown.source_status) == (D(3), total, "cancelled")


money = st.decimals(D("0.01"), D("300"), places=2)


@settings(max_examples=examples(25), deadline=None)
@given(st.data())
def test_whatever_happens_to_an_order_it_adds_up(data: st.DataObject) -> None:
    """Lines, discounts, taxes inside or on top, edits and refunds before and after shipping: what the lines come to is
    the total, and where nothing came back after it was shipped, that is the shop's own."""
    if reason := missing():
        require(reason)
    from tests.carts.shopify.driver import ShopifyDriver
    from tests.carts.shopify.records import Delivery

    with ShopifyDriver() as shop:
        rates = data.draw(st.lists(st.sampled_from([D("0.05"), D("0.0725"), D("0.2")]), max_size=2, unique=True))
        lines = []
        for _ in range(data.draw(st.integers(1, 4))):
            quantity, price = data.draw(st.integers(1, 7)), data.draw(money)
            discount = data.draw(st.decimals(0, price * quantity, places=2))
            lines.append(line(shop, quantity=quantity, price=price, discount=discount, rates=tuple(rates)))
        order = shop.records.place(
            lines,
            taxes_included=data.draw(st.booleans()),
            shipping=[Delivery(id=900, price=data.draw(money), rates=tuple(rates))],
            tip=data.draw(st.sampled_from([D(0), D("2.50")])),
        )
        back = False
        for _ in range(data.draw(st.integers(0, 3))):
            if data.draw(st.booleans()) and any(one.status != "CLOSED" for one in order.fulfilment_orders):
                item = next((left for left in order.fulfilment_orders[0].items.values() if left[1]), None)
                if item:
                    ship_line(shop, order, item[0], data.draw(st.integers(1, item[1])))
            elif removable := [one for one in lines if one.current]:
                one = data.draw(st.sampled_from(removable))
                units = data.draw(st.integers(1, one.current))
                waiting = next((item[1] for item in order.fulfilment_orders[0].items.values() if item[0] == one.id), 0)
                back = back or units > waiting or one.fulfilled > 0
                shop.records.refund(order, {one.id: units})
        found = given_by(shop)
        assert len(found) == 1
        shown = found[0]
        slack = CENT * len(shown.priced)
        assert abs(shown.computed_totals.grand_total - shown.totals.grand_total) <= slack
        if not back:
            assert abs(shown.totals.grand_total - order.current_total) < CENT


def ship_line(shop: Any, order: Any, wanted: int, units: int) -> None:
    one = order.fulfilment_orders[0]
    item = next(item for item, (its, _) in one.items.items() if its == wanted)
    shop.records.fulfil(order, [(one, {item: units})], {}, notify=False)


def _bag(amount: str) -> dict[str, Any]:
    return {kind: {"amount": amount, "currencyCode": "CAD"} for kind in ("shopMoney", "presentmentMoney")}


@pytest.mark.parametrize("earliest", [None, 2])
def test_older_orders_are_not_asked_for(shop: Any, earliest: int | None) -> None:
    """Where the settings say so."""
    from tests.carts.shopify.driver import source

    placed = [shop.records.place([line(shop)]) for _ in range(4)]
    with source(shop) as shopify:
        shopify.start_from(placed[earliest].at if earliest is not None else None)
        assert [one.reference for one in shopify.fetch_orders(None)] == [str(one.id) for one in placed[earliest or 0 :]]
