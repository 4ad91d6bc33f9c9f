"""Orders the source cancels after delivery: reported, and voided where the settings say so."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import ConnectionSettings, Sandbox, TradeGeckoClient
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.ledger import OrderState
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
    assert (entry.state, entry.todo, entry.reason) == (OrderState.DELIVERED, (), None)
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
