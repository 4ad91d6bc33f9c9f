"""Delivery against a real sandbox: the promise for the ordinary faults."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import attrs
import pytest

from tests.engine.bench import Bench, detail, outcomes, stranger
from tests.support import ALL_ORDERS, HandClock, ListSource, OrdersOnly
from tradegecko_bridge import MemoryStore, Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Address, SourceOrder, Totals, UnreadableOrder
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import Outcome, Timing
from tradegecko_bridge.engine.keys import idempotency_key
from tradegecko_bridge.errors import SourceUnavailable, Unavailable, ValidationFailed
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.testing.builders import A_CUSTOMER, a_line, an_order
from tradegecko_bridge.tradegecko.gateway.mirror_book import MirrorBook


@pytest.fixture
def bench(sandbox: Sandbox, client: TradeGeckoClient) -> Bench:
    """Two good orders in the source."""
    return Bench(sandbox, client, ListSource([an_order("1001"), an_order("1002", [a_line("TEE-M", 3, "25.00")])]))


def test_orders_arrive_whole(bench: Bench) -> None:
    """An order arrives with its lines, customer, addresses, number, currency and the source's own total."""
    lines = [a_line("MUG-BLUE", 2, "19.99"), a_line("TEE-M", 3, "25.00")]
    order = an_order("1003", lines, totals=Totals(grand_total=Decimal("144.06")), note="ring twice", tags=("web",))
    bench.source.orders = [order]
    report = bench.deliver()
    assert outcomes(report) == {"1003": Outcome.DELIVERED}
    assert detail(report, "1003") == "", "no difference in the totals"
    (remote,) = bench.remote()
    assert (remote.order_number, remote.status, remote.total) == ("1003", "active", Decimal("144.06"))
    assert (str(remote.issued_at), remote.notes, remote.tags) == ("2026-11-02", "ring twice", ["web"])
    assert remote.company_id is not None
    assert bench.client.companies.get(remote.company_id).name == "Ann Lee"
    address = bench.client.addresses.get(remote.shipping_address_id or 0)
    assert (address.address1, address.zip_code, address.country) == ("1 King St W", "M5H 1A1", "CA")
    sent = list(bench.client.order_line_items.list(order_id=remote.id, order="position asc"))
    assert [line.quantity for line in sent] == [2, 3, 1]
    assert sent[-1].label == "Shipping Cost: Flat rate"


def test_nothing_happens_twice(bench: Bench) -> None:
    """A second run with the same source makes no order; its one request asks what people changed in the account."""
    assert bench.deliver().count(Outcome.DELIVERED) == 2
    again = bench.deliver()
    assert (again.items, again.calls, len(bench.remote())) == ([], 1, 2)


def test_a_reread_order_is_known(bench: Bench) -> None:
    """A source that gives its orders again from the beginning makes no second one."""
    bench.deliver()
    bench.source.orders = [an_order("1001", cursor="x"), an_order("1002", [a_line("TEE-M", 3, "25.00")], cursor="y")]
    report = bench.deliver()
    assert (report.ingested, report.unchanged, len(bench.remote())) == (0, 2, 2)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        (an_order("9", [a_line("NOPE")]), "SKU 'NOPE' is not in TradeGecko"),
        (an_order("9", [a_line(), a_line("NOPE"), a_line("NEITHER")]), "SKUs 'NOPE', 'NEITHER' are not in"),
        (an_order("9", [a_line("DUP-SKU")]), "is on several TradeGecko variants"),
        (an_order("9", []), "has no lines"),
        (an_order("9", [a_line(quantity=-1)]), "line MUG-BLUE (SKU MUG-BLUE): quantity -1; a quantity must be above 0"),
        (an_order("9", [a_line(quantity=0)]), "no lines"),
        (an_order("9", [a_line(sku="", reference="7")]), "line 7 without a SKU"),
        (an_order("9", [a_line("X" * 9000)]), "a SKU of 9000 characters"),
        (an_order("9", currency=""), "the source names no currency; set currency for the connection"),
        (an_order("9", currency="XXX"), "currency 'XXX' is not set up in TradeGecko (it has CAD, USD)"),
        (an_order("9", shipping_address=None), "no address to ship to"),
        (an_order("9", shipping_address=Address(city="Toronto")), "has no street (address1); add it at the source"),
    ],
)
def test_a_bad_order_is_held_and_the_rest_goes_out(
    sandbox: Sandbox, client: TradeGeckoClient, order: SourceOrder, said: str
) -> None:
    """What is wrong with an order is one clear line, the orders around it are delivered, and that is no failure."""
    bench = Bench(sandbox, client, ListSource([an_order("8"), order, an_order("10")]))
    report = bench.deliver()
    assert outcomes(report) == {"8": Outcome.DELIVERED, "9": Outcome.HELD, "10": Outcome.DELIVERED}
    assert said in detail(report, "9")
    assert report
    assert bench.state("9") is OrderState.HELD


def test_a_hold_releases_itself_when_the_sku_is_created(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """An order held for an unknown SKU goes out by itself once TradeGecko knows the SKU."""
    bench = Bench(sandbox, client, ListSource([an_order("9", [a_line("NEW-SKU")])]))
    assert outcomes(bench.deliver()) == {"9": Outcome.HELD}
    client.products.create({"name": "New", "variants": [{"sku": "NEW-SKU", "retail_price": "5"}]})
    assert outcomes(bench.deliver()) == {"9": Outcome.DELIVERED}
    assert bench.state("9") is OrderState.DELIVERED


def test_many_held_orders_do_not_starve_the_ones_behind_them(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """More held orders than fit into one batch leave the good ones behind them untouched."""
    bad = [an_order(f"b{n}", [a_line("NOPE")]) for n in range(45)]
    bench = Bench(sandbox, client, ListSource([*bad, an_order("good")]))
    bench.deliver()
    bench.source.orders.append(an_order("later"))
    report = bench.deliver()
    assert outcomes(report)["later"] is Outcome.DELIVERED
    assert report.count(Outcome.HELD) == 45
    assert len(bench.remote()) == 2


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "drop_after_commit"},
        {"fault": "status", "status": 500, "when": "after"},
        {"fault": "status", "status": 502, "when": "after"},
        {"fault": "html", "status": 404, "when": "after"},
    ],
)
def test_a_lost_answer_makes_no_second_order(bench: Bench, fault: dict[str, Any]) -> None:
    """The order was made and the answer lost: it is found and adopted in the same run."""
    bench.sandbox.fault(method="POST", path="/orders", nth=1, **fault)
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.ADOPTED, "1002": Outcome.DELIVERED}
    assert sorted(order.order_number or "" for order in bench.remote()) == ["1001", "1002"]


@pytest.mark.parametrize(
    "fault",
    [
        {"fault": "status", "status": 503, "when": "before"},
        {"fault": "html", "status": 404},
    ],
)
def test_a_request_lost_on_the_way_is_sent_again(
    sandbox: Sandbox, client: TradeGeckoClient, fault: dict[str, Any]
) -> None:
    """Nobody knows at first; later the order is certainly there, once."""
    bench = Bench(sandbox, client, ListSource([an_order("1001")]))
    sandbox.fault(method="POST", path="/orders", nth=1, **fault)
    first = bench.deliver()
    assert outcomes(first) == {"1001": Outcome.UNCERTAIN}
    assert not first
    for _ in range(4):
        bench.deliver()
    assert bench.state("1001") is OrderState.DELIVERED
    assert [order.order_number for order in bench.remote()] == ["1001"]


def test_a_key_that_was_burnt_waits_for_a_person(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A used key without an order: nothing is sent under it again, and the next key is a person's decision."""
    with pytest.raises(ValidationFailed):
        client.orders.create({"order_number": ""}, idempotency_key=idempotency_key("shop", "1001", 1))
    timing = Timing(patience=timedelta(hours=2.5))
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), timing=timing)
    before = len(bench.writes())
    states = []
    for _ in range(5):
        bench.deliver()
        states.append((str(bench.state("1001")), len(bench.writes()) - before))
    assert states == [("uncertain", 1), ("uncertain", 1), ("uncertain", 1), ("held", 1), ("held", 1)]
    (entry,) = bench.store.entries()
    assert entry.reason is not None
    assert (entry.generation, entry.reason.code) == (2, "key_used")
    bench.store.override_state(entry.id, OrderState.PENDING, at=bench.clock(), who="ann", why="it is not there")
    bench.deliver()
    assert bench.state("1001") is OrderState.DELIVERED
    assert len(bench.remote()) == 1


def test_somebody_elses_order_with_our_number_is_a_hold(bench: Bench) -> None:
    """Two orders, one number: held with the other's id, and no second order is made."""
    company = next(iter(bench.client.companies.list(company_type="business")))
    address = next(iter(bench.client.addresses.list(company_id=company.id)))
    other = bench.client.orders.create(
        {"company_id": company.id, "shipping_address_id": address.id, "issued_at": "2026-11-01", "order_number": "1001"}
    )
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.HELD, "1002": Outcome.DELIVERED}
    assert f"(id {other.id})" in detail(report, "1001")
    assert len(bench.remote()) == 2


def test_two_connections_may_have_the_same_number(bench: Bench) -> None:
    """An order of another connection is somebody else's, whatever its number and reference."""
    bench.deliver()
    other = SyncEngine(
        "other", source=OrdersOnly([an_order("1001")]), gateway=TradeGeckoGateway(bench.client), store=bench.store
    )
    assert outcomes(other.deliver_orders()) == {"1001": Outcome.HELD}


def test_a_lost_ledger_makes_no_second_order(bench: Bench) -> None:
    """Even with an empty ledger the orders are recognised as ours and adopted."""
    bench.deliver()
    fresh = Bench(bench.sandbox, bench.client, bench.source)
    bench.source.asked_after.clear()
    assert outcomes(fresh.deliver()) == {"1001": Outcome.ADOPTED, "1002": Outcome.ADOPTED}
    assert len(bench.remote()) == 2


def test_a_refused_order_is_held_with_the_apis_words() -> None:
    """What TradeGecko refuses is permanent: held with its reason and request id, not sent again, released by hand."""

    class Stale(TradeGeckoGateway):
        """Does not see the other order when it looks before creating, as when that is made a moment later."""

        def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
            return ()

    switches = {"reject_duplicate_order_numbers": True}
    with (
        Sandbox(rate_limit=None, switches=switches) as strict,
        TradeGeckoClient(strict.access_token, base_url=strict.base_url) as client,
    ):
        other = SyncEngine(
            "other",
            source=ListSource([an_order("1001")]),
            gateway=TradeGeckoGateway(client),
            store=MemoryStore(),
            settings=ALL_ORDERS,
        )
        assert other.deliver_orders()
        bench = Bench(strict, client, ListSource([an_order("1001")]), gateway=Stale(client))
        report = bench.deliver()
        assert outcomes(report) == {"1001": Outcome.HELD}
        assert "422 on POST /orders (request id " in detail(report, "1001")
        assert "order_number has already been taken" in detail(report, "1001")
        assert bench.deliver().items == []
        client.orders.update(bench.remote()[0].id, {"order_number": "1001-old"})
        (entry,) = bench.store.entries()
        bench.store.override_state(entry.id, OrderState.PENDING, at=bench.clock(), who="me", why="renumbered the other")
        assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}
        assert len(bench.remote()) == 2


def test_a_wrong_token_stops_the_run_and_loses_nothing(sandbox: Sandbox) -> None:
    """One clear line what to do; the orders stay in the ledger and go out with the right token."""
    store, source = MemoryStore(), ListSource([an_order("1001"), an_order("1002")])
    with TradeGeckoClient("not-the-token", base_url=sandbox.base_url) as wrong:
        bench = Bench(sandbox, wrong, source, store=store)
        report = bench.deliver()
    assert not report
    assert len(report.problems) == 1
    assert "401" in report.problems[0]
    assert "access token" in report.problems[0]
    assert "not-the-token" not in str(report)
    assert bench.state("1001") is OrderState.PENDING
    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as right:
        assert Bench(sandbox, right, source, store=store).deliver().count(Outcome.DELIVERED) == 2


def test_a_server_that_is_down_loses_nothing(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Nobody listens: one problem line, the orders wait, and go out when the server is back."""
    store, source = MemoryStore(), ListSource([an_order("1001")])
    with TradeGeckoClient(sandbox.access_token, base_url="http://127.0.0.1:9", sleep=lambda _: None) as down:
        report = Bench(sandbox, down, source, store=store).deliver()
    assert "could not connect" in report.problems[0]
    bench = Bench(sandbox, client, source, store=store)
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}


def test_one_order_in_trouble_does_not_stop_the_others(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The look-up of one order fails for good: it waits, the ones behind it go out."""
    bench = Bench(sandbox, client, ListSource([an_order("1001"), an_order("1002")]))
    patient = TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url, sleep=lambda _: None)
    with patient:
        bench = Bench(sandbox, client, bench.source, gateway=TradeGeckoGateway(patient))
        for nth in range(1, 5):
            sandbox.fault(method="GET", path="/orders", nth=nth, fault="status", status=500, when="before")
        report = bench.deliver()
        assert outcomes(report) == {"1001": Outcome.WAITING, "1002": Outcome.DELIVERED}
        assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}


def test_a_dry_run_writes_nowhere(bench: Bench) -> None:
    """A plan of what would be done, and no write to TradeGecko, the source or the ledger."""
    bench.source.orders += [an_order("1003", [a_line("NOPE")]), UnreadableOrder(problem="torn", reference="r9")]
    report = bench.engine.deliver_orders(dry_run=True)
    assert outcomes(report) == {
        "1001": Outcome.PLANNED,
        "1002": Outcome.PLANNED,
        "1003": Outcome.HELD,
        "r9": Outcome.HELD,
    }
    assert report.dry_run
    assert bench.writes() == []
    assert bench.store.entries() == []
    assert bench.store.cursor("shop", "orders") is None
    assert bench.source.acknowledged == []
    assert bench.deliver().count(Outcome.DELIVERED) == 2


def test_what_a_failing_source_gave_before_counts(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A source that breaks down half-way: the first orders are delivered, the failure is one line."""

    class Breaking(ListSource):
        def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
            yield from super().fetch_orders(after)
            raise SourceUnavailable("the shop does not answer; try again later")

    bench = Bench(sandbox, client, Breaking([an_order("1001")]))
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.DELIVERED}
    assert report.problems == ["list: the shop does not answer; try again later"]
    assert not report


def test_a_fault_in_a_plugin_is_told_by_kind_and_place_only(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The message of a plugin's own exception may quote a customer: it does not reach the report."""

    class Faulty(ListSource):
        def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
            raise KeyError("ann@example.com")

    report = Bench(sandbox, client, Faulty()).deliver()
    (problem,) = report.problems
    assert "KeyError" in problem
    assert "test_deliver.py:" in problem
    assert "ann@example.com" not in problem


def test_an_unreadable_order_is_held_until_it_is_readable(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """What the source cannot give whole is in the ledger with the reason, and goes out once it is corrected."""
    source = ListSource(
        [UnreadableOrder(problem="orders.csv, row 3: torn", reference="1001", number="1001"), an_order("1002")]
    )
    bench = Bench(sandbox, client, source)
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.HELD, "1002": Outcome.DELIVERED}
    assert detail(report, "1001") == "orders.csv, row 3: torn"
    source.orders = [an_order("1001", cursor="later")]
    assert outcomes(bench.deliver()) == {"1001": Outcome.DELIVERED}


def test_a_customer_and_an_address_are_made_once(bench: Bench) -> None:
    """The second order of a customer uses the company and the address the first one made."""
    bench.deliver()
    first, second = bench.remote()
    assert first.company_id == second.company_id
    assert first.shipping_address_id == second.shipping_address_id


def test_the_source_is_told_where_its_orders_went(bench: Bench) -> None:
    """Receipts carry both sides' names of the order."""
    bench.deliver()
    told = {(r.order_reference, r.remote_number) for r in bench.source.receipts}
    assert told == {("1001", "1001"), ("1002", "1002")}


def test_intake_is_acknowledged_after_it_is_durable(bench: Bench) -> None:
    """The source lets go of orders only when the ledger has them."""
    bench.deliver()
    assert bench.source.acknowledged == ["1002"]
    assert bench.store.cursor("shop", "orders") == "1002"


class ReadOnMeanwhile(ListSource):
    """While it gives its orders, something happens to the ledger."""

    meanwhile: Callable[[], object] = staticmethod(lambda: None)

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder | UnreadableOrder]:
        start = [order.cursor for order in self.orders].index(after) + 1 if after else 0
        given = self.orders[start:]
        self.meanwhile()
        return given


def test_a_ledger_that_stands_elsewhere_is_not_moved_on(
    sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path
) -> None:
    """It is restored between reading the source and writing: the orders between are read again, not passed over."""
    with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
        new = [attrs.evolve(stranger(f"c{n}@example.com", f"N{n}"), cursor=f"N{n}") for n in (1, 2, 3)]
        source = ReadOnMeanwhile(new[:2])
        bench = Bench(sandbox, client, source, store=store)
        store.back_up(tmp_path / "backup", at=bench.clock())
        bench.deliver()
        source.orders = list(new)
        source.meanwhile = lambda: store.restore(tmp_path / "backup", at=bench.clock(), set_aside=tmp_path / "aside")
        assert bench.deliver().ingested == 0
        assert store.cursor("shop", "orders") is None
        source.meanwhile = lambda: None
        assert set(outcomes(bench.deliver())) == {"N1", "N2", "N3"}
        assert store.cursor("shop", "orders") == "N3"
        assert len(bench.remote()) == 3


def test_a_change_after_delivery_is_reported_and_not_carried_over(bench: Bench) -> None:
    """An order changed at the source after delivery: a person is told, TradeGecko's stays as it is."""
    bench.deliver()
    bench.source.orders.append(an_order("1001", [a_line(quantity=5)], cursor="later"))
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.CHANGED}
    assert detail(report, "1001").endswith("after it was delivered; correct it in TradeGecko if need be")
    assert len(bench.remote()) == 2


@pytest.mark.parametrize("canceled", [False, True])
def test_an_order_changed_while_in_doubt(sandbox: Sandbox, client: TradeGeckoClient, canceled: bool) -> None:
    """Its request was lost and the source has changed it since: what is sent in the end is the new content, once; or
    nothing, where it was canceled. And not before the first request can no longer show up."""
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), timing=Timing(patience=timedelta(hours=1.5)))
    sandbox.fault(method="POST", path="/orders", nth=1, fault="drop_before_commit")
    bench.deliver()
    changed = an_order("1001", [a_line(quantity=5)], cursor="later")
    if canceled:
        changed = attrs.evolve(changed, canceled_at=changed.placed_at)
    bench.source.orders.append(changed)
    assert outcomes(bench.deliver()) == {"1001": Outcome.UNCERTAIN}
    assert outcomes(bench.deliver()) == {"1001": Outcome.CANCELED if canceled else Outcome.WAITING}
    bench.deliver()
    remote = bench.remote()
    if canceled:
        assert (remote, bench.state("1001")) == ([], OrderState.CANCELED)
    else:
        assert [order.order_number for order in remote] == ["1001"]
        goods = [line.quantity for line in client.order_line_items.list(order_id=remote[0].id) if line.variant_id]
        assert goods == [5]


def test_losing_a_claim_ends_one_order_not_the_run(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """An order that changed hands while it was worked on is left to the others; the ones behind it go out."""
    clock = HandClock()
    store = MemoryStore()

    class Meddling(TradeGeckoGateway):
        """While the first order is looked for, its source changes it: the claim is gone."""

        def find_orders(self, number: str, marker: str = "") -> Sequence[RemoteOrder]:
            if number == "1001":
                store.ingest("shop", [an_order("1001", [a_line(quantity=9)])], at=clock())
            return super().find_orders(number, marker)

    source = ListSource([an_order("1001"), an_order("1002")])
    bench = Bench(sandbox, client, source, store=store, gateway=Meddling(client))
    report = bench.deliver()
    assert outcomes(report) == {"1001": Outcome.WAITING, "1002": Outcome.DELIVERED}
    assert [order.order_number for order in bench.remote()] == ["1002"]


def test_retrying_ends_at_the_horizon(sandbox: Sandbox) -> None:
    """After fifteen days without success an order is given up, told as failed, and may be sent out again by hand."""

    class Refusing(TradeGeckoGateway):
        """Lets everything be looked up and nothing be created."""

        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            raise Unavailable("429 on POST /orders: busy")

    with TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client:
        bench = Bench(sandbox, client, ListSource([an_order("1001")]), gateway=Refusing(client))
        bench.deliver()
        waits = []
        while bench.state("1001") is OrderState.PENDING:
            (entry,) = bench.store.entries()
            assert entry.next_attempt_at is not None
            waits.append(entry.next_attempt_at - bench.clock())
            bench.deliver()
        assert bench.clock() - bench.store.entries()[0].ingested_at > timedelta(days=15)
        assert bench.state("1001") is OrderState.FAILED
        assert waits[0] == timedelta(seconds=30)
        assert waits[-1] == timedelta(hours=1)
        (entry,) = bench.store.entries()
        bench.store.override_state(entry.id, OrderState.PENDING, at=bench.clock(), who="me", why="try again")
        assert outcomes(bench.deliver()) == {"1001": Outcome.WAITING}, "all tries anew"


def test_the_number_of_calls_an_order_costs(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Twenty orders of new customers cost at most 1.5 calls each where the account is remembered; where it is asked
    each time, by number, e-mail address and phone, at most 4.5."""
    for mirror, most in ((MirrorBook(), 1.5), (None, 4.5)):
        sandbox.reset()
        people = [attrs.evolve(A_CUSTOMER, email=f"c{n}@example.com", phone=f"41655501{n}") for n in range(10, 30)]
        orders = [an_order(str(n), customer=who) for n, who in enumerate(people)]
        gateway = TradeGeckoGateway(client, mirror=mirror)
        report = Bench(sandbox, client, ListSource(orders), gateway=gateway).deliver()
        assert report.count(Outcome.DELIVERED) == 20
        assert report.calls <= most * 20


def test_orders_nobody_can_read_do_not_stand_in_others_way(
    sandbox: Sandbox, client: TradeGeckoClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A batch of them is passed over, and stays as it is for a program that can read it."""
    monkeypatch.setattr("tradegecko_bridge.engine.delivery.run.BATCH", 3)
    file = tmp_path / "ledger.db"
    with SqlStore(f"sqlite:///{file}") as store:
        bench = Bench(sandbox, client, ListSource(), store=store)
        store.ingest("shop", [an_order(str(n)) for n in range(4)], at=bench.clock())
        with closing(sqlite3.connect(file)) as database, database:
            database.execute("UPDATE ledger_orders SET content = '{\"newer\": 1}'")
        bench.source.orders.append(an_order("9999"))
        report = bench.deliver()
        assert report.count(Outcome.HELD) == 4
        assert bench.state("9999") is OrderState.DELIVERED
        assert bench.state("0") is OrderState.PENDING
        with closing(sqlite3.connect(file)) as database:
            held = database.execute("SELECT count(*) FROM ledger_orders WHERE content = '{\"newer\": 1}'").fetchone()
        assert held == (4,)
