"""Sources that answer nonsense of stock levels, and levels that nobody can take."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

import pytest
from attrs import define, field, frozen

from tests.engine.test_told import Shelf, Shop, World
from tradegecko_bridge.bounds import MAGNITUDE
from tradegecko_bridge.commerce import ItemResult, LocationStock, StockLevel, VariantStock, Verdict
from tradegecko_bridge.engine import Outcome

ACCEPTED = Verdict.ACCEPTED
ANSWERS: dict[str, tuple[Callable[[list[ItemResult]], Any], set[str]]] = {
    "too few": (lambda good: good[:1], {"CUP"}),
    "none": (lambda _: None, set()),
    "too many": (lambda good: [*good, ItemResult(key="PEN", verdict=ACCEPTED)], {"CUP", "MUG", "TEA"}),
    "doubled, and the last counts": (
        lambda good: [*good, ItemResult(key="MUG", verdict=Verdict.FAILED, message="no")],
        {"CUP", "TEA"},
    ),
    "foreign": (lambda _: [ItemResult(key="PEN", verdict=ACCEPTED)], set()),
    "nonsense at the end": (lambda good: [*good, 7], {"CUP", "MUG", "TEA"}),
    "nonsense": (lambda _: [None], set()),
    "no verdict": (lambda _: [ItemResult(key="MUG", verdict="fine")], set()),  # type: ignore[arg-type]
}
"""What it gives in place of good answers, and what counts as accepted then."""


@define
class Muddled(Shop):
    """A shop whose answers are made into others."""

    made: Callable[[list[ItemResult]], Any] = field(default=lambda good: good)

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        answers: Iterable[ItemResult] = self.made(list(Shop.accept_stock(self, levels)))
        return answers


@pytest.mark.parametrize("answers", ANSWERS)
def test_only_what_was_said_of_a_level_counts(answers: str) -> None:
    """What was not accepted is told again, and nothing else."""
    made, accepted = ANSWERS[answers]
    shop = Muddled(made=made)
    world = World(shelf=Shelf(units={"CUP": 3, "MUG": 5, "TEA": 7}), shop=shop)
    report = world.sync()
    assert {item.name for item in report.items if item.outcome is Outcome.SENT} <= accepted
    assert {sku for sku, state in world.states().items() if state == "accepted"} == accepted
    assert world.states().keys() == {"CUP", "MUG", "TEA"}
    shop.made, shop.heard = lambda good: good, []
    world.clock.move(hours=1)
    assert world.sync()
    assert {sku for batch in shop.heard for sku in batch} == {"CUP", "MUG", "TEA"} - accepted


@frozen
class Heap(Shelf):
    """One SKU of which there is more than anybody can count."""

    def stock(self) -> Iterator[VariantStock]:
        yield from super().stock()
        most = Decimal(9).scaleb(MAGNITUDE - 1)
        at = [LocationStock(location_id=place, on_hand=most, committed=Decimal(0)) for place in ("1", "2")]
        yield VariantStock(variant_id="heap", sku="SAND", locations=tuple(at))


def test_a_level_nobody_can_take_hides_no_other() -> None:
    """It is named, and not told."""
    world = World(shelf=Heap(units={"MUG": 5}))
    report = world.sync()
    assert world.shop.shown == {"MUG": "5"}
    (item,) = [item for item in report.items if item.name == "SAND"]
    assert item.outcome is Outcome.HELD
    assert "more of it than can be told" in item.detail
