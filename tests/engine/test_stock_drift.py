"""A source that shows other stock than it has accepted."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any

import pytest
from attrs import define, field
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_told import Shelf, Shop, World
from tests.support import examples
from tradegecko_bridge import ConnectionSettings
from tradegecko_bridge.commerce import StockLevel
from tradegecko_bridge.errors import SourceUnavailable


@define
class Telling(Shop):
    """A shop that says what it shows, beside what is not ours; ``says`` is given in place of that."""

    says: list[Any] = field(factory=list)
    asked: int = 0

    def fetch_stock(self) -> Iterable[Any]:
        self.asked += 1
        yield StockLevel(sku="OWN", available=Decimal(4))
        for one in self.says:
            if isinstance(one, Exception):
                raise one
        yield from self.says or (StockLevel(sku=sku, available=Decimal(units)) for sku, units in self.shown.items())


def a_world(policy: str) -> World:
    """Three SKUs told, a day ago."""
    world = World(shelf=Shelf(units={"CUP": 3, "MUG": 5, "TEA": 0}), shop=Telling())
    world.settings = ConnectionSettings(stock_drift=policy)  # type: ignore[arg-type]
    assert world.sync()
    world.clock.move(days=1)
    return world


def test_it_is_told_once_a_day_and_closed_when_it_is_over() -> None:
    """An alert names what differs and what was told; nothing is changed there."""
    world = a_world("report")
    world.shop.shown["MUG"] = "9"
    del world.shop.shown["CUP"], world.shop.shown["TEA"]  # sold out, and not shown any more
    (note,) = world.sync().notes
    assert "for 2 of its SKUs: CUP (none, told 3), MUG (9, told 5)" in note
    assert [alert.key for alert in world.store.alerts("shop")] == ["stock drift"]
    assert world.sync().notes == [], "not with every pass"
    world.shop.shown |= {"MUG": "5", "CUP": "3.0"}
    world.clock.move(days=1)
    assert world.sync().notes == []
    assert world.store.alerts("shop") == []


def test_by_a_setting_it_is_told_again() -> None:
    """In the same pass."""
    world = a_world("tell")
    world.shop.shown["MUG"] = "9"
    (note,) = world.sync().notes
    assert "it is told again" in note
    assert world.shop.shown["MUG"] == "5"
    assert world.shop.heard[-1] == {"MUG": "5"}


def test_by_a_setting_nobody_asks() -> None:
    """The source is left alone."""
    world = a_world("ignore")
    world.shop.shown["MUG"] = "9"
    assert world.sync().notes == []
    assert isinstance(world.shop, Telling)
    assert world.shop.asked == 0


def test_what_was_just_told_may_not_show_yet() -> None:
    """Within ten minutes."""
    world = a_world("report")
    world.shelf.units["MUG"] = 4
    world.sync()
    world.shop.shown["MUG"] = "5"
    assert world.sync(full=True).notes == []


@pytest.mark.parametrize("says", [["MUG"], [None], [SourceUnavailable("down")]])
def test_nonsense_costs_the_pass_nothing(says: list[Any]) -> None:
    """It is one problem; levels are told all the same."""
    world = a_world("tell")
    assert isinstance(world.shop, Telling)
    world.shop.says = says
    world.shelf.units["MUG"] = 4
    report = world.sync()
    assert len(report.problems) == 1
    assert world.shop.shown["MUG"] == "4"


@settings(max_examples=examples(12))
@given(edits=st.dictionaries(st.sampled_from(["CUP", "MUG", "TEA"]), st.integers(0, 9)), full=st.booleans())
def test_whatever_was_edited_there_ends_as_it_was_told(edits: dict[str, int], *, full: bool) -> None:
    """And what nobody touched is not told again, unless in full."""
    world = a_world("tell")
    world.shop.shown |= {sku: str(units) for sku, units in edits.items()}
    before = dict(world.shop.shown)
    world.shop.heard.clear()
    world.sync(full=full)
    true = {sku: str(units) for sku, units in world.shelf.units.items()}
    assert world.shop.shown == true
    told = {sku for batch in world.shop.heard for sku in batch}
    assert told == (set(true) if full else {sku for sku in true if before[sku] != true[sku]})
