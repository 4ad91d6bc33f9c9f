"""The drivers: the only modules here that use the network."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradegecko_bridge.lazy import lazily

if TYPE_CHECKING:
    from tradegecko_bridge.tradegecko.client.aio import AsyncTradeGeckoClient
    from tradegecko_bridge.tradegecko.client.auth import BearerToken
    from tradegecko_bridge.tradegecko.client.login import Logins
    from tradegecko_bridge.tradegecko.client.options import DEFAULT, Limiter
    from tradegecko_bridge.tradegecko.client.sending import Exchange
    from tradegecko_bridge.tradegecko.client.stored_login import StoredLogin
    from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
    from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter

_HOMES: Final = {
    "AsyncTradeGeckoClient": "tradegecko.client.aio",
    "BearerToken": "tradegecko.client.auth",
    "DEFAULT": "tradegecko.client.options",
    "Exchange": "tradegecko.client.sending",
    "Limiter": "tradegecko.client.options",
    "Logins": "tradegecko.client.login",
    "Priority": "tradegecko.limits",
    "RateLimiter": "tradegecko.limits",
    "StoredLogin": "tradegecko.client.stored_login",
    "TradeGeckoClient": "tradegecko.client.sync",
}

__all__ = [
    "DEFAULT",
    "AsyncTradeGeckoClient",
    "BearerToken",
    "Exchange",
    "Limiter",
    "Logins",
    "Priority",
    "RateLimiter",
    "StoredLogin",
    "TradeGeckoClient",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(__name__, _HOMES)
