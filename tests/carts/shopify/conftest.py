"""A stand-in for Shopify for each test."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from tests.carts.shopify.install import missing
from tests.support import require


@pytest.fixture
def shop() -> Iterator[Any]:
    """Empty of orders. Without the schemas the test is skipped, or fails where ``CI=true``."""
    if reason := missing():
        require(reason)
    from tests.carts.shopify.driver import ShopifyDriver

    with ShopifyDriver() as shop:
        yield shop
