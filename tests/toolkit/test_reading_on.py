"""Reading on: no order is lost, whatever comes, goes and changes between pages, and wherever a reading breaks off."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support import examples
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import SourceRefused, SourceUnavailable
from tradegecko_bridge.sources.toolkit import (
    Clock,
    Incremental,
    Page,
    Row,
    Waits,
    by_time,
    followed,
    numbered,
    offset,
    sorted_by_time,
)
from tradegecko_bridge.testing import an_order

START = datetime(2026, 3, 1, tzinfo=UTC)
SECOND = timedelta(seconds=1)


class Model:
    """A shop with two clocks in whole seconds: ``placed`` never moves, ``updated`` moves with changes; or only one that
    moves with all."""

    def __init__(self, page_size: int, late: int = 0) -> None:
        self.now, self.page_size, self.late = START, page_size, timedelta(seconds=late)
        self.placed: dict[str, datetime] = {}
        self.updated: dict[str, datetime] = {}
        self.version: dict[str, int] = {}
        self.shown_from: dict[str, datetime] = {}
        self.unpaid: set[str] = set()
        self.asked = 0

    def place(self, late: bool = False) -> str:
        one = str(len(self.placed) + 1)
        self.placed[one] = self.updated[one] = self.now
        self.version[one] = 1
        self.shown_from[one] = self.now + (self.late if late else timedelta(0))
        return one

    def change(self, one: str) -> None:
        self.updated[one] = self.now
        self.version[one] += 1

    def page(self, clock: Mapping[str, datetime], since: datetime | None, skip: int) -> Page[Row]:
        """Ties newest first, which is as good an order as any."""
        self.asked += 1
        visible = [one for one in clock if self.shown_from[one] <= self.now]
        found = sorted(
            (one for one in visible if since is None or clock[one] >= since), key=lambda one: (clock[one], -int(one))
        )
        rows = [Row(id=one, at=clock[one], data=self.data(one)) for one in found[skip : skip + self.page_size]]
        return Page(rows=rows, more=len(found) > skip + self.page_size)

    def newest(self, clock: Mapping[str, datetime]) -> datetime | None:
        return max((at for one, at in clock.items() if self.shown_from[one] <= self.now), default=None)

    def data(self, one: str) -> dict[str, Any]:
        return {"id": one, "number": one, "version": self.version[one], "unpaid": one in self.unpaid}

    def clock(self, name: str) -> Clock:
        moments = self.placed if name == "placed" else self.updated
        return Clock(
            name=name,
            pages=lambda since: by_time(lambda at, skip: self.page(moments, at, skip), since, "Acme"),
            newest=lambda: self.newest(moments),
        )

    def reading(self, *clocks: str, overlap: int = 1) -> Incremental:
        return Incremental(
            "Acme",
            [self.clock(name) for name in clocks],
            read,
            details=lambda ids: {one: self.data(one) for one in ids},
            overlap=overlap * SECOND,
            chunk=3,
        )


def read(data: Mapping[str, Any]) -> SourceOrder:
    if data["unpaid"]:
        raise Waits("it is not paid")
    return an_order(data["number"], note=str(data["version"]))


HAPPENS = st.lists(
    st.sampled_from(
        [
            "place",
            "place",
            "place late",
            "change",
            "second",
            "a while",
            "unpaid",
            "pay",
            "read one",
            "read one",
            "read on",
        ]
    )
    | st.just("stop"),
    min_size=5,
    max_size=60,
)


@settings(max_examples=examples(250))
@given(HAPPENS, st.integers(1, 4), st.sampled_from([("updated",), ("updated", "placed")]))
def test_nothing_is_lost(happens: list[str], page_size: int, clocks: tuple[str, ...]) -> None:
    """Whatever happens while it is read, wherever a reading is broken off: in the end each order was given as it is."""
    shop = Model(page_size, late=2)
    reader = Reader(shop, clocks)
    for turn, event in enumerate(happens):
        match event:
            case "read one":
                reader.read(1)
            case "read on":
                reader.read(500)
            case "stop":
                reader.stop()
            case _:
                happen(shop, event, turn)
    shop.unpaid.clear()
    for _ in range(3):
        shop.now += 5 * SECOND
        reader.read(500)
    for one, version in shop.version.items():
        order = reader.given[one]
        assert isinstance(order, SourceOrder)
        assert order.note == str(version)


class Reader:
    """Reads as the engine does: it goes on from the cursor of the last order it was given."""

    def __init__(self, shop: Model, clocks: Sequence[str]) -> None:
        self._shop, self._clocks = shop, clocks
        self.given: dict[str, SourceOrder | UnreadableOrder] = {}
        self._cursor: str | None = None
        self._running: Iterator[SourceOrder | UnreadableOrder] | None = None

    def read(self, count: int) -> None:
        if self._running is None:
            self._running = self._shop.reading(*self._clocks, overlap=3).orders(self._cursor)
        for _ in range(count):
            if (order := next(self._running, None)) is None:
                self.stop()
                return
            self.given[str(order.reference)], self._cursor = order, order.cursor
        assert count < 500, "it does not end"

    def stop(self) -> None:
        self._running = None


def happen(shop: Model, event: str | None, turn: int) -> None:
    some = sorted(shop.placed, key=int)[turn % len(shop.placed)] if shop.placed else None
    match event:
        case "place" | "place late":
            shop.place(late=event == "place late")
        case "unpaid":
            shop.unpaid.add(shop.place())
        case "change" if some:
            shop.change(some)
        case "pay" if shop.unpaid:
            shop.unpaid.pop()
        case "second" | "a while":
            shop.now += SECOND if event == "second" else 10 * SECOND


@pytest.mark.parametrize("clocks", [("updated",), ("updated", "placed")])
def test_an_old_order_that_changed_comes_again(clocks: tuple[str, ...]) -> None:
    """Whichever clock shows it."""
    shop = Model(2)
    reader = Reader(shop, clocks)
    for _ in range(5):
        shop.place()
        shop.now += 10 * SECOND
    reader.read(500)
    shop.change("1")
    shop.now += 10 * SECOND
    reader.read(500)
    assert [order.note for order in reader.given.values() if isinstance(order, SourceOrder)] == ["2", *"1111"]


@pytest.mark.parametrize("clocks", [("updated",), ("updated", "placed")])
def test_an_order_that_shows_late_beside_a_long_reading_comes(clocks: tuple[str, ...]) -> None:
    """The reading goes on for longer than the overlap, far past the moment of an order that did not show at first."""
    shop = Model(1, late=2)
    reader = Reader(shop, clocks)
    for _ in range(3):
        shop.place()
    shop.place(late=True)
    shop.now += SECOND
    shop.place()
    shop.place()
    reader.read(4)
    shop.now += 10 * SECOND
    shop.place()
    reader.read(2)
    reader.stop()
    reader.read(500)
    assert set(reader.given) == set(shop.placed)


@given(st.lists(st.integers(0, 4), max_size=30), st.integers(1, 5), st.integers(0, 5))
def test_a_walk_gives_each_row_once(seconds: list[int], page_size: int, since: int) -> None:
    """Where nothing changes, rows come once, oldest first, ties and all."""
    shop = Model(page_size)
    for second in sorted(seconds):
        shop.now = START + second * SECOND
        shop.place()
    begin = START + since * SECOND
    rows = [row for page in by_time(lambda at, skip: shop.page(shop.placed, at, skip), begin, "Acme") for row in page]
    assert sorted(int(row.id) for row in rows) == [
        place for place, second in enumerate(sorted(seconds), 1) if second >= since
    ]
    assert [row.at for row in rows] == sorted(row.at for row in rows)


@given(st.integers(0, 30), st.integers(1, 5), st.sets(st.integers(0, 10)))
def test_lists_are_read_to_their_end(count: int, page_size: int, empty: set[int]) -> None:
    """By number, offset, cursor and link, with empty pages between; whether or not the shop says that there is more."""
    rows = list(range(count))
    ends = [*range(0, count, page_size)]

    def told(skip: int) -> Page[int]:
        return Page(rows=rows[skip : skip + page_size], more=skip + page_size < count)

    def untold(skip: int) -> Page[int]:
        return Page(rows=rows[skip : skip + page_size])

    def by_cursor(cursor: str | None) -> Page[int]:
        place, was_empty = (cursor or "0.").split(".")
        begin = int(place)
        if begin // page_size in empty and not was_empty:
            return Page(rows=(), next=f"{begin}.empty")
        shown = rows[begin : begin + page_size]
        return Page(rows=shown, next=f"{begin + page_size}." if begin + page_size < count else None)

    for page in (told, untold):
        assert [one for some in offset(page, "Acme") for one in some] == rows
        number = lambda place, page=page: page((place - 1) * page_size)  # noqa: E731
        assert [one for some in numbered(number, "Acme") for one in some] == rows
    assert [one for some in followed(by_cursor, "Acme") for one in some] == rows
    assert len(ends) <= count


def test_a_list_without_end_ends() -> None:
    """And one that is not oldest first is told, not read on."""
    row = Row(id="1", at=START)
    with pytest.raises(SourceUnavailable, match="does not end"):
        list(followed(lambda _cursor: Page(rows=[row], next="again"), "Acme"))
    with pytest.raises(SourceUnavailable, match="does not end"):
        list(numbered(lambda _number: Page(rows=[row], more=True), "Acme"))
    with pytest.raises(SourceUnavailable, match="does not end"):
        list(by_time(lambda _since, _skip: Page(rows=[row], more=True), None, "Acme"))
    later = Row(id="2", at=START + SECOND)
    with pytest.raises(SourceRefused, match="not oldest first"):
        list(by_time(lambda _since, _skip: Page(rows=[later, row]), None, "Acme"))


def test_a_list_in_another_order_is_sorted() -> None:
    """Read to its end first."""
    rows = [Row(id=str(place), at=START + place * SECOND) for place in (3, 1, 2)]
    assert [[row.id for row in page] for page in sorted_by_time(iter([rows[:2], rows[2:]]), START + SECOND)] == [
        ["1", "2", "3"]
    ]


def test_a_cursor_of_somebody_else_is_refused() -> None:
    """And one of ours holds nothing of this machine's clock."""
    shop = Model(3)
    shop.place()
    (order,) = shop.reading("updated").orders(None)
    assert order.cursor == '{"clocks":{"updated":"2026-03-01T00:00:00.000000Z"},"waiting":[]}'
    for text in ("", "7", "[]", "{}", '{"clocks":{"updated":"yesterday"},"waiting":[]}', '{"clocks":[],"waiting":[]}'):
        with pytest.raises(SourceRefused, match="was the connection changed"):
            list(shop.reading("updated").orders(text))


def test_faults_of_one_order_are_its_own() -> None:
    """Each becomes an UnreadableOrder with its number, without what is in it."""

    def broken(data: Mapping[str, Any]) -> SourceOrder:
        raise KeyError(data["number"])

    reading = Incremental("Acme", [Model(3).clock("updated")], broken)
    rows: list[Row] = [Row(id="7", at=START, data={"number": "A-7", "email": "ann@example.com"})]
    (found,) = reading.again(rows)
    assert isinstance(found, UnreadableOrder)
    assert (found.reference, found.number, found.problem) == ("7", "A-7", "order A-7 cannot be read (KeyError)")


def test_a_quiet_run_asks_little() -> None:
    """One page where nothing is new; one for each 49 orders of the first reading."""
    shop = Model(50)
    for _ in range(200):
        shop.place()
        shop.now += SECOND
    cursor = [order.cursor for order in shop.reading("updated").orders(None)][-1]
    assert shop.asked == 5  # each page begins with the last order of the one before
    shop.asked = 0
    list(shop.reading("updated").orders(cursor))
    assert shop.asked == 1
