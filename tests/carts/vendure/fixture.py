"""The running shop as a pytest fixture, one for the whole test run."""

from collections.abc import Iterator

import pytest

from tests.carts.vendure.install import missing
from tests.carts.vendure.shop import VendureShop
from tests.support import require


@pytest.fixture(scope="session")
def vendure_shop() -> Iterator[VendureShop]:
    """A seeded Vendure shop that the tests share: tell your orders by their codes, not by their number.

    Without Node.js or the installed packages the test is skipped, saying what to do; where `CI=true`
    it fails instead, so that a broken installation cannot pass as a green run.
    """
    if reason := missing():
        require(reason)
    with VendureShop() as shop:
        yield shop
