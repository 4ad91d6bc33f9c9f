"""The Shopify source passes the kit against the stand-in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.carts.shopify.install import missing
from tests.support import require
from tradegecko_bridge.testing import SourceSuite


class TestShopify(SourceSuite):
    """Every promise, over real HTTP, each question checked against Shopify's own schema."""

    @pytest.fixture
    def shop(self) -> Iterator[object]:
        if reason := missing():
            require(reason)
        from tests.carts.shopify.driver import ShopifyDriver

        with ShopifyDriver() as shop:
            yield shop
