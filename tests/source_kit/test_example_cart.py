"""The cart of the examples passes the kit, over real HTTP."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from examples.rest_cart import AcmeSource
from tradegecko_bridge.sources.toolkit import Retries
from tradegecko_bridge.testing import FakeShop, SourceSuite

pytestmark = pytest.mark.process
QUICK = Retries(attempts=2, first_wait=0.0)
BAD_OPTIONS = {
    "no address": lambda: AcmeSource("shop.example", key="k"),
    "a password in the address": lambda: AcmeSource("https://ann:pw@shop.example", key="k"),
    "an address across the network without https": lambda: AcmeSource("http://shop.example", key="k"),
    "pages of nothing": lambda: AcmeSource("https://shop.example", key="k", page_size=0),
    "no time": lambda: AcmeSource("https://shop.example", key="k", timeout=0),
}


def source(shop: FakeShop) -> AcmeSource:
    """With small pages and short waits."""
    return AcmeSource(shop.url, key=shop.key, page_size=3, timeout=0.25, retries=QUICK)


class TestExampleCart(SourceSuite):
    """A cart with everything."""

    @pytest.fixture
    def shop(self) -> Iterator[FakeShop]:
        with FakeShop(source, bad_options=BAD_OPTIONS, slow=0.5) as shop:
            yield shop
