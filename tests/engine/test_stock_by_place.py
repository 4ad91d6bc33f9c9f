"""Stock levels for each location of a source: each told, and answered for, alone."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from attrs import define, evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_one_decision import Account
from tests.support import HandClock, ListSource, examples
from tradegecko_bridge import ConnectionSettings, MemoryStore, SyncEngine
from tradegecko_bridge.commerce import ItemResult, LocationStock, SourceOrder, StockLevel, VariantStock, Verdict
from tradegecko_bridge.commerce.remote import RecordKind
from tradegecko_bridge.engine import Report
from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.testing.builders import a_line, an_order

NAMES = {"Main": "1", "East": "2", "West": "3"}
PLACES = ConnectionSettings(source_locations={"Main": "Berlin", "East": "Riga", "West": "Riga"})


@frozen
class Shelf(Account):
    """An account with three locations: units by SKU and location's id."""

    units: dict[tuple[str, str], int] = field(factory=dict)

    def find_record(self, kind: RecordKind, name: str) -> str:
        if name not in NAMES:
            raise Rejected(f"no stock location {name!r} in TradeGecko")
        return NAMES[name]

    def stock(self) -> Iterator[VariantStock]:
        for sku in sorted({sku for sku, _ in self.units}):
            at = tuple(
                LocationStock(location_id=place, on_hand=Decimal(units), committed=Decimal(0))
                for (one, place), units in self.units.items()
                if one == sku
            )
            yield VariantStock(variant_id=sku, sku=sku, locations=at)


@define
class Shop:
    """Shows what it took, by key; what is in ``fails`` it takes not."""

    orders: list[SourceOrder] = field(factory=list)
    shown: dict[str, str] = field(factory=dict)
    fails: set[str] = field(factory=set)
    name: str = "shop"
    places: tuple[str, ...] = ("Berlin", "Riga")

    def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
        return self.orders

    def stock_locations(self) -> Sequence[str]:
        return self.places

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        for level in levels:
            if level.key in self.fails:
                yield ItemResult(key=level.key, verdict=Verdict.FAILED, message="429")
            else:
                self.shown[level.key] = str(level.available)
                yield ItemResult(key=level.key, verdict=Verdict.ACCEPTED)


@define
class World:
    """One shop on one shelf."""

    shelf: Shelf = field(factory=lambda: Shelf(units={("MUG", "1"): 5, ("MUG", "2"): 3, ("MUG", "3"): 1}))
    shop: Any = field(factory=Shop)
    settings: ConnectionSettings = PLACES
    store: MemoryStore = field(factory=MemoryStore)
    clock: HandClock = field(factory=HandClock)

    @property
    def engine(self) -> SyncEngine:
        more: dict[str, Any] = {
            "gateway": self.shelf,
            "store": self.store,
            "settings": self.settings,
            "clock": self.clock,
        }
        return SyncEngine("shop", source=self.shop, **more)

    def sync(self, **how: bool) -> Report:
        self.clock.move(hours=2)
        return self.engine.sync_inventory(**how)


@pytest.fixture
def world() -> World:
    """Told once."""
    world = World()
    assert world.sync()
    assert world.shop.shown == {"MUG @ Berlin": "5", "MUG @ Riga": "4"}
    return world


@pytest.mark.parametrize(
    ("places", "said"),
    [
        (None, "stock_locations gave None; it must give an iterable of texts"),
        ("Berlin", "stock_locations gave a value of type str; it must give an iterable of texts"),
        (["Berlin", ["Riga"]], "stock_locations gave a value of type list where a text is due"),
    ],
)
def test_locations_that_are_none(world: World, places: Any, said: str) -> None:
    """It is the source's fault, and nothing is told."""
    world.shop.places = places
    world.shelf.units["MUG", "1"] = 2
    assert world.sync().problems == [f"shop: {said}: a fault in the source"]
    assert world.shop.shown["MUG @ Berlin"] == "5"


def test_one_location_fails_and_gets_its_level_all_the_same(world: World) -> None:
    """Of two, one answers 429 once: the other is done, and it is told again."""
    world.shelf.units.update({("MUG", "1"): 1, ("MUG", "2"): 0})
    world.shop.fails.add("MUG @ Riga")
    assert not world.sync()
    assert world.shop.shown == {"MUG @ Berlin": "1", "MUG @ Riga": "4"}
    world.shop.fails.clear()
    world.shop.shown["MUG @ Berlin"] = "not again"
    assert world.sync()
    assert world.shop.shown == {"MUG @ Berlin": "not again", "MUG @ Riga": "1"}


def test_a_level_that_comes_back_is_told_again(world: World) -> None:
    """1, 0, 1: the third is another change, though it is what was told before."""
    for units in (1, 0, 1):
        world.shelf.units["MUG", "1"] = units
        assert world.sync()
        assert world.shop.shown["MUG @ Berlin"] == str(units)


def test_rules_are_for_each_location(world: World) -> None:
    """Also which of them are not offered at all."""
    world.settings = evolve(PLACES, stock_subtract=2, excluded_stock_locations=("East",))
    world.sync()
    assert world.shop.shown == {"MUG @ Berlin": "3", "MUG @ Riga": "0"}


@pytest.mark.parametrize(
    ("location", "shown"),
    [(None, {"MUG @ Berlin": "3", "MUG @ Riga": "2"}), ("West", {"MUG @ Berlin": "5", "MUG @ Riga": "2"})],
)
def test_what_is_sold_is_taken_where_it_will_leave(world: World, location: str, shown: dict[str, str]) -> None:
    """Everywhere where nobody knows."""
    world.settings = evolve(PLACES, location=location)
    world.shop.orders.append(an_order("1001", [a_line("MUG", 2), a_line("NOPE")]))
    world.engine.deliver_orders()
    world.sync()
    assert world.shop.shown == shown


def test_a_location_that_is_named_no_more_is_emptied(world: World) -> None:
    """Nobody says any more what is there."""
    world.settings = evolve(PLACES, source_locations={"Main": "Berlin"})
    world.sync()
    assert world.shop.shown == {"MUG @ Berlin": "5", "MUG @ Riga": "0"}


def test_another_way_of_telling_empties_nothing(world: World) -> None:
    """From all stock to locations and back: the source is told anew, and what it was told before stays."""
    world.settings = ConnectionSettings()
    report = world.sync()
    assert world.shop.shown == {"MUG @ Berlin": "5", "MUG @ Riga": "4", "MUG": "9"}
    assert report.notes == []
    world.settings = PLACES
    world.shelf.units["MUG", "1"] = 2
    world.sync()
    assert world.shop.shown == {"MUG @ Berlin": "2", "MUG @ Riga": "4", "MUG": "9"}


@pytest.mark.parametrize(
    ("table", "problem"),
    [
        ({"Main": "Oslo"}, "setting source_locations: shop has no location 'Oslo'; it has 'Berlin', 'Riga'"),
        ({"Moon": "Riga"}, "setting source_locations: no stock location 'Moon' in TradeGecko; no stock level is sent"),
    ],
)
def test_a_location_that_is_not_there(world: World, table: dict[str, str], problem: str) -> None:
    """One line says which, and nothing is told."""
    world.settings = evolve(PLACES, source_locations=table)
    world.shelf.units["MUG", "1"] = 9
    (said,) = world.sync().problems
    assert str(said).startswith(problem)
    assert world.shop.shown["MUG @ Berlin"] == "5"


def test_a_source_without_locations_of_its_own() -> None:
    """The setting has no use there."""
    (said,) = World(shop=ListSource()).sync().problems
    assert "has no stock locations of its own" in str(said)


@settings(max_examples=examples(12))
@given(
    steps=st.lists(
        st.tuples(
            st.sampled_from(sorted(NAMES.values())), st.integers(0, 4), st.sets(st.sampled_from(["Berlin", "Riga"]))
        ),
        max_size=6,
    )
)
def test_whatever_fails_each_location_ends_with_what_is_true(steps: list[tuple[str, int, set[str]]]) -> None:
    """Once nothing fails any more."""
    world = World()
    for place, units, fails in [*steps, ("1", 2, set())]:
        world.shelf.units["MUG", place] = units
        world.shop.fails = {f"MUG @ {one}" for one in fails}
        world.sync()
    at = world.shelf.units
    riga = at["MUG", "2"] + at["MUG", "3"]
    assert world.shop.shown == {"MUG @ Berlin": str(at["MUG", "1"]), "MUG @ Riga": str(riga)}


def test_all_levels_in_full(world: World) -> None:
    """Each of them."""
    world.shop.shown.clear()
    assert world.sync(full=True)
    assert world.shop.shown == {"MUG @ Berlin": "5", "MUG @ Riga": "4"}
