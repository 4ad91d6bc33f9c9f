"""Orders whose intents are written together before the first is sent: what is not sent after all is given back."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, outcomes, stranger
from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import Outcome, Report, Timing
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.engine.delivery.planner import Planner
from tradegecko_bridge.engine.delivery.sender import FRESH, Sender
from tradegecko_bridge.engine.mapping.plan import OrderPlan
from tradegecko_bridge.errors import AccessDenied, AlreadySent, OutcomeUnknown
from tradegecko_bridge.ledger import LedgerEntry, OrderState, Reason, Transition
from tradegecko_bridge.ports.mirrors import MirrorRow
from tradegecko_bridge.tradegecko.gateway.mirror_kinds import COMPANIES, company_keys

S = OrderState
LATER = timedelta(hours=2)


class Watched(TradeGeckoGateway):
    """Calls ``before`` with each order's number just before its request leaves."""

    before: Callable[[str], None] = staticmethod(lambda _: None)

    def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
        self.before(draft.number)
        return super().create_order(draft, key=key, customer_id=customer_id, **may)


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow this machine is."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.partitions.SPAN", 1000.0)


@pytest.fixture
def gateway(client: TradeGeckoClient) -> Watched:
    return Watched(client)


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient, gateway: Watched) -> Bench:
    """Five orders of strangers and one thread: the first goes alone, the others together."""
    orders = [stranger(f"c{n}@example.com", str(n)) for n in range(1, 6)]
    return Bench(sandbox, client, ListSource(orders), gateway=gateway, in_flight=1)


def states(bench: Bench) -> dict[str, OrderState]:
    return {entry.number: entry.state for entry in sorted(bench.store.entries("shop"), key=lambda e: e.number)}


def entry_of(bench: Bench, number: str) -> LedgerEntry:
    (entry,) = bench.store.entries("shop", number=number)
    return entry


def _draft(bench: Bench, number: str) -> OrderDraft:
    """What the engine would send."""
    order = stranger(f"c{number}@example.com", number)
    entry = LedgerEntry(
        id=0, connection="shop", reference=order.reference, number=number, state=S.PENDING, order=order,
        ingested_at=bench.clock(), updated_at=bench.clock(),
    )  # fmt: skip
    (due,) = Planner(bench.engine._context).plan([entry])
    assert isinstance(due.plan, OrderPlan)
    return due.plan.draft


def test_the_intents_are_durable_before_the_first_request(bench: Bench, gateway: Watched) -> None:
    """And what arrived is written when all of them are through."""
    seen = dict[str, dict[str, OrderState]]()
    gateway.before = lambda number: seen.update({number: states(bench)})
    assert bench.deliver().count(Outcome.DELIVERED) == 5
    assert list(seen["1"].values()) == [S.SENDING] + [S.PENDING] * 4
    assert list(seen["2"].values()) == list(seen["5"].values()) == [S.DELIVERED] + [S.SENDING] * 4
    assert set(states(bench).values()) == {S.DELIVERED}


def test_what_arrived_is_written_with_the_next_intents(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    """One durable write a chunk, and one at the end."""
    writes, record_all = list[list[OrderState]](), type(bench.store).record_all

    def note(store: Any, transitions: Sequence[Transition]) -> Sequence[LedgerEntry | Exception]:
        writes.append([transition.entry.state for transition in transitions])
        return record_all(store, transitions)

    monkeypatch.setattr(type(bench.store), "record_all", note)
    assert bench.deliver().count(Outcome.DELIVERED) == 5
    assert writes == [[S.SENDING], [S.SENDING] * 4 + [S.DELIVERED], [S.DELIVERED] * 4]


def test_what_was_not_sent_is_as_it_was_before(bench: Bench, gateway: Watched) -> None:
    """The login is gone before the third request: two orders are there, three wait as if nothing had been."""

    def before(number: str) -> None:
        if number == "3":
            raise AccessDenied("log in again")

    gateway.before = before
    report = bench.deliver()
    assert "log in again" in report.problems[0]
    assert states(bench) == {"1": S.DELIVERED, "2": S.DELIVERED, "3": S.PENDING, "4": S.PENDING, "5": S.PENDING}
    untouched = evolve(entry_of(bench, "4"), order=None)
    assert (untouched.generation, untouched.attempts, untouched.sent_at, untouched.remote_number) == (0, 0, None, None)
    assert untouched.claim is None
    assert [event.why for event in bench.store.history(untouched.id)][-2:] == ["key 1", "not sent"]

    gateway.before = lambda _: None
    assert outcomes(bench.deliver()) == dict.fromkeys("345", Outcome.DELIVERED)
    assert len(bench.remote()) == 5


def test_what_is_in_doubt_stays_in_doubt(bench: Bench, gateway: Watched) -> None:
    """An order nobody knew of, looked for, about to be sent again under its key, and not sent after all."""

    def lost(number: str) -> None:
        if number in "345":
            raise OutcomeUnknown("no answer")

    gateway.before = lost
    bench.deliver()
    doubtful = entry_of(bench, "5")
    assert (doubtful.state, doubtful.generation) == (S.UNCERTAIN, 1)

    def denied(number: str) -> None:
        if number == "4":
            raise AccessDenied("log in again")

    gateway.before = denied
    bench.deliver()
    assert states(bench) == {"1": S.DELIVERED, "2": S.DELIVERED, "3": S.DELIVERED, "4": S.UNCERTAIN, "5": S.UNCERTAIN}
    again = entry_of(bench, "5")
    assert (again.reason, again.sent_at, again.attempts) == (doubtful.reason, doubtful.sent_at, doubtful.attempts)

    gateway.before = lambda _: None
    assert outcomes(bench.deliver()) == dict.fromkeys("45", Outcome.DELIVERED)
    assert len(bench.remote()) == 5


def test_the_next_key_is_not_in_doubt(bench: Bench, gateway: Watched) -> None:
    """A key was used up, its order never showed up, a person has released it: nothing is wrong with the next key."""

    def used(number: str) -> None:
        if number == "5":
            raise AlreadySent("the key was used")

    gateway.before = used
    bench.deliver()
    used_up = entry_of(bench, "5").reason
    assert used_up is not None
    assert used_up.code == "key_used"
    seen = list[LedgerEntry]()
    gateway.before = lambda number: seen.append(entry_of(bench, number))
    assert outcomes(bench.deliver()) == {"5": Outcome.HELD}
    held = entry_of(bench, "5").id
    bench.store.override_state(held, OrderState.PENDING, at=bench.clock(), who="ann", why="it is not there")
    assert outcomes(bench.deliver()) == {"5": Outcome.DELIVERED}
    assert [(entry.generation, entry.reason) for entry in seen] == [(2, None)]


def test_what_arrived_is_written_whatever_happens_next(bench: Bench, gateway: Watched) -> None:
    """An order found over there beside one whose look fails for good."""
    gateway.create_order(_draft(bench, "2"), key="k" * 20, customer_id=None)

    class Denied(Watched):
        def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
            if number == "3":
                raise AccessDenied("log in again")
            return super().find_orders(number, marker)

    denied = Bench(bench.sandbox, bench.client, bench.source, gateway=Denied(bench.client), in_flight=1)
    report = denied.deliver()
    assert outcomes(report) == {"1": Outcome.DELIVERED, "2": Outcome.ADOPTED}
    assert states(denied) == {"1": S.DELIVERED, "2": S.DELIVERED, "3": S.PENDING, "4": S.PENDING, "5": S.PENDING}


def test_a_failure_elsewhere_ends_a_chunk(bench: Bench, gateway: Watched) -> None:
    """Another thread has met what stops everything: what was not sent yet is not sent."""
    sent = list[str]()
    gateway.before = sent.append
    context = bench.engine._context
    context.store.ingest("shop", bench.source.orders, at=bench.clock())
    claimed = context.store.claim("shop", "tester", at=bench.clock(), until=bench.clock() + LATER, limit=5)
    outcomes = Outcomes(context, Report(operation="x", connection="shop", started_at=bench.clock()))
    planner = Planner(context)
    Sender(context, outcomes, planner).deliver(planner.plan(claimed), lambda: len(sent) < 2)
    assert sent == ["1", "2"]
    assert list(states(bench).values()) == [S.DELIVERED] * 2 + [S.PENDING] * 3


def test_an_old_intent_is_written_again_before_its_request(bench: Bench, gateway: Watched) -> None:
    """The one before it took long: the claim and the moment of sending are those of the request."""
    seen = dict[str, LedgerEntry]()

    def before(number: str) -> None:
        seen[number] = entry_of(bench, number)
        if number == "3":
            bench.clock.move(seconds=FRESH.total_seconds() + 1)

    gateway.before = before
    assert bench.deliver().count(Outcome.DELIVERED) == 5
    sent_at = {number: entry.sent_at for number, entry in seen.items()}
    assert sent_at["2"] == sent_at["3"]
    assert sent_at["4"] == sent_at["5"] == bench.clock()
    claim = seen["4"].claim
    assert claim is not None
    assert claim.until == bench.clock() + Timing().lease
    assert [event.why for event in bench.store.history(seen["4"].id)].count("key 1") == 1


def test_what_somebody_else_took_meanwhile_is_not_sent(
    sandbox: Sandbox, client: TradeGeckoClient, bench: Bench, gateway: Watched
) -> None:
    """The lease ran out in the middle: another worker looked, found nothing, and sent the rest."""
    other = SyncEngine(
        "shop",
        source=ListSource(),
        gateway=TradeGeckoGateway(client),
        store=bench.store,
        clock=bench.clock,
        worker="other",
    )

    def before(number: str) -> None:
        if number == "3":
            bench.clock.move(hours=1)
            assert {"4", "5"} <= outcomes(other.deliver_orders()).keys()

    gateway.before = before
    report = bench.deliver()
    assert {item.outcome for item in report.items if item.name in "45"} == {Outcome.WAITING}
    assert "somebody else has taken or changed it" in report.items[-1].detail
    assert sorted(order.order_number or "" for order in bench.remote()) == ["1", "2", "3", "4", "5"]


def test_a_number_on_its_way_is_waited_for(sandbox: Sandbox, client: TradeGeckoClient, gateway: Watched) -> None:
    """Another shop's order under the number is being sent, and not there yet: ours is held until that is decided."""
    store = MemoryStore()
    bench = Bench(sandbox, client, ListSource([stranger("ann@example.com", "7")]), gateway=gateway, store=store)
    store.ingest("other", [stranger("bob@example.com", "7")], at=bench.clock())
    (theirs,) = store.claim("other", "bob", at=bench.clock(), until=bench.clock() + LATER, limit=1)
    theirs = store.record(
        theirs.transition_to(S.SENDING, bench.clock(), generation=1, remote_number="7"),
        who="bob",
        require_unique_number=True,
    )

    (item,) = bench.deliver().items
    assert item.outcome is Outcome.HELD
    assert item.detail.startswith("order '7' of other is on its way to TradeGecko as '7'; ")
    assert bench.remote() == []

    not_there = Reason("no_answer", "it never arrived")
    theirs = store.record(theirs.transition_to(S.HELD, bench.clock(), reason=not_there), who="bob")
    assert outcomes(bench.deliver()) == {"7": Outcome.DELIVERED}


def test_a_number_that_became_free_over_there_is_used(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Another shop's order was delivered under it and then made void: a closer look finds that it is free."""
    store = MemoryStore()
    for shop in ("other", "shop"):
        order = evolve(stranger(f"{shop}@example.com", "7"), reference=shop)
        source, gateway = ListSource([order]), TradeGeckoGateway(client)
        engine = SyncEngine(shop, source=source, gateway=gateway, store=store, settings=ALL_ORDERS)
        assert outcomes(engine.deliver_orders()) == {"7": Outcome.DELIVERED}
        if shop == "other":
            (made,) = client.orders.list()
            client.orders.void(made.id)
    assert len(list(client.orders.list(order_number="7"))) == 1


def test_a_customer_who_is_remembered_and_not_there_is_made(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Refused for a customer who exists nowhere but in what is remembered: planned again, under the next key."""
    store = MemoryStore()
    gateway = TradeGeckoGateway(client, mirror=store.mirror)
    keys = company_keys(gateway._mirror.digest, name=None, email="ann@example.com", phone=None, code=None)
    ghost = MirrorRow("99999", "9999", keys, {"status": "active", "type": "consumer"})
    store.mirror.write(gateway._mirror.account, COMPANIES.name, [ghost])
    bench = Bench(sandbox, client, ListSource([stranger("ann@example.com", "1")]), gateway=gateway, store=store)
    assert outcomes(bench.deliver()) == {"1": Outcome.DELIVERED}
    assert [event.why for event in store.history(entry_of(bench, "1").id)][1:3] == ["key 1", "key 2"]
    assert entry_of(bench, "1").attempts == 1
    assert len(list(client.companies.list(email="ann@example.com"))) == 1
