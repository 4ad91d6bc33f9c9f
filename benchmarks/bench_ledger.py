"""Idle runs and look-ups in a ledger of many orders, beside the same in one of few.

    python benchmarks/bench_ledger.py [ORDERS [URL]]

20,000 orders unless told; ``URL`` is an empty PostgreSQL database for them (a file in a temporary folder unless told).
What costs the same however long the ledger is has a ratio near 1. Then 5,000 orders are held, stay held, and are looked
at again.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.full_ledger import LOOKS, QuietGateway, QuietSource, engine_of, fill
from tradegecko_bridge import SqlStore
from tradegecko_bridge.engine import Outcome
from tradegecko_bridge.stores.sql.store import DatabaseStore
from tradegecko_bridge.testing.builders import a_line, an_order

FEW, MANY, HELD = 100, 20_000, 5000
TIMES = 15


def milliseconds(look: Callable[[DatabaseStore], object], store: DatabaseStore) -> float:
    """The quickest of some times: what the look takes when nothing else is in the way."""
    found = []
    look(store)
    for _ in range(TIMES):
        began = time.perf_counter()
        look(store)
        found.append(time.perf_counter() - began)
    return min(found) * 1e3


def hold(store: DatabaseStore) -> None:
    """Orders that cannot be sent: processor time of runs, and how long their reports are."""
    source, gateway = QuietSource([an_order(str(n), [a_line(f"NOPE-{n % 100}")]) for n in range(HELD)]), QuietGateway()
    print(f"{HELD} orders are held")
    for name, goods in {
        "held anew": "a",
        "nothing changed": "a",
        "nothing changed again": "a",
        "goods changed": "b",
    }.items():
        gateway.goods = goods
        began = time.process_time()
        report = engine_of(store, source, gateway).deliver_orders()
        used = time.process_time() - began
        if report.count(Outcome.HELD) != HELD:
            raise SystemExit(f"not all are held:\n{report}")
        print(f"{name:<32}{used * 1e3:9.0f} ms   {len(json.dumps(report.as_dict())) / 1e3:7.1f} kB of report")


def main() -> None:
    """Print the report."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else MANY
    with tempfile.TemporaryDirectory() as folder:
        url = sys.argv[2] if len(sys.argv) > 2 else f"sqlite:///{Path(folder, 'many.db')}"
        with closing(SqlStore(f"sqlite:///{Path(folder, 'few.db')}")) as few, closing(SqlStore(url)) as many:
            fill(few, FEW)
            began = time.perf_counter()
            fill(many, count)
            print(f"{count} orders, written in {time.perf_counter() - began:.0f} s; beside {FEW} in SQLite")
            for name, look in LOOKS.items():
                quick, slow = milliseconds(look, few), milliseconds(look, many)
                print(f"{name:<32}{slow:9.2f} ms   {quick:7.2f} ms   {slow / quick:6.1f} x")
            hold(few)


if __name__ == "__main__":
    main()
