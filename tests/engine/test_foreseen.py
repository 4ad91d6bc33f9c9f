"""What a dry run foresees, where orders stand in each other's way, in doubt, or are beyond it; without a server."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.engine.test_in_memory import ALL, HOUR, NOW, Desk, closed, order, orders
from tests.support import HandClock
from tradegecko_bridge import MemoryStore
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import RemoteOrder
from tradegecko_bridge.engine import Outcome, Report
from tradegecko_bridge.engine.report import Item
from tradegecko_bridge.errors import OutcomeUnknown, Rejected, Unavailable
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

__all__ = ["closed"]

S = OrderState


def foreseen(desk: Desk) -> list[tuple[str, Outcome, str]]:
    """What a dry run says; that a run then leaves no other trace is looked at elsewhere."""
    report: Report = desk.engine.deliver_orders(dry_run=True)
    return [(item.name, item.outcome, item.detail) for item in report.items]


@pytest.fixture
def clock() -> HandClock:
    return HandClock(NOW)


@pytest.fixture
def store() -> MemoryStore:
    return MemoryStore()


def in_doubt(clock: HandClock, store: MemoryStore, **options: Any) -> Desk:
    """Another connection of the ledger, whose order 1, another customer's, was sent and never answered."""
    given: Sequence[SourceOrder] = [evolve(orders(2)[1], number="1", reference="A")]
    desk = Desk(OutcomeUnknown("500: ?"), connection="other", orders=given, clock=clock, store=store, **options)
    desk.run()
    return desk


def test_a_number_another_order_may_get_is_waited_for(clock: HandClock, store: MemoryStore) -> None:
    """In the words of the run."""
    in_doubt(clock, store)
    desk = Desk(clock=clock, store=store)
    text = "order '1' of other is on its way to TradeGecko as '1'; this one waits until that is decided"
    assert foreseen(desk) == [("1", Outcome.HELD, text)]
    assert [(item.name, item.outcome, item.detail) for item in desk.run().items] == [("1", Outcome.HELD, text)]


def test_a_number_another_order_has_at_its_source_only_is_free(clock: HandClock, store: MemoryStore) -> None:
    """That one is on its way under another number."""
    in_doubt(clock, store, number_prefix="EB-")
    desk = Desk(clock=clock, store=store)
    assert foreseen(desk)[0][1] is Outcome.PLANNED
    assert desk.run().items[0].outcome is Outcome.DELIVERED


def test_a_number_of_an_order_that_is_on_its_way_no_more_is_free(clock: HandClock, store: MemoryStore) -> None:
    """Somebody gave up on the other one."""
    in_doubt(clock, store)
    (other,) = store.entries("other")
    store.record(other.transition_to(S.FAILED, clock()), who="me")
    desk = Desk(clock=clock, store=store)
    assert foreseen(desk)[0][1] is Outcome.PLANNED
    assert desk.run().items[0].outcome is Outcome.DELIVERED


def test_an_order_that_was_sent_stands_in_nobody_s_way_but_its_own(clock: HandClock, store: MemoryStore) -> None:
    """It goes out again under its number, whoever else has it in the same ledger."""
    in_doubt(clock, store)
    desk = Desk(OutcomeUnknown("500: ?"), clock=clock, store=store, number_prefix="EB-")
    desk.run()
    store.record(desk.entry().transition_to(S.UNCERTAIN, clock(), remote_number="1"), who="me")
    clock.move(hours=3)
    assert foreseen(desk)[0][1] is Outcome.PLANNED


def test_an_order_that_does_not_go_out_takes_no_number() -> None:
    """The second one of that number is sent."""
    desk = Desk(orders=[an_order("1", [a_line("NOPE")], reference="A"), order("1", reference="B")])
    assert [outcome for _, outcome, _ in foreseen(desk)] == [Outcome.HELD, Outcome.PLANNED]
    assert [item.outcome for item in desk.run().items] == [Outcome.HELD, Outcome.DELIVERED]


def test_a_look_that_is_refused_holds_its_order() -> None:
    """And no other."""
    desk = Desk(orders=orders(2))
    desk.account.present["1"] = [RemoteOrder(id="8", number="1", gone=True)]
    desk.account.looks[:] = [Rejected("422: no")]
    assert [(name, outcome) for name, outcome, _ in foreseen(desk)] == [("1", Outcome.HELD), ("2", Outcome.PLANNED)]
    desk.account.looks[:] = [Rejected("422: no")]
    (held, _) = desk.engine.deliver_orders(dry_run=True).items
    assert held == Item("1", Outcome.HELD, "422: no", {"reason": "rejected"})


def test_an_account_that_cannot_be_asked_three_times_ends_the_dry_run() -> None:
    """As it would end the run."""
    desk = Desk(orders=orders(4))
    for number in "1234":
        desk.account.present[number] = [RemoteOrder(id="8", number=number, gone=True)]
    desk.account.looks[:] = [Unavailable("503: busy")] * 4
    report = desk.engine.deliver_orders(dry_run=True)
    assert [item.outcome for item in report.items] == [Outcome.WAITING] * 3
    assert report.problems == ["stopped after 3 failures in a row, the last: 503: busy"]


def test_a_held_order_that_a_worker_has_is_left_to_it() -> None:
    """It is being decided on anew."""
    desk = Desk(orders=[an_order("1", [a_line("NOPE")])])
    desk.run()
    desk.store.claim("shop", "another", at=NOW + HOUR, until=NOW + 2 * HOUR, limit=1)
    desk.clock.move(hours=1, minutes=30)
    assert foreseen(desk) == [("1", Outcome.CLAIMED, "another is working on it, until 14:00:00 UTC at most")]


def test_delivered_orders_that_wait_are_not_told_as_open() -> None:
    """What came later from the source is; what is still to be done with one waits."""
    desk = Desk(None, Unavailable("429: busy"), **ALL)
    desk.run()
    desk.source.orders = [order(note="gift", cursor="2")]
    assert [outcome for _, outcome, _ in foreseen(desk)] == [Outcome.CHANGED]


def test_what_is_still_to_be_done_with_a_changed_order_is_told() -> None:
    """The change itself comes too late."""
    desk = Desk(None, Unavailable("429: busy"), **ALL)
    desk.run()
    desk.source.orders = [order(note="gift", cursor="2")]
    desk.clock.move(hours=1)
    assert foreseen(desk)[1:] == [("1", Outcome.PLANNED, "is delivered; still to do: invoice, pay, pack")]


@pytest.mark.parametrize(
    ("done", "outcome", "said"),
    [
        ([], Outcome.PLANNED, "canceled at the source; would be voided in TradeGecko"),
        (["void"], Outcome.CHANGED, "canceled at the source; was void in TradeGecko already"),
    ],
)
def test_what_would_be_voided_is_told(done: list[str], outcome: Outcome, said: str) -> None:
    """Canceled at the source after it was delivered, with the cancellation in this very run."""
    desk = Desk(on_cancel="void")
    desk.run()
    desk.account.done[:] = done
    desk.source.orders = [order(canceled_at=datetime.fromisoformat("2026-11-03T12:30Z"), cursor="2")]
    desk.clock.move(hours=1)
    assert ("1", outcome, said) in foreseen(desk)
    assert desk.account.asked[-1] == "done 100"


def test_nothing_is_told_of_what_is_done() -> None:
    """A delivered order of which nothing new is known, however long ago."""
    desk = Desk()
    desk.run()
    desk.clock.move(hours=1)
    assert foreseen(desk) == []
    assert desk.run(after=timedelta(hours=1)).items == []


def test_orders_that_are_sent_between_two_failures_are_no_failures_in_a_row() -> None:
    """An order that would be created, without a look, begins the count anew."""
    desk = Desk(orders=orders(5))
    for number in "1245":
        desk.account.present[number] = [RemoteOrder(id="8", number=number, gone=True)]
    desk.account.looks[:] = [Unavailable("503: busy")] * 4
    report = desk.engine.deliver_orders(dry_run=True)
    assert [item.outcome for item in report.items if item.name == "3"] == [Outcome.PLANNED]
    assert (len(report.items), report.problems) == (5, [])
