"""The ports of the engine: what it needs from order sources, an order-management system, a ledger and their kin.

A class that has the methods fits; it need not inherit from the port. Each port has a module of its own.
"""

from tradegecko_bridge.ports.clock import Clock
from tradegecko_bridge.ports.gateway import Gateway, ShowsOrders
from tradegecko_bridge.ports.limits import RateLedger
from tradegecko_bridge.ports.logins import TokenStore
from tradegecko_bridge.ports.mirrors import MirrorStore
from tradegecko_bridge.ports.sources import (
    AcceptsProducts,
    AcceptsReceipts,
    AcceptsStock,
    AcceptsTracking,
    AcknowledgesIngest,
    GivesOrderAgain,
    GivesOrdersSince,
    HasIdentity,
    OrderSource,
)
from tradegecko_bridge.ports.stores import (
    AccountStore,
    AlertStore,
    OrderStore,
    PrivacyStore,
    ShipmentStore,
    Store,
    ToldValueStore,
)

__all__ = [
    "AcceptsProducts",
    "AcceptsReceipts",
    "AcceptsStock",
    "AcceptsTracking",
    "AccountStore",
    "AcknowledgesIngest",
    "AlertStore",
    "Clock",
    "Gateway",
    "GivesOrderAgain",
    "GivesOrdersSince",
    "HasIdentity",
    "MirrorStore",
    "OrderSource",
    "OrderStore",
    "PrivacyStore",
    "RateLedger",
    "ShipmentStore",
    "ShowsOrders",
    "Store",
    "TokenStore",
    "ToldValueStore",
]
