"""The kit for sources, against a real Medusa."""

from __future__ import annotations

import pytest

from tests.carts.medusa.driver import Driver
from tests.carts.medusa.shop import MedusaShop
from tradegecko_bridge.testing import SourceSuite


class TestMedusa(SourceSuite):
    @pytest.fixture
    def shop(self, medusa_shop: MedusaShop) -> Driver:
        return Driver(medusa_shop)
