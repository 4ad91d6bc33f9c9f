"""A made-up shop over real HTTP, to try a source with: pages in four styles, faults, lost answers, a clock."""

from tradegecko_bridge.testing.fake_shop.records import Paging
from tradegecko_bridge.testing.fake_shop.shop import FakeShop

__all__ = ["FakeShop", "Paging"]
