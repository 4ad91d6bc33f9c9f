"""Makes the shop available to the tests of this folder."""

from tests.carts.vendure.fixture import vendure_shop

__all__ = ["vendure_shop"]
