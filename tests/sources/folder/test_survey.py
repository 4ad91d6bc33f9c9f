"""Sorting rows out by order in two passes: whatever the rows, it is what reading all of them at once would give."""

from __future__ import annotations

import tracemalloc
from collections.abc import Iterator, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from decimal import Decimal
from itertools import groupby

import pytest
from attrs import define, field
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tradegecko_bridge.bounds import MOST_PARTS
from tradegecko_bridge.commerce import OrderLine, SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import MalformedData
from tradegecko_bridge.sources.folder import survey, waiting
from tradegecko_bridge.sources.folder.rows import Group
from tradegecko_bridge.sources.folder.survey import orders_of

HEADER = ("reference", "number", "sku")
PLACED = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
Cells = tuple[str, ...]


@define
class Given:
    """A table of these rows, from row 2 on."""

    cells: Sequence[Sequence[str]]
    ended: bool = True
    name: str = "shop.csv"
    header: tuple[str, ...] = HEADER
    header_row: int = 1
    passes: int = 0

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        self.passes += 1
        yield from ((number, list(cells)) for number, cells in enumerate(self.cells, 2))


@define
class Reader:
    """A format of three columns."""

    width: int = len(HEADER)
    naming: tuple[int, ...] = (0, 1)
    further: tuple[str, ...] = ()
    groups: list[Group] = field(factory=list)

    def names(self, cells: Sequence[str]) -> tuple[str, str]:
        return cells[0], cells[1]

    def passed_over(self, cells: Sequence[str]) -> str:
        return "a totals row" if cells[2] == "Total" else ""

    def order(self, file: str, group: Group) -> SourceOrder | UnreadableOrder:
        self.groups.append(group)
        if group.faults:
            return UnreadableOrder(problem=f"{file}, {'; '.join(group.faults)}", reference=group.reference)
        lines = tuple(
            OrderLine(reference=str(row.number), sku=row.cells[2], quantity=Decimal(1), price=Decimal(1))
            for row in group.rows
        )
        return SourceOrder(reference=group.reference, number="1", placed_at=PLACED, currency="CAD", lines=lines)


def sorted_out(
    rows: Sequence[Sequence[str]], *, ended: bool = True
) -> tuple[dict[str, list[int]], dict[str, str], list[str]]:
    """The rows of each order that goes through; of the others what is wrong; and what is of no order."""
    given_orders = list(orders_of(Given(rows, ended), Reader(), lambda _: None))
    whole = {o.reference: [int(line.reference) for line in o.lines] for o in given_orders if isinstance(o, SourceOrder)}
    unreadable = [o for o in given_orders if isinstance(o, UnreadableOrder)]
    held = {o.reference: o.problem for o in unreadable if o.reference is not None}
    strays = [o.problem for o in unreadable if o.reference is None]
    assert len(whole) + len(held) + len(strays) == len(given_orders), "an order was given twice"
    return whole, held, strays


def at_once(rows: Sequence[Sequence[str]]) -> tuple[dict[str, list[int]], set[str], int]:
    """What :func:`sorted_out` is to give of rows that are all whole, with all of them in hand: orders, those held, and
    how many rows are of nobody."""
    numbered = [(number, tuple(row)) for number, row in enumerate(rows, 2) if any(row)]
    owners: dict[str, set[str]] = {}
    for _, (reference, number, _) in numbered:
        if reference and number:
            owners.setdefault(number, set()).add(reference)
    orders: dict[str, list[tuple[int, Cells]]] = {}
    held: set[str] = set()
    strays = 0
    above: set[str] = set()
    for place, cells in numbered:
        reference, number, _ = cells
        several = owners.get(number, {number})
        if not reference and not number:
            held |= above
            strays += not above
            continue
        above = {reference} if reference else several
        if len(above) > 1:
            held |= above
        else:
            orders.setdefault(min(above), []).append((place, cells))
    for reference, given_rows in orders.items():
        if len({cells for _, cells in given_rows}) < len(given_rows):
            held.add(reference)
    return {ref: [place for place, _ in orders[ref]] for ref in orders if ref not in held}, held, strays


_names = st.sampled_from(["", "", "A", "B", "C", "1", "2", "3"])
_tables = st.lists(st.tuples(_names, _names, st.sampled_from(["", "MUG", "TEE", "CAP"])), max_size=14)


@pytest.mark.parametrize("most", [waiting.MOST_IN_MEMORY, 2])
@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=_tables)
def test_two_passes_give_what_one_look_at_everything_gives(
    rows: list[Cells], most: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Orders one below the other or mixed, named by reference, by number, by a number of several, or not at all."""
    monkeypatch.setattr(waiting, "MOST_IN_MEMORY", most)
    whole, held, strays = sorted_out(rows)
    wanted, wanted_held, wanted_strays = at_once(rows)
    assert (whole, {*held}, len(strays)) == (wanted, wanted_held, wanted_strays)


@settings(max_examples=200, deadline=None)
@given(_tables, st.data())
def test_no_order_loses_a_line_to_a_damaged_row(rows: list[Cells], data: st.DataObject) -> None:
    """Rows that lost cells, got more, or have a NUL: an order comes with all its rows, or is held, or the file is."""
    damaged: list[Sequence[str]] = [*rows]
    for place in data.draw(st.sets(st.integers(0, max(len(rows) - 1, 0)), max_size=3)) if rows else ():
        cells = list(rows[place])
        spoilt = data.draw(st.sampled_from([cells[:1], cells[:2], [*cells, "x"], [f"{cells[0]}\0", *cells[1:]]]))
        damaged[place] = spoilt if any(spoilt) else cells  # of a blank row nothing is left to tell
    before, _, _ = sorted_out(rows)
    with suppress(MalformedData):  # the row may belong to any order
        whole, _, _ = sorted_out(damaged)
        for reference, places in whole.items():
            assert not set(before.get(reference, places)) - set(places), "a line is missing"


NUMBER_FIRST = ("number", "sku", "reference", "note")


class NumberFirst(Reader):
    """As Shopify has it: the number before the line, the reference after it."""

    def names(self, cells: Sequence[str]) -> tuple[str, str]:
        return cells[2], cells[0]


def number_first(rows: Sequence[Sequence[str]], *, ended: bool = True) -> dict[str, int]:
    """How many rows each order has that goes through."""
    table = Given(rows, ended, header=NUMBER_FIRST)
    given_orders = orders_of(table, NumberFirst(width=4, naming=(2, 0)), lambda _: None)
    return {one.reference: len(one.lines) for one in given_orders if isinstance(one, SourceOrder)}


@pytest.mark.parametrize("how", ["too many cells", "too few", "a NUL"])
@pytest.mark.parametrize("others", [[("1", "TEE", "", "")], [("1", "TEE", "A", "")], [("", "TEE", "A", "")], []])
def test_a_number_before_the_damage_tells_whose_it_is(how: str, others: list[Cells]) -> None:
    """All of that order is held, and no other."""
    sound = ("2", "CAP", "B", "")
    damaged = {"too many cells": ["1", "MUG", "blue", "A", "x"], "too few": ["1", "MUG"], "a NUL": ["1", "", "A\0", ""]}
    assert number_first([damaged[how], *others, sound]) == {"B": 1}


@pytest.mark.parametrize("cut", [["1"], ["1", "MUG"], ["1", "MUG", "A"], ["1", "MUG", "Ax"]])
@pytest.mark.parametrize("others", [[("1", "TEE", "", "")], [("1", "TEE", "Axe", "")], [("", "TEE", "Axe", "")], []])
def test_a_number_before_the_cut_tells_whose_it_is(cut: list[str], others: list[Cells]) -> None:
    """All of that order is held, and no other."""
    assert number_first([*others, ("2", "CAP", "B", ""), cut], ended=False) == {"B": 1}


def test_each_order_comes_after_its_last_row() -> None:
    """Not before, and not at the end."""
    table = Given([("A", "1", "MUG"), ("B", "2", "MUG"), ("A", "1", "TEE"), ("C", "3", "MUG"), ("D", "4", "MUG")])
    reader = Reader()
    orders = orders_of(table, reader, lambda _: None)
    assert next(orders).reference == "B"
    assert [group.reference for group in reader.groups] == ["B"]
    assert [order.reference for order in orders] == ["A", "C", "D"]
    assert table.passes == 2


def test_rows_passed_over_are_named_once() -> None:
    """Totals rows, and the header once more where files were put together."""
    notes: list[str] = []
    rows = [("A", "1", "MUG"), ("", "", "Total"), HEADER, ("B", "2", "MUG"), ("", "", "Total"), HEADER]
    assert [o.reference for o in orders_of(Given(rows), Reader(), notes.append)] == ["A", "B"]
    assert notes == [
        "shop.csv, row 3 and 1 more: a totals row, passed over",
        "shop.csv, row 4 and 1 more: the header once more, passed over",
    ]


def test_the_same_row_twice_holds_its_order() -> None:
    """Nobody can tell a row that is there twice from two lines; one that differs in anything is another line."""
    rows = [("A", "1", "MUG"), ("B", "2", "MUG"), ("A", "1", "MUG"), ("B", "2", "TEE"), ("A", "1", "MUG")]
    whole, held, _ = sorted_out(rows)
    assert whole == {"B": [3, 5]}
    assert held["A"] == (
        "shop.csv, row 4 and 1 more: is the same as row 2; take one out, add up the quantities, or give each its own"
        " line reference"
    )


@pytest.mark.parametrize("shortened", ["1.08912E+14", "1,08912E+14", "1E+15", "1.0e+014"])
def test_a_number_that_a_spreadsheet_shortened_names_no_order(shortened: str) -> None:
    """Several orders may have become it. A good reference beside it is still one: that order is held."""
    remedy = "other orders may have become the same; format the column as text and export the file again"
    whole, held, strays = sorted_out([("", shortened, "MUG"), ("", shortened, "TEE"), ("B", "2", "MUG")])
    assert (whole, held) == ({"B": [4]}, {})
    said = f"shop.csv, row 2 and 1 more, number: '{shortened}' was shortened by a spreadsheet, and {remedy}"
    assert strays == [f"{said} (the row was left out, its order is not known)"]
    whole, held, strays = sorted_out([("A", shortened, "MUG"), (shortened, shortened, "TEE"), ("B", "2", "MUG")])
    assert (whole, list(held), len(strays)) == ({"B": [4]}, ["A"], 1)


@pytest.mark.parametrize("others", [[("", "1", "TEE")], [("A", "1", "TEE")], [("A", "", "TEE"), ("A", "1", "CAP")], []])
def test_a_shortened_reference_holds_the_order_of_its_number(others: list[Cells]) -> None:
    """All of its rows, whatever else names them; the others go through."""
    whole, held, strays = sorted_out([("5.4E+12", "1", "MUG"), *others, ("B", "2", "MUG")])
    assert (list(whole), strays) == (["B"], [])
    assert list(held) == ["A" if ("A", "1") in {row[:2] for row in others} else "1"]
    assert all("row 2, reference: '5.4E+12' was shortened by a spreadsheet" in problem for problem in held.values())
    both, _, _ = sorted_out([("5.4E+12", "1", "MUG"), ("", "1", "TEE"), ("5.4E+12", "2", "MUG"), ("", "2", "TEE")])
    assert both == {}


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.tuples(st.integers(1, 3), st.sampled_from(["both", "reference", "number", "shortened"])), max_size=9)
)
def test_no_order_loses_a_line_to_a_shortened_reference(rows: list[tuple[int, str]]) -> None:
    """Whichever of its names each row gives: an order comes with all its rows, or is held."""
    given_rows = [
        ({"both": "ABC"[order - 1], "reference": "ABC"[order - 1], "shortened": "5.4E+12"}.get(how, ""),
         "" if how == "reference" else str(order), f"SKU-{place}")
        for place, (order, how) in enumerate(rows)
    ]  # fmt: skip
    whole, _, _ = sorted_out(given_rows)
    short = {order for order, how in rows if how == "shortened"}
    assert not whole.keys() & {name for order in short for name in ("ABC"[order - 1], str(order))}


@pytest.mark.parametrize("number", ["12E5", "1E10", "W1.5E+14", "1.08E-14", "108912345678901"])
def test_numbers_that_only_look_short_are_taken(number: str) -> None:
    """Shops number as they like."""
    assert sorted_out([("", number, "MUG")])[0] == {number: [2]}


def test_orders_that_share_a_hash_come_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only later than they could."""
    monkeypatch.setattr(survey, "hash", lambda text: len(text), raising=False)
    rows = [(name, "", sku) for sku in ("MUG", "TEE", "CAP") for name in ("A", "B", "CC", "D")]
    whole, held, strays = sorted_out(rows)
    assert (whole, held, strays) == ({"A": [2, 6, 10], "B": [3, 7, 11], "CC": [4, 8, 12], "D": [5, 9, 13]}, {}, [])


def test_an_order_of_too_many_rows_is_held() -> None:
    """It does not fill the memory either."""
    reader = Reader()
    rows = [("A", "1", f"MUG-{n}") for n in range(MOST_PARTS + 5)]
    (order,) = orders_of(Given(rows), reader, lambda _: None)
    assert isinstance(order, UnreadableOrder)
    assert f"row {MOST_PARTS + 2}: the order has more than 10,000 rows; divide it" in order.problem
    assert len(reader.groups[0].rows) == MOST_PARTS


def test_memory_does_not_grow_with_the_file() -> None:
    """Orders that are done with are let go: ten times as many take a few bytes each more."""

    def peak(orders: int) -> int:
        @define
        class Long(Given):
            def rows(self) -> Iterator[tuple[int, list[str]]]:
                yield from ((n, [f"A{n // 2}", f"{n // 2}", f"MUG-{n}"]) for n in range(2, 2 * orders + 2))

        tracemalloc.start()
        try:
            assert sum(1 for _ in orders_of(Long([]), _Thrifty(), lambda _: None)) == orders
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(3_000) - peak(300) < 2_700 * 150


class _Thrifty(Reader):
    def order(self, file: str, group: Group) -> SourceOrder | UnreadableOrder:
        order = super().order(file, group)
        self.groups.clear()
        return order


@pytest.mark.parametrize("most", [waiting.MOST_IN_MEMORY, 700, 0])
def test_rows_of_one_order_may_be_anywhere(most: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A thousand orders whose rows come in turns arrive whole, however many wait on disk meanwhile."""
    monkeypatch.setattr(waiting, "MOST_IN_MEMORY", most)
    rows = [(f"A{n % 1000}", "", f"SKU-{n // 1000}") for n in range(3000)]
    whole, held, strays = sorted_out(rows)
    assert not held
    assert not strays
    assert {len(places) for places in whole.values()} == {3}
    assert [key for key, _ in groupby(whole)] == [f"A{n}" for n in range(1000)]
