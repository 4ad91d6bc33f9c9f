"""The drivers: the only modules here that use the network."""

from tradegecko_bridge.tradegecko.client.aio import AsyncTradeGeckoClient
from tradegecko_bridge.tradegecko.client.auth import BearerToken, StoredLogin
from tradegecko_bridge.tradegecko.client.login import Logins
from tradegecko_bridge.tradegecko.client.options import DEFAULT, Limiter
from tradegecko_bridge.tradegecko.client.sending import Exchange
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.limits import Priority, RateLimiter

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
