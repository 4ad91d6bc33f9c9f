"""What orders cost in an account that has had many before, from the first run on.

    python benchmarks/bench_established.py [--requests] [--big]

Half of the orders are of customers the account has. Prints for each run the requests an order, and how much of the
account has been read by then; ``--big``: also in an account of 500,000 orders. ``--requests`` exits with 1 when a run
costs more than two requests an order, or the last more than 1.05.
"""

from __future__ import annotations

import logging
import multiprocessing
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection

from tradegecko_bridge import MemoryStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import Address, Customer, SourceOrder
from tradegecko_bridge.engine import ConnectionSettings, Outcome, Report
from tradegecko_bridge.ports import MirrorStore
from tradegecko_bridge.testing.builders import a_line, an_order

ACCOUNTS = {
    "20,000 orders": "big:variants=1000,companies=20000,orders=20000",
    "500,000 orders": "big:variants=100000,companies=100000,orders=500000",
}
APART = timedelta(minutes=30)
"""Between the runs."""
BEFORE, FILLED = 2.0, 1.05
"""Requests an order at most, while the account is read and once that is done."""


class Orders:
    """Orders from ``first`` on, of customers the account has and of new ones in turn."""

    name = "benchmark"

    def __init__(self, first: int, count: int) -> None:
        self.numbers = range(first, first + count)

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:  # noqa: ARG002
        """All of them: each run has a source of its own."""
        for n in self.numbers:
            skus = (n * 7 % 50 + 1, n * 11 % 50 + 51)
            lines = [a_line(f"BIG-{sku:07d}", 2, "25.00") for sku in skus]
            new = n % 2
            name, key = (f"Lee{n}", n) if new else (str(n % 20_000 + 1), n % 20_000 + 1)
            address = Address(
                first_name="Ann" if new else "Customer", last_name=name, address1=f"{key % 999 + 1} Long Street",
                city="Toronto", region="ON", postal_code="M5X 1A9", country="CA",
            )  # fmt: skip
            email = f"c{n}@example.com" if new else f"customer{key}@big.example"
            phone = f"+1{n:010d}"
            customer = Customer(first_name=address.first_name, last_name=name, email=email, phone=phone)
            yield an_order(f"N{n}", lines, customer=customer, shipping_address=address)


def serve(pipe: Connection, seed: str) -> None:
    """A sandbox until it is told to stop."""
    from tradegecko_bridge.sandbox import Sandbox

    with Sandbox(seed=seed, rate_limit=None) as sandbox:
        pipe.send((sandbox.base_url, sandbox.access_token))
        while seconds := pipe.recv():
            sandbox.advance(seconds)


@contextmanager
def sandbox(seed: str) -> Iterator[tuple[str, str, Connection]]:
    """A sandbox in a process of its own: where it is, a token, and what moves its clock by seconds."""
    here, there = multiprocessing.Pipe()
    process = multiprocessing.get_context("spawn").Process(target=serve, args=(there, seed), daemon=True)
    process.start()
    yield (*here.recv(), here)
    here.send(0)
    process.join()


def deliver(base_url: str, token: str, mirror: MirrorStore, orders: Orders, later: timedelta) -> Report:
    """A run of a new process, so to say, so much later; the ledger is new, the mirror is not."""

    def clock() -> datetime:
        return datetime.now(UTC) + later

    with TradeGeckoClient(token, base_url=base_url) as client, MemoryStore() as store:
        gateway = TradeGeckoGateway(client, mirror=mirror, clock=clock)
        settings = ConnectionSettings(earliest_order=datetime(2000, 1, 1, tzinfo=UTC))
        engine = SyncEngine("bench", source=orders, gateway=gateway, store=store, settings=settings, clock=clock)
        report = engine.deliver_orders()
    if report.count(Outcome.DELIVERED) != len(orders.numbers):
        raise SystemExit(f"not all orders were delivered:\n{report}")
    return report


def runs(name: str, seed: str, size: int, count: int) -> tuple[float, float]:
    """Requests an order, in one account from its first run on: of the most costly of so many runs of so many orders,
    and of one after the night, in which runs without orders have read the account to its end."""
    with sandbox(seed) as (base_url, token, clock), MemoryStore() as kept:
        costs, idle = list[float](), 0
        for number in range(count + 1):
            while number == count and _reads_on(deliver(base_url, token, kept.mirror, Orders(0, 0), number * APART)):
                idle += 1
            report = deliver(base_url, token, kept.mirror, Orders(1_000_000 + number * size, size), number * APART)
            costs.append(report.calls / size)
            said = f"{costs[-1]:.3f} requests an order"
            night = f"after {idle} runs without orders" if number == count else f"run {number + 1}"
            print(f"{name}, {size} a run, {night}: {'; '.join([said, *report.notes])}", flush=True)
            clock.send(APART.total_seconds())
        return max(costs), costs[-1]


def _reads_on(report: Report) -> bool:
    return any("the next runs go on" in note for note in report.notes)


def main() -> None:
    """Print the report."""
    logging.disable()  # that the sandbox's clock is ahead of the client's
    costly = []
    for name, seed in list(ACCOUNTS.items())[: 2 if "--big" in sys.argv else 1]:
        for size, count in ((100, 4), (1000, 2)):
            most, last = runs(name, seed, size, count)
            if most > BEFORE or last > FILLED:
                costly.append(f"{name}, {size} a run")
    if costly and "--requests" in sys.argv:
        sys.exit(f"more than {BEFORE} requests an order, or {FILLED} in the end: {'; '.join(costly)}")


if __name__ == "__main__":
    main()
