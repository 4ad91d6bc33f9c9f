"""Brings shop orders to TradeGecko exactly once, and shipment tracking, stock levels and product details back.

The names below are the public ones; each loads its part of the package when it is first used.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

from tradegecko_bridge._version import __version__

if TYPE_CHECKING:
    from tradegecko_bridge.engine import ConnectionSettings, Decisions, Report, RunReport, SyncEngine, Timing
    from tradegecko_bridge.sandbox import Sandbox
    from tradegecko_bridge.sources.folder import FolderSource
    from tradegecko_bridge.sources.vendure import VendureSource
    from tradegecko_bridge.stores.memory import MemoryStore
    from tradegecko_bridge.stores.sql import SqlStore
    from tradegecko_bridge.tradegecko.client import AsyncTradeGeckoClient, TradeGeckoClient
    from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway

_HOME: Final = {
    "AsyncTradeGeckoClient": "tradegecko.client",
    "ConnectionSettings": "engine",
    "Decisions": "engine",
    "FolderSource": "sources.folder",
    "MemoryStore": "stores.memory",
    "Report": "engine",
    "RunReport": "engine",
    "Sandbox": "sandbox",
    "SqlStore": "stores.sql",
    "SyncEngine": "engine",
    "Timing": "engine",
    "TradeGeckoClient": "tradegecko.client",
    "TradeGeckoGateway": "tradegecko.gateway",
    "VendureSource": "sources.vendure",
}

__all__ = [
    "AsyncTradeGeckoClient",
    "ConnectionSettings",
    "Decisions",
    "FolderSource",
    "MemoryStore",
    "Report",
    "RunReport",
    "Sandbox",
    "SqlStore",
    "SyncEngine",
    "Timing",
    "TradeGeckoClient",
    "TradeGeckoGateway",
    "VendureSource",
    "__version__",
]


def __getattr__(name: str) -> Any:
    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return list(__all__)
