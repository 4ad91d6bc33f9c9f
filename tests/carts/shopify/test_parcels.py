"""Shipments into Shopify: several locations, holds, corrections, and answers that are lost at every step."""

from __future__ import annotations

from contextlib import suppress
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.carts.shopify.install import missing
from tests.support import examples, require
from tradegecko_bridge.commerce import ItemResult, Package, Shipment, SourceOrder, Verdict
from tradegecko_bridge.errors import SourceError
from tradegecko_bridge.testing import Fault, Wanted, WantedLine
from tradegecko_bridge.testing.builders import a_shipment


def made(shop: Any, **options: Any) -> Any:
    """A source."""
    from tests.carts.shopify.driver import source

    return source(shop, **options)


def tell(shop: Any, *shipments: Shipment, **options: Any) -> list[ItemResult]:
    """Results of a source of its own, as after a restart."""
    with made(shop, **options) as shopify:
        return list(shopify.accept_tracking(shipments))


def spread(shop: Any, *places: int) -> SourceOrder:
    """An order of two units at each of these locations."""
    shop.records.locations |= dict.fromkeys(places, "Another")
    lines = [shop.records.line(quantity=2, location=place) for place in places]
    reference = str(shop.records.place(lines).id)
    with made(shop) as shopify:
        (order,) = shopify.fetch_order(reference)
    assert isinstance(order, SourceOrder)
    return order


def shown(shop: Any, order: SourceOrder) -> dict[str, int]:
    """Units shipped by line."""
    units: dict[str, int] = {}
    for parcel in shop.parcels(order.reference):
        for line, count in parcel.contents.items():
            units[line] = units.get(line, 0) + int(count)
    return units


def test_goods_of_several_locations_are_one_shipment(shop: Any) -> None:
    """One fulfilment for each, with the same number; told again nothing more, corrected all, voided none is left."""
    order = spread(shop, 1, 2, 3)
    shipment = a_shipment(order, tracking=("1Z1",))
    for _ in range(2):
        assert [one.verdict for one in tell(shop, shipment)] == [Verdict.ACCEPTED]
        assert [one.tracking for one in shop.parcels(order.reference)] == [("1Z1",)] * 3
    tell(shop, evolve(shipment, packages=(Package(tracking_number="1Z2"),)))
    assert [one.tracking for one in shop.parcels(order.reference)] == [("1Z2",)] * 3
    with made(shop) as shopify:
        list(shopify.withdraw_tracking([shipment]))
    assert shop.parcels(order.reference) == []
    tell(shop, shipment)
    assert shown(shop, order) == {line.reference: 2 for line in order.lines}


@settings(max_examples=examples(25), deadline=None)
@given(st.lists(st.sampled_from([1, 2, 3]), min_size=1, max_size=4), st.data())
def test_whatever_is_lost_nothing_ships_twice(places: list[int], data: st.DataObject) -> None:
    """Answers and requests are lost at any step, again and again; in the end each shipment is there once."""
    if reason := missing():
        require(reason)
    from tests.carts.shopify.driver import ShopifyDriver

    with ShopifyDriver() as shop:
        order = spread(shop, *places)
        shipments = [
            a_shipment(order, {line.reference: units for line in order.lines}, reference=f"S-{units}", tracking=numbers)
            for units, numbers in ((1, ("1Z1",)), (1, ()))[: data.draw(st.integers(1, 2))]
        ]
        shipments = [evolve(one, reference=f"S-{place}") for place, one in enumerate(shipments)]
        for _ in range(data.draw(st.integers(0, 4))):
            fault = data.draw(st.sampled_from([Fault.LOST, Fault.CUT, Fault.DOWN]))
            shop.break_line(fault, after=data.draw(st.integers(0, 6)))
            with suppress(SourceError):
                tell(shop, *shipments)
            shop.mend()
        results = tell(shop, *shipments)
        assert {one.verdict for one in results} == {Verdict.ACCEPTED}, [one.message for one in results]
        assert shown(shop, order) == {line.reference: len(shipments) for line in order.lines}


def test_an_order_on_hold_is_offered_again(shop: Any) -> None:
    """With the reason; it goes through once the hold is released."""
    reference = shop.place_unready()
    with made(shop) as shopify:
        (order,) = shopify.fetch_order(reference)
    assert isinstance(order, SourceOrder)
    shipment = a_shipment(order)
    (result,) = tell(shop, shipment)
    assert result.verdict is Verdict.FAILED
    assert "on hold at Shopify (High risk of fraud): release it there" in result.message
    shop.make_ready(reference)
    assert [one.verdict for one in tell(shop, shipment)] == [Verdict.ACCEPTED]


def test_a_fulfilment_order_that_is_with_a_service_takes_none(shop: Any) -> None:
    """Whatever it is called."""
    order = spread(shop, 1)
    shop.order(order.reference).fulfilment_orders[0].status = "SCHEDULED"
    (result,) = tell(shop, a_shipment(order))
    assert result.verdict is Verdict.FAILED
    assert "scheduled" in result.message


def test_a_part_whose_number_is_corrected_is_no_second_parcel(shop: Any) -> None:
    """Though there is enough left of the order for another one like it."""
    order = spread(shop, 1)
    first = a_shipment(order, {order.lines[0].reference: 1}, tracking=("1Z1",))
    tell(shop, first)
    tell(shop, evolve(first, packages=(Package(tracking_number="1Z9"),)))
    assert [one.tracking for one in shop.parcels(order.reference)] == [("1Z9",)]


def test_what_somebody_took_back_is_not_shipped_again(shop: Any) -> None:
    """A person has to look."""
    order = spread(shop, 1)
    shipment = a_shipment(order)
    tell(shop, shipment)
    there = shop.order(order.reference)
    shop.records.take_back(there, there.fulfilments[0])
    (result,) = tell(shop, shipment)
    assert result.verdict is Verdict.REFUSED
    assert "cancelled" in result.message


def test_a_metafield_that_was_changed_ships_nothing(shop: Any) -> None:
    """Which fulfilment is whose is not known then."""
    order = spread(shop, 1)
    shop.order(order.reference).metafields["tradegecko_bridge", "shipments"] = '{"S-1": 3}'
    (result,) = tell(shop, a_shipment(order))
    assert (result.verdict, shop.parcels(order.reference)) == (Verdict.FAILED, [])


@pytest.mark.parametrize(("setting", "said", "told"), [(False, None, False), (True, None, True), (True, False, False)])
def test_who_tells_the_customer(shop: Any, setting: bool, said: bool | None, told: bool) -> None:
    """The shipment says so, or else the setting."""
    order = spread(shop, 1)
    tell(shop, evolve(a_shipment(order), notify_customer=said), notify_customers=setting)
    assert [one.notified for one in shop.order(order.reference).fulfilments] == [told]


def test_carrier_and_links_go_along(shop: Any) -> None:
    """As Shopify takes them: as many links as numbers, or none."""
    order = spread(shop, 1)
    package = Package(tracking_number="1Z1", tracking_url="https://ups.example/1Z1")
    tell(shop, evolve(a_shipment(order), packages=(package,), carrier="UPS"))
    (asked,) = [variables for query, variables in shop.asked if "fulfillmentCreate" in query]
    tracking = {"numbers": ["1Z1"], "urls": ["https://ups.example/1Z1"], "company": "UPS"}
    assert asked["fulfillment"]["trackingInfo"] == tracking


def test_large_orders_are_shipped_in_many_parcels(shop: Any) -> None:
    """More fulfilments, and more lines in each, than come with one answer."""
    lines = tuple(WantedLine(sku="MUG-BLUE", quantity=9) for _ in range(52))
    reference = shop.place(Wanted(lines=lines))
    with made(shop, page_size=50) as shopify:
        (order,) = shopify.fetch_order(reference)
        shipments = [
            a_shipment(order, {line.reference: 1 for line in order.lines}, reference=f"S-{n}", tracking=(f"1Z{n}",))
            for n in range(9)
        ]
        results = list(shopify.accept_tracking([*shipments, *shipments[-2:]]))
        assert {one.verdict for one in results} == {Verdict.ACCEPTED}
    assert shown(shop, order) == {line.reference: 9 for line in order.lines}
    assert len(shop.parcels(reference)) == 9
    assert all(parcel.contents[order.lines[0].reference] == Decimal(1) for parcel in shop.parcels(reference))
