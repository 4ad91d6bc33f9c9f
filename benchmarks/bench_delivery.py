"""Delivering orders through ledger and engine, against a bare httpx loop that makes the same orders.

    python benchmarks/bench_delivery.py [--requests] [--floors]

The sandboxes are processes of their own that count no rate limit, one for each of the two, whose orders would be news
to the other; the ledger is SQLite with ``synchronous=FULL``. The account is known already, as it is on any day but the
first. Printed is also where the processor's time of another batch
went, layer by layer. ``--requests`` exits with 1 when 100 orders take more than 105 requests, or 405 with three actions
each; ``--floors`` also when a batch of 1,000 takes more than three times the bare loop's time.
"""

from __future__ import annotations

import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import attrs
import httpx

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.layers import Layers
from tradegecko_bridge import SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report
from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS, a_line, an_order

BATCH = 1000
MOST_TIME, MOST_CALLS = 3.0, 1.05


class Orders:
    """Orders from ``first`` on, each of a customer of its own, made before anything is timed."""

    name = "benchmark"

    def __init__(self, first: int, count: int) -> None:
        self.count = count
        self.orders = list(self._made(first))

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:  # noqa: ARG002
        """All of them: each run has a source of its own."""
        return self.orders

    def _made(self, first: int) -> Iterator[SourceOrder]:
        for n in range(first, first + self.count):
            address = attrs.evolve(AN_ADDRESS, last_name=f"Lee{n}")
            customer = attrs.evolve(A_CUSTOMER, email=f"c{n}@example.com", last_name=f"Lee{n}", phone=f"+1{n:010d}")
            lines = [a_line("MUG-BLUE"), a_line("TEE-M", 2, "25.00")]
            yield an_order(str(n), lines, customer=customer, shipping_address=address)


def serve(pipe: Connection) -> None:
    """A sandbox until it is told to stop."""
    from tradegecko_bridge.sandbox import Sandbox

    with Sandbox(rate_limit=None) as sandbox:
        pipe.send((sandbox.base_url, sandbox.access_token))
        pipe.recv()


@contextmanager
def sandbox() -> Iterator[tuple[str, str]]:
    """A sandbox in a process of its own: where it is, and a token."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there,), daemon=True)
    process.start()
    yield here.recv()
    here.send(None)
    process.join()


def bare_loop(base_url: str, token: str, first: int) -> tuple[float, float]:
    """Seconds for the same POSTs, one after the other, and nothing else; and of our processor."""
    bodies = [bare_order(n) for n in range(first, first + BATCH)]
    with httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {token}"}) as http:
        began, cpu = time.perf_counter(), time.process_time()
        for body in bodies:
            http.post("/orders", json=body).raise_for_status()
        return time.perf_counter() - began, time.process_time() - cpu


def bare_order(n: int) -> dict[str, Any]:
    """What the bare loop sends of an order."""
    line = {"variant_id": 1, "quantity": "1", "price": "19.99"}
    order = {
        "order_number": str(n),
        "issued_at": "2026-11-02",
        "status": "active",
        "company": {"name": f"Ann Lee{n}", "company_type": "consumer", "email": f"c{n}@example.com"},
        "shipping_address": {"address1": "1 King St W", "city": "Toronto", "country": "CA", "label": "Shipping"},
        "order_line_items": [line, line, line],
    }
    return {"order": order}


def deliver(base_url: str, token: str, store: SqlStore, orders: Orders, **settings: Any) -> Report:
    """A run of a new process, so to say."""
    with TradeGeckoClient(token, base_url=base_url) as client:
        engine = SyncEngine(
            "bench",
            source=orders,
            gateway=TradeGeckoGateway(client, mirror=store.mirror),
            store=store,
            settings=ConnectionSettings(**{"earliest_order": datetime(2000, 1, 1, tzinfo=UTC), **settings}),
        )
        report = engine.deliver_orders()
    if report.count(Outcome.DELIVERED) != orders.count:
        raise SystemExit(f"not all orders were delivered:\n{report}")
    return report


def main() -> None:
    """Print the report."""
    everything: dict[str, Any] = {
        "order_status": "finalized", "create_invoice": True, "mark_paid": True, "pack_orders": True
    }  # fmt: skip
    with (
        sandbox() as where,
        sandbox() as elsewhere,
        tempfile.TemporaryDirectory() as folder,
        closing(SqlStore(f"sqlite:///{Path(folder, 'ledger.db')}")) as store,
    ):
        deliver(*where, store, Orders(0, 10))  # the first day
        hundred = deliver(*where, store, Orders(1000, 100))
        acted = deliver(*where, store, Orders(2000, 100), **everything)
        before = bare_loop(*elsewhere, 100_000)
        thousand, another = Orders(10_000, BATCH), Orders(20_000, BATCH)
        began, cpu = time.perf_counter(), time.process_time()
        deliver(*where, store, thousand)
        taken, used = time.perf_counter() - began, time.process_time() - cpu
        layers, cpu = Layers(), time.process_time()
        with layers.watching():
            deliver(*where, store, another)
        watched = time.process_time() - cpu
        after = bare_loop(*elsewhere, 200_000)
    floor, floor_used = ((one + other) / 2 for one, other in zip(before, after, strict=True))
    print(f"bare httpx loop      {BATCH / floor:6.0f} orders/s")
    print(f"ledger and engine    {BATCH / taken:6.0f} orders/s   {taken / floor:.2f} x the time")
    ours, bare = (seconds / BATCH * 1e3 for seconds in (used, floor_used))
    print(f"processor time       {ours:6.2f} ms an order, ours; {bare:.2f} the bare loop's; with each layer timed:")
    print("\n".join(layers.table(watched, BATCH)))
    print(f"requests             {hundred.calls} for 100 orders, {acted.calls} with invoice, payment and packing")
    if len(sys.argv) > 1 and (hundred.calls > 100 * MOST_CALLS or acted.calls > 100 * (MOST_CALLS + 3)):
        sys.exit(f"more than {MOST_CALLS} requests an order and one for each action")
    if "--floors" in sys.argv and taken / floor > MOST_TIME:
        sys.exit(f"more than {MOST_TIME} x the bare loop's time")


if __name__ == "__main__":
    main()
