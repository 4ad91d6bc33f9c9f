"""TradeGecko: its records and calls as values, the drivers that send them, and the gateway the engine sees.

Usable without the engine: ``from tradegecko_bridge import TradeGeckoClient``.
"""
