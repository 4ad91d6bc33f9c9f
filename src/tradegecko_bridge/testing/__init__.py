"""For the tests of programs and plugins: records to try things with, and suites to put a source or a store through.

``an_order``, ``a_line`` and their like make records of which a test gives only what it is about. ``SourceSuite`` checks
what a class has to do to be an order source, ``StoreSuite``, ``TokenStoreSuite``, ``MirrorStoreSuite`` and
``RateLedgerSuite`` what it has to do to be a store: subclass one, give it your implementation, run pytest. The suites
need pytest and load when they are first used. ``check_source`` runs the checks of sources without pytest, and
``FakeShop`` is a shop over real HTTP to try a source with.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradegecko_bridge.lazy import lazily

if TYPE_CHECKING:
    from tradegecko_bridge.testing.builders import (
        A_CUSTOMER,
        AN_ADDRESS,
        a_line,
        a_product,
        a_receipt,
        a_shipment,
        a_stock_level,
        an_order,
        an_unreadable_order,
    )
    from tradegecko_bridge.testing.fake_shop import FakeShop, Paging
    from tradegecko_bridge.testing.source_suite import SourceSuite
    from tradegecko_bridge.testing.sources import (
        CHECKS,
        AbleShop,
        CannotDo,
        Check,
        CheckVerdict,
        Fault,
        Outcome,
        Shop,
        ShownParcel,
        Wanted,
        WantedLine,
        check_source,
    )
    from tradegecko_bridge.testing.stores import MirrorStoreSuite, RateLedgerSuite, StoreSuite, TokenStoreSuite

_HOMES: Final = {
    "AN_ADDRESS": "testing.builders",
    "A_CUSTOMER": "testing.builders",
    "AbleShop": "testing.sources",
    "CHECKS": "testing.sources",
    "CannotDo": "testing.sources",
    "Check": "testing.sources",
    "FakeShop": "testing.fake_shop",
    "Fault": "testing.sources",
    "MirrorStoreSuite": "testing.stores",
    "Outcome": "testing.sources",
    "Paging": "testing.fake_shop",
    "RateLedgerSuite": "testing.stores",
    "Shop": "testing.sources",
    "ShownParcel": "testing.sources",
    "SourceSuite": "testing.source_suite",
    "StoreSuite": "testing.stores",
    "TokenStoreSuite": "testing.stores",
    "CheckVerdict": "testing.sources",
    "Wanted": "testing.sources",
    "WantedLine": "testing.sources",
    "a_line": "testing.builders",
    "a_product": "testing.builders",
    "a_receipt": "testing.builders",
    "a_shipment": "testing.builders",
    "a_stock_level": "testing.builders",
    "an_order": "testing.builders",
    "an_unreadable_order": "testing.builders",
    "check_source": "testing.sources",
}

__all__ = [
    "AN_ADDRESS",
    "A_CUSTOMER",
    "CHECKS",
    "AbleShop",
    "CannotDo",
    "Check",
    "CheckVerdict",
    "FakeShop",
    "Fault",
    "MirrorStoreSuite",
    "Outcome",
    "Paging",
    "RateLedgerSuite",
    "Shop",
    "ShownParcel",
    "SourceSuite",
    "StoreSuite",
    "TokenStoreSuite",
    "Wanted",
    "WantedLine",
    "a_line",
    "a_product",
    "a_receipt",
    "a_shipment",
    "a_stock_level",
    "an_order",
    "an_unreadable_order",
    "check_source",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(__name__, _HOMES)
