"""Orders whose requests are never answered: told in time, given up in the end, and never there twice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import Decisions, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Timing
from tradegecko_bridge.errors import AccessDenied, GatewayError, OutcomeUnknown, Unavailable
from tradegecko_bridge.ledger import GAVE_UP_IN_DOUBT, Alert, LedgerEntry, OrderState
from tradegecko_bridge.testing.builders import an_order

SHORT = Timing(horizon=timedelta(days=1))
NO_ANSWER = OutcomeUnknown("500 on POST /orders (request id r1)")


class Mute(TradeGeckoGateway):
    """Everything can be looked up; what becomes of a request to create is ``failure``, and it may have ``arrived``."""

    def __init__(self, client: TradeGeckoClient) -> None:
        super().__init__(client)
        self.failure: GatewayError | None = NO_ANSWER
        self.arrived = self.hidden = False
        self.sent: list[str] = []
        self.looked: list[str] = []

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        self.looked.append(number)
        return () if self.hidden else super().find_orders(number, marker)

    def find_marked(self, marker: str, **when: Any) -> Sequence[RemoteOrder]:
        return () if self.hidden else super().find_marked(marker, **when)

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
        self.sent.append(key)
        if self.arrived or self.failure is None:
            remote = super().create_order(draft, key=key, customer_id=customer_id, **may)
        if self.failure is not None:
            raise self.failure
        return remote


class Doubtful(Bench):
    """A bench on such an account, that hears alerts."""

    def __init__(self, sandbox: Sandbox, client: TradeGeckoClient, **options: object) -> None:
        self.heard: list[Alert] = []
        self.gateway = Mute(client)
        source = ListSource([an_order("1001")])
        super().__init__(sandbox, client, source, gateway=self.gateway, on_alert=self.heard.append, **options)

    def news(self) -> list[str]:
        """What was heard since the last time."""
        said = [f"{'+' if alert.is_open else '-'}{alert.key}" for alert in self.heard]
        self.heard.clear()
        return said

    def entry(self) -> LedgerEntry:
        """The order."""
        (entry,) = self.store.entries()
        return entry

    def until_given_up(self) -> None:
        """Deliver every two hours for longer than anything is retried."""
        for _ in range(12 * 20):
            self.clock.move(hours=1)
            self.deliver()
            if self.entry().state is OrderState.FAILED:
                return
        pytest.fail(f"is {self.entry().state} after 20 days")


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Doubtful:
    return Doubtful(sandbox, client, timing=SHORT)


def test_an_hour_in_doubt_is_an_alert_however_often_it_is_sent(bench: Doubtful) -> None:
    """Every try begins and ends in doubt; since when it has been so counts, and settled, the alert closes."""
    bench.engine.deliver_orders()
    for minutes in (10, 20, 29):
        bench.clock.move(minutes=minutes)
        bench.engine.deliver_orders()
        assert bench.news() == []
    assert len(bench.gateway.sent) == 4
    bench.clock.move(minutes=1)
    bench.engine.deliver_orders()
    assert [alert.text for alert in bench.heard] == [
        "1 order is not known to have arrived, the first since 2026-11-03 12:00 UTC; look in TradeGecko"
    ]
    assert bench.news() == ["+uncertain"]
    bench.gateway.failure = None
    bench.deliver()
    assert (bench.news(), bench.state("1001")) == (["-uncertain"], OrderState.DELIVERED)


@pytest.mark.parametrize("error", [Unavailable("429 on POST /orders: busy"), AccessDenied("log in again")])
def test_a_request_that_certainly_was_not_carried_out_settles_no_doubt(bench: Doubtful, error: GatewayError) -> None:
    """What the earlier request did is as unknown as before, and has been for as long."""
    bench.deliver()
    since = bench.entry().in_state_since
    bench.gateway.failure = error
    bench.deliver()
    after = bench.entry()
    assert (after.state, after.in_state_since) == (OrderState.UNCERTAIN, since)
    assert after.reason is not None
    assert after.reason.code == "no_answer"


@pytest.mark.parametrize("asked", [timedelta(hours=1.5), timedelta(seconds=1), None])
@pytest.mark.parametrize("in_doubt", [False, True])
def test_the_account_says_when_to_come_back(bench: Doubtful, in_doubt: bool, asked: timedelta | None) -> None:
    """An order waits at least until then; a moment nearer than its own next try does not hurry it."""
    own = timedelta(seconds=30)
    if in_doubt:
        bench.deliver()
        bench.clock.move(hours=1)
        own *= 2
    now = bench.clock()
    bench.gateway.failure = Unavailable("429 on POST /orders: busy", None if asked is None else now + asked)
    report = bench.engine.deliver_orders()
    expected = now + max(own, asked or own)
    assert bench.entry().next_attempt_at == expected
    assert detail(report, "1001").endswith(f"next {'check' if in_doubt else 'try'} at {expected:%H:%M:%S} UTC")


def test_what_is_being_sent_again_right_now_keeps_the_alert_open(bench: Doubtful) -> None:
    """Another process that sends it at this moment has settled nothing."""
    bench.deliver()
    bench.deliver()
    assert bench.news() == ["+uncertain"]
    bench.clock.move(hours=1)
    now = bench.clock()
    (claimed,) = bench.store.claim("shop", "other", at=now, until=now + timedelta(minutes=7), limit=1)
    bench.store.record(claimed.transition_to(OrderState.SENDING, now, sent_at=now), who="other")
    bench.engine.deliver_orders()
    assert bench.news() == []


@pytest.mark.parametrize("days", [1, 15])
def test_doubt_ends_at_the_horizon(sandbox: Sandbox, client: TradeGeckoClient, days: int) -> None:
    """Never answered and never found, it is a person's; the reason says what is known and what to do."""
    bench = Doubtful(sandbox, client, timing=Timing(horizon=timedelta(days=days)))
    bench.until_given_up()
    entry = bench.entry()
    assert timedelta(days=days) < bench.clock() - entry.ingested_at <= timedelta(days=days, hours=2)
    assert entry.reason is not None
    assert entry.reason.code == GAVE_UP_IN_DOUBT
    assert entry.reason.text == (
        f"gave up after {days} days: nobody knows whether it arrived, it was not found when last looked for; look in "
        f"TradeGecko, then retry (looks first), skip or cancel it; last: {NO_ANSWER}"
    )
    assert bench.news()[-2:] == ["+failed", "-uncertain"]
    assert bench.deliver().items == []


def test_a_look_that_fails_ends_nothing(bench: Doubtful, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given up is only what was certainly not found; so long as nobody can look, it stays in doubt and is told."""

    def down(number: str) -> Sequence[RemoteOrder]:
        raise Unavailable("503 on GET /orders")

    bench.deliver()
    monkeypatch.setattr(bench.gateway, "find_orders", down)
    for _ in range(60):
        bench.deliver()
    assert bench.state("1001") is OrderState.UNCERTAIN
    assert [alert.key for alert in bench.store.alerts()] == ["uncertain"]
    monkeypatch.undo()
    bench.deliver()
    assert bench.state("1001") is OrderState.FAILED


def test_it_is_not_given_up_before_the_last_request_can_no_longer_show_up(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """Looked for again at once, it is neither given up nor sent once more."""
    bench = Doubtful(sandbox, client, timing=evolve(SHORT, patience=timedelta(minutes=90)))
    bench.deliver()
    while bench.clock() - bench.entry().ingested_at <= SHORT.horizon:
        bench.deliver()
    sent = len(bench.gateway.sent)
    for _ in range(3):
        bench.deliver()
    entry = bench.entry()
    assert entry.state is OrderState.FAILED
    assert len(bench.gateway.sent) <= sent
    assert entry.sent_at is not None
    assert entry.updated_at - entry.sent_at > timedelta(minutes=90)


@pytest.mark.parametrize("arrived", [False, True])
def test_a_retry_looks_first_and_makes_no_second_order(bench: Doubtful, arrived: bool) -> None:
    """The last request arrived after all, and shows up only now: it is found. Or it did not, and is sent under its
    key with all tries anew."""
    bench.gateway.hidden = True
    for _ in range(20):
        bench.deliver()
    bench.gateway.arrived = arrived
    bench.deliver()
    bench.gateway.arrived = False
    bench.until_given_up()
    bench.gateway.hidden = False
    sent = list(bench.gateway.sent)
    (decided,) = Decisions(bench.store, who="ann", clock=bench.clock).retry([bench.entry()])
    assert decided
    bench.gateway.looked.clear()
    bench.gateway.failure = None
    report = bench.deliver()
    assert bench.gateway.looked[0] == "1001"
    assert outcomes(report) == {"1001": Outcome.ADOPTED if arrived else Outcome.DELIVERED}
    assert bench.gateway.sent == (sent if arrived else [*sent, sent[0]])
    assert [order.order_number for order in bench.remote()] == ["1001"]


def test_canceled_at_the_source_after_it_was_given_up_in_doubt(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It may be there, so it is not closed in silence. A retry looks: found it is voided as the settings say, else it
    is canceled; sent it is not."""
    for arrived in (False, True):
        sandbox.reset()
        bench = Doubtful(sandbox, client, timing=SHORT, settings=ConnectionSettings(on_cancel="void"))
        bench.gateway.hidden, bench.gateway.arrived = True, arrived
        bench.deliver()
        bench.gateway.arrived = False
        bench.until_given_up()
        sent = len(bench.gateway.sent)
        bench.source.orders = [an_order("1001", canceled_at=bench.clock(), cursor="later")]
        report = bench.deliver()
        assert detail(report, "1001") == "canceled at the source; it stays failed"
        assert bench.state("1001") is OrderState.FAILED
        bench.gateway.hidden, bench.gateway.failure = False, None
        decisions = Decisions(bench.store, who="ann", clock=bench.clock)
        assert "canceled at the source" in decisions.release([bench.entry()])[0].problem
        assert decisions.retry([bench.entry()])[0]
        assert outcomes(bench.deliver()) == {"1001": Outcome.ADOPTED if arrived else Outcome.CANCELED}
        bench.deliver()
        assert [order.status for order in bench.remote()] == (["void"] if arrived else [])
        assert len(bench.gateway.sent) == sent
