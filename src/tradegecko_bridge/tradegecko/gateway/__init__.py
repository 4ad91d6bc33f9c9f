"""Where commerce meets TradeGecko's records."""

from tradegecko_bridge.tradegecko.gateway.gateway import TradeGeckoGateway

__all__ = ["TradeGeckoGateway"]
