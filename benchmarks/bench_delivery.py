"""Delivering orders through ledger and engine, against a bare httpx loop that makes the same orders."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterable
from contextlib import closing
from pathlib import Path

import attrs
import httpx

from tradegecko_bridge import Sandbox, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.testing.builders import A_CUSTOMER, a_line, an_order

ORDERS = 300


class Orders:
    """As many orders as asked for, each of a customer of its own."""

    name = "benchmark"

    def fetch_orders(self, after: str | None) -> Iterable[SourceOrder]:
        """All of them, once."""
        if after:
            return
        for n in range(ORDERS):
            customer = attrs.evolve(A_CUSTOMER, email=f"c{n}@example.com")
            yield an_order(str(n), [a_line("MUG-BLUE"), a_line("TEE-M", 2, "25.00")], customer=customer)


def bare_loop(sandbox: Sandbox) -> float:
    """Seconds for the same POSTs and nothing else."""
    line = {"variant_id": 1, "quantity": "1", "price": "19.99"}
    address = {"address1": "1 King St W", "city": "Toronto", "country": "CA", "label": "Shipping"}
    headers = {"Authorization": f"Bearer {sandbox.access_token}"}
    with httpx.Client(base_url=sandbox.base_url, headers=headers) as http:
        began = time.perf_counter()
        for n in range(ORDERS):
            order = {
                "order_number": str(n),
                "issued_at": "2026-11-02",
                "status": "active",
                "company": {"name": "Ann Lee", "company_type": "consumer", "email": f"c{n}@example.com"},
                "shipping_address": address,
                "order_line_items": [line, line],
            }
            http.post("/orders", json={"order": order}).raise_for_status()
        return time.perf_counter() - began


def engine_run(sandbox: Sandbox, ledger: Path) -> tuple[float, float]:
    """Seconds, and calls an order."""
    with (
        TradeGeckoClient(sandbox.access_token, base_url=sandbox.base_url) as client,
        closing(SqlStore(f"sqlite:///{ledger}")) as store,
    ):
        gateway = TradeGeckoGateway(client, mirror=store.mirror)
        engine = SyncEngine("bench", source=Orders(), gateway=gateway, store=store)
        began = time.perf_counter()
        report = engine.deliver_orders()
        taken = time.perf_counter() - began
    if report.count(Outcome.DELIVERED) != ORDERS:
        raise SystemExit(f"not all orders were delivered:\n{report}")
    return taken, report.calls / ORDERS


if __name__ == "__main__":
    with Sandbox(rate_limit=None) as sandbox, tempfile.TemporaryDirectory() as folder:
        floor = bare_loop(sandbox)
        sandbox.reset()
        taken, calls = engine_run(sandbox, Path(folder, "ledger.db"))
    print(f"bare httpx loop      {ORDERS / floor:6.0f} orders/s")
    print(
        f"ledger and engine    {ORDERS / taken:6.0f} orders/s  {taken / floor:.1f}× the time (sandbox in this process)"
    )
    print(f"API calls per order  {calls:6.2f}")
