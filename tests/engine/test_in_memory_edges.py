"""Deliveries at the edges of what can happen, without a server: answers nobody expects, and claims lost on the way."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from attrs import evolve

from tests.engine.test_in_memory import (
    ALL,
    HOUR,
    NOW,
    Desk,
    Scripted,
    _next,
    closed,
    key,
    order,
    orders,
    whole_chunks,
    with_settings,
)
from tests.support import HandClock, ListSource
from tradegecko_bridge import MemoryStore
from tradegecko_bridge.commerce import Address, Customer, DeliveryReceipt, ItemResult, UnreadableOrder
from tradegecko_bridge.commerce.remote import CustomerMatch, OrderDraft, RemoteOrder, RemoteVariant
from tradegecko_bridge.engine import Outcome, Report
from tradegecko_bridge.engine.delivery import audit
from tradegecko_bridge.engine.delivery.run import report_left_alone
from tradegecko_bridge.engine.keys import marker
from tradegecko_bridge.engine.report import Item
from tradegecko_bridge.errors import AccessDenied, OutcomeUnknown, OutdatedDraft, Unavailable
from tradegecko_bridge.ledger import Claim, LedgerEntry, OrderState, Reason
from tradegecko_bridge.testing.builders import a_line, an_order

__all__ = ["closed"]

S = OrderState


def there(number: str = "1", **facts: Any) -> RemoteOrder:
    return RemoteOrder(id="9", number=number, marker=marker("shop", number), **facts)


def test_an_order_that_is_found_void_gets_nothing_done() -> None:
    """Not invoiced, not paid, not packed; it is told what became of it."""
    desk = Desk(**ALL)
    desk.account.present["1"] = [there(gone=True)]
    assert desk.run().items == [
        Item("1", Outcome.ADOPTED, "was in TradeGecko already as id 9, and is void", {"remote_id": "9"})
    ]
    assert desk.account.asked == ["order 1"]
    assert desk.entry().pending_actions == ()


def test_an_order_that_is_adopted_goes_by_its_number_there() -> None:
    """It was never sent from this ledger, and others must not get the number."""
    desk = Desk(number_prefix="EB-")
    desk.account.present["EB-1"] = [evolve(there(), number="EB-1")]
    desk.run()
    assert (desk.entry().remote_number, desk.entry().line_ids) == ("EB-1", {"MUG": "7"})


def test_an_order_in_doubt_that_cannot_be_planned_any_more_is_adopted_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What its lines are known by over there is not known then."""
    desk = Desk(OutcomeUnknown("500: ?"))
    desk.run()
    desk.account.present["1"] = [there()]

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tradegecko_bridge.engine.delivery.planner.prepare", broken)
    assert desk.run(after=HOUR).items[0].outcome is Outcome.ADOPTED
    assert (desk.entry().state, desk.entry().line_ids) == (S.DELIVERED, {})


def test_a_small_number_is_written_out_in_the_history() -> None:
    """Without an exponent, which few people read."""
    assert audit.answered(there(total=Decimal("0.0000001")), "found")["total"] == "0.0000001"


def test_a_claim_that_is_lost_is_lost_for_what_was_to_be_done_too() -> None:
    """Nothing is invoiced by a worker who does not have the order any more."""
    desk = Desk(**ALL)

    def steal() -> None:
        desk.store.claim("shop", "thief", at=NOW + HOUR, until=NOW + HOUR + HOUR, limit=1)

    desk.account.answers.append(steal)
    assert [item.outcome for item in desk.run().items] == [Outcome.WAITING, Outcome.CLAIMED]
    assert desk.account.asked[1:] == ["create 1 for None"]


def test_an_arrival_the_ledger_has_no_room_for_ends_the_run(monkeypatch: pytest.MonkeyPatch) -> None:
    """What it says is not taken for a success."""
    desk = Desk()
    record_all = desk.store.record_all

    def refusing(transitions: Sequence[Any]) -> Sequence[Any]:
        delivered = any(one.entry.state is S.DELIVERED for one in transitions)
        return [LookupError("no such order")] * len(transitions) if delivered else record_all(transitions)

    monkeypatch.setattr(desk.store, "record_all", refusing)
    with pytest.raises(LookupError, match="no such order"):
        desk.run()
    assert desk.source.receipts == []


def test_a_source_that_fails_at_one_acknowledgment_is_read_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes after is ingested too, and told with what came before."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.ingest.BATCH", 1)

    class Forgetful(ListSource):
        def acknowledge_ingest(self, cursor: str) -> None:
            if cursor == "1":
                raise OSError
            super().acknowledge_ingest(cursor)

    desk = Desk(source=Forgetful(orders(2)))
    report = desk.run()
    assert (report.ingested, len(report.problems)) == (2, 1)
    assert desk.source.acknowledged == ["2"]


def test_a_run_tells_nothing_of_what_an_earlier_one_told() -> None:
    """Delivered orders with something left to do are as they were."""
    acted = Desk(None, Unavailable("429: busy"), **ALL)
    assert acted.run().items
    assert acted.run().items == []


def test_a_source_gets_receipts_only_where_there_are_some() -> None:
    """It is not called for nothing."""
    called: list[int] = []

    class Strict(ListSource):
        def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterable[ItemResult]:
            called.append(len(receipts))
            return super().accept_receipts(receipts)

    desk = Desk(source=Strict(orders(2)))
    desk.run()
    desk.run(after=HOUR)
    assert called == [2]


def test_a_source_that_cannot_give_an_order_again_is_told_with_its_name() -> None:
    """Whoever asked for several knows which came to nothing."""

    class Failing(ListSource):
        def fetch_order(self, name: str) -> Any:
            raise OSError

    (problem,) = Desk(source=Failing()).engine.pull_orders("7").problems
    assert "while fetching order 7: a fault in the source" in problem


CLAIM = Claim(worker="another", until=NOW + HOUR, serial=1)


@pytest.mark.parametrize(
    ("facts", "said"),
    [
        ({"claim": CLAIM}, (Outcome.CLAIMED, "another is working on it, until 13:00:00 UTC at most")),
        ({"claim": evolve(CLAIM, until=NOW)}, None),
        (
            {"claim": evolve(CLAIM, until=NOW), "next_attempt_at": NOW + HOUR},
            (Outcome.WAITING, "next try at 13:00:00 UTC"),
        ),
        ({"next_attempt_at": NOW}, None),
        (
            {"next_attempt_at": NOW + HOUR, "reason": Reason("unavailable", "503: busy")},
            (Outcome.WAITING, "503: busy; next try at 13:00:00 UTC"),
        ),
        (
            {"next_attempt_at": NOW + HOUR, "state": S.UNCERTAIN},
            (Outcome.UNCERTAIN, "next check at 13:00:00 UTC"),
        ),
    ],
)
def test_what_is_left_alone_is_told(facts: dict[str, Any], said: tuple[Outcome, str] | None) -> None:
    """Who has it, or when it is tried again; what is tried at this very moment is nobody's any more."""
    desk = Desk()
    desk.store.ingest("shop", [order()], at=NOW)
    report = Report(operation="deliver", connection="shop", started_at=NOW)
    report_left_alone(evolve(desk.entry(), **facts), NOW, report, ())
    assert [(item.outcome, item.detail) for item in report.items] == ([said] if said else [])


def test_a_source_that_fails_at_its_receipts_is_told() -> None:
    """The orders are delivered."""

    class Failing(ListSource):
        def accept_receipts(self, receipts: Sequence[DeliveryReceipt]) -> Iterable[ItemResult]:
            raise OSError

    (problem,) = Desk(source=Failing([order()])).run().problems
    assert "while accepting receipts: a fault in the source" in problem


# ── intents ──────────────────────────────────────────────────────────────────────────────────


def test_an_intent_says_why_the_order_was_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """Until it is answered."""
    seen: list[Reason | None] = []
    desk = Desk(*[OutcomeUnknown("500: ?")] * 2, orders=orders(2))
    with whole_chunks(monkeypatch, 2):
        desk.run()
        desk.account.answers[:] = [
            lambda: seen.append(desk.entry("1").reason),
            lambda: seen.append(desk.entry("2").reason),
        ]
        desk.run(after=HOUR)
    assert seen == [Reason("no_answer", "500: ?")] * 2


def test_an_intent_that_is_written_anew_keeps_the_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The request before it took a minute."""
    seen: list[Reason | None] = []
    desk = Desk(*[OutcomeUnknown("500: ?")] * 2, orders=orders(2))
    with whole_chunks(monkeypatch, 2):
        desk.run()
        desk.account.answers[:] = [
            lambda: desk.clock.move(minutes=1),
            lambda: seen.append(desk.entry("2").reason),
        ]
        desk.run(after=HOUR)
    assert seen == [Reason("no_answer", "500: ?")]


def test_an_intent_that_is_written_anew_may_leave_as_long_as_it_is_claimed_anew(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Each of three requests takes four minutes; a claim lasts for seven."""
    may: list[bool] = []
    create = Scripted.create_order

    def noting(self: Scripted, draft: OrderDraft, *, may_leave: Callable[[], bool], **facts: Any) -> RemoteOrder:
        may.append(may_leave())
        return create(self, draft, **facts)

    monkeypatch.setattr(Scripted, "create_order", noting)
    desk = Desk(orders=orders(3))
    desk.account.answers[:] = [lambda: desk.clock.move(minutes=4)] * 3
    with whole_chunks(monkeypatch, 3):
        desk.run()
    assert may == [True] * 3


class Slowly(Scripted):
    """Something happens while a customer is looked up."""

    def find_customer(self, customer: Customer, *, billing: Address | None, match: CustomerMatch) -> str | None:
        _next(self.looks)
        return None


@pytest.mark.parametrize("number", ["1", "2"])
def test_what_came_since_the_look_is_seen(monkeypatch: pytest.MonkeyPatch, number: str) -> None:
    """However fresh the intent is, it is looked again where the look is not."""
    account = Slowly()
    desk = Desk(orders=orders(2), account=account)

    def somebody_enters() -> None:
        account.present[number] = [RemoteOrder(id="77", number=number)]
        desk.clock.move(minutes=5)

    account.looks[:] = [somebody_enters]
    with whole_chunks(monkeypatch, 2):
        desk.run()
        assert [asked for asked in account.asked if asked.startswith(f"create {number}")] == []
        assert desk.entry(number).state is S.PENDING
        assert desk.entry("2" if number == "1" else "1").state is S.DELIVERED
        desk.run(after=HOUR)
    assert desk.entry(number).reason is not None
    assert desk.entry(number).state is S.HELD


@pytest.mark.parametrize(("minutes", "may"), [(7, True), (8, False)])
def test_a_request_rests_on_a_look_that_is_not_too_old(
    monkeypatch: pytest.MonkeyPatch, minutes: int, may: bool
) -> None:
    """It may leave for as long after the look as a claim lasts, whatever its own claim says."""
    left: list[bool] = []

    def asked(self: Scripted, draft: OrderDraft, *, may_leave: Callable[[], bool], **facts: Any) -> RemoteOrder:
        (entry,) = desk.store.entries("shop")
        assert entry.claim is not None
        desk.clock.now += timedelta(minutes=minutes)
        monkeypatch.setattr(LedgerEntry, "claim_runs", lambda *_: True)
        left.append(may_leave())
        monkeypatch.undo()
        raise Unavailable("429 on POST /orders")

    monkeypatch.setattr(Scripted, "create_order", asked)
    desk = Desk()
    desk.run()
    assert left == [may]


@pytest.mark.parametrize("answer", [AccessDenied("log in again"), None])
def test_an_intent_nobody_wrote_is_neither_withdrawn_nor_written_anew(
    monkeypatch: pytest.MonkeyPatch, answer: AccessDenied | None
) -> None:
    """Its number was another order's: it is looked at when its turn comes, if it comes."""
    clock, store = HandClock(NOW), MemoryStore()
    Desk(connection="other", orders=[order("2", reference="A")], clock=clock, store=store).run()
    desk = Desk(orders=orders(2), clock=clock, store=store)
    desk.account.answers.append(lambda: _later(clock, answer))
    with whole_chunks(monkeypatch, 2):
        report = desk.run()
    assert desk.entry("1").state is (S.PENDING if answer else S.DELIVERED)
    assert desk.entry("2").state is (S.PENDING if answer else S.HELD)
    assert report.problems == (["log in again"] if answer else [])


def _later(clock: HandClock, answer: AccessDenied | None) -> None:
    clock.move(minutes=1)
    if answer:
        raise answer


# ── planning ─────────────────────────────────────────────────────────────────────────────────


def test_the_currencies_of_what_is_sent_are_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """All at once."""
    asked: list[set[str]] = []

    def currencies(_: Scripted, codes: Collection[str]) -> dict[str, int]:
        asked.append(set(codes))
        return {"CAD": 2}

    monkeypatch.setattr(Scripted, "currencies", currencies)
    Desk(orders=[*orders(2), order("3", currency="EUR")]).run()
    assert asked == [{"CAD", "EUR"}]


def test_what_is_not_sent_is_no_fault_beside_what_is(caplog: pytest.LogCaptureFixture) -> None:
    """Nobody is asked to report it."""
    filters = [{"field": "tag", "values": ["test"], "rule": "except"}]
    report = Desk(orders=[order("1"), order("2", tags=("test",))], order_filters=filters).run()
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED, Outcome.SKIPPED]
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("seconds", "present", "again"), [(30, False, []), (31, False, [["2"]]), (31, True, [])], ids=str
)
def test_a_number_that_was_free_a_while_ago_is_looked_at_again(
    monkeypatch: pytest.MonkeyPatch, seconds: int, present: bool, again: list[list[str]]
) -> None:
    """After half a minute; one that may be in use is looked for in any case."""
    desk = Desk(orders=orders(2))
    if present:
        desk.account.present["2"] = [RemoteOrder(id="8", number="2", gone=True)]
    desk.account.answers.append(lambda: desk.clock.move(seconds=seconds))
    with whole_chunks(monkeypatch, 1):
        report = desk.run()
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED] * 2
    assert [numbers for numbers, _ in desk.account.prefetched] == [["1", "2"], *again]
    assert [asked for asked in desk.account.asked if asked == "order 2"] == ["order 2"] * present


def test_an_order_without_content_that_somebody_wants_sent_is_held_again() -> None:
    """Whatever the settings leave out: there is nothing to go by."""
    filters = [{"field": "tag", "values": ["test"], "rule": "except"}]
    unreadable = UnreadableOrder(reference="1", number="1", problem="line 7: no price", cursor="1")
    desk = Desk(orders=[unreadable], order_filters=filters)
    desk.run()
    desk.store.override_state(desk.entry().id, S.PENDING, at=NOW, who="ann", why="try again")
    (item,) = desk.run(after=HOUR).items
    assert (item.outcome, item.facts) == (Outcome.HELD, {"reason": "unreadable"})
    assert desk.account.prefetched == [], "there is nothing to ask for"


def test_a_fault_of_ours_is_told_to_whoever_reads_the_log(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """By the order's id in the ledger; programs know it by its code, and the next run tries again."""

    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("tradegecko_bridge.engine.delivery.planner.prepare", broken)
    desk = Desk()
    desk.run()
    reason = desk.entry().reason
    assert reason is not None
    assert (reason.code, reason.transient) == ("fault", True)
    assert reason.text.startswith("ZeroDivisionError at ")
    assert caplog.messages == [f"order {desk.entry().id}: {reason.text}"]
    monkeypatch.undo()
    assert desk.run(after=HOUR).items[0].outcome is Outcome.DELIVERED


# ── answers ──────────────────────────────────────────────────────────────────────────────────


def test_an_answer_about_another_order_leaves_the_order_in_doubt(monkeypatch: pytest.MonkeyPatch) -> None:
    """The reason says which one it was."""

    def another(*_: Any, **__: Any) -> RemoteOrder:
        return RemoteOrder(id="77", number="1", marker=marker("shop", "other"))

    monkeypatch.setattr(Scripted, "create_order", another)
    desk = Desk()
    desk.run()
    assert desk.entry().state is S.UNCERTAIN
    assert desk.entry().reason == Reason("no_answer", "the answer is about another order, 77")


def test_an_outdated_draft_is_planned_again_from_what_is_there_now(monkeypatch: pytest.MonkeyPatch) -> None:
    """The goods have another id by then: it is sent, and remembered, under that one."""
    sent: list[list[str | None]] = []
    create = Scripted.create_order

    def noting(self: Scripted, draft: OrderDraft, **facts: Any) -> RemoteOrder:
        sent.append([line.variant_id for line in draft.lines])
        return create(self, draft, **facts)

    def variants(_: Scripted, skus: Collection[str]) -> dict[str, list[RemoteVariant]]:
        return {"MUG": [RemoteVariant(id=str(7 + len(sent)), sku="MUG")]}

    monkeypatch.setattr(Scripted, "create_order", noting)
    monkeypatch.setattr(Scripted, "find_variants", variants)
    desk = Desk(OutdatedDraft("404: no variant 7"), orders=[an_order("1", [a_line("MUG")], shipping=())])
    assert desk.run().items[0].outcome is Outcome.DELIVERED
    assert sent == [["7"], ["8"]]
    assert desk.entry().line_ids == {"MUG": "8"}


def test_an_outdated_draft_of_an_order_that_may_still_show_up_is_not_planned_again() -> None:
    """An earlier request for it may have made it: under the next key, that would be a second one."""
    desk = Desk(OutcomeUnknown("500: ?"), OutdatedDraft("404: no variant 7"))
    desk.run()
    desk.run(after=timedelta(minutes=1))
    assert desk.account.keys == [key(1), key(1)]
    assert desk.entry().state is S.UNCERTAIN


def test_an_outdated_draft_is_planned_again_under_its_number() -> None:
    """The settings would give it another one today, under which nobody has looked for it."""
    desk = Desk(OutcomeUnknown("500: ?"))
    desk.run()
    desk.engine = with_settings(desk, number_prefix="EB-")
    desk.account.answers[:] = [OutdatedDraft("404: no variant 7")]
    assert desk.run(after=HOUR).items[0].outcome is Outcome.DELIVERED
    assert [asked for asked in desk.account.asked if asked.startswith("create")] == ["create 1 for None"] * 3
    assert desk.account.keys == [key(1), key(1), key(2)]


def test_planned_again_for_nothing_it_is_as_it_was() -> None:
    """It is not sent a second time, so no number of it is kept."""
    desk = Desk(OutdatedDraft("404: no variant 7"), Unavailable("429: busy"))
    assert desk.run().items[0].outcome is Outcome.WAITING
    assert (desk.entry().state, desk.entry().remote_number) == (S.PENDING, None)
