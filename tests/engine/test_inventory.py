"""Stock levels: the rules as pure functions, and the round against a real sandbox."""

from __future__ import annotations

from decimal import Decimal

import pytest
from attrs import evolve
from hypothesis import given
from hypothesis import strategies as st

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.commerce import ItemResult, LocationStock, VariantStock, Verdict
from tradegecko_bridge.engine import MatchBy, Outcome
from tradegecko_bridge.engine.back_sync.stock_rules import stock_level
from tradegecko_bridge.testing.builders import a_line, an_order

units = st.decimals(min_value=-1000, max_value=1000, places=1)


def variant(*stock: tuple[int, int], maximum: int | None = None) -> VariantStock:
    """A variant with (on hand, committed) at locations 1, 2, …"""
    locations = tuple(
        LocationStock(location_id=str(n), on_hand=Decimal(on_hand), committed=Decimal(committed))
        for n, (on_hand, committed) in enumerate(stock, 1)
    )
    return VariantStock(
        variant_id="7", sku="A", locations=locations, maximum=None if maximum is None else Decimal(maximum)
    )


@pytest.mark.parametrize(
    ("stock", "settings", "in_flight", "available"),
    [
        (variant((10, 3), (5, 0)), {}, 0, 12),
        (variant((10, 3), (5, 0)), {"stock_locations": ["2"]}, 0, 5),
        (variant((10, 3), (5, 0)), {"stock_locations": ["9"]}, 0, 0),
        (variant((2, 5)), {}, 0, 0),
        (variant((2, 5), (10, 0)), {}, 0, 7),
        (variant((10, 0)), {}, 4, 6),
        (variant((10, 0)), {"minimum_stock": 10}, 0, 10),
        (variant((9, 0)), {"minimum_stock": 10}, 0, 0),
        (variant((50, 0), maximum=20), {}, 0, 20),
        (variant((50, 0), maximum=0), {}, 0, 0),
        (variant(), {}, 0, 0),
        (variant((10, 3), (5, 0)), {"excluded_stock_locations": ["1"]}, 0, 5),
        (variant((10, 0), (5, 0)), {"stock_locations": ["1", "2"], "excluded_stock_locations": ["2"]}, 0, 10),
        (variant((10, 0)), {"stock_percentage": 50}, 0, 5),
        (variant((10, 0)), {"stock_percentage": 50}, 4, 3),
        (variant((10, 0)), {"stock_subtract": 3}, 0, 7),
        (variant((2, 0)), {"stock_subtract": 3}, 0, 0),
        (variant((10, 0)), {"stock_percentage": 50, "stock_subtract": 2, "minimum_stock": 4}, 0, 0),
        (variant((50, 0)), {"maximum_stock": 20}, 0, 20),
        (variant((50, 0), maximum=10), {"maximum_stock": 20}, 0, 10),
        (variant((50, 0)), {"maximum_stock": 2, "minimum_stock": 5}, 0, 2),
        (variant((7, 0)), {"stock_percentage": 50, "stock_fractions": "down"}, 0, 3),
        (variant((7, 0)), {"stock_percentage": 50}, 0, Decimal("3.5")),
        (evolve(variant((10, 0)), sellable=False, sell_without_stock=True), {}, 0, 0),
        (evolve(variant((10, 0)), online=False), {}, 0, 10),
        (evolve(variant((10, 0)), online=False), {"online_only": True}, 0, 0),
        (variant((10, 0)), {"online_only": True}, 0, 10),
    ],
)
def test_what_may_be_sold(
    stock: VariantStock, settings: dict[str, object], in_flight: int, available: int | Decimal
) -> None:
    """Available at the chosen locations, less what is in flight, by the minimum and maximum, never below zero."""
    level = stock_level(stock, Decimal(in_flight), ConnectionSettings(**settings))  # type: ignore[arg-type]
    assert level.available == available
    assert not level.sell_without_stock, "nor any of what is not for sale"


@given(on_hand=units, committed=units, in_flight=units.filter(lambda n: n >= 0), minimum=units.filter(lambda n: n >= 0))
def test_never_more_than_there_is(on_hand: Decimal, committed: Decimal, in_flight: Decimal, minimum: Decimal) -> None:
    """No rule ever offers more than is available, or less than nothing."""
    stock = VariantStock(
        variant_id="7",
        sku="A",
        locations=(LocationStock(location_id="1", on_hand=on_hand, committed=committed),),
    )
    level = stock_level(stock, in_flight, ConnectionSettings(minimum_stock=minimum))
    assert 0 <= level.available <= max(on_hand - committed, Decimal(0))


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """An empty source that takes stock levels."""
    return Bench(sandbox, client, ListSource())


def levels(bench: Bench) -> dict[str, Decimal]:
    return {level.sku: level.available for level in bench.source.levels}


def test_all_levels_once_then_only_changes(bench: Bench) -> None:
    """The first run sends every tracked SKU, the next nothing, and after an order only what it committed."""
    first = bench.engine.sync_inventory()
    assert first
    assert levels(bench)["MUG-BLUE"] == 150
    assert "GIFT-50" not in levels(bench), "stock of it is not managed"
    assert bench.engine.sync_inventory().count(Outcome.SENT) == 0
    bench.source.levels.clear()
    bench.source.orders.append(an_order("1001", [a_line("TEE-M", 3)]))
    bench.deliver()
    bench.engine.sync_inventory()
    assert levels(bench) == {"TEE-M": Decimal(77)}


def test_an_order_that_is_not_there_yet_is_taken_off(bench: Bench) -> None:
    """Units of a held order are not offered to anybody else, although TradeGecko does not know of them."""
    bench.source.orders.append(an_order("1001", [a_line("TEE-M", 3), a_line("NOPE", 1)]))
    bench.deliver()
    bench.engine.sync_inventory()
    assert levels(bench)["TEE-M"] == 77


BLUE = "0628000000017"


@pytest.mark.parametrize(
    ("match_by", "left"),
    [("barcode", {"MUG-BLUE": 147, "MUG-RED": 94}), ("sku", {"MUG-BLUE": 150, "MUG-RED": 92})],
)
def test_units_of_a_held_order_matched_by_barcode_are_taken_off(
    sandbox: Sandbox, client: TradeGeckoClient, match_by: str, left: dict[str, int]
) -> None:
    """They are the variant's that the line goes to: by its barcode, else by its SKU; at no further request."""
    lines = [
        a_line("MUG-RED", 2, barcode=BLUE, reference="1"),
        a_line("our-mug", 1, barcode=BLUE, reference="2"),
        a_line("MUG-RED", 1, barcode="4711", reference="3"),
        a_line("NOPE"),
    ]
    settings = ConnectionSettings(match_by=MatchBy(match_by))
    bench = Bench(sandbox, client, ListSource([an_order("1001", lines)]), settings=settings)
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    report = bench.engine.sync_inventory()
    assert {sku: levels(bench)[sku] for sku in left} == left
    other = Bench(sandbox, client, ListSource())
    other.deliver()  # asks which account it is
    assert report.calls == other.engine.sync_inventory().calls


def test_a_barcode_on_several_variants_is_taken_off_all(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Until somebody says which of them was sold, none is sold twice."""
    (red,) = client.variants.list(sku="MUG-RED")
    client.variants.update(red.id, {"upc": BLUE})
    lines = [a_line("our-mug", 3, barcode=BLUE)]
    settings = ConnectionSettings(match_by="barcode")
    bench = Bench(sandbox, client, ListSource([an_order("1001", lines)]), settings=settings)
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    bench.engine.sync_inventory()
    assert levels(bench)["MUG-BLUE"] == 147
    assert levels(bench)["MUG-RED"] == 92


def test_a_sku_on_two_variants_is_not_guessed(bench: Bench) -> None:
    """Two variants with one SKU: nobody knows its level, so none is sent and a person is told."""
    report = bench.engine.sync_inventory()
    assert outcomes(report)["DUP-SKU"] is Outcome.HELD
    assert "2 TradeGecko variants carry this SKU" in detail(report, "DUP-SKU")
    assert "DUP-SKU" not in levels(bench)


def test_a_refused_sku_hides_no_other_and_is_offered_again(bench: Bench) -> None:
    """One refusal in a batch: the others count as told, the refused one comes again."""
    bench.source.answer = lambda key: ItemResult(
        key=key, verdict=Verdict.FAILED if key == "TEE-M" else Verdict.ACCEPTED, message="busy"
    )
    report = bench.engine.sync_inventory()
    assert outcomes(report)["TEE-M"] is Outcome.WAITING
    assert not report
    bench.source.levels.clear()
    bench.source.answer = lambda key: ItemResult(key=key, verdict=Verdict.ACCEPTED)
    bench.engine.sync_inventory()
    assert levels(bench) == {}, "not at once"
    bench.clock.move(minutes=1)
    bench.engine.sync_inventory()
    assert set(levels(bench)) == {"TEE-M"}


def test_full_sends_everything_again(bench: Bench) -> None:
    """Full does not trust what was acknowledged."""
    sent = bench.engine.sync_inventory().count(Outcome.SENT)
    assert bench.engine.sync_inventory(full=True).count(Outcome.SENT) == sent


def test_a_dry_run_sends_nothing(bench: Bench) -> None:
    """The changes are shown and the source hears nothing."""
    report = bench.engine.sync_inventory(dry_run=True)
    assert detail(report, "MUG-BLUE") == "would be 150"
    assert bench.source.levels == []


def test_a_bundle_is_counted_in_whole_sets(bench: Bench) -> None:
    """A bundle's level is what its components make."""
    bench.engine.sync_inventory()
    assert levels(bench)["MUG-SET"] == 47


@pytest.mark.parametrize("name", ["Main Warehouse", "1"])
def test_stock_of_a_location_by_its_label_or_id(sandbox: Sandbox, client: TradeGeckoClient, name: str) -> None:
    """What the settings call the location is found as it is for ``location``."""
    bench = Bench(sandbox, client, ListSource(), settings=ConnectionSettings(stock_locations=(name,)))
    assert bench.engine.sync_inventory()
    assert levels(bench)["MUG-BLUE"] == 120


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize("name", ["Atlantis", "999"])
def test_a_location_that_is_not_there_sells_nothing_out(
    sandbox: Sandbox, client: TradeGeckoClient, name: str, *, dry_run: bool
) -> None:
    """Nothing is sent or foretold, and one line says which setting names it and what there is."""
    settings = ConnectionSettings(stock_locations=("1", name))
    bench = Bench(sandbox, client, ListSource(), settings=settings)
    report = bench.engine.sync_inventory(dry_run=dry_run)
    assert not report
    assert (report.items, bench.source.levels) == ([], [])
    (problem,) = report.problems
    assert problem.startswith(f"setting stock_locations: no stock location {name!r} in TradeGecko; it has ")
    assert "'Main Warehouse'" in problem
