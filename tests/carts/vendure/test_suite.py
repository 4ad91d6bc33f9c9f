"""The kit for sources, against a real Vendure."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.carts.vendure.driver import Driver
from tests.carts.vendure.shop import VendureShop
from tradegecko_bridge.testing import SourceSuite


class TestVendure(SourceSuite):
    @pytest.fixture
    def shop(self, vendure_shop: VendureShop) -> Iterator[Driver]:
        driver = Driver(vendure_shop)
        prices = dict(driver.prices)
        yield driver
        for sku, cents in prices.items():
            driver._price(sku, cents)
        driver._inside(False)
