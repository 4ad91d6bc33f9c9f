"""Stock levels on their way back: memory, processor and time of a first, a full and an idle pass over many variants.

    python benchmarks/bench_stock.py [VARIANTS]

The listing is made up as it is read, and the shop takes what it is told, so that what is measured is ours: gathering,
comparing, writing the outbox and telling. The floor is to go through the same listing and do nothing. Memory is what
the process had at most, and what it had before. Requests are counted by ``bench_established.py`` and the tests.
"""

from __future__ import annotations

import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from tests.engine.test_one_decision import Account
from tradegecko_bridge import SqlStore, SyncEngine
from tradegecko_bridge.commerce import ItemResult, LocationStock, SourceOrder, StockLevel, VariantStock, Verdict


class Listing(Account):
    """So many variants, each of them made when it is read."""

    variants = 0

    def stock(self) -> Iterator[VariantStock]:
        for n in range(self.variants):
            at = LocationStock(location_id="1", on_hand=Decimal(n % 1000), committed=Decimal(n % 3))
            yield VariantStock(variant_id=str(n), sku=f"SKU-{n:07}", locations=(at,))


class Shop:
    """Takes everything and remembers nothing."""

    name = "shop"
    told = 0

    def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
        return ()

    def accept_stock(self, levels: Sequence[StockLevel]) -> Iterable[ItemResult]:
        self.told += len(levels)
        return [ItemResult(key=level.sku, verdict=Verdict.ACCEPTED) for level in levels]


def most_memory() -> float:
    """In MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def measured(what: str, variants: int, floor: float, run: Callable[[], object]) -> float:
    """Run it and print what it took; its processor time in seconds."""
    began, used = time.perf_counter(), time.process_time()
    run()
    used, took = time.process_time() - used, time.perf_counter() - began
    ratio = f"{used / floor:5.1f} x the listing alone" if floor else "the listing alone"
    print(
        f"{what:10} {used / variants * 1e6:7.1f} µs a variant, {ratio}, {took:6.1f} s, {most_memory():5.0f} MiB at most"
    )
    return used


def main(variants: int) -> None:
    """Measure."""
    Listing.variants = variants
    shop = Shop()
    with tempfile.TemporaryDirectory() as folder, SqlStore(f"sqlite:///{Path(folder) / 'ledger.db'}") as store:
        engine = SyncEngine("shop", source=shop, gateway=Listing(), store=store)
        print(f"{variants:,} variants; {most_memory():.0f} MiB before")
        floor = measured("floor", variants, 0, lambda: sum(1 for _ in Listing().stock()))
        for what, full in (("first", False), ("idle", False), ("full", True)):
            shop.told = 0
            measured(what, variants, floor, partial(engine.sync_inventory, full=full))
            if shop.told != (0 if what == "idle" else variants):
                raise SystemExit(f"{what}: the shop was told {shop.told} levels")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
