"""Invoiced, paid and packed after creation: each once, whatever happens on the way."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.engine.bench import Bench
from tests.support import ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.engine import ConnectionSettings, Decisions, Outcome
from tradegecko_bridge.errors import ConfigError, Rejected, Unavailable
from tradegecko_bridge.ledger import LedgerEntry, OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

ALL = {"order_status": "finalized", "create_invoice": True, "mark_paid": True, "pack_orders": True}


def a_bench(sandbox: Sandbox, client: TradeGeckoClient, count: int = 1, **settings: Any) -> Bench:
    """Orders to be invoiced, paid and packed."""
    orders = [an_order(str(1001 + n)) for n in range(count)]
    return Bench(sandbox, client, ListSource(orders), settings=ConnectionSettings(**{**ALL, **settings}))


def entry_of(bench: Bench, number: str = "1001") -> LedgerEntry:
    (entry,) = bench.store.entries(number=number)
    return entry


def documents(client: TradeGeckoClient) -> tuple[int, int, int]:
    """How many invoices, payments and fulfilments there are."""
    return len(list(client.invoices.list())), len(list(client.payments.list())), len(list(client.fulfillments.list()))


def test_all_that_is_asked_for_is_done_once(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """In their order, with an event each, and nothing more at the next run."""
    bench = a_bench(sandbox, client, payment_method="Cash")
    assert bench.deliver()
    (order,) = bench.remote()
    assert (order.invoice_status, order.payment_status, order.packed_status) == ("invoiced", "paid", "packed")
    assert documents(client) == (1, 1, 1)
    method = next(m for m in client.payment_methods.list() if m.name == "Cash")
    assert next(iter(client.payments.list())).payment_method_id == method.id
    entry = entry_of(bench)
    assert (entry.state, entry.pending_actions, entry.claim, entry.reason) == (OrderState.DELIVERED, (), None, None)
    assert [event.why for event in bench.store.history(entry.id)][-3:] == ["invoice done", "pay done", "pack done"]
    calls = len(sandbox.requests())
    bench.deliver()
    assert not [r for r in sandbox.requests()[calls:] if r["method"] == "POST"]


@pytest.mark.parametrize("action", ["invoice", "pay", "pack"])
@pytest.mark.parametrize("fault", ["drop_after_commit", "drop_before_commit", "drop_mid_body"])
def test_a_lost_answer_makes_nothing_twice(sandbox: Sandbox, client: TradeGeckoClient, action: str, fault: str) -> None:
    """The order is delivered, the rest waits; the next run looks what is done and does what is not."""
    bench = a_bench(sandbox, client)
    sandbox.fault("POST", f"/orders/*/actions/{action}", fault)
    report = bench.deliver()
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED, Outcome.WAITING]
    assert f"next try to {action}" in report.items[1].detail
    entry = entry_of(bench)
    assert (entry.state, entry.pending_actions[0], entry.claim) == (OrderState.DELIVERED, action, None)
    assert bench.deliver()
    assert documents(client) == (1, 1, 1)
    assert entry_of(bench).pending_actions == ()
    assert len(bench.remote()) == 1


def test_a_process_that_died_between_two_actions_is_followed_up(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Killed after the invoice was made and before that was written down: the next worker looks first."""

    class PowerCut(BaseException):
        """Nothing is written any more."""

    class Dying(TradeGeckoGateway):
        def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
            super().perform_action(order_id, action, key=key, method=method)
            raise PowerCut

    bench = a_bench(sandbox, client)
    dying = SyncEngine(
        "shop", source=bench.source, gateway=Dying(client), store=bench.store, clock=bench.clock, worker="dying",
        settings=ConnectionSettings(**ALL),  # type: ignore[arg-type]
    )  # fmt: skip
    with pytest.raises(PowerCut):
        dying.deliver_orders()
    assert entry_of(bench).pending_actions == ("invoice", "pay", "pack")
    assert bench.deliver()
    assert documents(client) == (1, 1, 1)


def test_an_order_that_is_not_visible_yet_is_not_refused_anything(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The account shows it late, and what became of its invoice is in doubt: the look is repeated until it tells."""
    bench = a_bench(sandbox, client)
    sandbox.fault("POST", "/orders", "visible_late", seconds=240)
    sandbox.fault("POST", "/orders/*/actions/invoice", "drop_after_commit")
    bench.deliver()
    report = bench.deliver()
    assert [item.outcome for item in report.items] == [Outcome.WAITING]
    sandbox.advance(240)
    assert bench.deliver()
    assert entry_of(bench).pending_actions == ()
    assert documents(client) == (1, 1, 1)


def test_nobody_else_works_on_an_order_that_is_being_followed_up(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The claim stays until everything is done, and runs out if its worker dies."""
    seen: list[int] = []

    class Curious(TradeGeckoGateway):
        def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
            until = bench.clock() + bench.engine._context.timing.lease
            seen.append(len(bench.store.claim("shop", "thief", at=bench.clock(), until=until, limit=10)))
            super().perform_action(order_id, action, key=key, method=method)

    bench = Bench(
        sandbox, client, ListSource([an_order("1001")]), gateway=Curious(client), store=MemoryStore(),
        settings=ConnectionSettings(**ALL),  # type: ignore[arg-type]
    )  # fmt: skip
    assert bench.deliver()
    assert seen == [0, 0, 0]


def test_a_refused_action_waits_for_a_person(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The order stays delivered, the reason says what was refused and why; a person has it tried again."""

    class Strict(TradeGeckoGateway):
        refuses = True

        def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
            if action == "pay" and self.refuses:
                raise Rejected("422 on POST /orders/1/actions/pay: payment_method can't be blank")
            super().perform_action(order_id, action, key=key, method=method)

    strict = Strict(client)
    settings = ConnectionSettings(**ALL)  # type: ignore[arg-type]
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), gateway=strict, settings=settings)
    report = bench.deliver()
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED, Outcome.REFUSED]
    entry = entry_of(bench)
    assert (entry.state, entry.pending_actions) == (OrderState.DELIVERED, ("pay", "pack"))
    assert entry.reason is not None
    assert entry.reason.code == "action_refused"
    assert "pay was refused: 422 on POST /orders/" in entry.reason.text
    posts = [r for r in sandbox.requests() if r["method"] == "POST"]
    bench.deliver()
    assert [r for r in sandbox.requests() if r["method"] == "POST"] == posts
    strict.refuses = False
    bench.ship("1001", {"MUG-BLUE": 1})
    bench.engine.sync_tracking()
    bench.deliver()
    assert entry_of(bench).reason == entry.reason, "that a parcel left changes nothing about it"
    Decisions(bench.store, who="me", clock=bench.clock).retry([entry_of(bench)])
    assert bench.deliver()
    assert len(list(client.payments.list())) == 1


@pytest.mark.parametrize("action", ["invoice", "pay", "pack"])
def test_what_somebody_has_just_done_is_not_refused(sandbox: Sandbox, client: TradeGeckoClient, action: str) -> None:
    """A person, or a worker that stood still, was there a moment before: it is done, and the rest follows."""

    class Late(TradeGeckoGateway):
        def perform_action(self, order_id: str, what: str, *, key: str, method: str | None = None) -> None:
            if what == action:
                super().perform_action(order_id, what, key="another", method=method)
            super().perform_action(order_id, what, key=key, method=method)

    bench = Bench(
        sandbox,
        client,
        ListSource([an_order("1001")]),
        settings=ConnectionSettings(**ALL),  # type: ignore[arg-type]
        gateway=Late(client),
    )
    assert [item.outcome for item in bench.deliver().items] == [Outcome.DELIVERED]
    assert documents(client) == (1, 1, 1)
    assert entry_of(bench).pending_actions == ()


@pytest.mark.parametrize("asked", [timedelta(hours=1.5), timedelta(seconds=1), None])
def test_an_action_waits_for_as_long_as_the_account_asks(
    sandbox: Sandbox, client: TradeGeckoClient, asked: timedelta | None
) -> None:
    """And at least as long as any other try that failed."""

    class Busy(TradeGeckoGateway):
        def perform_action(self, order_id: str, action: str, *, key: str, method: str | None = None) -> None:
            raise Unavailable("429", None if asked is None else bench.clock() + asked)

    settings = ConnectionSettings(**ALL)  # type: ignore[arg-type]
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), gateway=Busy(client), settings=settings)
    bench.deliver()
    own = timedelta(seconds=30)
    assert entry_of(bench).next_attempt_at == bench.clock() + max(own, asked or own)


def test_nothing_is_paid_of_an_order_that_costs_nothing(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A free order is invoiced and packed; there is nothing to pay, and nothing is refused."""
    bench = a_bench(sandbox, client)
    bench.source.orders = [an_order("1001", [a_line(price="0")], shipping=())]
    report = bench.deliver()
    assert report, report
    assert documents(client) == (1, 0, 1)


def test_an_adopted_order_is_followed_up_too(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The answer to its creation was lost: found again, it is invoiced, paid and packed."""
    bench = a_bench(sandbox, client)
    sandbox.fault("POST", "/orders", "drop_after_commit")
    report = bench.deliver()
    assert report.items[0].outcome is Outcome.ADOPTED
    assert documents(client) == (1, 1, 1)


def test_settings_that_cannot_work_are_refused_at_once() -> None:
    """Only a finalized order can be invoiced, paid or packed."""
    with pytest.raises(ConfigError, match="finalized"):
        ConnectionSettings(order_status="active", pack_orders=True)
