"""The drivers: the only place of this wing that talks over the network."""

from tradegecko_bridge.tradegecko.client.auth import BearerToken
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient

__all__ = ["BearerToken", "TradeGeckoClient"]
