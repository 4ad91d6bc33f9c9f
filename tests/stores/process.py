"""What the processes of ``test_processes`` do: ``python process.py TASK LEDGER…`` prints JSON, a value a line."""

from __future__ import annotations

import json
import os
import signal
import sys
import time
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from tradegecko_bridge.commerce import OrderLine, SourceOrder
from tradegecko_bridge.stores.sql import SqlStore

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
BATCH = 25


def batch(after: int, size: int = BATCH) -> list[SourceOrder]:
    """The orders after number ``after``; each one's cursor is its number."""
    line = OrderLine(reference="a", sku="TEA", quantity=Decimal(1), price=Decimal("4.90"))
    return [
        SourceOrder(reference=str(n), number=f"#{n}", placed_at=AT, currency="EUR", lines=(line,), cursor=str(n))
        for n in range(after + 1, after + size + 1)
    ]


def tell(value: Any) -> None:
    """Say something to the test."""
    print(json.dumps(value), flush=True)


def wait_for_start() -> None:
    """Let all processes begin at the same moment."""
    tell("ready")
    sys.stdin.readline()


def open_it(url: str) -> None:
    """Open a ledger."""
    wait_for_start()
    with SqlStore(url) as store:
        tell(len(store.entries()))


def claim_all(url: str, worker: str) -> None:
    """Claim until nothing is left."""
    with SqlStore(url) as store:
        wait_for_start()
        while some := store.claim("shop", worker, at=AT, until=AT + timedelta(minutes=5), limit=2):
            tell([entry.id for entry in some])
            time.sleep(0.005)  # work, during which the others get their turn


def take_in_forever(url: str) -> None:
    """Batch after batch, from where the cursor stands."""
    with SqlStore(url) as store:
        wait_for_start()
        while True:
            store.ingest("shop", batch(int(store.cursor("shop", "orders") or 0)), at=AT)


def die_taking_in(url: str, when: str) -> None:
    """Be killed when the rows are written and the cursor is not, or when all is done."""
    from tradegecko_bridge.stores.sql import orders

    def die(*_: object) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    with SqlStore(url) as store:
        if when == "inside":
            vars(orders)["advance"] = die
        store.ingest("shop", batch(0), at=AT)
        die()


def hold(url: str) -> None:
    """Keep the right to write until told to end."""
    with SqlStore(url) as store, store._database.writing():
        wait_for_start()


def take_permits(url: str) -> None:
    """Take three at a time of one window's 300 until nothing is left."""
    with SqlStore(url) as store:
        wait_for_start()
        while granted := store.permits.take("app/shop", AT, 3, up_to=300).granted:
            tell(granted)
            time.sleep(0.002)  # work, during which the others get their turn


if __name__ == "__main__":
    tasks: dict[str, Any] = {
        f.__name__: f for f in (open_it, claim_all, take_in_forever, die_taking_in, hold, take_permits)
    }
    tasks[sys.argv[1]](*sys.argv[2:])
