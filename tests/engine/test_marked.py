"""Our own order is found by its marker, whatever has become of its number: nothing is sent a second time unseen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

import pytest
from attrs import evolve

from tests.engine.bench import Bench, detail, outcomes, stranger
from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import MemoryStore, Sandbox, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.engine import ConnectionSettings, OnCancel, Outcome
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import Alert, OrderState
from tradegecko_bridge.testing.builders import an_order
from tradegecko_bridge.tradegecko.records import Order

MANY = 26
FORGOTTEN = timedelta(hours=30).total_seconds()
"""After that the account knows none of our keys any more."""


@pytest.fixture(params=["mirror", "no mirror"])
def bench_of(request: pytest.FixtureRequest, sandbox: Sandbox, client: TradeGeckoClient) -> Callable[..., Bench]:
    """Makes a connection with a ledger of its own: what happens must not depend on what is remembered."""

    def make(source: ListSource, **options: Any) -> Bench:
        if request.param == "no mirror":
            options["gateway"] = TradeGeckoGateway(client)
        return Bench(sandbox, client, source, **options)

    return make


@pytest.mark.parametrize("forgotten", [False, True], ids=["key known", "key forgotten"])
def test_an_order_in_doubt_that_a_person_renamed(
    bench_of: Callable[..., Bench], sandbox: Sandbox, client: TradeGeckoClient, forgotten: bool
) -> None:
    """Its answer was lost, and lists did not show it yet; over the weekend somebody has renamed it."""
    bench = bench_of(ListSource([an_order("1001")]))
    sandbox.fault("POST", "/orders", "drop_after_commit")
    sandbox.fault("POST", "/orders", "visible_late", seconds=300)
    assert outcomes(bench.deliver()) == {"1001": Outcome.UNCERTAIN}
    sandbox.advance(FORGOTTEN if forgotten else 301)
    (made,) = bench.remote()
    client.orders.update(made.id, {"order_number": "1001 (Ann)"})
    assert outcomes(bench.deliver()) == {"1001": Outcome.ADOPTED}
    assert bench.state("1001") is OrderState.DELIVERED
    assert len(bench.remote()) == 1


@pytest.mark.parametrize("change", ["prefix", "number at the source", "renamed by hand"])
def test_a_lost_ledger_finds_its_orders_under_whatever_number(
    bench_of: Callable[..., Bench], client: TradeGeckoClient, change: str
) -> None:
    orders = [stranger(f"c{n}@example.com", str(n)) for n in range(1, MANY + 1)]
    before = bench_of(ListSource(orders))
    before.deliver()
    if change == "number at the source":
        orders = [evolve(order, number=f"{order.number}-b") for order in orders]
    elif change == "renamed by hand":
        for order in before.remote():
            client.orders.update(order.id, {"order_number": f"{order.order_number} (Ann)"})
    settings = ConnectionSettings(number_prefix="NEW-" if change == "prefix" else "")
    after = bench_of(ListSource(orders), settings=settings)
    assert set(outcomes(after.deliver()).values()) == {Outcome.ADOPTED}
    assert len(after.remote()) == MANY
    ids = {entry.reference: entry.remote_id for entry in after.store.entries()}
    assert ids == {entry.reference: entry.remote_id for entry in before.store.entries()}


@pytest.mark.parametrize("on_cancel", ["report", "void"])
def test_a_lost_ledger_finds_what_was_canceled_meanwhile(
    sandbox: Sandbox, client: TradeGeckoClient, on_cancel: str
) -> None:
    """It was delivered, so it is not "canceled before it was sent"; nothing more is done with it."""
    settings = ConnectionSettings(on_cancel=OnCancel(on_cancel), order_status="finalized", create_invoice=True)
    Bench(sandbox, client, ListSource([an_order("1001")])).deliver()
    canceled = an_order("1001", canceled_at=an_order("1001").placed_at)
    after = Bench(sandbox, client, ListSource([canceled]), settings=settings)
    report = after.deliver()
    assert outcomes(report) == {"1001": Outcome.ADOPTED}
    assert "is canceled at the source" in detail(report, "1001")
    after.deliver()
    (order,) = after.remote()
    assert (order.status == "void") is (on_cancel == "void")
    assert list(client.invoices.list()) == []


def test_what_was_canceled_before_it_was_ever_sent_costs_no_look(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    bench = Bench(sandbox, client, ListSource([an_order("1001")]))
    bench.deliver()
    bench.source.orders = [
        evolve(stranger(f"c{n}@example.com", str(n)), canceled_at=an_order("1").placed_at) for n in range(1, 9)
    ]
    before = len(sandbox.requests())
    assert set(outcomes(bench.deliver()).values()) == {Outcome.CANCELED}
    queries = [str(request["query"]) for request in sandbox.requests()[before:]]
    assert not any("order_number" in query for query in queries)


def test_a_list_out_of_order_is_never_trusted(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Shuffled pages hide orders: they are read again, and while they stay so nothing is sent."""
    orders = [stranger(f"c{n}@example.com", str(n)) for n in range(1, 301)]
    Bench(sandbox, client, ListSource(orders)).deliver()
    renamed = [evolve(order, number=f"{order.number}-b") for order in orders]
    after = Bench(sandbox, client, ListSource(renamed))
    sandbox.fault("GET", "/orders", "shuffle", times=200, seed=1)
    report = after.deliver()
    assert not report
    assert "not in the order of updated_at" in report.problems[0]
    assert len(after.remote()) == 300
    sandbox.instance.faults.clear()
    assert set(outcomes(after.deliver()).values()) == {Outcome.ADOPTED}
    assert len(after.remote()) == 300


def test_a_page_out_of_order_once_is_read_again(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    orders = [stranger(f"c{n}@example.com", str(n)) for n in range(1, 31)]
    Bench(sandbox, client, ListSource(orders)).deliver()
    sandbox.fault("GET", "/orders", "shuffle", times=2, seed=1)
    after = Bench(sandbox, client, ListSource(orders))
    assert set(outcomes(after.deliver()).values()) == {Outcome.ADOPTED}


def with_a_twin(bench: Bench) -> tuple[Order, Order]:
    """The only order of the account, and another one like it."""
    (ours,) = bench.remote()
    fields = ("order_number", "company_id", "source_url", "billing_address_id", "shipping_address_id", "currency_id")
    return ours, bench.client.orders.create({field: getattr(ours, field) for field in (*fields, "issued_at")})


def test_a_double_seen_in_a_run_that_died_is_told_by_the_next(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """It is not listed again by then: the account has moved on."""

    class Dying(MemoryStore):
        dies = False

        def update_alerts(self, *args: Any, **options: Any) -> Sequence[Alert]:
            if self.dies:
                raise StoreError("killed")
            return super().update_alerts(*args, **options)

    store = Dying()
    bench = Bench(sandbox, client, ListSource([an_order("1001")]), store=store)
    bench.deliver()
    ours, twin = with_a_twin(bench)
    sandbox.advance(600)
    client.orders.create({"company_id": 2, "shipping_address_id": 1, "issued_at": "2026-11-02", "order_number": "N7"})
    bench.source.orders, store.dies = [an_order("1002")], True
    with pytest.raises(StoreError):
        bench.deliver()
    store.dies = False
    (alert,) = Bench(sandbox, client, ListSource([]), store=store).deliver().alerts
    assert f"twice, as id {ours.id} and id {twin.id}" in alert.text


def test_a_double_is_told_until_one_of_the_two_is_void(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Something in between has repeated the request without its key. Both ids are told, run after run."""
    bench = Bench(sandbox, client, ListSource([an_order("1001")]))
    bench.deliver()
    ours, twin = with_a_twin(bench)
    bench.source.orders = [an_order("1002")]
    report = bench.deliver()
    (alert,) = report.alerts
    both = f"id {ours.id} and id {twin.id}"
    assert alert.text.startswith(f"order 1001 is in TradeGecko twice, as {both}; void all but id {ours.id} (")
    assert bench.deliver().alerts == []
    assert bench.store.alerts() == [evolve(alert, last_seen_at=bench.clock())]
    client.orders.void(twin.id)
    (closed,) = bench.deliver().alerts
    assert not closed.is_open


def test_two_workers_make_one_customer(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """Each has an order of the same new customer; the second waits until the first's is to be seen."""
    store, second = MemoryStore(), None
    first, other = (evolve(stranger("new@example.com", number), reference=number) for number in ("1", "2"))

    class Meanwhile(TradeGeckoGateway):
        def create_order(self, *args: Any, **options: Any) -> Any:
            nonlocal second
            if second is None:
                gateway = TradeGeckoGateway(client, mirror=store.mirror)
                second = SyncEngine(
                    "other", source=ListSource([other]), gateway=gateway, store=store, settings=ALL_ORDERS
                ).deliver_orders()
            return super().create_order(*args, **options)

    gateway = Meanwhile(client, mirror=store.mirror)
    report = SyncEngine(
        "shop", source=ListSource([first]), gateway=gateway, store=store, settings=ALL_ORDERS
    ).deliver_orders()
    assert outcomes(report) == {"1": Outcome.DELIVERED}
    assert second is not None
    assert outcomes(second) == {"2": Outcome.WAITING}
    assert "makes the same customer" in detail(second, "2")


def test_a_customer_whose_orders_answer_was_lost_is_known(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """The order is found, and so is whom it made: the next order of the same customer goes out in the same run."""
    orders = [evolve(stranger("new@example.com", number), reference=number) for number in ("1", "2")]
    bench = Bench(sandbox, client, ListSource(orders), in_flight=1)
    sandbox.fault("POST", "/orders", "drop_after_commit")
    assert outcomes(bench.deliver()) == {"1": Outcome.ADOPTED, "2": Outcome.DELIVERED}
    assert len({order.company_id for order in bench.remote()}) == 1
