"""What was sent and may be there stays in doubt until it is settled, whatever else goes wrong with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, outcomes, stranger
from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import ConnectionSettings, Decisions, Outcome, Report
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.engine.delivery.planner import Planner
from tradegecko_bridge.engine.delivery.sender import Sender
from tradegecko_bridge.errors import AccessDenied, GatewayError, Rejected, StoreBusy, Unavailable
from tradegecko_bridge.ledger import CHANGED_TOO_LATE, LedgerEntry, OrderState, Transition
from tradegecko_bridge.testing.builders import a_line, an_order

S = OrderState


class Moody(TradeGeckoGateway):
    """Fails to create orders, and to look for some, as it is told to."""

    mood: GatewayError | None = None
    blind: Sequence[str] = ()

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
        if self.mood is not None:
            raise self.mood
        return super().create_order(draft, key=key, customer_id=customer_id, **may)

    def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
        if number in self.blind:
            raise Rejected("no such page")
        return super().find_orders(number, marker)


@pytest.fixture
def gateway(client: TradeGeckoClient) -> Moody:
    return Moody(client)


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient, gateway: Moody) -> Bench:
    return Bench(sandbox, client, ListSource([an_order("1001")]), gateway=gateway)


def entry_of(bench: Bench) -> LedgerEntry:
    (entry,) = bench.store.entries("shop")
    return entry


def in_doubt(bench: Bench) -> LedgerEntry:
    """The order is made, nobody is told, and it cannot be seen for a minute."""
    bench.sandbox.fault("POST", "/orders", "visible_late", seconds=60)
    bench.sandbox.fault("POST", "/orders", "drop_after_commit")
    bench.deliver()
    return entry_of(bench)


MOODS: list[GatewayError] = [
    Unavailable("429 on POST /orders"),
    AccessDenied("log in again"),
    Rejected("422 on POST /orders"),
]
changes = {
    "canceled": lambda order: evolve(order, canceled_at=order.placed_at),
    "changed": lambda order: evolve(order, lines=(a_line(quantity=5),)),
}


@pytest.mark.parametrize("mood", MOODS, ids=lambda mood: type(mood).__name__)
@pytest.mark.parametrize("change", changes)
def test_a_second_try_that_fails_settles_no_doubt(
    bench: Bench, gateway: Moody, mood: GatewayError, change: str
) -> None:
    """Nothing the source says then is taken up as if the order were not there; that it came too late is told."""
    doubtful = in_doubt(bench)
    gateway.mood = mood
    bench.clock.move(seconds=31)
    bench.engine.deliver_orders()
    entry = entry_of(bench)
    assert (entry.state, entry.generation, entry.sent_at) == (S.UNCERTAIN, 1, doubtful.sent_at)
    gateway.mood = None
    bench.source.orders.append(changes[change](an_order("1001", cursor="later")))
    bench.clock.move(seconds=61)
    bench.engine.deliver_orders()
    bench.sandbox.advance(100)
    reports = [bench.deliver(), bench.deliver()]
    assert entry_of(bench).state is S.DELIVERED
    assert len(bench.remote()) == 1
    assert CHANGED_TOO_LATE in [item.detail for report in reports for item in report.items]
    assert [event.why for event in bench.store.history(entry.id)][-1] == CHANGED_TOO_LATE


def test_a_look_that_is_refused_settles_no_doubt(bench: Bench, gateway: Moody) -> None:
    """The look, not the order, was refused."""
    in_doubt(bench)
    gateway.blind = ["1001"]
    bench.deliver()
    assert entry_of(bench).state is S.UNCERTAIN
    gateway.blind = []
    bench.sandbox.advance(100)
    assert outcomes(bench.deliver()) == {"1001": Outcome.ADOPTED}


def test_a_refusal_stands_once_nothing_can_show_up_any_more(bench: Bench, gateway: Moody) -> None:
    """No order was made by the first request, and hours later the second is refused: held, for a person to see."""
    bench.sandbox.fault("POST", "/orders", "drop_before_commit")
    bench.deliver()
    assert entry_of(bench).state is S.UNCERTAIN
    gateway.mood = Rejected("422 on POST /orders")
    bench.clock.move(hours=3)
    assert outcomes(bench.deliver()) == {"1001": Outcome.HELD}
    assert entry_of(bench).generation == 2


def renumbered(order: SourceOrder) -> SourceOrder:
    return evolve(order, number="1001-B", cursor="later")


@pytest.mark.parametrize("how", ["settings", "source"])
def test_what_is_looked_for_is_what_was_sent(
    sandbox: Sandbox, client: TradeGeckoClient, bench: Bench, gateway: Moody, how: str
) -> None:
    """Put off once; then it gets another number; then its answer is lost: one order, found under the number it has."""
    gateway.mood = Unavailable("429 on POST /orders")
    bench.deliver()
    gateway.mood = None
    prefix = "WEB-" if how == "settings" else ""
    if how == "source":
        bench.source.orders.append(renumbered(an_order("1001")))
    settings = ConnectionSettings(number_prefix=prefix)
    again = Bench(sandbox, client, bench.source, store=bench.store, gateway=gateway, settings=settings)
    again.clock.move(hours=5)
    sandbox.fault("POST", "/orders", "drop_after_commit")
    for _ in range(5):
        again.deliver()
    assert [order.order_number for order in again.remote()] == [f"{prefix}1001" if prefix else "1001-B"]
    assert entry_of(again).state is S.DELIVERED


@pytest.mark.parametrize("number", ["10\ud80001"])
def test_a_number_no_database_can_hold_is_not_sent(bench: Bench, number: str) -> None:
    """Changed it might be another order's."""
    bench.source.orders = [evolve(an_order("1001"), number=number)]
    bench.deliver()
    assert bench.remote() == []
    assert entry_of(bench).state is S.HELD


def test_a_refused_order_goes_out_under_its_new_number(bench: Bench, gateway: Moody) -> None:
    """Its old number was taken in the last moment; the source renumbers it."""
    gateway.mood = Rejected("422 order_number has already been taken")
    bench.deliver()
    gateway.mood = None
    bench.source.orders.append(renumbered(an_order("1001")))
    assert outcomes(bench.deliver()) == {"1001-B": Outcome.DELIVERED}
    assert [order.order_number for order in bench.remote()] == ["1001-B"]


def test_in_doubt_it_cannot_be_put_aside_by_who_saw_it_waiting(bench: Bench) -> None:
    """A person's list is a minute old."""
    bench.store.ingest("shop", bench.source.orders, at=bench.clock())
    seen = entry_of(bench)
    in_doubt(bench)
    (held,) = Decisions(bench.store, who="ann", clock=bench.clock).hold([seen], "wait for payment")
    assert "may be in TradeGecko" in held.problem
    assert entry_of(bench).state is S.UNCERTAIN


@pytest.fixture
def handfuls(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.partitions.SPAN", 1000.0)


@pytest.mark.usefixtures("handfuls")
def test_failures_here_and_there_are_not_in_a_row(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Every other order of a chunk cannot be looked for: the others go out."""

    class Flaky(TradeGeckoGateway):
        def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
            if number in "357":
                raise Unavailable("503 on GET /orders")
            return super().find_orders(number, marker)

    orders = [stranger(f"{n}@example.com", str(n)) for n in range(1, 9)]
    bench = Bench(sandbox, client, ListSource(orders), gateway=Flaky(client), in_flight=1)
    assert bench.deliver().count(Outcome.DELIVERED) == 5


@pytest.mark.usefixtures("handfuls")
def test_what_waits_for_a_slow_one_stays_claimed(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Each takes a minute, longer in all than a claim lasts: what arrived is written, what waits is said again."""

    class Slow(TradeGeckoGateway):
        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            bench.clock.move(seconds=61)
            seen.append({entry.number: entry.state for entry in bench.store.entries("shop")})
            return super().create_order(draft, key=key, customer_id=customer_id, **may)

    seen: list[dict[str, OrderState]] = []
    orders = [stranger(f"{n}@example.com", f"{n:02}") for n in range(1, 13)]
    bench = Bench(sandbox, client, ListSource(orders), gateway=Slow(client), in_flight=1)
    assert bench.deliver().count(Outcome.DELIVERED) == 12
    assert seen[5]["05"] is S.DELIVERED
    for entry in bench.store.entries("shop"):
        assert entry.state is S.DELIVERED


@pytest.mark.usefixtures("handfuls")
def test_an_arrival_that_could_not_be_written_is_written_with_the_next(
    sandbox: Sandbox, client: TradeGeckoClient
) -> None:
    """The database was busy for once: whoever writes next takes it along."""

    class Busy(MemoryStore):
        fails = 1

        def record_all(self, steps: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
            if self.fails and any(step.entry.state is S.DELIVERED for step in steps):
                self.fails -= 1
                raise StoreBusy("held for 30 s")
            return super().record_all(steps)

    bench = Bench(sandbox, client, ListSource([an_order("1001")]), store=Busy())
    bench.store.ingest("shop", bench.source.orders, at=bench.clock())
    context = bench.engine._context
    report = Report(operation="x", connection="shop", started_at=bench.clock())
    written = Outcomes(context, report)
    claimed = bench.store.claim("shop", "w", at=bench.clock(), until=bench.clock() + timedelta(minutes=7), limit=1)
    planner = Planner(context)
    Sender(context, written, planner).deliver(planner.plan(claimed), lambda: True)
    with pytest.raises(StoreBusy):
        written.write()
    assert entry_of(bench).state is S.SENDING
    written.write()
    written.flush(claimed)
    assert entry_of(bench).state is S.DELIVERED
    assert [item.outcome for item in report.items] == [Outcome.DELIVERED]


def voided_by_another(client: TradeGeckoClient, store: MemoryStore) -> None:
    """Another shop's order had the number 7 and was made void."""
    order = evolve(stranger("o@example.com", "7"), reference="o")
    gateway = TradeGeckoGateway(client)
    SyncEngine("old", source=ListSource([order]), gateway=gateway, store=store, settings=ALL_ORDERS).deliver_orders()
    client.orders.void(next(iter(client.orders.list())).id)


def test_a_refused_order_is_held_and_its_key_used_up(client: TradeGeckoClient, sandbox: Sandbox) -> None:
    """Its next attempt is under the next key; the orders behind it go on."""

    class Refusing(TradeGeckoGateway):
        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            if draft.number == "7":
                raise Rejected("422 on POST /orders")
            return super().create_order(draft, key=key, customer_id=customer_id, **may)

    store = MemoryStore()
    voided_by_another(client, store)
    source = ListSource([stranger("a@example.com", "7"), stranger("b@example.com", "8")])
    bench = Bench(sandbox, client, source, store=store, gateway=Refusing(client), in_flight=1)
    assert outcomes(bench.deliver()) == {"7": Outcome.HELD, "8": Outcome.DELIVERED}
    (entry,) = store.entries("shop", number="7")
    assert (entry.generation, entry.sent_at) == (2, None)


def test_of_two_that_found_a_number_free_one_gets_it(client: TradeGeckoClient, sandbox: Sandbox) -> None:
    """Both have looked; the ledger lets the second of them in only after another look."""
    racer: Any = None

    class Racing(MemoryStore):
        def record_all(self, steps: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
            nonlocal racer
            if racer is not None and any(step.number_shared_with for step in steps):
                other, racer = racer, None
                assert other.deliver_orders().count(Outcome.DELIVERED) == 1
            return super().record_all(steps)

    store = Racing()
    voided_by_another(client, store)
    theirs = evolve(stranger("b@example.com", "7"), reference="b")
    gateway = TradeGeckoGateway(client)
    racer = SyncEngine("b", source=ListSource([theirs]), gateway=gateway, store=store, settings=ALL_ORDERS)
    bench = Bench(sandbox, client, ListSource([stranger("a@example.com", "7")]), store=store)
    assert outcomes(bench.deliver()) == {"7": Outcome.HELD}
    assert len([order for order in bench.remote() if order.status != "void"]) == 1
