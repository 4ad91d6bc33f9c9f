"""Writing back: each shipment once, whatever happens to the answers; one result for each item of a batch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tradegecko_bridge.commerce import ItemResult, ProductDetails, Shipment, ShippedItem, SourceOrder, Verdict
from tradegecko_bridge.errors import SourceNeedsLogin, SourceUnavailable
from tradegecko_bridge.sources.toolkit import (
    AnswerLost,
    Count,
    Forbidden,
    Parcel,
    Refusal,
    Shelf,
    ShopFault,
    ShownOrder,
    accepted,
    answer_each,
    only_one,
    record,
    set_levels,
    update_products,
    withdraw,
)
from tradegecko_bridge.testing import a_line, a_product, a_shipment, a_stock_level, an_order

FAULTS = ("no", "lost", "down", "broken")


class Shop:
    """Takes any parcel; keeps our references or not. Each call meets the next fault."""

    def __init__(self, order: SourceOrder, faults: Sequence[str], keeps_references: bool) -> None:
        self.lines = {line.reference: line.quantity for line in order.lines}
        self.made: list[Parcel] = []
        self.faults, self.keeps = list(faults), keeps_references

    def _meet(self, *kinds: str) -> str:
        fault = self.faults.pop(0) if self.faults else "no"
        if fault == "down":
            raise SourceUnavailable("down")
        if fault == "broken":
            raise ShopFault("broken")
        return fault if fault in kinds else "no"

    def look(self, order_reference: str) -> ShownOrder | None:
        self._meet()
        return (
            ShownOrder(number="A-1", lines=self.lines, parcels=list(self.made)) if order_reference == "1001" else None
        )

    def create(self, order: ShownOrder, shipment: Shipment, contents: Mapping[str, Decimal]) -> None:
        lost = self._meet("lost")
        parcel = Parcel(
            id=str(len(self.made)),
            contents=contents,
            tracking=shipment.tracking_numbers,
            reference=shipment.reference if self.keeps else None,
        )
        self.made.append(parcel)
        if lost == "lost":
            raise AnswerLost("lost")

    def renumber(self, order: ShownOrder, parcel: Parcel, shipment: Shipment) -> str:
        self._meet()
        place = self.made.index(parcel)
        self.made[place] = Parcel(
            id=parcel.id, contents=parcel.contents, tracking=shipment.tracking_numbers, reference=parcel.reference
        )
        return ""

    def remove(self, order: ShownOrder, parcel: Parcel) -> None:
        self.made.remove(parcel)


ORDER = an_order("1001", [a_line("A", 5), a_line("B", 3)])
SHIPMENTS = [
    a_shipment(ORDER, {"A": 2}, reference="S-1", tracking=("1Z1",)),
    a_shipment(ORDER, {"A": 2}, reference="S-2", tracking=("1Z2",)),
    a_shipment(ORDER, {"A": 1, "B": 1}, reference="S-3", tracking=()),
    a_shipment(ORDER, {"B": 2}, reference="S-4", tracking=("1Z4", "1Z5")),
]


@given(
    st.lists(st.sampled_from(SHIPMENTS), min_size=1, max_size=12),
    st.lists(st.sampled_from(FAULTS), max_size=30),
    st.booleans(),
)
def test_each_shipment_is_one_parcel(told: list[Shipment], faults: list[str], keeps_references: bool) -> None:
    """However often it is told and whatever becomes of the answers; never more than was ordered."""
    shop = Shop(ORDER, faults, keeps_references)
    for shipment in told:
        (result,) = record([shipment], shop)
        assert result.key == shipment.reference
        if result.verdict is Verdict.ACCEPTED:
            assert any(set(one.tracking) == set(shipment.tracking_numbers) for one in shop.made)
    shop.faults.clear()
    wanted = {shipment.reference: shipment for shipment in told}
    results = list(record(list(wanted.values()), shop))
    assert {result.verdict for result in results} == {Verdict.ACCEPTED}
    shown = Counter(tuple(sorted(one.contents.items())) for one in shop.made)
    asked = Counter(
        tuple(sorted((item.line_reference, item.quantity) for item in one.items)) for one in wanted.values()
    )
    assert shown == asked


def told(shipment: Shipment, shop: Shop) -> ItemResult:
    (result,) = record([shipment], shop)
    return result


@pytest.mark.parametrize("keeps_references", [True, False])
def test_what_cannot_be_shipped_is_refused(keeps_references: bool) -> None:
    """Too many, of no line, in parts, nothing at all, of an order that is closed or gone: told, and nothing is made."""
    shop = Shop(ORDER, (), keeps_references)
    for units, words in (({"A": 6}, "6 to ship, 5 left"), ({"C": 1}, "no line C"), ({}, "nothing in it")):
        result = told(a_shipment(ORDER, units), shop)
        assert result.verdict is Verdict.REFUSED
        assert words in result.message
    half = a_shipment(ORDER, items=(ShippedItem(line_reference="A", quantity=Decimal("0.5")),))
    assert "whole units, not 0.5" in told(half, shop).message
    gone = a_shipment(an_order("1002", ORDER.lines))
    assert "is not in the shop" in told(gone, shop).message
    assert shop.made == []


def test_a_corrected_number_without_references() -> None:
    """The only parcel with these contents, where no other would fit, is the one whose number was corrected."""
    shop = Shop(ORDER, (), False)
    told(a_shipment(ORDER, {"B": 3}, tracking=("1Z1",)), shop)
    assert told(a_shipment(ORDER, {"B": 3}, tracking=("1Z2",)), shop).verdict is Verdict.ACCEPTED
    assert [one.tracking for one in shop.made] == [("1Z2",)]


def test_a_number_added_without_references() -> None:
    """A parcel without a number gets it, though more of the same would fit."""
    shop = Shop(ORDER, (), False)
    for numbers in ((), ("1Z1",)):
        assert told(a_shipment(ORDER, {"B": 1}, tracking=numbers), shop).verdict is Verdict.ACCEPTED
    assert [one.tracking for one in shop.made] == [("1Z1",)]


def test_an_answer_that_was_lost_is_looked_for_at_once() -> None:
    """So that the shipment need not be told again."""
    shop = Shop(ORDER, ("no", "lost"), True)
    assert told(SHIPMENTS[0], shop).verdict is Verdict.ACCEPTED
    assert len(shop.made) == 1


@given(
    st.lists(st.sampled_from(SHIPMENTS), unique=True),
    st.lists(st.sampled_from([*SHIPMENTS, a_shipment(an_order("1002", ORDER.lines))]), max_size=6),
    st.booleans(),
)
def test_what_is_withdrawn_is_gone_and_nothing_else(
    made: list[Shipment], withdrawn: list[Shipment], keeps_references: bool
) -> None:
    """Told once or several times, whether it was ever made or not."""
    shop = Shop(ORDER, (), keeps_references)
    list(record(made, shop))
    results = list(withdraw(withdrawn, shop))
    assert [result.key for result in results] == [shipment.reference for shipment in withdrawn]
    assert {result.verdict for result in results} <= {Verdict.ACCEPTED}
    left = [shipment.tracking_numbers for shipment in made if shipment not in withdrawn]
    assert sorted(one.tracking for one in shop.made) == sorted(left)


# ── batches ──────────────────────────────────────────────────────────────────────────────────

ERRORS = {
    "refused": Refusal("no"),
    "broken": ShopFault("broken"),
    "down": SourceUnavailable("down"),
    "forbidden": Forbidden("no right"),
}


@given(st.lists(st.sampled_from(["fine", *ERRORS]), max_size=20))
def test_each_item_has_its_own_result(fates: list[str]) -> None:
    """In turn; after three silences in a row the rest is not tried, so that a dead shop is left alone."""
    tried = []

    def act(item: tuple[int, str]) -> ItemResult:
        tried.append(item)
        if item[1] in ERRORS:
            raise ERRORS[item[1]]
        return accepted(str(item[0]))

    results = list(answer_each(list(enumerate(fates)), lambda item: str(item[0]), act))
    assert [result.key for result in results] == [str(place) for place in range(len(fates))]
    silent = next((place + 3 for place in range(len(fates) - 2) if fates[place : place + 3] == ["down"] * 3), None)
    assert len(tried) == (len(fates) if silent is None else silent)
    verdicts = {"fine": Verdict.ACCEPTED, "refused": Verdict.REFUSED}
    for result, fate in zip(results[:silent], fates, strict=False):
        assert result.verdict is verdicts.get(fate, Verdict.FAILED)
    assert {result.verdict for result in results[len(tried) :]} <= {Verdict.FAILED}


def test_without_a_login_nothing_else_is_tried() -> None:
    """No other item could fare better."""

    def act(_item: str) -> ItemResult:
        raise SourceNeedsLogin("key")

    with pytest.raises(SourceNeedsLogin):
        list(answer_each(["1", "2"], str, act))


class Shelves:
    """A shop that takes at most so many counts in a call, none with a bad SKU among them."""

    def __init__(self, stock: Mapping[str, list[Shelf]], faults: Sequence[Exception | None] = ()) -> None:
        self.stock, self.faults = {sku: list(found) for sku, found in stock.items()}, list(faults)
        self.written: dict[str, int] = {}

    def _meet(self) -> None:
        if self.faults and (error := self.faults.pop(0)) is not None:
            raise error

    def find(self, skus: Collection[str]) -> Mapping[str, Sequence[Shelf]]:
        self._meet()
        return {sku: self.stock[sku] for sku in skus if sku in self.stock}

    def write(self, counts: Sequence[Count]) -> Mapping[str, str]:
        self._meet()
        if any(count.sku.startswith("BAD") for count in counts):
            raise Refusal("a bad one")
        self.written |= {count.sku: count.units for count in counts}
        return {}


STOCK = {
    "A": [Shelf(id="1", units=4, reserved=2)],
    "B": [Shelf(id="2", units=9)],
    "NEW": [Shelf(id="3", units=None)],
    "TWICE": [Shelf(id="4", units=1), Shelf(id="5", units=1)],
    "FREE": [Shelf(id="6", units=0, tracked=False)],
    "BAD": [Shelf(id="7", units=0)],
}


@given(
    st.lists(st.sampled_from([*STOCK, "UNKNOWN", "OTHER"]), unique=True),
    st.integers(0, 20),
    st.integers(1, 4),
    st.lists(st.sampled_from([None, None, SourceUnavailable("down"), ShopFault("broken")]), max_size=6),
)
def test_stock_is_set_item_by_item(skus: list[str], units: int, chunk: int, faults: list[Exception | None]) -> None:
    """One result each; what is accepted is in the shop, or was there already; what is reserved comes on top."""
    shelves = Shelves(STOCK, faults)
    results = list(set_levels([a_stock_level(sku, units) for sku in skus], shelves, chunk=chunk))
    assert sorted(result.key for result in results) == sorted(skus)
    for result in results:
        shelf = STOCK.get(result.key, [None])[0]
        if result.verdict is Verdict.ACCEPTED:
            assert shelf is not None
            assert shelves.written.get(result.key, shelf.units) == units + shelf.reserved
        if not faults:
            expected = {"UNKNOWN": Verdict.IGNORED, "OTHER": Verdict.IGNORED, "FREE": Verdict.IGNORED}
            expected |= {"TWICE": Verdict.REFUSED, "BAD": Verdict.ACCEPTED if units == 0 else Verdict.REFUSED}
            assert result.verdict is expected.get(result.key, Verdict.ACCEPTED)
        assert result.verdict in (Verdict.ACCEPTED, Verdict.IGNORED) or result.message


@given(
    st.lists(st.tuples(st.sampled_from("AABCX"), st.booleans()), max_size=4, unique_by=lambda one: one[0]),
    st.lists(st.tuples(st.sampled_from("ABC"), st.sampled_from("12")), max_size=5),
)
def test_products_are_changed_only_where_they_may_be(told: list[tuple[str, bool]], sold: list[tuple[str, str]]) -> None:
    """What the shop has once, of one product, and may be changed is; each of all has a result and a reason."""
    changed = []

    def find(skus: Collection[str]) -> Mapping[str, list[dict[str, str]]]:
        return {sku: [{"id": f"{sku}{place}", "product": of} for place, (one, of) in enumerate(sold) if one == sku]
                for sku in skus}  # fmt: skip

    def update(product: ProductDetails, found: Mapping[str, Sequence[dict[str, str]]]) -> None:
        for sku, variants in found.items():
            only_one(sku, variants)
        changed.append(product.reference)

    products = [a_product(sku, [sku, sku], update=may) for sku, may in told]
    results = {one.key: one for one in update_products(products, find, lambda one: one["product"], update)}
    assert list(results) == [sku for sku, _ in told]
    for sku, may in told:
        there = [of for one, of in sold if one == sku]
        fits = len(there) == 1
        wanted = Verdict.IGNORED if not may or not there else Verdict.ACCEPTED if fits else Verdict.REFUSED
        assert results[sku].verdict is wanted
        assert bool(results[sku].message) is (wanted is not Verdict.ACCEPTED)
    assert changed == [sku for sku, one in results.items() if one.verdict is Verdict.ACCEPTED]
