"""Kits: sent as the components the source tells, at exactly the kit's price, and brought back as kits."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import Component, OrderLine, SourceOrder, Totals
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.engine.mapping.kits import exploded
from tradegecko_bridge.engine.mapping.tax import rated
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

D = Decimal
GIFT = (Component(sku="MUG-BLUE", quantity=D(2)), Component(sku="TEE-M"), Component(sku="PIN-OWL"))


def kit(quantity: int = 1, price: str = "50.00", components: tuple[Component, ...] = GIFT, **fields: Any) -> OrderLine:
    return a_line("GIFT-BOX", quantity, price, components=components, **fields)


components = st.lists(
    st.builds(
        Component,
        sku=st.sampled_from(["A", "B", "C"]),
        quantity=st.integers(1, 7).map(Decimal),
        price=st.none() | st.decimals(min_value="0.01", max_value=500, places=2),
    ),
    min_size=1,
    max_size=5,
).map(tuple)


@given(
    parts=components,
    price=st.decimals(min_value=0, max_value=5000, places=2) | st.decimals(min_value=0, max_value=50, places=4),
    discount=st.sampled_from([D(0), D("0.01"), D("1.5")]),
    quantity=st.integers(1, 9).map(Decimal),
    digits=st.sampled_from([0, 2, 3]),
)
def test_the_components_cost_what_the_kit_costs(
    parts: tuple[Component, ...], price: Decimal, discount: Decimal, quantity: Decimal, digits: int
) -> None:
    """To the last digit, whatever the proportions; every unit of every component is there, and nothing else is lost."""
    line = kit(components=parts, price=str(price), discount=discount, additional_discount=D("0.30"))
    line = OrderLine(reference="7", sku="K", quantity=quantity, price=price, discount=discount,
                     additional_discount=D("0.30"), components=parts, shippable=False)  # fmt: skip
    made = list(exploded(line, digits))
    assert sum(part.extended_amount for part in made) == line.extended_amount
    assert sum(part.additional_discount for part in made) == D("0.30")
    assert not any(part.shippable for part in made)
    for number, component in enumerate(parts, 1):
        own = [part for part in made if part.reference == f"7 part {number}"]
        assert sum(part.quantity for part in own) == quantity * component.quantity
        assert {part.sku for part in own} == {component.sku}
        assert len(own) <= 2


def test_shares_by_price_and_by_units() -> None:
    """In proportion to what the components cost alone, where all of them say so; the rest of a cent to the largest
    remainder, and with equal ones to the first."""
    priced = (Component(sku="A", price=D(30)), Component(sku="B", price=D(10)))
    assert [part.price for part in exploded(kit(price="20.00", components=priced), 2)] == [D("15.00"), D("5.00")]
    unequal = (Component(sku="A", price=D(1)), Component(sku="B", price=D(2)))
    assert [part.price for part in exploded(kit(price="1.00", components=unequal), 2)] == [D("0.33"), D("0.67")]
    three = tuple(Component(sku=sku) for sku in "ABC")
    assert [part.price for part in exploded(kit(price="10.00", components=three), 2)] == [
        D("3.34"),
        D("3.33"),
        D("3.33"),
    ]
    assert [part.price for part in exploded(kit(price="1000", components=three), 0)] == [D(334), D(333), D(333)]
    several = (Component(sku="A", quantity=D(3)),)
    assert [f"{p.quantity} × {p.price}" for p in exploded(kit(2, "10.00", several), 2)] == ["4 × 3.33", "2 × 3.34"]


def test_a_kit_keeps_its_tax_rate() -> None:
    """Also where the source only gives the amount of the tax."""
    (line,) = rated(an_order(lines=[kit(price="100.00", tax_rate=None, tax=D("13.00"))], shipping=()), 2).lines
    assert {part.tax_rate for part in exploded(line, 2)} == {D(13)}


def bench_with(sandbox: Sandbox, client: TradeGeckoClient, *orders: SourceOrder, **given: Any) -> Bench:
    return Bench(sandbox, client, ListSource(list(orders)), settings=ConnectionSettings(**given))


def test_a_kit_goes_out_as_its_components(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """With aliases, at the kit's price, and the order's total is the source's; the kit itself need not exist."""
    mug = (Component(sku="our-mug", quantity=D(2)), *GIFT[1:])
    order = an_order("1", [kit(2, "49.99", mug)], shipping=(), totals=Totals(grand_total=D("112.98")))
    bench = bench_with(sandbox, client, order, explode_kits=True, sku_aliases={"our-mug": "MUG-BLUE"})
    assert outcomes(bench.deliver()) == {"1": Outcome.DELIVERED}
    (remote,) = bench.remote()
    assert remote.total == D("112.98")
    skus = {variant.id: variant.sku for variant in client.variants.list()}
    units: dict[str, Decimal] = {}
    for line in client.order_line_items.list(order_id=remote.id):
        if line.variant_id is not None and line.quantity is not None:
            sku = skus[line.variant_id] or ""
            units[sku] = units.get(sku, D(0)) + line.quantity
    assert units == {"MUG-BLUE": 4, "TEE-M": 2, "PIN-OWL": 2}


def test_otherwise_a_kit_goes_out_under_its_own_sku(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A bundle of TradeGecko's takes it; a kit TradeGecko does not know is a named hold."""
    known = an_order("1", [a_line("MUG-SET", components=GIFT)])
    bench = bench_with(sandbox, client, known, an_order("2", [kit()]))
    report = bench.deliver()
    assert outcomes(report) == {"1": Outcome.DELIVERED, "2": Outcome.HELD}
    assert "SKU 'GIFT-BOX' is not in TradeGecko" in detail(report, "2")


def test_an_unknown_component_is_named(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """As any other SKU."""
    bench = bench_with(sandbox, client, an_order("1", [kit(components=(Component(sku="NOPE"),))]), explode_kits=True)
    assert "SKU 'NOPE' is not in TradeGecko" in detail(bench.deliver(), "1")


@pytest.mark.parametrize("bad", [D(0), D(-1), D("1e30")])
def test_a_component_without_a_quantity_is_named(sandbox: Sandbox, client: TradeGeckoClient, bad: Decimal) -> None:
    """Nothing, less than nothing, or more than there can be of it: held with its name."""
    parts = (Component(sku="MUG-BLUE", quantity=bad), Component(sku="TEE-M"))
    bench = bench_with(sandbox, client, an_order("1", [kit(components=parts)]), explode_kits=True)
    report = bench.deliver()
    assert outcomes(report) == {"1": Outcome.HELD}
    assert "MUG-BLUE" in detail(report, "1")


def test_kits_in_several_parcels(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A kit is shipped with its last component; a parcel that completes none is told with the one that does, once."""
    pair = (Component(sku="MUG-BLUE"), Component(sku="TEE-M"))
    order = an_order("1", [kit(2, components=pair, reference="k"), a_line("PIN-OWL", 1, "7.50", reference="p")])
    bench = bench_with(sandbox, client, order, explode_kits=True)
    assert bench.deliver()

    def ship(units: dict[str, int], number: str) -> None:
        bench.ship("1", units, tracking_number=number)
        bench.clock.move(hours=1)
        bench.engine.sync_tracking()

    ship({"MUG-BLUE": 2}, "T1")
    assert bench.source.shipments == [], "nothing the source sold is complete"
    ship({"TEE-M": 1, "PIN-OWL": 1}, "T2")
    ship({"TEE-M": 1}, "T3")
    first, second = bench.source.shipments
    assert [f"{i.quantity} {i.sku} of {i.line_reference}" for i in first.items] == ["1 PIN-OWL of p", "1 GIFT-BOX of k"]
    assert first.tracking_numbers == ("T1", "T2")
    assert [f"{i.quantity} {i.sku} of {i.line_reference}" for i in second.items] == ["1 GIFT-BOX of k"]
    assert second.tracking_numbers == ("T3",)
    assert [s.completes_order for s in (first, second)] == [False, True]
    assert bench.state("1") is OrderState.CONFIRMED
    bench.clock.move(hours=1)
    bench.engine.sync_tracking()
    assert len(bench.source.shipments) == 2


def test_a_kit_delivered_whole_comes_back_whole(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Also when the setting is changed afterwards: what counts is how it was delivered."""
    bench = bench_with(sandbox, client, an_order("1", [a_line("MUG-SET", components=GIFT)]))
    assert bench.deliver()
    later = Bench(sandbox, client, bench.source, store=bench.store, settings=ConnectionSettings(explode_kits=True))
    bench.ship("1", {"MUG-SET": 1})
    later.clock.move(hours=5)
    later.engine.sync_tracking()
    (shipment,) = bench.source.shipments
    assert [f"{i.quantity} {i.sku}" for i in shipment.items] == ["1 MUG-SET"]
    assert shipment.completes_order


def test_components_on_their_way_are_not_for_sale(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A held order with kits takes its components off the stock that is offered."""
    order = an_order("1", [kit(3), a_line("NOPE")])
    bench = bench_with(sandbox, client, order, explode_kits=True)
    bench.deliver()
    bench.engine.sync_inventory()
    levels = {level.sku: level.available for level in bench.source.levels}
    assert (levels["MUG-BLUE"], levels["TEE-M"]) == (D(150 - 6), D(80 - 3))
