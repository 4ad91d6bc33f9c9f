"""What large order files cost: memory and processor time of reading them, against Python's own ``csv.reader`` alone.

    python benchmarks/bench_folder.py [rows ...]

Each figure is of a process of its own: ``VmHWM`` and user plus system time. Beside the usual file, whose orders stand
one below the other, one with each order's two rows far apart, and one with a row an order.
"""

from __future__ import annotations

import csv
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Final

ROWS: Final = (200_000, 400_000)
HEADER: Final = (
    "order_number,placed_at,currency,customer_email,ship_first_name,ship_last_name,ship_address1,ship_city,"
    "ship_postal_code,ship_country,sku,name,quantity,price,tax_rate"
)


def row(order: int, line: int) -> str:
    """One line of an order."""
    person = f"person{order}@example.com,Ann,Lee {order},{order} King St,Toronto,M5H 1A1,CA"
    return f"W{order},2026-01-31T09:30:00Z,CAD,{person},MUG-{line},Blue mug no {line},{line + 1},19.99,13\n"


def usual(rows: int) -> Iterator[str]:
    """Two rows an order, one below the other."""
    return (row(n // 2, n % 2) for n in range(rows))


def apart(rows: int) -> Iterator[str]:
    """First all first rows, then all second ones."""
    return (row(n % (rows // 2), n // (rows // 2)) for n in range(rows))


def single(rows: int) -> Iterator[str]:
    """One row an order."""
    return (row(n, 0) for n in range(rows))


def nothing(_: Path) -> int:
    """What it takes to import the package."""
    import tradegecko_bridge.sources.folder  # noqa: F401

    return 0


def floor(folder: Path) -> int:
    """Every row, by ``csv.reader``."""
    (path,) = (folder / "orders").iterdir()
    with path.open(newline="") as lines:
        return sum(1 for _ in csv.reader(lines))


def reading(folder: Path) -> int:
    """Every order, and none kept."""
    from tradegecko_bridge import FolderSource

    return sum(1 for _ in FolderSource(folder, settle=0, whole_after=0).fetch_orders(None))


def ingesting(folder: Path) -> int:
    """Every order until the ledger has it."""
    from datetime import UTC, datetime

    from tradegecko_bridge import FolderSource, SqlStore
    from tradegecko_bridge.engine.source_calls import in_batches

    store = SqlStore(f"sqlite:///{folder / 'ledger.db'}")
    count = 0
    for batch in in_batches(FolderSource(folder, settle=0, whole_after=0).fetch_orders(None), 100):
        store.ingest("shop", batch, at=datetime.now(UTC))
        count += len(batch)
    return count


WAYS: Final[dict[str, Callable[[Path], int]]] = {way.__name__: way for way in (nothing, floor, reading, ingesting)}
FILES: Final = {files.__name__: files for files in (usual, apart, single)}


def measured(way: str, folder: Path) -> tuple[float, float]:
    """Processor seconds and MiB."""
    told = subprocess.run(
        [sys.executable, __file__, way, str(folder)], check=True, stdout=subprocess.PIPE, text=True, env=os.environ
    )
    seconds, memory = told.stdout.split()
    return float(seconds), float(memory)


def report(name: str, folder: Path, orders: int) -> None:
    """Print the lines of one file."""
    base, _ = measured("nothing", folder)
    least, _ = measured("floor", folder)
    for way in ("reading", "ingesting"):
        seconds, memory = measured(way, folder)
        used = seconds - base
        print(
            f"{name:<26} {way:<10} {memory:6.1f} MiB  {used * 1000 / orders:6.3f} ms an order"
            f"  {used / max(least, 0.001):6.1f} x csv.reader ({least * 1000 / orders:.4f} ms)",
            flush=True,
        )


def main() -> None:
    """Print the table."""
    if sys.argv[1:2] and sys.argv[1] in WAYS:
        WAYS[sys.argv[1]](Path(sys.argv[2]))
        print(time.process_time(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
        return
    for rows in map(int, sys.argv[1:]) if sys.argv[1:] else ROWS:
        for name, make in FILES.items():
            with tempfile.TemporaryDirectory() as home:
                path = Path(home) / "orders" / "shop.csv"
                path.parent.mkdir()
                with path.open("w") as file:
                    file.write(f"{HEADER}\n")
                    file.writelines(make(rows))
                report(f"{rows} rows, {name}", Path(home), rows if make is single else rows // 2)


if __name__ == "__main__":
    main()
