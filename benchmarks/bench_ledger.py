"""Idle runs and look-ups in a ledger of many orders, beside the same in one of few.

    python benchmarks/bench_ledger.py [ORDERS [URL]]

20,000 orders unless told; ``URL`` is an empty PostgreSQL database for them (a file in a temporary folder unless told).
What costs the same however long the ledger is has a ratio near 1.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from benchmarks.full_ledger import LOOKS, fill
from tradegecko_bridge import SqlStore
from tradegecko_bridge.stores.sql.store import DatabaseStore

FEW, MANY = 100, 20_000
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


if __name__ == "__main__":
    main()
