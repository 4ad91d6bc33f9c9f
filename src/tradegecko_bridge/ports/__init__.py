"""The ports of the engine: what it needs from order sources, an order-management system, a ledger and their kin.

A class that has the methods fits; it need not inherit from the port. Each port has a module of its own.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradegecko_bridge.lazy import lazily

if TYPE_CHECKING:
    from tradegecko_bridge.ports.addresses import ChecksAddresses
    from tradegecko_bridge.ports.clock import Clock
    from tradegecko_bridge.ports.gateway import (
        CreatesReturns,
        FindsTwins,
        Gateway,
        KeepsStock,
        ListsPrices,
        ShowsOrders,
        ShowsPrices,
        ShowsTaxRates,
        ShowsTimeZone,
        TellsChangedProducts,
        TellsChanges,
    )
    from tradegecko_bridge.ports.limits import RateLedger
    from tradegecko_bridge.ports.logins import TokenStore
    from tradegecko_bridge.ports.mirrors import MirrorStore
    from tradegecko_bridge.ports.runs import RunStore
    from tradegecko_bridge.ports.shipments import ShipmentStore
    from tradegecko_bridge.ports.sources import (
        AcceptsAllStock,
        AcceptsProducts,
        AcceptsReceipts,
        AcceptsStock,
        AcceptsTracking,
        AcknowledgesIngest,
        CancelsOrders,
        Checks,
        Closes,
        GivesOrderAgain,
        GivesOrdersSince,
        GivesReturns,
        GivesStock,
        HandedOver,
        HasIdentity,
        HasStatusWords,
        HasStockLocations,
        OrderSource,
        TakesEarliest,
        TellsNotes,
        WithdrawsProducts,
        WithdrawsTracking,
    )
    from tradegecko_bridge.ports.stores import (
        AccountStore,
        AlertStore,
        OrderStore,
        OutboxStore,
        PrivacyStore,
        Spool,
        Store,
        ToldValueStore,
    )

_HOMES: Final = {
    "AcceptsAllStock": "ports.sources",
    "AcceptsProducts": "ports.sources",
    "AcceptsReceipts": "ports.sources",
    "AcceptsStock": "ports.sources",
    "AcceptsTracking": "ports.sources",
    "AccountStore": "ports.stores",
    "AcknowledgesIngest": "ports.sources",
    "AlertStore": "ports.stores",
    "CancelsOrders": "ports.sources",
    "Checks": "ports.sources",
    "ChecksAddresses": "ports.addresses",
    "Clock": "ports.clock",
    "Closes": "ports.sources",
    "CreatesReturns": "ports.gateway",
    "FindsTwins": "ports.gateway",
    "Gateway": "ports.gateway",
    "GivesOrderAgain": "ports.sources",
    "GivesOrdersSince": "ports.sources",
    "GivesReturns": "ports.sources",
    "GivesStock": "ports.sources",
    "HandedOver": "ports.sources",
    "HasIdentity": "ports.sources",
    "HasStatusWords": "ports.sources",
    "HasStockLocations": "ports.sources",
    "KeepsStock": "ports.gateway",
    "ListsPrices": "ports.gateway",
    "MirrorStore": "ports.mirrors",
    "OrderSource": "ports.sources",
    "OrderStore": "ports.stores",
    "OutboxStore": "ports.stores",
    "PrivacyStore": "ports.stores",
    "RateLedger": "ports.limits",
    "RunStore": "ports.runs",
    "ShipmentStore": "ports.shipments",
    "ShowsOrders": "ports.gateway",
    "ShowsPrices": "ports.gateway",
    "ShowsTaxRates": "ports.gateway",
    "ShowsTimeZone": "ports.gateway",
    "Spool": "ports.stores",
    "Store": "ports.stores",
    "TakesEarliest": "ports.sources",
    "TellsChangedProducts": "ports.gateway",
    "TellsChanges": "ports.gateway",
    "TellsNotes": "ports.sources",
    "TokenStore": "ports.logins",
    "ToldValueStore": "ports.stores",
    "WithdrawsProducts": "ports.sources",
    "WithdrawsTracking": "ports.sources",
}

__all__ = [
    "AcceptsAllStock",
    "AcceptsProducts",
    "AcceptsReceipts",
    "AcceptsStock",
    "AcceptsTracking",
    "AccountStore",
    "AcknowledgesIngest",
    "AlertStore",
    "CancelsOrders",
    "Checks",
    "ChecksAddresses",
    "Clock",
    "Closes",
    "CreatesReturns",
    "FindsTwins",
    "Gateway",
    "GivesOrderAgain",
    "GivesOrdersSince",
    "GivesReturns",
    "GivesStock",
    "HandedOver",
    "HasIdentity",
    "HasStatusWords",
    "HasStockLocations",
    "KeepsStock",
    "ListsPrices",
    "MirrorStore",
    "OrderSource",
    "OrderStore",
    "OutboxStore",
    "PrivacyStore",
    "RateLedger",
    "RunStore",
    "ShipmentStore",
    "ShowsOrders",
    "ShowsPrices",
    "ShowsTaxRates",
    "ShowsTimeZone",
    "Spool",
    "Store",
    "TakesEarliest",
    "TellsChangedProducts",
    "TellsChanges",
    "TellsNotes",
    "TokenStore",
    "ToldValueStore",
    "WithdrawsProducts",
    "WithdrawsTracking",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(__name__, _HOMES)
