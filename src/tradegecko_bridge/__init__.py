"""Brings shop orders to TradeGecko exactly once, and shipment tracking, stock levels and product details back.

The names below are the public ones; each loads its part of the package when it is first used. Beside them stand
:mod:`~tradegecko_bridge.commerce` (orders, shipments, stock), :mod:`~tradegecko_bridge.errors`,
:mod:`~tradegecko_bridge.payloads` and :mod:`~tradegecko_bridge.records` (what the client sends and gets),
:mod:`~tradegecko_bridge.sources`, :mod:`~tradegecko_bridge.testing` and :mod:`~tradegecko_bridge.webhooks`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradegecko_bridge._version import __version__
from tradegecko_bridge.lazy import lazily

if TYPE_CHECKING:
    from tradegecko_bridge.config import Config, load_config
    from tradegecko_bridge.engine import (
        Answers,
        ConnectionSettings,
        Decisions,
        DiscountTax,
        Item,
        Job,
        LineTax,
        MatchBy,
        OnCancel,
        OnChange,
        OnVoid,
        OrderStatus,
        Outcome,
        PartialShipments,
        Report,
        ReturnStatus,
        RunReport,
        SyncEngine,
        TaxTreatment,
        Timing,
        Unpaid,
        adopt_account,
        adopt_source,
        check_ledger,
        expire_personal_data,
        run_together,
        void_double,
    )
    from tradegecko_bridge.foreign import Withheld
    from tradegecko_bridge.ledger import Alert, OrderState
    from tradegecko_bridge.ports import Gateway, OrderSource, Store, TokenStore
    from tradegecko_bridge.ports.logins import Secret
    from tradegecko_bridge.sandbox import Sandbox
    from tradegecko_bridge.sources.folder import FolderSource
    from tradegecko_bridge.sources.medusa import MedusaSource
    from tradegecko_bridge.sources.shopify import ShopifySource
    from tradegecko_bridge.sources.vendure import VendureSource
    from tradegecko_bridge.sources.woocommerce import WooCommerceSource
    from tradegecko_bridge.stores.memory import MemoryStore
    from tradegecko_bridge.stores.sql import SqlStore
    from tradegecko_bridge.stores.tokens import EncryptedTokenStore, FileTokenStore, KeyringTokenStore, MemoryTokenStore
    from tradegecko_bridge.tradegecko.calls import Call, Page, Reply, Shown, query
    from tradegecko_bridge.tradegecko.client import (
        AsyncTradeGeckoClient,
        BearerToken,
        Exchange,
        Limiter,
        Logins,
        Priority,
        RateLimiter,
        StoredLogin,
        TradeGeckoClient,
    )
    from tradegecko_bridge.tradegecko.client.events import (
        AnswerReceived,
        Event,
        RateWait,
        RequestFailed,
        RequestStarted,
        RetryWait,
    )
    from tradegecko_bridge.tradegecko.client.keeper import TokenEndpoint
    from tradegecko_bridge.tradegecko.client.otel import OpenTelemetry
    from tradegecko_bridge.tradegecko.gateway import TradeGeckoGateway
    from tradegecko_bridge.tradegecko.limits import SharedLimiter
    from tradegecko_bridge.tradegecko.oauth import OAuthApp
    from tradegecko_bridge.tradegecko.retry import NO_RETRY, RetryPolicy
    from tradegecko_bridge.wiring.engines import open_engines
    from tradegecko_bridge.wiring.nudges import NUDGE_EVENTS, Nudges, run_nudged

_HOMES: Final = {
    "NO_RETRY": "tradegecko.retry",
    "NUDGE_EVENTS": "wiring.nudges",
    "Alert": "ledger",
    "AnswerReceived": "tradegecko.client.events",
    "Answers": "engine",
    "AsyncTradeGeckoClient": "tradegecko.client",
    "BearerToken": "tradegecko.client",
    "Call": "tradegecko.calls",
    "Config": "config",
    "ConnectionSettings": "engine",
    "Decisions": "engine",
    "DiscountTax": "engine",
    "EncryptedTokenStore": "stores.tokens",
    "Event": "tradegecko.client.events",
    "Exchange": "tradegecko.client",
    "FileTokenStore": "stores.tokens",
    "FolderSource": "sources.folder",
    "Gateway": "ports",
    "Item": "engine",
    "Job": "engine",
    "KeyringTokenStore": "stores.tokens",
    "Limiter": "tradegecko.client",
    "LineTax": "engine",
    "Logins": "tradegecko.client",
    "MatchBy": "engine",
    "MedusaSource": "sources.medusa",
    "MemoryStore": "stores.memory",
    "MemoryTokenStore": "stores.tokens",
    "Nudges": "wiring.nudges",
    "OAuthApp": "tradegecko.oauth",
    "OnCancel": "engine",
    "OnChange": "engine",
    "OnVoid": "engine",
    "OpenTelemetry": "tradegecko.client.otel",
    "OrderSource": "ports",
    "OrderState": "ledger",
    "OrderStatus": "engine",
    "PartialShipments": "engine",
    "Outcome": "engine",
    "Page": "tradegecko.calls",
    "Priority": "tradegecko.client",
    "RateLimiter": "tradegecko.client",
    "RateWait": "tradegecko.client.events",
    "Reply": "tradegecko.calls",
    "Report": "engine",
    "RequestFailed": "tradegecko.client.events",
    "RequestStarted": "tradegecko.client.events",
    "RetryPolicy": "tradegecko.retry",
    "RetryWait": "tradegecko.client.events",
    "ReturnStatus": "engine",
    "RunReport": "engine",
    "Sandbox": "sandbox",
    "Secret": "ports.logins",
    "SharedLimiter": "tradegecko.limits",
    "ShopifySource": "sources.shopify",
    "Shown": "tradegecko.calls",
    "SqlStore": "stores.sql",
    "Store": "ports",
    "StoredLogin": "tradegecko.client",
    "SyncEngine": "engine",
    "TaxTreatment": "engine",
    "Unpaid": "engine",
    "Timing": "engine",
    "TokenEndpoint": "tradegecko.client.keeper",
    "TokenStore": "ports",
    "TradeGeckoClient": "tradegecko.client",
    "TradeGeckoGateway": "tradegecko.gateway",
    "VendureSource": "sources.vendure",
    "WooCommerceSource": "sources.woocommerce",
    "Withheld": "foreign",
    "adopt_account": "engine",
    "adopt_source": "engine",
    "check_ledger": "engine",
    "expire_personal_data": "engine",
    "load_config": "config",
    "open_engines": "wiring.engines",
    "query": "tradegecko.calls",
    "run_nudged": "wiring.nudges",
    "run_together": "engine",
    "void_double": "engine",
}

__all__ = [
    "NO_RETRY",
    "NUDGE_EVENTS",
    "Alert",
    "AnswerReceived",
    "Answers",
    "AsyncTradeGeckoClient",
    "BearerToken",
    "Call",
    "Config",
    "ConnectionSettings",
    "Decisions",
    "DiscountTax",
    "EncryptedTokenStore",
    "Event",
    "Exchange",
    "FileTokenStore",
    "FolderSource",
    "Gateway",
    "Item",
    "Job",
    "KeyringTokenStore",
    "Limiter",
    "LineTax",
    "Logins",
    "MatchBy",
    "MedusaSource",
    "MemoryStore",
    "MemoryTokenStore",
    "Nudges",
    "OAuthApp",
    "OnCancel",
    "OnChange",
    "OnVoid",
    "OpenTelemetry",
    "OrderSource",
    "OrderState",
    "OrderStatus",
    "Outcome",
    "Page",
    "PartialShipments",
    "Priority",
    "RateLimiter",
    "RateWait",
    "Reply",
    "Report",
    "RequestFailed",
    "RequestStarted",
    "RetryPolicy",
    "RetryWait",
    "ReturnStatus",
    "RunReport",
    "Sandbox",
    "Secret",
    "SharedLimiter",
    "ShopifySource",
    "Shown",
    "SqlStore",
    "Store",
    "StoredLogin",
    "SyncEngine",
    "TaxTreatment",
    "Timing",
    "TokenEndpoint",
    "TokenStore",
    "TradeGeckoClient",
    "TradeGeckoGateway",
    "Unpaid",
    "VendureSource",
    "Withheld",
    "WooCommerceSource",
    "__version__",
    "adopt_account",
    "adopt_source",
    "check_ledger",
    "expire_personal_data",
    "load_config",
    "open_engines",
    "query",
    "run_nudged",
    "run_together",
    "void_double",
]

if not TYPE_CHECKING:  # a checker would take every name for one of the package
    __getattr__, __dir__ = lazily(__name__, _HOMES)
