"""The running shop as a pytest fixture, one for the whole test run."""

from collections.abc import Iterator

import pytest

from tests.carts.medusa.install import missing
from tests.carts.medusa.shop import MedusaShop
from tests.stores import postgres
from tests.support import require


@pytest.fixture(scope="session")
def medusa_shop() -> Iterator[MedusaShop]:
    """A seeded Medusa shop that the tests share.

    Without Node.js, PostgreSQL or the installed packages the test is skipped, saying what to do; where `CI=true`
    it fails instead, so that a broken installation cannot pass as a green run.
    """
    if reason := missing():
        require(reason)
    with postgres.server() as server, postgres.database(server) as database, MedusaShop(database) as shop:
        yield shop
