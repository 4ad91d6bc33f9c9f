"""No order is ever skipped, whatever happens between pages and wherever a run breaks off."""

from collections.abc import Callable, Iterator, Sequence
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Final

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from tests.sources.vendure.fake import START, FakeShop
from tests.support import examples
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import SourceRefused
from tradegecko_bridge.sources.toolkit import ShopFault
from tradegecko_bridge.sources.vendure.api import Json, Refusal
from tradegecko_bridge.sources.vendure.ingest import READY, Ingest
from tradegecko_bridge.sources.vendure.walk import PLACED, Cursor, Row, Window, walk

OVERLAP: Final = timedelta(seconds=5)
LATEST: Final = 4
"""Seconds a transaction may take in the simulation, less than the overlap."""


def read(shop: FakeShop, after: str | None, *, page: int = 3) -> Iterator[SourceOrder | UnreadableOrder]:
    """What one run gives."""
    return Ingest(shop, READY, OVERLAP, page).orders(after)


def codes(shop: FakeShop, after: str | None = None) -> list[str | None]:
    """The numbers one run gives."""
    return [one.number for one in read(shop, after)]


def last_cursor(shop: FakeShop, after: str | None = None) -> str:
    """Where a whole run ends."""
    return list(read(shop, after))[-1].cursor


ACTIONS: Final = ("fill", "fill", "place", "place", "place late", "place held", "release", "change", "cancel")
LATE_CHANGES: Final = ("change late", "change late", "cancel late")
SPANS: Final = (0, 1, 1, 400, 1000, 3000, 9000, 60_000)
"""Milliseconds between one action and the next."""


class Day:
    """A day in a fake shop: shoppers and shopkeepers act between runs and between the pages of a run."""

    def __init__(self, chance: Random, actions: Sequence[str] = ACTIONS) -> None:
        self.shop = FakeShop(coarse=chance.random() < 0.5, meanwhile=lambda: self.act(chance.choice((0, 0, 1, 2))))
        self.open = True
        self._chance = chance
        self._actions = actions

    def act(self, times: int) -> None:
        """So many things happen, unless the shop has closed."""
        for _ in range(times if self.open else 0):
            self.shop.now += timedelta(milliseconds=self._chance.choice(SPANS))
            self._do(self._chance.choice(self._actions))

    def _do(self, action: str) -> None:
        orders = self.shop.orders
        delay = timedelta(seconds=LATEST if action.endswith("late") else 0)
        if action == "fill":
            self.shop.fill_cart()
        elif action.startswith("place"):
            state = "Modifying" if action == "place held" else "PaymentSettled"
            self._to_one(lambda key: self.shop.place(key, state=state, delay=delay), {"AddingItems"})
        elif action == "release":
            self._to_one(lambda key: orders[key].update(state="PaymentSettled"), {"Modifying"})
        elif action.startswith("change"):
            fitting = {"AddingItems", "Modifying", "PaymentSettled"}
            self._to_one(lambda key: self.shop.change(key, delay=delay), fitting)
        elif action.startswith("cancel"):
            self._to_one(lambda key: self._cancel(key, delay), {"Modifying", "PaymentSettled"})

    def _cancel(self, key: str, delay: timedelta) -> None:
        self.shop.orders[key]["state"] = "Cancelled"
        self.shop.change(key, delay=delay)

    def _to_one(self, act: Callable[[str], object], states: set[str]) -> None:
        fitting = [key for key, order in self.shop.orders.items() if order["state"] in states]
        if fitting:
            act(self._chance.choice(fitting))


class TestNothingIsSkipped:
    @settings(max_examples=examples(130), deadline=None)
    @given(seed=st.integers(min_value=0), actions=st.sampled_from((ACTIONS, ACTIONS + LATE_CHANGES)))
    @example(seed=120164639246, actions=ACTIONS)
    def test_any_interleaving(self, seed: int, actions: Sequence[str]) -> None:
        """Runs broken off anywhere, with the shop busy between pages, end with every order's last content given,
        also where an order or a change becomes visible up to LATEST seconds after the moment it carries."""
        chance = Random(seed)
        day = Day(chance, actions)
        page = chance.randint(1, 4)
        seen: dict[str, tuple[str, bool]] = {}
        cursor: str | None = None
        for run in range(10):
            day.act(chance.randint(0, 8))
            day.open = run < 9  # the last run has the shop to itself
            limit = None if run == 9 else chance.choice((None, None, 0, 1, 3, 6))
            for one in islice(read(day.shop, cursor, page=page), limit):
                cursor = one.cursor
                if isinstance(one, SourceOrder):
                    seen[one.reference] = one.extra["coupon_codes"], one.canceled_at is not None
        due = {
            key: (order["couponCodes"][0], order["state"] == "Cancelled")
            for key, order in day.shop.orders.items()
            if order["state"] in {"PaymentSettled", "Cancelled"}
        }
        assert due.items() <= seen.items()

    @pytest.mark.parametrize(("orders", "runs"), [(0, 0), (1, 0), (1, 1)])
    def test_an_order_visible_late_while_the_walk_goes_on(self, orders: int, runs: int) -> None:
        """An order that appears behind a walk, which then goes on for longer than the overlap, comes with the next
        run; also in a shop that had no order when the first run began."""
        shop = FakeShop()
        late = shop.fill_cart()
        shop.now += timedelta(minutes=1)
        for _ in range(orders):
            shop.place(shop.fill_cart())
        cursor = last_cursor(shop) if runs else None
        listings = iter(range(60))

        def sell() -> None:
            listing = next(listings, 0)
            if listing > 1:  # the first two find out where the shop's clocks are
                shop.now += timedelta(milliseconds=500)
                shop.place(shop.fill_cart())
            if listing == 10:
                shop.place(late, delay=timedelta(seconds=LATEST))

        shop.meanwhile = sell
        first = list(read(shop, cursor, page=1))
        assert len(first) > 50
        assert late not in {one.reference for one in first}
        assert late in {one.reference for one in read(shop, first[-1].cursor)}

    def test_a_change_visible_late_while_the_walk_goes_on(self) -> None:
        """A change that appears behind a walk of changes, which then goes on, comes with the next run."""
        shop = a_shop(60)
        cursor = last_cursor(shop)
        busy = iter(range(1, 51))

        def edit() -> None:
            turn = next(busy, None)
            if turn is not None:
                shop.now += timedelta(milliseconds=500)
                shop.change(str(turn))
            if turn == 8:
                shop.change("55", delay=timedelta(seconds=LATEST))

        shop.meanwhile = edit
        first = list(read(shop, cursor, page=1))
        assert {"1", "50"} <= {one.reference for one in first}
        assert "55" not in {one.reference for one in first}
        assert "55" in {one.reference for one in read(shop, first[-1].cursor)}

    def test_a_cart_placed_long_after_it_was_filled(self) -> None:
        """A cart filled before the last run and placed after it is found, though its updatedAt is older."""
        shop = FakeShop()
        early = shop.fill_cart()
        shop.now += timedelta(minutes=5)
        shop.place(shop.fill_cart())
        cursor = last_cursor(shop)
        shop.now += timedelta(minutes=5)
        shop.place(early)

        assert "C1" in codes(shop, cursor)

    def test_a_millisecond_later(self) -> None:
        """An order placed one millisecond after the last one given is found, even without any overlap."""
        shop = FakeShop()
        first, second = shop.fill_cart(), shop.fill_cart()
        shop.place(first)
        cursor = last_cursor(shop)
        shop.now += timedelta(milliseconds=1)
        shop.place(second)

        assert "C2" in [one.number for one in Ingest(shop, READY, timedelta(0), 2).orders(cursor)]

    def test_ties_longer_than_a_page(self) -> None:
        """Seventy orders of one moment are all given, three at a time."""
        shop = FakeShop()
        for _ in range(70):
            shop.place(shop.fill_cart())

        assert len(set(codes(shop))) == 70

    def test_a_tie_that_shrinks_between_pages(self) -> None:
        """Orders that leave a tie while it is being read do not make the ones behind them slip through."""
        shop = FakeShop()
        for _ in range(12):
            shop.place(shop.fill_cart())
        shop.place(shop.fill_cart())
        cursor = Cursor(placed=START + timedelta(hours=1), updated=START).text()
        movers = iter("12345")

        def move_one() -> None:
            shop.now += timedelta(seconds=1)
            if mover := next(movers, None):
                shop.change(mover)

        shop.meanwhile = move_one
        assert set(codes(shop, cursor)) == {f"C{number}" for number in range(1, 14)}

    def test_a_page_of_known_rows_is_stepped_over(self) -> None:
        """The shop's moments are finer than those it shows, so a page of one moment comes again. Nothing new in it is
        no reason to read it for ever, and the rows of the next moments, however near, are not passed over."""
        shown = [START] * 5 + [START + timedelta(milliseconds=n) for n in (1, 2)]
        rows = [Row(id=str(n), placed=moment, updated=moment) for n, moment in enumerate(shown)]

        def listing(window: Window) -> Sequence[Row]:
            since, beyond = window.since or START, window.beyond or START
            finer = [(row, row.placed + timedelta(microseconds=400)) for row in rows]
            given = [row for row, at in finer if at >= since and (row.id not in window.known or at > beyond)]
            return given[: window.take]

        pages = list(islice(walk(listing, Window(clock=PLACED, take=3)), 10))
        assert [row.id for page in pages for row in page] == ["0", "1", "2", "3", "4", "5", "6"]
        assert len(pages) < 10

    def test_the_second_run_does_not_repeat_the_first(self) -> None:
        """After a backfill only what lies within the overlap comes again, not everything that ever changed."""
        shop = FakeShop()
        for _ in range(20):
            shop.place(shop.fill_cart())
            shop.now += timedelta(minutes=1)

        assert codes(shop, last_cursor(shop)) == ["C20"]

    def test_oldest_first(self) -> None:
        """Orders come in the order they were placed in, not filled."""
        shop = FakeShop()
        for cart in reversed([shop.fill_cart() for _ in range(7)]):
            shop.now += timedelta(seconds=1)
            shop.place(cart)

        assert codes(shop) == [f"C{number}" for number in range(7, 0, -1)]


class TestWaiting:
    def test_a_waiting_order_is_found_when_it_is_ready(self) -> None:
        """An order that waits is told once, and given when ready though no clock moved and others went by."""
        shop = FakeShop()
        first, second = shop.fill_cart(), shop.fill_cart()
        shop.place(first, state="Modifying")
        shop.now += timedelta(hours=1)
        shop.place(second)
        waiting, other = read(shop, None)
        assert isinstance(waiting, UnreadableOrder)
        assert (waiting.reference, waiting.problem) == ("1", "order C1 waits: it is Modifying in Vendure")
        assert codes(shop, other.cursor) == ["C2"]

        shop.orders[first]["state"] = "PaymentSettled"
        ready = next(read(shop, other.cursor))
        assert (ready.number, Cursor.read(ready.cursor).waiting) == ("C1", frozenset())
        assert Cursor.read(other.cursor).waiting == {"1"}

    def test_a_deleted_order_is_forgotten(self) -> None:
        """A waiting order that is gone is no longer asked for, and is no cancellation."""
        shop = FakeShop()
        shop.place(shop.fill_cart(), state="Modifying")
        cursor = last_cursor(shop)
        del shop.orders["1"]
        shop.place(shop.fill_cart())

        (other,) = read(shop, cursor)
        assert isinstance(other, SourceOrder)
        assert Cursor.read(other.cursor).waiting == frozenset()

    @pytest.mark.parametrize("settled", ["PaymentSettled", "Shipped", "Cancelled"])
    def test_waiting_for_the_money(self, settled: str) -> None:
        """With PaymentAuthorized left out of ready_states an order waits until it is settled or cancelled."""
        shop = FakeShop()
        shop.place(shop.fill_cart(), state="PaymentAuthorized")
        ready = set(READY) - {"PaymentAuthorized"}
        (waiting,) = Ingest(shop, ready, OVERLAP, 2).orders(None)
        assert isinstance(waiting, UnreadableOrder)

        shop.orders["1"]["state"] = settled
        order = next(Ingest(shop, ready, OVERLAP, 2).orders(waiting.cursor))
        assert isinstance(order, SourceOrder)
        assert (order.canceled_at is not None) == (settled == "Cancelled")


class BrokenShop(FakeShop):
    """A shop in which every question that touches the order with the id 2 goes wrong."""

    error: Exception = ShopFault("Vendure broke over this request: Cannot return null for OrderLine.productVariant")

    def ask(self, query: str, **variables: object) -> Json:
        answer = super().ask(query, **variables)
        if "unitPrice" in query and '"id": "2"' in repr(answer).replace("'", '"'):
            raise self.error
        return answer


class TestUnreadable:
    def test_an_order_the_shop_cannot_show(self) -> None:
        """One order that breaks the answer for its page is reported with its id, and the others go through."""
        shop = BrokenShop()
        for _ in range(5):
            shop.place(shop.fill_cart())

        given_ = {one.reference: one for one in read(shop, None)}
        assert set(given_) == {"1", "2", "3", "4", "5"}
        broken = given_["2"]
        assert isinstance(broken, UnreadableOrder)
        assert "Cannot return null" in broken.problem

    def test_an_order_that_is_not_what_it_should_be(self) -> None:
        """An order we cannot read says where, keeps its reference, and is given once it can be read."""
        shop = FakeShop()
        for _ in range(3):
            shop.place(shop.fill_cart())
            shop.now += timedelta(seconds=1)
        price = shop.orders["2"]["lines"][1].pop("unitPrice")
        _, broken, last = read(shop, None)
        assert isinstance(broken, UnreadableOrder)
        assert (broken.reference, broken.problem) == ("2", "order C2, lines[1].unitPrice is missing")

        shop.orders["2"]["lines"][1]["unitPrice"] = price
        mended = next(iter(read(shop, last.cursor)))
        assert isinstance(mended, SourceOrder)
        assert mended.number == "C2"

    def test_a_question_the_shop_does_not_understand(self) -> None:
        """A field this Vendure does not have is the version's fault and stops the run, not an order's."""
        shop = BrokenShop()
        shop.error = Refusal("GRAPHQL_VALIDATION_FAILED", 'Cannot query field "surcharges" on type "Order".')
        for _ in range(2):
            shop.place(shop.fill_cart())
        with pytest.raises(SourceRefused, match="surcharges"):
            list(read(shop, None))


class TestCursor:
    def test_round_trip(self) -> None:
        """A cursor reads back as what it was."""
        cursor = Cursor(placed=START, updated=START + timedelta(hours=5), waiting=frozenset({"7", "12"}))
        assert Cursor.read(cursor.text()) == cursor

    @pytest.mark.parametrize("text", ["", "7", "{}", '{"placed":"noon","updated":null,"waiting":[]}'])
    def test_somebody_elses(self, text: str) -> None:
        """A cursor that is not ours is refused, not taken for the beginning."""
        with pytest.raises(SourceRefused, match="cursor"):
            Cursor.read(text)


def a_shop(count: int) -> FakeShop:
    """A shop with so many placed orders, a minute apart."""
    shop = FakeShop()
    for _ in range(count):
        shop.place(shop.fill_cart())
        shop.now += timedelta(minutes=1)
    return shop


def test_an_order_is_given_again_by_code_or_id() -> None:
    """As it is now, also when it was given long ago; carts and strangers are not."""
    shop = a_shop(3)
    cart = shop.fill_cart()
    for name in ("C2", "2"):
        assert [one.number for one in Ingest(shop, READY, OVERLAP, 3).named(name)] == ["C2"]
    for name in ("C9", "9", cart, f"C{cart}"):
        assert list(Ingest(shop, READY, OVERLAP, 3).named(name)) == []


def test_orders_are_given_again_from_a_moment_on() -> None:
    """All that were placed at the moment or later, over as many pages as it takes, each once."""
    shop = a_shop(8)
    given = [one.number for one in Ingest(shop, READY, OVERLAP, 2).since(START + timedelta(minutes=3))]
    assert given == ["C4", "C5", "C6", "C7", "C8"]
