"""Makes the shop available to the tests of this folder."""

from tests.carts.medusa.fixture import medusa_shop

__all__ = ["medusa_shop"]
