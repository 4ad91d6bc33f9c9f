"""How many requests each source takes to read orders.

    python benchmarks/bench_sources.py [--requests] [ORDERS]

Places ORDERS (by default 100) in a WooCommerce and a Shopify stand-in, a real Vendure and a real Medusa, those that are
installed, and reads them from the beginning and then once more from the last cursor. ``--requests`` exits with 1 when
the first reading takes more than one request for 50 orders, those for details and those of the
reading itself, or where a shop is missing.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from math import ceil
from pathlib import Path
from typing import Any

import httpx

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from tests.carts.medusa import install as medusa
from tests.carts.shopify import install as shopify
from tests.carts.vendure import install as vendure
from tests.stores import postgres
from tradegecko_bridge import quiet_http
from tradegecko_bridge.ports import OrderSource
from tradegecko_bridge.testing import Wanted

ORDERS = 100
OWN = 8
"""Requests of a reading, however many orders there are: login, settings, how far each clock has come, last pages."""

DETAILS = {"Shopify": 5}
"""Orders whose details come with one question, where the list has none: one of Shopify's may cost 1000 points."""

Place = Callable[[int], object]


def woocommerce(stack: ExitStack) -> tuple[OrderSource, Place]:
    """A current shop."""
    from tests.sources.woocommerce.driver import WooDriver

    driver = stack.enter_context(WooDriver(page_size=50, timeout=10.0))
    return driver.source(), lambda count: [driver.place(Wanted()) for _ in range(count)]


def a_shopify(stack: ExitStack) -> tuple[OrderSource, Place]:
    """The stand-in on Shopify's schema."""
    from tests.carts.shopify.driver import ShopifyDriver, source

    driver = stack.enter_context(ShopifyDriver())
    return source(driver, page_size=50), lambda count: [driver.place(Wanted()) for _ in range(count)]


def a_vendure(stack: ExitStack) -> tuple[OrderSource, Place]:
    """A real one, read as a user would."""
    from tests.carts.vendure.shop import VendureShop
    from tradegecko_bridge.sources.vendure import VendureSource

    shop = stack.enter_context(VendureShop())
    source = VendureSource(shop.admin_url, username=shop.username, password=shop.password)
    return source, lambda count: [shop.place_order({"MUG-BLUE": 1}) for _ in range(count)]


def a_medusa(stack: ExitStack) -> tuple[OrderSource, Place]:
    """A real one."""
    from tests.carts.medusa.driver import Driver
    from tests.carts.medusa.shop import MedusaShop

    server = stack.enter_context(postgres.server())
    shop = stack.enter_context(MedusaShop(stack.enter_context(postgres.database(server))))
    return shop.source(page_size=50), Driver(shop).place_many


SHOPS: dict[str, tuple[Callable[[], str | None], Callable[[ExitStack], tuple[OrderSource, Place]]]] = {
    "WooCommerce": (lambda: None, woocommerce),
    "Shopify": (shopify.missing, a_shopify),
    "Vendure": (vendure.missing, a_vendure),
    "Medusa": (medusa.missing, a_medusa),
}


@contextmanager
def counting() -> Iterator[list[str]]:
    """Every request that a client of ours sends meanwhile."""
    sent: list[str] = []
    original = quiet_http.Client.send

    def send(self: quiet_http.Client, request: httpx.Request, **options: Any) -> httpx.Response:
        sent.append(request.url.path)
        return original(self, request, **options)

    quiet_http.Client.send = send  # type: ignore[method-assign]
    try:
        yield sent
    finally:
        quiet_http.Client.send = original  # type: ignore[method-assign]


def main(arguments: list[str]) -> int:
    """Prints a row for each shop."""
    is_strict = "--requests" in arguments
    count = next((int(one) for one in arguments if one.isdigit()), ORDERS)
    is_good = True
    print(f"{'source':12} {'orders':>7} {'requests':>9} {'allowed':>8} {'then':>5}")
    for name, (missing, opened) in SHOPS.items():
        if reason := missing():
            print(f"{name:12} {reason}")
            is_good = False
            continue
        with ExitStack() as stack:
            source, place = opened(stack)
            place(count)
            with counting() as first:
                given = list(source.fetch_orders(None))
            with counting() as second:
                list(source.fetch_orders(given[-1].cursor))
        details = ceil(len(given) / DETAILS[name]) if name in DETAILS else 0
        allowed = ceil(len(given) / 50) + details + OWN
        is_good = is_good and len(given) >= count and len(first) <= allowed
        print(f"{name:12} {len(given):7} {len(first):9} {allowed:8} {len(second):5}", flush=True)
    return int(is_strict and not is_good)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
