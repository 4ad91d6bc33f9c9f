"""Stock levels on their way back: requests, processor, time and memory of a first, an idle and a full pass.

    python benchmarks/bench_stock.py [--requests] [VARIANTS]...     (20,000 and 100,000; try 1000000)

The account is the sandbox's big seed, in a process of its own; gateway, ledger (a SQLite file) and engine are the real
ones, and the shop takes what it is told and remembers nothing. The floor is to list the variants once and do nothing.
Memory is what the process had at most so far. ``--requests`` exits with 1 when an idle pass costs more than two
requests, or the process had more than 100 MiB.
"""

from __future__ import annotations

import logging
import multiprocessing
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from pathlib import Path

from benchmarks.bench_established import sandbox
from tradegecko_bridge import SqlStore, SyncEngine, TradeGeckoClient, TradeGeckoGateway
from tradegecko_bridge.commerce import ItemResult, SourceOrder, StockLevel, Verdict
from tradegecko_bridge.engine import Report

MOST_REQUESTS, MOST_MEMORY = 2, 100


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


def measured(what: str, variants: int, requests: Callable[[], int], run: Callable[[], object]) -> int:
    """Run it and print what it took; its requests."""
    began, used, before = time.perf_counter(), time.process_time(), requests()
    run()
    used, took, sent = time.process_time() - used, time.perf_counter() - began, requests() - before
    print(
        f"{what:6} {sent:6,} requests, {used / variants * 1e6:7.1f} µs of processor a variant, {took:7.1f} s, "
        f"{most_memory():5.0f} MiB at most",
        flush=True,
    )
    return sent


def passes(variants: int, base_url: str, token: str, folder: Path) -> bool:
    """Whether all of them keep to the limits."""
    shop = Shop()
    with (
        TradeGeckoClient(token, base_url=base_url) as client,
        SqlStore(f"sqlite:///{folder / 'ledger.db'}") as store,
    ):
        engine = SyncEngine("shop", source=shop, gateway=TradeGeckoGateway(client, mirror=store.mirror), store=store)
        sent = partial(measured, variants=variants, requests=lambda: client.calls)
        print(f"{variants:,} variants; {most_memory():.0f} MiB before")
        sent("floor", run=lambda: sum(1 for _ in client.variants.list()))
        idle = 0
        for what, full, told in (("first", False, variants), ("idle", False, 0), ("full", True, variants)):
            shop.told = 0
            requests = sent(what, run=partial(_done, engine, full=full))
            idle = requests if what == "idle" else idle
            if shop.told != told:
                raise RuntimeError(f"{what}: the shop was told {shop.told} levels")
    return idle <= MOST_REQUESTS and most_memory() <= MOST_MEMORY


def _done(engine: SyncEngine, *, full: bool) -> Report:
    report = engine.sync_inventory(full=full)
    if not report:
        raise RuntimeError(str(report))
    return report


def of_size(variants: int) -> bool:
    """The passes over so many variants."""
    logging.disable()
    with (
        sandbox(f"big:variants={variants},companies=10,orders=10") as (base_url, token, _),
        tempfile.TemporaryDirectory() as folder,
    ):
        return passes(variants, base_url, token, Path(folder))


def main(sizes: Sequence[int]) -> None:
    """Each size in a process of its own, for its memory is its own."""
    kept = []
    for variants in sizes:
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            kept.append(pool.submit(of_size, variants).result())
    if "--requests" in sys.argv and not all(kept):
        sys.exit(f"more than {MOST_REQUESTS} requests in an idle pass, or {MOST_MEMORY} MiB")


if __name__ == "__main__":
    main([int(size) for size in sys.argv[1:] if size.isdecimal()] or [20_000, 100_000])
