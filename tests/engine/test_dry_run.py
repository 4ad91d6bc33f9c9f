"""A dry run says of every order what would become of it, and leaves no trace anywhere."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes
from tests.support import ListSource
from tradegecko_bridge import Decisions, Sandbox, SqlStore, TradeGeckoClient
from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import a_line, an_order

CANCELED = datetime(2026, 11, 2, 20, tzinfo=UTC)


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    settings = ConnectionSettings(order_filters=[{"field": "tag", "values": ["test"], "rule": "except"}])
    return Bench(sandbox, client, ListSource(), settings=settings)


def test_the_plan_of_new_orders(bench: Bench) -> None:
    """Created, held, skipped, and why: in words, and for programs with the code of the reason or what would be sent."""
    bench.source.orders = [
        an_order("1001", [a_line(quantity=2)]),
        an_order("1002", [a_line("NOPE")]),
        an_order("1003", tags=("test",)),
        an_order("1004", canceled_at=CANCELED),
        UnreadableOrder(reference="1005", number="1005", problem="line 7: no price"),
    ]
    report = bench.engine.deliver_orders(dry_run=True)
    assert outcomes(report) == {
        "1001": Outcome.PLANNED,
        "1002": Outcome.HELD,
        "1003": Outcome.SKIPPED,
        "1004": Outcome.CANCELED,
        "1005": Outcome.HELD,
    }
    assert detail(report, "1001") == "would be created as 1001 with 1 line of goods, 59.31 CAD"
    items = json.loads(json.dumps(report.as_dict()))["items"]
    sent, *codes = [item["facts"] for item in sorted(items, key=lambda item: item["name"])]
    assert [(line["kind"], line["quantity"], line["price"]) for line in sent["lines"]] == [
        ("product", "2", "19.99"),
        ("shipping", "1", "12.5"),
    ]
    assert [fact["reason"] for fact in codes] == ["unknown_sku", "filtered", "canceled_at_source", "unreadable"]
    assert not [secret for secret in ("Ann", "Lee", "King St", "example.com") if secret in str(items)]


def test_the_plan_comes_true(bench: Bench) -> None:
    """What is foreseen is what a run then does, order by order."""
    bench.source.orders = [
        an_order("1", [a_line("NOPE")]),
        an_order("2", shipping_address=None),
        an_order("3", tags=("test",)),
        an_order("4"),
        an_order("5", canceled_at=CANCELED),
        UnreadableOrder(reference="6", number="6", problem="no price"),
    ]
    foreseen = outcomes(bench.engine.deliver_orders(dry_run=True))
    bench.deliver()
    became = {entry.number: entry.state for entry in bench.store.entries()}
    assert became == {
        "1": OrderState.HELD,
        "2": OrderState.HELD,
        "3": OrderState.SKIPPED,
        "4": OrderState.DELIVERED,
        "5": OrderState.CANCELED,
        "6": OrderState.HELD,
    }
    state_of = {
        Outcome.HELD: {OrderState.HELD},
        Outcome.PLANNED: {OrderState.DELIVERED},
        Outcome.SKIPPED: {OrderState.SKIPPED},
        Outcome.CANCELED: {OrderState.CANCELED},
    }
    assert all(became[number] in state_of[outcome] for number, outcome in foreseen.items())


def test_the_plan_of_what_the_ledger_has(bench: Bench) -> None:
    """Orders that wait are planned if they are due; what a person holds stays, what is worked on is left alone."""
    bench.source.orders = [*(an_order(str(n)) for n in range(1, 6)), an_order("6", shipping_address=None)]
    bench.store.ingest("shop", bench.source.orders, at=bench.clock())
    held = bench.store.entries(number="1")
    now = bench.clock()
    Decisions(bench.store, who="ann", clock=bench.clock).hold(held, "wait for payment")
    due = {
        entry.number: entry for entry in bench.store.claim("shop", "w", at=now, until=now + timedelta(hours=2), limit=9)
    }
    later = now + timedelta(hours=1)
    bench.store.record(due["2"].transition_to(OrderState.PENDING, now, next_attempt_at=later), who="w")
    for number in ("4", "5", "6"):
        bench.store.release_claim(due[number])
    bench.source.orders = [an_order("5", canceled_at=CANCELED), evolve(an_order("1"), note="changed")]
    report = bench.engine.deliver_orders(dry_run=True)
    assert outcomes(report) == {
        "1": Outcome.KNOWN,
        "2": Outcome.WAITING,
        "3": Outcome.CLAIMED,
        "4": Outcome.PLANNED,
        "5": Outcome.CANCELED,
        "6": Outcome.HELD,
    }
    assert detail(report, "1") == "held: wait for payment"
    assert detail(report, "2") == "next try at 13:00:00 UTC"


def test_changes_at_the_source_are_foreseen(bench: Bench) -> None:
    """A skipped order that now passes would go out; a delivered one is only reported; an unchanged one is not named."""
    bench.source.orders = [an_order("1", tags=("test",)), an_order("2"), an_order("3")]
    bench.deliver()
    bench.source.orders = [
        an_order("1", cursor="n1"),
        an_order("2", note="changed", cursor="n2"),
        an_order("3", cursor="n3"),
    ]
    report = bench.engine.deliver_orders(dry_run=True)
    assert outcomes(report) == {"1": Outcome.PLANNED, "2": Outcome.CHANGED}


def test_what_is_there_already_would_be_adopted(bench: Bench) -> None:
    """An order that is there, and of which this ledger knows nothing, is found by looking, without a write."""
    bench.source.orders = [an_order("1001")]
    bench.deliver()
    afresh = Bench(bench.sandbox, bench.client, ListSource([an_order("1001")]))
    report = afresh.engine.deliver_orders(dry_run=True)
    assert outcomes(report) == {"1001": Outcome.ADOPTED}
    assert report.items[0].facts == {"remote_id": str(bench.remote()[0].id)}
    assert list(afresh.store.entries()) == []


def test_no_write_leaves_the_process(sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path) -> None:
    """Only GETs reach TradeGecko, nothing is handed to the source, and no byte of the ledger changes."""
    path = tmp_path / "ledger.db"
    orders = [an_order("1001"), an_order("1002", [a_line("NOPE")]), an_order("1003", shipping_address=None)]
    source = ListSource(orders[:2])
    with SqlStore(f"sqlite:///{path}") as store:
        bench = Bench(sandbox, client, source, store=store)
        bench.deliver()
        bench.ship("1001", {"MUG-BLUE": 1})
        store.scrub()
    source = ListSource([*orders, evolve(orders[0], note="changed", cursor="new")])
    before, asked = path.read_bytes(), len(sandbox.requests())
    with SqlStore(f"sqlite:///{path}") as store:
        report = Bench(sandbox, client, source, store=store).engine.run(dry_run=True)
    assert len(list(report)) == 3
    assert {request["method"] for request in sandbox.requests()[asked:]} == {"GET"}
    assert (source.acknowledged, source.receipts, source.shipments, source.levels) == ([], [], [], [])
    assert path.read_bytes() == before
    assert sorted(file.name for file in tmp_path.iterdir()) == ["ledger.db"]


def test_the_plan_counts_what_is_sent(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Lines the settings leave out are not among the goods."""
    lines = [a_line(), *(a_line(reference=str(n), shippable=False) for n in (2, 3, 4))]
    settings = ConnectionSettings(ignore_unshippable=True)
    bench = Bench(sandbox, client, ListSource([an_order("1001", lines)]), settings=settings)
    assert "with 1 line of goods" in detail(bench.engine.deliver_orders(dry_run=True), "1001")


def test_what_belongs_to_no_order_is_a_problem_in_the_plan_too(bench: Bench) -> None:
    """A file that cannot be read: the dry run says what the run then says, and neither is fine."""
    bench.source.orders = [an_order("1"), *(UnreadableOrder(problem=f"shop-{n}.csv: is empty") for n in (1, 2))]
    foreseen = bench.engine.deliver_orders(dry_run=True)
    became = bench.deliver()
    assert foreseen.problems == became.problems == ["shop-1.csv: is empty", "shop-2.csv: is empty"]
    assert (bool(foreseen), bool(became)) == (False, False)
    assert outcomes(foreseen) == {"1": Outcome.PLANNED}
