"""Product details on their way back: memory and processor time of a first, an idle and a full pass over many products.

    python benchmarks/bench_products.py [VARIANTS]

As ``bench_stock.py``: the account is made up as it is read, five variants a product, and the shop takes what it is
told. The idle pass asks what has changed; its requests are counted by the tests: three.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from decimal import Decimal
from functools import partial
from pathlib import Path

from benchmarks.bench_stock import most_memory
from tests.engine.test_one_decision import Account
from tradegecko_bridge import ConnectionSettings, SqlStore, SyncEngine
from tradegecko_bridge.commerce import ItemResult, ProductDetails, SourceOrder, VariantDetails, Verdict
from tradegecko_bridge.commerce.remote import ChangedProducts

OF_ONE = 5


class Goods(Account):
    """So many products, each of them made when it is read; none has changed."""

    count = 0

    def products(self) -> Iterator[ProductDetails]:
        for n in range(self.count):
            yield ProductDetails(
                reference=str(n),
                name=f"Product {n}",
                description="A sentence or two that say what it is, and why somebody might want to have it. " * 3,
                options=("Size",),
                variants=tuple(
                    VariantDetails(
                        reference=str(n * OF_ONE + size),
                        sku=f"SKU-{n:07}-{size}",
                        options=(str(size),),
                        retail_price=Decimal("19.99"),
                    )
                    for size in range(OF_ONE)
                ),
            )

    def changed_products(self, cursor: str | None) -> ChangedProducts:
        return ChangedProducts(references=() if cursor else None, cursor="now")

    def products_by_id(self, _references: Collection[str]) -> Iterable[ProductDetails]:
        return ()


class Shop:
    """Takes everything and remembers nothing."""

    name = "shop"
    told = 0

    def fetch_orders(self, _after: str | None) -> Iterable[SourceOrder]:
        return ()

    def accept_products(self, products: Sequence[ProductDetails]) -> Iterable[ItemResult]:
        self.told += len(products)
        return [ItemResult(key=product.reference, verdict=Verdict.ACCEPTED) for product in products]


def measured(what: str, variants: int, floor: float, run: Callable[[], object]) -> float:
    """Run it and print what it took; its seconds of processor time."""
    began = time.process_time()
    run()
    used = time.process_time() - began
    times = f", {used / floor:.1f} x the reading" if floor else ""
    print(f"{what:6} {used / variants * 1e6:7.1f} µs of processor a variant{times}, {most_memory():5.0f} MiB at most")
    return used


def main(variants: int) -> None:
    """Measure."""
    Goods.count = variants // OF_ONE
    shop, settings = Shop(), ConnectionSettings(products=True)
    with tempfile.TemporaryDirectory() as folder, SqlStore(f"sqlite:///{Path(folder) / 'ledger.db'}") as store:
        engine = SyncEngine("shop", source=shop, gateway=Goods(), store=store, settings=settings)
        print(f"{variants:,} variants of {Goods.count:,} products; {most_memory():.0f} MiB before")
        floor = measured("floor", variants, 0, lambda: sum(1 for _ in Goods().products()))
        for what, full in (("first", False), ("idle", False), ("full", True)):
            shop.told = 0
            measured(what, variants, floor, partial(engine.sync_products, full=full))
            if shop.told != (0 if what == "idle" else Goods.count):
                raise SystemExit(f"{what}: the shop was told of {shop.told} products")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
