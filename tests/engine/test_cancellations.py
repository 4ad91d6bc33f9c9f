"""Orders the source cancels after delivery: reported, and voided where the settings say so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Decisions, Sandbox, TradeGeckoClient
from tradegecko_bridge.engine import OnCancel, Outcome
from tradegecko_bridge.ledger import CANCELED_AT_SOURCE, OrderState
from tradegecko_bridge.testing.builders import an_order

CANCELED = an_order("1001", canceled_at=datetime(2026, 11, 3, tzinfo=UTC), cursor="later")


def delivered(sandbox: Sandbox, client: TradeGeckoClient, **given: Any) -> Bench:
    """One order, delivered; then its source cancels it."""
    settings = ConnectionSettings(**{"on_cancel": "void", **given})
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), settings=settings)
    assert bench.deliver()
    bench.source.orders.append(CANCELED)
    return bench


@pytest.mark.parametrize("status", ["draft", "active", "finalized"])
def test_voided_once(sandbox: Sandbox, client: TradeGeckoClient, status: str) -> None:
    """Whatever it was created as; the report and the order's history tell."""
    bench = delivered(sandbox, client, order_status=status)
    report = bench.deliver()
    assert "canceled at the source; voided in TradeGecko" in [item.detail for item in report.items]
    assert [order.status for order in bench.remote()] == ["void"]
    (entry,) = bench.store.entries()
    assert "voided" in bench.store.history(entry.id)[-1].why
    writes = len(bench.writes())
    bench.source.orders.append(evolve(CANCELED, cursor="again", note="refunded"))
    again = [item.detail for item in bench.deliver().items]
    assert not any("void" in said for said in again), "given again, it is known to be done"
    assert len(bench.writes()) == writes


@pytest.mark.parametrize(
    ("field", "word"),
    [
        ("source_status", "CANCELLED"),
        ("payment_status", "canceled"),
        ("payment_status", "voided"),
        ("source_status", "Storno"),
        ("fulfillment_status", "storno"),
    ],
)
@pytest.mark.parametrize("dry_run", [True, False])
def test_a_status_may_say_that_it_is_canceled(
    sandbox: Sandbox, client: TradeGeckoClient, field: str, word: str, *, dry_run: bool
) -> None:
    """Without a time, and in words that the settings explain; the dry run says so."""
    bench = delivered(sandbox, client, status_words={"Storno": "canceled"})
    said: dict[str, Any] = {field: word}
    bench.source.orders[-1] = an_order("1001", cursor="later", **said)
    report = bench.engine.deliver_orders(dry_run=dry_run)
    would = "would be voided" if dry_run else "canceled at the source; voided"
    assert any(would in item.detail for item in report.items)
    assert [order.status for order in bench.remote()] == ["active" if dry_run else "void"]


def test_an_order_that_was_sent_as_canceled_by_setting_stays(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Somebody wants such orders, and the source says nothing new."""
    order = an_order("1001", source_status="canceled")
    settings = ConnectionSettings(on_cancel="void", send_canceled=True)
    bench = Bench(sandbox, client, ListSource([order]), settings=settings)
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}
    bench.source.orders.append(evolve(order, cursor="later", note="leave it at the door"))
    bench.deliver()
    bench.deliver()
    assert [order.status for order in bench.remote()] == ["active"]


def test_a_word_that_means_something_else_voids_nothing(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The settings know better what the source's word means."""
    bench = delivered(sandbox, client, status_words={"void": "open"})
    bench.source.orders[-1] = an_order("1001", cursor="later", payment_status="VOID")
    bench.deliver()
    assert [order.status for order in bench.remote()] == ["active"]


def test_a_cancellation_in_own_words_that_is_taken_back_voids_nothing(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """The account was down meanwhile."""
    bench = delivered(sandbox, client, status_words={"Storno": "canceled"})
    bench.source.orders[-1] = an_order("1001", cursor="later", source_status="Storno")
    sandbox.fault("POST", "/orders/*/actions/void", "status", status=503, times=3)
    assert outcomes(bench.deliver())["1001"] is Outcome.WAITING
    bench.source.orders.append(an_order("1001", cursor="latest", source_status="offen"))
    bench.deliver()
    assert [order.status for order in bench.remote()] == ["active"]


def test_an_order_that_is_not_visible_yet_is_voided_later(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The account shows it late: that it cannot be looked at does not mean that it cannot be voided."""
    sandbox.fault("POST", "/orders", "visible_late", seconds=240)
    bench = delivered(sandbox, client)
    assert outcomes(bench.deliver())["1001"] is Outcome.WAITING
    sandbox.advance(240)
    bench.deliver()
    assert [order.status for order in bench.remote()] == ["void"]


def test_what_was_still_to_be_done_is_not_done_with_a_void_order(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Its invoice could not be made at first; then the source canceled the order."""
    sandbox.fault("POST", "/orders/*/actions/invoice", "status", status=503)
    bench = Bench(
        sandbox,
        client,
        ListSource([an_order("1001")]),
        settings=ConnectionSettings(on_cancel="void", order_status="finalized", create_invoice=True),
    )
    bench.deliver()
    bench.source.orders.append(CANCELED)
    for _ in range(3):
        bench.deliver()
    assert [order.status for order in bench.remote()] == ["void"]
    (entry,) = bench.store.entries()
    assert (entry.state, entry.pending_actions, entry.reason) == (OrderState.DELIVERED, (), None)
    assert "void; nothing more is done with it" in [event.why for event in bench.store.history(entry.id)]
    assert not list(client.invoices.list())


def test_by_default_it_is_only_reported(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A person decides."""
    bench = delivered(sandbox, client, on_cancel="report")
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.CHANGED}
    assert [order.status for order in bench.remote()] == ["active"]


def test_what_has_been_shipped_is_not_voided(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Not even in part: the goods are gone."""
    bench = delivered(sandbox, client)
    bench.ship("1001", {"MUG-BLUE": 1})
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.REFUSED}
    assert not report
    assert "something of it has been shipped" in report.items[-1].detail
    assert [order.status for order in bench.remote()] == ["fulfilled"]
    assert bench.deliver().items == [], "told once"


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 503, "when": "before"},
        {"fault": "status", "status": 500, "when": "after"},
        {"fault": "drop_after_commit"},
        {"fault": "drop_before_commit"},
    ],
)
def test_a_failure_is_tried_again(sandbox: Sandbox, client: TradeGeckoClient, fault: dict[str, Any]) -> None:
    """Also by another process, after the cancellation itself was taken in."""
    bench = delivered(sandbox, client)
    sandbox.fault(method="POST", path="/orders/*/actions/void", **fault)
    assert outcomes(bench.deliver()) == {"1001": Outcome.WAITING}
    again = Bench(sandbox, client, bench.source, store=bench.store, settings=ConnectionSettings(on_cancel="void"))
    again.clock.move(hours=5)
    again.deliver()
    assert [order.status for order in bench.remote()] == ["void"]
    assert again.deliver().items == []


def test_canceled_before_it_was_sent(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It is never created, so there is nothing to void."""
    bench = Bench(sandbox, client, ListSource([CANCELED]), settings=ConnectionSettings(on_cancel="void"))
    bench.deliver()
    assert bench.remote() == []
    assert bench.state("1001") is OrderState.CANCELED
    assert bench.writes() == []


def test_canceled_taken_back_and_canceled_again(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The first time there was nothing to void; the second time there is."""
    bench = Bench(sandbox, client, ListSource([CANCELED]), settings=ConnectionSettings(on_cancel="void"))
    bench.deliver()
    bench.source.orders.append(an_order("1001", cursor="later still"))
    bench.deliver()
    assert bench.state("1001") is OrderState.DELIVERED
    bench.source.orders.append(evolve(CANCELED, cursor="last"))
    bench.deliver()
    assert [order.status for order in bench.remote()] == ["void"]


@pytest.mark.parametrize("on_cancel", ["report", "void"])
@pytest.mark.parametrize("kept_back", [OrderState.HELD, OrderState.SKIPPED])
def test_canceled_while_a_person_kept_it_back(
    sandbox: Sandbox, client: TradeGeckoClient, kept_back: OrderState, on_cancel: str
) -> None:
    """Said when it happens; releasing it is refused, and even released past that it is never created."""
    settings = ConnectionSettings(on_cancel=OnCancel(on_cancel))
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), settings=settings)
    bench.store.ingest("shop", bench.source.orders, at=bench.clock())
    (entry,) = bench.store.entries()
    bench.store.override_state(entry.id, kept_back, at=bench.clock(), who="ann", why="wait")
    bench.source.orders.append(CANCELED)
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.CANCELED}
    assert detail(report, "1001") == f"canceled at the source; it stays {kept_back}, and is not sent"
    decisions = Decisions(bench.store, who="ann", clock=bench.clock)
    (refused,) = decisions.release(bench.store.entries())
    assert refused.problem == (
        "order 1001: canceled at the source, so it is not sent; if it is wanted after all, enter it there anew"
    )
    bench.store.override_state(entry.id, OrderState.PENDING, at=bench.clock(), who="ann", why="send it all the same")
    foreseen = bench.engine.deliver_orders(dry_run=True)
    assert (outcomes(foreseen), foreseen.items[0].facts) == (
        {"1001": Outcome.CANCELED},
        {"reason": "canceled_at_source"},
    )
    assert outcomes(bench.deliver()) == {"1001": Outcome.CANCELED}
    (after,) = bench.store.entries()
    assert (after.state, after.reason) == (OrderState.CANCELED, CANCELED_AT_SOURCE)
    assert bench.remote() == []


@pytest.mark.parametrize("arrived", [False, True])
def test_a_canceled_order_that_was_sent_is_looked_for(
    sandbox: Sandbox, client: TradeGeckoClient, arrived: bool
) -> None:
    """Its content says canceled, and it was sent all the same (as earlier versions did): found if it is there, and
    never sent again. A dry run says the same."""
    bench = Bench(sandbox, client, ListSource([CANCELED]))
    bench.store.ingest("shop", bench.source.orders, at=bench.clock())
    (entry,) = bench.store.entries()
    if arrived:
        Bench(sandbox, client, ListSource([an_order("1001")])).deliver()
    writes = len(bench.writes())
    bench.store.override_state(entry.id, OrderState.PENDING, at=bench.clock(), who="ann", why="send it all the same")
    now = bench.clock()
    (claimed,) = bench.store.claim("shop", "x", at=now, until=now + timedelta(minutes=7), limit=1)
    bench.store.record(claimed.transition_to(OrderState.SENDING, now, generation=1, sent_at=now), who="x")
    bench.clock.move(hours=1)
    foreseen = outcomes(bench.engine.deliver_orders(dry_run=True))
    report = bench.deliver()
    if arrived:
        assert foreseen == outcomes(report) == {"1001": Outcome.ADOPTED}
    else:
        assert foreseen == outcomes(report) == {"1001": Outcome.HELD}
        assert detail(report, "1001") == CANCELED_AT_SOURCE.text
    assert len(bench.writes()) == writes


@pytest.mark.parametrize("known", [False, True])
def test_a_cancellation_before_sending_is_told_once(sandbox: Sandbox, client: TradeGeckoClient, known: bool) -> None:
    """Whether the order was in the ledger already, held for something, or comes canceled; and it is no failure."""
    bench = Bench(sandbox, client, ListSource([an_order("1001", shipping_address=None)] if known else []))
    bench.deliver()
    bench.source.orders.append(CANCELED)
    report = bench.deliver()
    assert report
    assert [item.as_dict() for item in report.items] == [
        {
            "name": "1001",
            "outcome": "canceled",
            "detail": "canceled at the source before it was sent",
            "facts": {"reason": "canceled_at_source"},
        }
    ]
    assert "1 canceled" in report.headline()
    assert bench.deliver().items == []


def test_canceled_while_in_doubt(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """An order that turns out to be there although its source canceled it meanwhile is voided then."""
    settings = ConnectionSettings(on_cancel="void")
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), settings=settings)
    sandbox.fault("POST", "/orders", "drop_after_commit")
    sandbox.fault("GET", "/orders", "status", nth=2, times=4, status=503)
    bench.deliver()
    assert bench.state("1001") is OrderState.UNCERTAIN
    bench.source.orders.append(CANCELED)
    for _ in range(5):
        bench.deliver()
    assert [order.status for order in bench.remote()] == ["void"]


def test_a_ledger_restored_while_it_is_voided(
    sandbox: Sandbox, client: TradeGeckoClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The order is not in it any more: told, and no exception leaves the run."""
    bench = delivered(sandbox, client)

    def is_gone(entry_id: int, *_: Any, **__: Any) -> None:
        raise KeyError(f"no order entry {entry_id}")

    with monkeypatch.context() as patch:
        patch.setattr(bench.store, "override_state", is_gone)
        report = bench.deliver()
    assert Outcome.WAITING in [item.outcome for item in report.items]
    assert [order.status for order in bench.remote()] == ["void"]
    assert "was void in TradeGecko already" in str([item.detail for item in bench.deliver().items])
