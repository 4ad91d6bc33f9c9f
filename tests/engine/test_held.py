"""Orders that are held: written together, left alone while their cause stays, and counted where they are many."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Final

import pytest
from attrs import evolve, field, frozen
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.engine.test_one_decision import Account, as_done
from tests.support import HandClock, ListSource, examples
from tradegecko_bridge import MemoryStore, SyncEngine
from tradegecko_bridge.commerce import Customer, SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder, RemoteVariant, Topic
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report, Timing
from tradegecko_bridge.engine.delivery.grounds import (
    GOODS,
    NOTHING_THERE,
    NUMBERS,
    UNKNOWN,
    Grounds,
    as_text,
    needs_setup,
)
from tradegecko_bridge.engine.delivery.holds import MOST_LISTED
from tradegecko_bridge.engine.reasons import CODES
from tradegecko_bridge.errors import Unavailable
from tradegecko_bridge.ledger import OrderState, Transition
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.testing.builders import AN_ADDRESS, a_line, an_order

NOW: Final = datetime(2026, 11, 3, 12, tzinfo=UTC)
MINUTE: Final = timedelta(minutes=1)
S = OrderState


@frozen
class Watched(Account):
    """An account whose SKUs and currencies change; notes what it is asked. ``can`` hold whether it can ``answer``, and
    ``tell`` cheaply that nothing has changed."""

    skus: dict[str, int] = field(factory=lambda: {"MUG": 1})
    set_up: dict[str, int] = field(factory=lambda: {"CAD": 2})
    can: set[str] = field(factory=lambda: {"answer", "tell"})
    asked: list[str] = field(factory=list)

    def state_of(self, topic: Topic) -> str | None:
        if "answer" not in self.can:
            raise Unavailable("503")
        if "tell" not in self.can:
            return None
        if topic is Topic.GOODS:
            return repr(self.skus)
        there = [order for orders in self.present.values() for order in orders]
        return repr([(one.id, one.number, one.gone) for one in there if one.gone or not one.number.isdecimal()])

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        self.asked.append(f"order {number}")
        return super().find_orders(number, marker)

    def find_variants(self, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        self.asked.extend(f"SKU {sku}" for sku in sorted(skus))
        found = {sku: range(self.skus.get(sku, 0)) for sku in skus}
        return {sku: [RemoteVariant(id=f"7{n}", sku=sku) for n in ids] for sku, ids in found.items() if ids}

    def currencies(self, wanted: Collection[str] = ()) -> Mapping[str, int]:
        return dict(self.set_up)

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
        made = RemoteOrder(id=str(100 + len(self.writes)), number=draft.number, marker=draft.marker)
        self.present.setdefault(draft.number, []).append(made)
        self.writes.append(f"create {draft.number}")
        return made


class CountedStore(MemoryStore):
    """Counts durable writes of transitions."""

    writes = 0

    def record_all(self, transitions: Sequence[Transition]) -> Any:
        self.writes += 1
        return super().record_all(transitions)


class Desk:
    """A connection, its account, and a clock that is moved by hand."""

    def __init__(self, orders: Sequence[SourceOrder] = (), **options: Any) -> None:
        self.store = CountedStore()
        self.account = Watched(can={"answer", "tell"} if options.pop("tells", True) else {"answer"})
        self.source, self.clock, self.settings = ListSource(orders), HandClock(NOW), options

    def engine(self) -> SyncEngine:
        return SyncEngine(
            "shop",
            source=self.source,
            gateway=self.account,
            store=self.store,
            clock=self.clock,
            worker="me",
            settings=ConnectionSettings(**self.settings),
        )

    def run(self) -> Report:
        """A minute after the last time; a dry run says the same before."""
        self.clock.now += MINUTE
        foreseen = self.engine().deliver_orders(dry_run=True)
        self.account.asked.clear()
        self.store.writes = 0
        report = self.engine().deliver_orders()
        told = [(item.outcome, item.detail, item.facts) for item in report.items]
        assert _but_ids(filter(None, map(as_done, foreseen.items))) == _but_ids(told)
        assert foreseen.kept == report.kept
        assert foreseen.problems == report.problems
        return report

    def states(self) -> dict[str, tuple[str, str | None]]:
        """State and reason of every order."""
        entries = self.store.entries("shop")
        return {one.reference: (one.state, one.reason.text if one.reason else None) for one in entries}


def _but_ids(items: Iterable[tuple[str, str, Mapping[str, Any]]]) -> list[str]:
    """What was told, whatever ids the account has given."""
    return sorted(str((outcome, detail, {**facts, "remote_id": ""})) for outcome, detail, facts in items)


@pytest.fixture
def sql_ledger(tmp_path: Path) -> Iterator[SqlStore]:
    with SqlStore(f"sqlite:///{tmp_path / 'ledger.db'}") as store:
        yield store


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Ledgers in memory are closed with their test."""
    made: list[MemoryStore] = []
    begin = MemoryStore.__init__

    def noted(store: MemoryStore) -> None:
        made.append(store)
        begin(store)

    monkeypatch.setattr(MemoryStore, "__init__", noted)
    yield
    for store in made:
        store.close()


def orders(count: int, sku: str = "NOPE", first: int = 1, **fields: Any) -> list[SourceOrder]:
    """Of as many customers, so that none waits for another."""
    return [
        an_order(
            str(n),
            [a_line(sku)],
            customer=Customer(email=f"c{n}@example.com", last_name=f"c{n}"),
            shipping_address=evolve(AN_ADDRESS, last_name=f"c{n}"),
            **fields,
        )
        for n in range(first, first + count)
    ]


# ── written together ─────────────────────────────────────────────────────────────────────────


def test_what_is_not_sent_is_written_a_batch_at_a_time() -> None:
    """Held and skipped orders, three hundred of them, with what is sent beside them."""
    desk = Desk([*orders(200), *orders(100, first=201, tags=("test",)), *orders(1, "MUG", first=301)])
    desk.settings = {"order_filters": [{"field": "tag", "values": ["test"], "rule": "except"}]}
    report = desk.run()
    assert {outcome: report.count(outcome) for outcome in (Outcome.HELD, Outcome.SKIPPED, Outcome.DELIVERED)} == {
        Outcome.HELD: 200, Outcome.SKIPPED: 100, Outcome.DELIVERED: 1
    }  # fmt: skip
    assert [item.name for item in report.items if item.outcome is not Outcome.DELIVERED] == [*map(str, range(1, 301))]
    assert desk.store.writes <= 2 + 2
    assert {entry.claim for entry in desk.store.entries()} == {None}


def test_a_failure_says_what_failed_and_gives_the_rest_back() -> None:
    """What is held is written although the account is down for what would be sent."""
    desk = Desk([*orders(3), *orders(3, "MUG", first=4)], hold_tags=["wait"])
    desk.source.orders = [evolve(order, tags=("wait",)) for order in orders(3)]
    desk.run()
    desk.account.can.clear()
    desk.source.orders += orders(2, "MUG", first=4)
    report = desk.run()
    assert report.problems == ["503"]
    assert report.count(Outcome.HELD) == 3
    assert {entry.claim for entry in desk.store.entries()} == {None}


# ── left alone ───────────────────────────────────────────────────────────────────────────────


def test_what_stays_held_is_neither_planned_nor_written_again() -> None:
    """Run after run; it is counted, with an example and what lists it, and the report stays short."""
    desk = Desk(orders(300))
    desk.run()
    events = [len(desk.store.history(entry.id)) for entry in desk.store.entries()]
    for _ in range(3):
        report = desk.run()
        assert (desk.account.asked, desk.store.writes, report.items) == ([], 0, [])
        assert report.count(Outcome.HELD) == 300
        assert report
        (kept,) = report.kept
        assert (kept.outcome, kept.count, kept.example.name) == (Outcome.HELD, 300, "300")
        assert kept.example.facts == {"reason": "unknown_sku"}
        said = str(report)
        assert "300 held" in said
        assert "e.g. 300: SKU 'NOPE' is not in TradeGecko" in said
        assert "`tgbridge orders list --state held --reason-code unknown_sku`" in said
        assert len(said) < 500
        assert report.as_dict()["counts"] == {"held": 300}
        assert report.as_dict()["kept"][0]["count"] == 300
    assert [len(desk.store.history(entry.id)) for entry in desk.store.entries()] == events


def test_a_few_are_listed_every_time() -> None:
    """As items, like those that are held anew."""
    desk = Desk(orders(MOST_LISTED))
    first, second = desk.run(), desk.run()
    assert first.items == second.items
    assert len(second.items) == MOST_LISTED
    assert second.kept == []
    desk.source.orders += orders(2, first=50)
    third = desk.run()
    assert [item.name for item in third.items[:2]] == ["50", "51"]
    assert third.items[2:] == second.items
    assert desk.run().kept[0].count == MOST_LISTED + 2


def test_each_reason_is_counted_by_itself() -> None:
    """What is held for good is an alert's business."""
    desk = Desk(
        [
            *orders(30),
            *orders(30, first=31, tags=("wait",)),
            *[evolve(order, lines=()) for order in orders(5, first=61)],
        ]
    )
    desk.settings = {"hold_tags": ["wait"]}
    desk.run()
    report = desk.run()
    assert [(kept.count, kept.example.facts["reason"]) for kept in report.kept] == [
        (30, "hold_tag"),
        (30, "unknown_sku"),
    ]
    assert report.count(Outcome.HELD) == 60


# ── and looked at again ──────────────────────────────────────────────────────────────────────


def test_what_was_missing_and_is_there_goes_out_with_the_next_run() -> None:
    """A SKU, a currency, a number, a tag the settings no longer hold for."""
    kinds = [orders(1), orders(1, "MUG", 2, currency="EUR"), orders(1, "MUG", 3), orders(1, "MUG", 4, tags=("wait",))]
    desk = Desk([order for kind in kinds for order in kind], hold_tags=["wait"])
    desk.account.present["3"] = [RemoteOrder(id="8", number="3")]
    assert desk.run().count(Outcome.HELD) == 4
    changes = {
        "1": lambda: desk.account.skus.update(NOPE=1),
        "2": lambda: desk.account.set_up.update(EUR=2),
        "3": lambda: desk.account.present.update({"X3": [RemoteOrder(id="8", number="X3")], "3": []}),
        "4": lambda: desk.settings.update(hold_tags=[]),
    }
    for number, change in changes.items():
        assert desk.run().count(Outcome.DELIVERED) == 0
        change()  # type: ignore[no-untyped-call]
        report = desk.run()
        assert [item.name for item in report.items if item.outcome is Outcome.DELIVERED] == [number]


def test_one_more_order_there_frees_no_number() -> None:
    """Orders whose number is taken are looked up again when one that is there is renumbered, or gone."""
    desk = Desk(orders(5, "MUG"))
    desk.account.present.update({str(n): [RemoteOrder(id=f"9{n}", number=str(n))] for n in range(1, 6)})
    assert desk.run().count(Outcome.HELD) == 5
    desk.account.present["77"] = [RemoteOrder(id="977", number="77")]
    desk.run()
    assert desk.account.asked == []
    desk.account.present["77"] = [RemoteOrder(id="977", number="77", gone=True)]
    assert desk.run().count(Outcome.HELD) == 5
    assert len(desk.account.asked) == 5 + 1


def test_after_some_time_it_is_looked_at_anyway() -> None:
    """Whatever the account says of itself."""
    desk = Desk(orders(2))
    desk.run()
    desk.clock.now += Timing().held_again
    report = desk.run()
    assert "SKU NOPE" in desk.account.asked
    assert report.count(Outcome.HELD) == 2
    desk.run()
    assert desk.account.asked == []


def test_where_nobody_can_tell_it_is_looked_at_with_every_run() -> None:
    """A gateway that remembers nothing of its account."""
    desk = Desk(orders(30), tells=False)
    for _ in range(3):
        report = desk.run()
        assert "SKU NOPE" in desk.account.asked
    assert (report.items, report.count(Outcome.HELD)) == ([], 30)
    desk.account.skus["NOPE"] = 1
    assert desk.run().count(Outcome.DELIVERED) == 30


def test_a_gateway_that_can_no_longer_tell_is_asked() -> None:
    """Its memory was lost since the orders were held."""
    desk = Desk(orders(3))
    desk.run()
    desk.account.can.discard("tell")
    desk.run()
    assert "SKU NOPE" in desk.account.asked


def test_what_changed_while_an_order_was_planned_is_seen_by_the_next_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a hold rests on is noted before anything is looked up."""
    desk, find = Desk(orders(1)), Watched.find_variants

    def find_and_then_there_is_one(account: Watched, skus: Collection[str]) -> Mapping[str, Sequence[RemoteVariant]]:
        answer = find(account, skus)
        account.skus["NOPE"] = 1
        return answer

    monkeypatch.setattr(Watched, "find_variants", find_and_then_there_is_one)
    desk.clock.now += MINUTE
    assert desk.engine().deliver_orders().count(Outcome.HELD) == 1
    monkeypatch.undo()
    assert desk.run().count(Outcome.DELIVERED) == 1


def test_what_was_sent_once_is_looked_for_with_every_run() -> None:
    """It may yet be found, whatever it is held for."""
    desk = Desk(orders(1, "MUG"))
    desk.store.ingest("shop", desk.source.orders, at=NOW)
    (entry,) = desk.store.claim("shop", "me", at=NOW, until=NOW + MINUTE, limit=1)
    sent = desk.store.record(entry.transition_to(S.SENDING, NOW, generation=1, claim=entry.claim), who="me")
    desk.store.record(sent.transition_to(S.PENDING, NOW), who="me")
    desk.account.present["1"] = [RemoteOrder(id="8", number="1")]
    for _ in range(3):
        assert desk.run().count(Outcome.HELD) == 1
        assert desk.account.asked[0] == "SKU MUG"
        assert "order 1" in desk.account.asked


# ── what holds rest on ───────────────────────────────────────────────────────────────────────

BEFORE: Final = Grounds(settings="s", goods="g", numbers="n", setup="u")


@pytest.mark.parametrize(
    ("change", "codes"),
    [
        ({"goods": "other"}, GOODS),
        ({"numbers": "other"}, NUMBERS),
        ({"setup": "other"}, CODES - GOODS - NUMBERS - NOTHING_THERE - UNKNOWN),
        ({"settings": "other"}, CODES - UNKNOWN),
    ],
)
def test_a_change_concerns_the_reasons_it_may_end(change: dict[str, str], codes: frozenset[str]) -> None:
    """Each part of what is known, and all reasons with the settings."""
    after = evolve(BEFORE, **change)
    assert {code for code in CODES if after.basis_of(code) != BEFORE.basis_of(code)} == codes


def test_what_nobody_can_tell_is_no_basis() -> None:
    """Nor is it one that equals another one."""
    blank = Grounds(settings="s")
    assert {code for code in CODES if blank.basis_of(code) is not None} == NOTHING_THERE
    assert needs_setup(["unknown_sku", "unknown_currency"])
    assert not needs_setup([*GOODS, *NUMBERS, *NOTHING_THERE, *UNKNOWN])
    assert as_text(ConnectionSettings(tags=["a"])) != as_text(ConnectionSettings(tags=["b"]))
    assert as_text(ConnectionSettings(tags=["a"])) == as_text(ConnectionSettings(tags=["a"]))


# ── against looking at every order with every run ────────────────────────────────────────────

SKUS, NAMES = ("MUG", "TEE", "HAT"), ("1", "2", "3", "4")
changes = st.one_of(
    st.tuples(st.just("sku"), st.sampled_from(SKUS), st.integers(0, 2)),
    st.tuples(st.just("currency"), st.sampled_from(["EUR", "USD"]), st.booleans()),
    st.tuples(st.just("stranger"), st.sampled_from(NAMES), st.sampled_from(["comes", "is renamed", "is void"])),
    st.tuples(st.just("settings"), st.sampled_from(["hold_tags", "sku_aliases"]), st.booleans()),
    st.tuples(st.just("order"), st.sampled_from(NAMES), st.sampled_from([*SKUS, "EUR", "tagged", "plain"])),
    st.tuples(st.just("run"), st.integers(1, 3), st.none()),
)
VALUES: Final = {"hold_tags": ["wait"], "sku_aliases": {"HAT": "TEE"}}


def _change(desk: Desk, what: str, which: Any, how: Any) -> None:
    account = desk.account
    if what == "sku":
        account.skus[which] = how
    elif what == "currency":
        account.set_up[which] = 2
        if not how:
            del account.set_up[which]
    elif what == "stranger":
        there = account.present.setdefault(which, [])
        strangers = [order for order in there if order.marker is None]
        if how == "comes":
            there.append(RemoteOrder(id=f"9{len(there)}{which}", number=which))
        for order in strangers if how != "comes" else ():
            there.remove(order)
            moved = evolve(order, gone=True) if how == "is void" else evolve(order, number=f"X{which}")
            account.present.setdefault(moved.number, []).append(moved)
    elif what == "settings":
        desk.settings = {**desk.settings, which: VALUES[which] if how else type(VALUES[which])()}
    else:
        (given,) = orders(1, how if how in SKUS else "MUG", int(which), currency="EUR" if how == "EUR" else "CAD")
        desk.source.orders.append(evolve(given, tags=("wait",) if how == "tagged" else (), cursor=""))


@settings(max_examples=examples(20), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(changes, min_size=4, max_size=25))
def test_what_is_left_alone_would_be_held_anyway(story: list[tuple[str, Any, Any]]) -> None:
    """Whatever happens to account, settings and orders: after every run the ledger is as if all were looked at."""
    quick, thorough = Desk(), Desk(tells=False)
    for what, which, how in [*story, ("run", 1, None)]:
        if what != "run":
            _change(quick, what, which, how)
            _change(thorough, what, which, how)
            continue
        for _ in range(which):
            quick.run()
            thorough.run()
        seen, known = thorough.states(), quick.states()
        for reference, (state, said) in known.items():
            if said and said.startswith("TradeGecko has another order") and seen[reference][0] == state:
                seen[reference] = state, said  # that another reason has come as well releases nothing
        assert known == seen


def test_settings_of_another_process_are_the_same_text() -> None:
    """A restarted program does not look at everything again."""
    written: dict[str, Any] = {
        "hold_tags": ["b", "a"],
        "sku_aliases": {"x": "y", "a": "b"},
        "item_filters": [{"skus": ["q", "p"]}],
    }
    text = repr(ConnectionSettings(**written))
    assert "frozenset" not in text
    assert " at 0x" not in text


def test_a_great_many_cost_next_to_nothing(sql_ledger: SqlStore) -> None:
    """Two thousand held orders: a run reads none of their contents."""
    source = ListSource(orders(2000))
    account = Watched()
    clock = HandClock(NOW)
    engine = SyncEngine("shop", source=source, gateway=account, store=sql_ledger, clock=clock, worker="me")
    assert engine.deliver_orders().count(Outcome.HELD) == 2000
    clock.now += MINUTE
    source.orders.clear()
    read = list[int]()
    entries = sql_ledger.entries

    def noted(*args: Any, **wanted: Any) -> Any:
        found = entries(*args, **wanted)
        read.append(len(found))
        return found

    sql_ledger.entries = noted  # type: ignore[method-assign]
    assert engine.deliver_orders().count(Outcome.HELD) == 2000
    assert sum(read) <= 2
