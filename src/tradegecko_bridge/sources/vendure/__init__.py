"""Vendure 3: orders from its admin API, and shipments, stock and product details back to it."""

from tradegecko_bridge.sources.vendure.source import VendureSource

__all__ = ["VendureSource"]
