"""Medusa 2: orders from its admin API, and shipments, stock, product details and cancellations back to it."""

from tradegecko_bridge.sources.medusa.source import MedusaSource

__all__ = ["MedusaSource"]
