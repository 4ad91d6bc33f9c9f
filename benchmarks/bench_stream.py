"""How much memory a program needs that walks a million variants: one page, however long the list.

    python benchmarks/bench_stream.py [variants]

The transport makes each page when it is asked for. Prints the highest memory of the process (``VmHWM``), how much it
grew after the first tenth of the list, and how many variants a second were read.
"""

from __future__ import annotations

import resource
import sys
import time
from math import inf
from typing import Any

import httpx
import orjson

from tradegecko_bridge import TradeGeckoClient

PAGE = 250
MILLION = 1_000_000


def a_variant(n: int) -> dict[str, Any]:
    """A variant with its stock at four locations."""
    places = [{"location_id": place, "stock_on_hand": str(n), "committed": "0"} for place in range(1, 5)]
    return {"id": n, "sku": f"MUG-{n}", "name": f"Mug {n}", "retail_price": f"{n}.99", "locations": places, "new": n}


class Pages(httpx.BaseTransport):
    """An API with so many variants and no end of patience."""

    def __init__(self, variants: int) -> None:
        self._pages = -(-variants // PAGE)
        self._total = variants

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        number = int(request.url.params["page"])
        first = (number - 1) * PAGE
        rows = [a_variant(n) for n in range(first + 1, min(first + PAGE, self._total) + 1)]
        paging = {"total_records": self._total, "last_page": number >= self._pages}
        headers = {"X-Pagination": orjson.dumps(paging).decode()}
        return httpx.Response(200, headers=headers, content=orjson.dumps({"variants": rows}))


def peak() -> float:
    """The most memory this process ever had, MiB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main() -> None:
    """Walk the list and print the report."""
    variants = int(sys.argv[1]) if len(sys.argv) > 1 else MILLION
    early, seen, started = inf, 0, time.perf_counter()
    with TradeGeckoClient("token", transport=Pages(variants)) as client:
        for _ in client.variants.list():
            seen += 1
            if seen == variants // 10:
                early = peak()
    assert seen == variants
    seconds = time.perf_counter() - started
    print(
        f"{seen} variants   peak {peak():5.1f} MiB   growth after the first tenth {peak() - early:4.1f} MiB   "
        f"{seen / seconds:,.0f} a second, making them included"
    )


if __name__ == "__main__":
    main()
