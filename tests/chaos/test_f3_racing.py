"""F3: several workers at once, in processes and in threads, killed, stalled and overtaken."""

from __future__ import annotations

from typing import Any

import pytest

from tests.chaos.audit import check
from tests.chaos.boundaries import Doom
from tests.chaos.campaign import Tally, racing
from tests.chaos.cases import a_batch
from tests.chaos.ground import LEASE, Grounds
from tests.chaos.workers import run, workers
from tests.engine.bench import Bench, outcomes
from tests.support import ListSource
from tradegecko_bridge import MemoryStore, Sandbox, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Customer
from tradegecko_bridge.commerce.remote import OrderDraft, RemoteOrder
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.testing.builders import an_order


@pytest.mark.parametrize("count", [2, 4, 8])
def test_f3_workers_race(grounds: Grounds, count: int) -> None:
    """Processes that start at the same moment on the same orders make each of them once."""
    tally = Tally()
    racing(grounds, tally, 1, count=count, deadly=False)
    tally.assert_clean()
    assert tally.restarts == 1, "nothing was left to do"


@pytest.mark.parametrize("seed", [1, 2])
def test_f3_workers_race_and_die(grounds: Grounds, seed: int) -> None:
    """The same with most of them killed on the way, and claims that run out under the living."""
    tally = Tally()
    racing(grounds, tally, seed, count=3)
    tally.assert_clean()
    assert tally.kills


def test_f3_threads_race(grounds: Grounds) -> None:
    """Engines in threads of one process that share one client."""
    tally = Tally()
    racing(grounds, tally, 1, count=2, engines=3, deadly=False)
    tally.assert_clean()


@pytest.mark.parametrize("moment", ["POST /orders: leaves", "POST /orders: sent", "POST /orders: handed back"])
def test_f3_a_worker_stalls_past_its_lease(grounds: Grounds, moment: str) -> None:
    """SIGSTOP in the middle of an order, until after its lease another worker has taken over; then SIGCONT.

    Whichever of the two makes the order, the other finds it, and the stalled one's late word does not count. One order
    at a time, for a thread that stands still inside a transaction would keep the database from the others.
    """
    orders = a_batch(2)
    ground = grounds.new()
    number = ground.passes(ground.job(orders, in_flight=1)).index(moment) + 1
    ground = grounds.new()
    with workers(ground.job(orders, worker="sleepy", in_flight=1, doom=Doom(stop_at=number))) as (sleepy,):
        assert sleepy.stopped()
        ground.advance(LEASE.total_seconds())
        assert run(ground.job(orders, worker="awake")) is not None
        sleepy.go_on()
        ended = sleepy.end()
    assert ended is not None
    ground.settle(ground.job(orders), len(orders))
    check(ground, orders)


def test_f3_somebody_adds_an_address_meanwhile(sandbox: Sandbox, client: TradeGeckoClient) -> None:
    """A label that was free when the addresses were remembered is taken when the order goes out: it still goes."""
    robin = Customer(first_name="Robin", last_name="Tremblay", email="robin@shopper.example")
    (company,) = client.companies.list(email="robin@shopper.example")

    class Meddled(TradeGeckoGateway):
        """Somebody else's worker is quicker, once."""

        def create_order(self, draft: OrderDraft, *, key: str, customer_id: str | None, **may: Any) -> RemoteOrder:
            if "Shipping" not in {address.label for address in client.addresses.list(company_id=company.id)}:
                address = {"address1": "9 Elsewhere", "label": "Shipping", "city": "Ottawa", "country": "CA"}
                client.addresses.create({"company_id": company.id, **address})
            return super().create_order(draft, key=key, customer_id=customer_id, **may)

    store = MemoryStore()
    source = ListSource([an_order("1001", customer=robin)])
    bench = Bench(sandbox, client, source, store=store, gateway=Meddled(client, mirror=store.mirror))
    report = bench.deliver()
    assert outcomes(report)["1001"] is Outcome.DELIVERED, report
