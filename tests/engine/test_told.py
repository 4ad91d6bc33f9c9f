"""What a source is told of stock: from a shelf to a shop, whatever breaks in between."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest
from attrs import define, evolve, field, frozen
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.engine.test_one_decision import Account
from tests.support import HandClock, OrdersOnly, examples
from tradegecko_bridge import ConnectionSettings, MemoryStore, SyncEngine
from tradegecko_bridge.commerce import ItemResult, LocationStock, StockLevel, VariantStock, Verdict
from tradegecko_bridge.engine import Outcome, Report, resend
from tradegecko_bridge.errors import ClaimLost, SourceNeedsLogin, SourceUnavailable, Unavailable
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.outbox import OutboxState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.builders import a_line, an_order

ACCEPTED = Verdict.ACCEPTED


class Killed(BaseException):
    """The process is gone."""


@frozen
class Shelf(Account):
    """An account with these SKUs in stock; a SKU in ``unmanaged`` has no level, one in ``twice`` is on two variants."""

    units: dict[str, int] = field(factory=dict)
    unmanaged: set[str] = field(factory=set)
    twice: set[str] = field(factory=set)
    breaks_after: list[int] = field(factory=list)

    def stock(self) -> Iterator[VariantStock]:
        for n, (sku, units) in enumerate(sorted(self.units.items())):
            if n in self.breaks_after:
                raise Unavailable("TradeGecko is down")
            at = LocationStock(location_id="1", on_hand=Decimal(units), committed=Decimal(0))
            one = VariantStock(variant_id=str(n), sku=sku, locations=(at,), tracked=sku not in self.unmanaged)
            yield one
            if sku in self.twice:
                yield evolve(one, variant_id=f"{n}b")


@define
class Shop(OrdersOnly):
    """A source that knows what it shows of each SKU; ``meet`` is called with each batch before it is taken, ``after``
    when it is, and ``verdicts`` say what becomes of a SKU."""

    shown: dict[str, str] = field(factory=dict)
    heard: list[dict[str, str]] = field(factory=list)
    verdicts: dict[str, Verdict] = field(factory=dict)
    meet: Callable[[Sequence[StockLevel]], None] = lambda _: None
    after: Callable[[Sequence[StockLevel]], None] = lambda _: None
    name: str = "shop"

    def fetch_orders(self, _after: str | None) -> Iterable[Any]:
        return ()

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        self.meet(levels)
        batch = {level.sku: str(level.available) for level in levels}
        self.heard.append(batch)
        results = [ItemResult(key=sku, verdict=self.verdicts.get(sku, ACCEPTED), message="so") for sku in batch]
        self.shown |= {one.key: batch[one.key] for one in results if one.verdict is ACCEPTED}
        self.after(levels)
        return results


@define
class World:
    """A shelf, a shop, one ledger, and as many workers as are asked for."""

    shelf: Shelf = field(factory=Shelf)
    shop: Shop = field(factory=Shop)
    store: Store = field(factory=MemoryStore)
    clock: HandClock = field(factory=HandClock)
    settings: ConnectionSettings = field(factory=ConnectionSettings)

    def sync(self, worker: str = "ann", **how: bool) -> Report:
        """One pass."""
        engine = SyncEngine(
            "shop",
            source=self.shop,
            gateway=self.shelf,
            store=self.store,
            settings=self.settings,
            clock=self.clock,
            worker=worker,
        )
        return engine.sync_inventory(**how)

    def states(self) -> dict[str, str]:
        """Of each SKU."""
        return {one.key: str(one.state) for one in self.store.outbox("shop", "stock")}


@pytest.fixture
def world() -> World:
    """Three SKUs, told."""
    world = World(shelf=Shelf(units={"CUP": 3, "MUG": 5, "TEA": 7}))
    assert world.sync()
    assert world.shop.shown == {"CUP": "3", "MUG": "5", "TEA": "7"}
    world.shop.heard.clear()
    return world


def test_what_was_told_and_not_recorded_is_told_again(world: World) -> None:
    """A worker is killed when the shop has the level: the level it goes back to is told, though it was told before."""

    def die(_: object) -> None:
        raise Killed

    world.shelf.units["MUG"] = 4
    world.shop.after = die
    with pytest.raises(Killed):
        world.sync()
    assert world.shop.shown["MUG"] == "4"
    world.shop.after = lambda _: None
    world.shelf.units["MUG"] = 5
    world.clock.move(minutes=10)
    assert world.sync("ben")
    assert world.shop.shown["MUG"] == "5"


def test_an_older_listing_never_overtakes_a_newer_one(world: World) -> None:
    """A worker that stood still with its levels in hand: the shop ends with the newer one's."""
    world.shelf.units["MUG"] = 1

    def overtaken(levels: Sequence[StockLevel]) -> None:
        world.shop.meet = lambda _: None
        world.shelf.units["MUG"] = 9
        world.clock.move(minutes=30)
        assert world.sync("ben")
        assert world.shop.shown["MUG"] == "9"

    world.shop.meet = overtaken
    report = world.sync("ann")
    assert "another worker tells the source its stock now" in report.notes[0]
    assert world.shop.shown["MUG"] == "1", "nobody can take back what is on its way"
    world.sync("ben")
    assert world.shop.shown["MUG"] == "9"


def test_a_call_that_arrives_late_does_not_have_the_last_word(world: World) -> None:
    """One had no answer and arrives after the next: what went along in it is told once more, and then no more."""

    def unanswered(_: object) -> None:
        world.shop.meet = lambda _: None
        raise SourceUnavailable("no answer in time")

    world.shelf.units["MUG"] = 1
    world.shop.meet = unanswered
    world.sync()
    world.shelf.units["MUG"] = 9
    assert world.sync()
    world.shop.shown["MUG"] = "1"
    for minutes in (5, 6, 30):
        world.clock.move(minutes=minutes)
        world.shop.heard.clear()
        assert world.sync()
        assert world.shop.heard == ([{"MUG": "9"}] if minutes == 6 else [])
    assert world.shop.shown["MUG"] == "9"


def test_two_workers_never_tell_one_shop_at_once(world: World) -> None:
    """The other one says so, and tells nothing."""
    world.shelf.units["MUG"] = 1
    notes: list[str] = []

    def meanwhile(_: object) -> None:
        world.shop.meet = lambda _: None
        notes.extend(world.sync("ben").notes)

    world.shop.meet = meanwhile
    world.sync("ann")
    assert notes == ["another worker is telling the source its stock just now; nothing was done here"]
    assert world.shop.heard == [{"MUG": "1"}]


@pytest.mark.parametrize("verdict", [Verdict.REFUSED, Verdict.IGNORED])
def test_what_was_refused_waits_for_another_value(world: World, verdict: Verdict) -> None:
    """It is not offered again as it is, nor with every pass of other levels; in full it is."""
    world.shop.verdicts["MUG"] = verdict
    world.shelf.units["MUG"] = 4
    world.sync()
    for _ in range(3):
        world.clock.move(hours=1)
        world.sync()
    assert [batch["MUG"] for batch in world.shop.heard] == ["4"]
    world.shelf.units["MUG"] = 2
    world.sync()
    assert [batch["MUG"] for batch in world.shop.heard] == ["4", "2"]
    world.shop.verdicts.clear()
    world.sync(full=True)
    assert world.shop.shown["MUG"] == "2"


def test_failures_wait_longer_and_longer_and_end(world: World) -> None:
    """Growing gaps, an alert after an hour, given up at the horizon with another one, and a new value begins anew."""
    world.shop.verdicts["MUG"] = Verdict.FAILED
    world.shelf.units["MUG"] = 4
    world.settings = ConnectionSettings(retry_days=Decimal(1))
    tries = []
    for _ in range(2 * 24 * 4):
        world.shop.heard.clear()
        world.sync()
        tries += [world.clock()] * len(world.shop.heard)
        world.clock.move(minutes=15)
        if world.states()["MUG"] == "failed":
            break
    gaps = [later - earlier for earlier, later in pairwise(tries)]
    assert gaps == sorted(gaps)
    assert gaps[-1] <= timedelta(hours=1, minutes=15)
    assert len(tries) < 40
    alerts = {alert.key: alert.is_open for alert in world.store.alerts("shop", closed=True)}
    assert alerts == {"told stock pending": False, "told stock failed": True}
    world.shop.verdicts.clear()
    world.shelf.units["MUG"] = 2
    assert world.sync()
    assert world.shop.shown["MUG"] == "2"
    assert [alert.key for alert in world.store.alerts("shop")] == []


@pytest.mark.parametrize("error", [SourceUnavailable("the shop is down"), SourceNeedsLogin("log in")])
def test_a_shop_that_is_down_is_asked_once(error: Exception) -> None:
    """Not once for each batch; nothing counts as tried, and the next run tells all of it."""
    world = World(shelf=Shelf(units={f"SKU-{n:03}": 1 for n in range(450)}))
    calls = []

    def down(levels: Sequence[StockLevel]) -> None:
        calls.append(len(levels))
        raise error

    world.shop.meet = down
    report = world.sync()
    assert calls == [200]
    assert [str(problem) for problem in report.problems] == [f"shop: {error}"]
    assert report.items == []
    world.shop.meet = lambda _: None
    assert world.sync()
    assert len(world.shop.shown) == 450


def test_a_sku_the_shop_s_code_cannot_take_hides_no_other() -> None:
    """It is found by halves; all others are told, and it alone waits."""
    world = World(shelf=Shelf(units={f"SKU-{n:03}": 1 for n in range(400)}))

    def choke(levels: Sequence[StockLevel]) -> None:
        if any(level.sku == "SKU-123" for level in levels):
            raise KeyError("ann@example.com")

    world.shop.meet = choke
    report = world.sync()
    assert len(world.shop.shown) == 399
    (item,) = [item for item in report.items if item.outcome is not Outcome.SENT]
    assert (item.name, item.outcome) == ("SKU-123", Outcome.WAITING)
    assert "KeyError" in item.detail
    assert "ann@" not in item.detail


def test_what_waits_is_no_success(world: World) -> None:
    """Before its next try is due, a run says that it waits."""
    world.shop.verdicts["MUG"] = Verdict.FAILED
    world.shelf.units["MUG"] = 4
    assert world.sync().count(Outcome.WAITING) == 1
    report = world.sync()
    assert not report
    assert (report.count(Outcome.WAITING), report.unchanged) == (1, 2)


def test_code_that_takes_nothing_is_not_asked_for_ever() -> None:
    """The search is bounded."""
    world = World(shelf=Shelf(units={f"SKU-{n:03}": 1 for n in range(400)}))
    calls = []

    def choke(levels: Sequence[StockLevel]) -> None:
        calls.append(levels)
        raise ZeroDivisionError

    world.shop.meet = choke
    assert not world.sync()
    assert len(calls) < 60


def _archived(world: World) -> None:
    del world.shelf.units["MUG"]


def _unmanaged(world: World) -> None:
    world.shelf.unmanaged.add("MUG")


def _ambiguous(world: World) -> None:
    world.shelf.twice.add("MUG")


def _filtered(world: World) -> None:
    world.settings = evolve(world.settings, item_filters=({"skus": ["MUG"]},))


@pytest.mark.parametrize("vanish", [_archived, _unmanaged, _ambiguous, _filtered])
@pytest.mark.parametrize(
    ("policy", "shown", "said"), [("zero", "0", True), ("report", "5", True), ("leave", "5", False)]
)
def test_what_has_vanished(
    world: World, vanish: Callable[[World], None], policy: Any, shown: str, *, said: bool
) -> None:
    """The setting says what follows; it follows once, and is undone when the SKU comes back."""
    world.settings = evolve(world.settings, vanished=policy)
    vanish(world)
    dry = world.sync(dry_run=True)
    assert [(item.name, item.detail) for item in dry.items if item.outcome is Outcome.PLANNED] == (
        [("MUG", "would be 0")] if policy == "zero" else []
    )
    report = world.sync()
    assert world.shop.shown["MUG"] == shown
    assert any("MUG" in note for note in report.notes) is said
    world.shop.heard.clear()
    assert not any("MUG" in note for note in world.sync().notes)
    assert world.shop.heard == []
    world.shelf.units["MUG"] = 5
    world.shelf.unmanaged.clear()
    world.shelf.twice.clear()
    world.settings = evolve(world.settings, item_filters=())
    world.sync()
    assert world.shop.shown["MUG"] == "5"


def test_what_the_shop_never_took_is_not_set_to_0(world: World) -> None:
    """It said that the SKU is none of its business: so it is when the SKU has gone."""
    world.shop.verdicts["PEN"] = Verdict.IGNORED
    world.shelf.units["PEN"] = 4
    world.sync()
    del world.shelf.units["PEN"]
    world.shop.heard.clear()
    world.sync()
    assert world.shop.heard == []


def test_in_full_what_has_gone_is_told_too(world: World) -> None:
    """And what was refused: a person wants all of it told."""
    world.shop.verdicts["MUG"] = Verdict.REFUSED
    del world.shelf.units["MUG"]
    world.sync()
    world.shop.verdicts.clear()
    assert world.sync(full=True)
    assert world.shop.shown == {"CUP": "3", "MUG": "0", "TEA": "7"}


@pytest.mark.parametrize("became", [OrderState.PENDING, OrderState.DELIVERED])
def test_what_is_sold_while_the_list_is_read_is_taken_off(became: OrderState) -> None:
    """The order came after the list began, and is open, or delivered already, when it ends: the list may be from
    before. The next list knows."""
    made = an_order("9", [a_line("MUG", 2)])

    @frozen
    class Slow(Shelf):
        def stock(self) -> Iterator[VariantStock]:
            yield from super().stock()
            if not store.entries("shop"):
                clock.move(seconds=5)
                store.ingest("shop", [made], at=clock())
                if became is OrderState.DELIVERED:
                    (entry,) = store.claim("shop", "w", at=clock(), until=clock() + timedelta(minutes=5), limit=1)
                    store.record(entry.transition_to(OrderState.SENDING, clock()), who="w")
                    (entry,) = store.entries("shop")
                    sent = entry.transition_to(OrderState.DELIVERED, clock(), remote_id="1", remote_number="9")
                    store.record(sent, who="w")

    store, clock = MemoryStore(), HandClock()
    world = World(shelf=Slow(units={"MUG": 5}), store=store, clock=clock)
    world.sync()
    assert world.shop.shown == {"MUG": "3"}
    clock.move(minutes=1)
    world.sync()
    assert world.shop.shown == {"MUG": "3" if became is OrderState.PENDING else "5"}


def test_resend_tells_what_is_named(world: World) -> None:
    """By its key, or its state; nothing else."""
    at = world.clock()
    assert resend(world.store, "shop", "stock", keys=["MUG"], who="ann", at=at) == 1
    world.sync()
    assert world.shop.heard == [{"MUG": "5"}]
    world.shop.verdicts["TEA"] = Verdict.REFUSED
    world.shelf.units["TEA"] = 6
    world.sync()
    world.shop.heard.clear()
    world.shop.verdicts.clear()
    assert resend(world.store, "shop", "stock", states={OutboxState.REFUSED}, who="ann", at=at) == 1
    world.sync()
    assert world.shop.heard == [{"TEA": "6"}]
    world.store.claim_stream("shop", "stock", "ben", at=at, until=at + timedelta(minutes=5))
    with pytest.raises(ClaimLost, match="try again when it is done"):
        resend(world.store, "shop", "stock", keys=["MUG"], who="ann", at=at)


def test_a_list_that_breaks_off_changes_nothing(world: World) -> None:
    """What is missing from half a list has not vanished."""
    world.shelf.units["CUP"] = 1
    world.shelf.breaks_after.append(2)
    report = world.sync()
    assert not report
    assert world.shop.heard == []
    world.shelf.breaks_after.clear()
    world.sync()
    assert world.shop.shown == {"CUP": "1", "MUG": "5", "TEA": "7"}


def test_a_brake_holds_what_would_empty_the_shop() -> None:
    """Nothing is told, an alert says why, the way past it is named; and it closes when all is well again."""
    world = World(shelf=Shelf(units={f"SKU-{n:02}": 4 for n in range(30)}))
    world.sync()
    for n in range(12):
        world.shelf.units[f"SKU-{n:02}"] = 0
    world.shop.heard.clear()
    report = world.sync()
    assert "12 of the 30 SKUs the source sells would be set to 0, more than 30 % (stock_brake)" in report.problems[0]
    assert world.shop.heard == []
    assert [alert.key for alert in world.store.alerts("shop")] == ["stock brake"]
    foretold = world.sync(dry_run=True)
    assert (bool(foretold), foretold.items) == (False, [])
    for n in range(12):
        world.shelf.units[f"SKU-{n:02}"] = 4
    world.sync()
    assert [alert.key for alert in world.store.alerts("shop")] == []
    world.shelf.units.update(dict.fromkeys(world.shelf.units, 0))
    world.sync()
    assert world.sync(past_brake=True)
    assert set(world.shop.shown.values()) == {"0"}
    assert [alert.key for alert in world.store.alerts("shop")] == []


def test_the_brake_knows_what_is_for_sale_after_calls_without_an_answer() -> None:
    """Whether the source has the last level is in doubt; that it sells these SKUs is not."""
    world = World(shelf=Shelf(units={f"SKU-{n:02}": 4 for n in range(30)}))
    world.sync()
    world.shelf.units.update(dict.fromkeys(world.shelf.units, 5))
    world.shop.verdicts |= dict.fromkeys(world.shelf.units, Verdict.FAILED)
    world.sync()
    world.shop.verdicts.clear()
    entries = world.store.outbox("shop", "stock")
    assert {(one.told, one.accepted, one.state) for one in entries} == {(None, "4", OutboxState.PENDING)}
    world.shelf.units.update(dict.fromkeys(world.shelf.units, 0))
    report = world.sync()
    assert "30 of the 30 SKUs the source sells would be set to 0" in report.problems[0]
    assert "0" not in world.shop.shown.values()


def test_a_sku_nobody_can_write_down_is_named(world: World) -> None:
    """By its variant; the others are told."""
    world.shelf.units.update({"A" * 600: 1, "B\ud800": 2, "C\0": 3, "PEN": 4})
    report = world.sync()
    assert world.shop.shown["PEN"] == "4"
    held = {item.name for item in report.items if item.outcome is Outcome.HELD}
    assert held == {"variant 0", "variant 1", "variant 2"}


# ── a search ─────────────────────────────────────────────────────────────────────────────────

SKUS = ["CUP", "MUG", "TEA", "PEN"]
skus = st.sampled_from(SKUS)
verdicts = st.sampled_from([*Verdict, ACCEPTED])


@st.composite
def stories(draw: st.DrawFn) -> list[tuple[str, Any]]:
    """What happens, one thing after the other."""
    return draw(
        st.lists(
            st.one_of(
                st.tuples(st.just("stock"), st.tuples(skus, st.integers(0, 3))),
                st.tuples(st.sampled_from(["gone", "unmanaged", "twice", "single"]), skus),
                st.tuples(st.just("verdict"), st.tuples(skus, verdicts)),
                st.tuples(st.just("wait"), st.sampled_from([1, 10, 90])),
                st.tuples(
                    st.just("sync"), st.sampled_from(["", "dies before", "dies after", "down", "fault", "overtaken"])
                ),
                st.tuples(st.just("full"), st.just("")),
            ),
            max_size=25,
        )
    )


@settings(max_examples=examples(50))
@given(story=stories())
def test_whatever_happens_the_shop_ends_with_what_is_true(story: list[tuple[str, Any]]) -> None:
    """Once nothing breaks any more, one pass shows what the shelf has of every SKU the shop takes, 0 of what has gone;
    and the pass after that tells nothing."""
    world = World(shelf=Shelf(units=dict.fromkeys(SKUS[:3], 2)))
    for what, more in story:
        _happens(world, what, more)
    world.shop.meet = world.shop.after = lambda _: None
    world.shop.verdicts.clear()
    world.clock.move(hours=3)
    world.sync("zoe", full=True)
    world.sync("zoe")
    shelf = world.shelf
    levels = {sku: n for sku, n in shelf.units.items() if sku not in shelf.unmanaged and sku not in shelf.twice}
    entries = {one.key: one for one in world.store.outbox("shop", "stock")}
    for sku, units in levels.items():
        assert world.shop.shown[sku] == str(units)
        assert (entries[sku].state, entries[sku].told) == (OutboxState.ACCEPTED, str(units))
    for sku in world.shop.shown.keys() - levels.keys():
        assert world.shop.shown[sku] == "0"
    world.shop.heard.clear()
    assert world.sync("zoe")
    assert world.shop.heard == []


def _happens(world: World, what: str, more: Any) -> None:
    shelf, shop = world.shelf, world.shop
    if what == "stock":
        shelf.units[more[0]] = more[1]
    elif what == "gone":
        shelf.units.pop(more, None)
    elif what == "unmanaged":
        shelf.unmanaged.symmetric_difference_update({more})
    elif what == "twice":
        shelf.twice.add(more)
    elif what == "single":
        shelf.twice.discard(more)
    elif what == "verdict":
        shop.verdicts[more[0]] = more[1]
    elif what == "wait":
        world.clock.move(minutes=more)
    else:
        _sync(world, more, full=what == "full")


def _sync(world: World, how: str, *, full: bool) -> None:
    def meet(_: object) -> None:
        world.shop.meet = lambda _: None
        if how == "dies before":
            raise Killed
        if how == "down":
            raise SourceUnavailable("down")
        if how == "fault":
            raise ValueError
        if how == "overtaken":
            world.clock.move(minutes=10)
            world.sync("ben")

    def after(_: object) -> None:
        world.shop.after = lambda _: None
        if how == "dies after":
            raise Killed

    world.shop.meet, world.shop.after = meet, after
    with suppress(Killed):
        world.sync(full=full)
    world.shop.meet = world.shop.after = lambda _: None
