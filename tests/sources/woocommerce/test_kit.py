"""WooCommerce passes the kit: a current shop over http, an old one over https."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.sources.woocommerce.driver import WooDriver
from tests.sources.woocommerce.stand_in import Kind
from tradegecko_bridge.testing import SourceSuite

pytestmark = pytest.mark.process


class TestCurrent(SourceSuite):
    """With fulfilments, over http, west of Greenwich."""

    @pytest.fixture
    def shop(self) -> Iterator[WooDriver]:
        with WooDriver(Kind(zone="America/Toronto")) as shop:
            yield shop


class TestOlder(SourceSuite):
    """Which knows no changes since a moment, over https, east of Greenwich, with rounding at the end."""

    @pytest.fixture
    def shop(self) -> Iterator[WooDriver]:
        kind = Kind(version=(5, 7), zone="Asia/Tokyo", over_tls=True, at_subtotal=True, own_numbers=True)
        with WooDriver(kind) as shop:
            yield shop
