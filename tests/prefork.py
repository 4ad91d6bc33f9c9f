"""A program as gunicorn and Celery make one: what it works with is made and used once, then it is forked.

``python -m tests.prefork TASK LEDGER SANDBOX TOKEN`` prints what each child tells, JSON, one a line.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
import traceback
from collections.abc import Callable
from threading import Event, Thread
from typing import Any

from tests.engine.bench import stranger
from tests.support import ALL_ORDERS, ListSource
from tradegecko_bridge import AsyncTradeGeckoClient, SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.engine.delivery import run
from tradegecko_bridge.ledger import OrderState

CHILDREN = 4
ORDERS = 30
BY_PARENT = 5
PATIENCE = 60


class Parent:
    """All there is to be shared by mistake."""

    def __init__(self, ledger: str, sandbox: str, token: str) -> None:
        self.store = SqlStore(ledger)
        self.client = TradeGeckoClient(token, base_url=sandbox)
        self.async_client = AsyncTradeGeckoClient(token, base_url=sandbox)
        self.gateway = TradeGeckoGateway(self.client, mirror=self.store.mirror)
        orders = [stranger(f"c{n}@example.com", str(n)) for n in range(1, ORDERS + 1)]
        self.source = ListSource(orders[:BY_PARENT])
        self.engine = SyncEngine(
            "shop", source=self.source, gateway=self.gateway, store=self.store, settings=ALL_ORDERS
        )
        assert self.engine.deliver_orders()
        asyncio.run(self.async_client.users.current())
        self.source.orders += orders[BY_PARENT:]
        self.quiet = Event()
        self.noise = [Thread(target=self._use, args=(use,)) for use in (self._call, self._call, self._look, self._keep)]

    def _use(self, use: Callable[[], object]) -> None:
        while not self.quiet.is_set():
            use()

    def _call(self) -> object:
        return self.client.orders.list(limit=1).first()

    def _look(self) -> object:
        return self.gateway.prefetch([("1", ""), ("2", "")], [])

    def _keep(self) -> None:
        self.store.tokens.holders("nobody")
        self.store.record_told_values("shop", "stock", {"TEA": "1"}, at=self.engine._context.clock())

    def close(self) -> None:
        """As a program that ends: its threads first."""
        self.quiet.set()
        for thread in self.noise:
            thread.join()
        self.client.close()
        self.store.close()


def deliver(parent: Parent, told: Callable[[object], None]) -> None:
    """A worker: run after run, a few orders at a time, until all is delivered."""
    run.BATCH = 3  # type: ignore[misc]
    problems = []
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        problems += parent.engine.deliver_orders().problems
        if len(entries := parent.store.entries(states={OrderState.DELIVERED})) == ORDERS:
            break
    for entry in entries:
        assert str(parent.client.orders.get(entry.remote_id or "").order_number) == entry.number
    told({"problems": problems, "worker": parent.engine._context.worker})


def touch(parent: Parent, told: Callable[[object], None]) -> None:
    """Everything once, by both clients."""

    async def user() -> str:
        async with parent.async_client as client:
            return repr(await client.users.current())

    with parent.gateway.session():
        parent._look()
    parent._keep()
    told({"users": [asyncio.run(user()), repr(parent.client.users.current())]})


def keep(parent: Parent, told: Callable[[object], None]) -> None:
    """Write, when the parent has let go of the ledger."""
    parent.store.ingest("shop", parent.source.orders[:10], at=parent.engine._context.clock())
    told("ingested")
    time.sleep(0.5)
    parent.store.ingest("shop", parent.source.orders[10:], at=parent.engine._context.clock())


TASKS: dict[str, tuple[Callable[[Parent, Callable[[object], None]], None], int]] = {
    "deliver": (deliver, CHILDREN),
    "touch": (touch, 20),
    "keep": (keep, 1),
}


def fork(work: Callable[[], None]) -> int:
    """A child that does this and nothing else; it is killed when that takes too long."""
    if child := os.fork():
        return child
    signal.alarm(PATIENCE + 20)
    try:
        work()
    except BaseException:
        traceback.print_exc()
        os._exit(1)
    os._exit(0)


def main(task: str, *where: str) -> None:
    work, count = TASKS[task]
    parent = Parent(*where)
    reading, writing = os.pipe()

    def told(value: Any) -> None:
        os.write(writing, json.dumps(value).encode() + b"\n")

    for thread in parent.noise:
        thread.start()
    children = [fork(lambda: work(parent, told)) for _ in range(count)]
    os.close(writing)
    with os.fdopen(reading) as telling:
        print(telling.readline(), end="", flush=True)
        parent.close()
        print(telling.read(), end="", flush=True)
    failed = [child for child in children if os.waitpid(child, 0)[1]]
    sys.exit(f"{len(failed)} of {count} children failed" if failed else 0)


if __name__ == "__main__":
    main(*sys.argv[1:])
