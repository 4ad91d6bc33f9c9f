"""Shopify: orders from its GraphQL Admin API, and shipments, stock and product details back to it."""

from tradegecko_bridge.sources.shopify.source import ShopifySource
from tradegecko_bridge.sources.shopify.webhooks import OrderNudge, RequestHeaders, ShopifyWebhooks

__all__ = ["OrderNudge", "RequestHeaders", "ShopifySource", "ShopifyWebhooks"]
