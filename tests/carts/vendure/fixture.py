"""The running shop as a pytest fixture, one for the whole test run."""

import os
from collections.abc import Iterator

import pytest

from tests.carts.vendure.install import missing
from tests.carts.vendure.shop import VendureShop


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


def require(reason: str) -> None:
    """Skip the test for that reason, or fail it where the shop has to be there."""
    if os.environ.get("CI") == "true":
        pytest.fail(reason)
    pytest.skip(reason)
