"""For the tests of programs and plugins: orders to try things with, and suites to put a store through.

``an_order`` and ``a_line`` make orders of which a test gives only what it is about. ``StoreSuite``,
``TokenStoreSuite``, ``MirrorStoreSuite`` and ``RateLedgerSuite`` check what a class has to do to be a store: subclass
one, give it your implementation, run pytest. The suites need pytest and load when they are first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradegecko_bridge.lazy import lazily

if TYPE_CHECKING:
    from tradegecko_bridge.testing.builders import A_CUSTOMER, AN_ADDRESS, a_line, an_order
    from tradegecko_bridge.testing.stores import MirrorStoreSuite, RateLedgerSuite, StoreSuite, TokenStoreSuite

_HOMES: Final = {
    "AN_ADDRESS": "testing.builders",
    "A_CUSTOMER": "testing.builders",
    "MirrorStoreSuite": "testing.stores",
    "RateLedgerSuite": "testing.stores",
    "StoreSuite": "testing.stores",
    "TokenStoreSuite": "testing.stores",
    "a_line": "testing.builders",
    "an_order": "testing.builders",
}

__all__ = [
    "AN_ADDRESS",
    "A_CUSTOMER",
    "MirrorStoreSuite",
    "RateLedgerSuite",
    "StoreSuite",
    "TokenStoreSuite",
    "a_line",
    "an_order",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(__name__, _HOMES)
