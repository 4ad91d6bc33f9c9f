"""WooCommerce: orders from its REST API v3, and shipments, stock and product details back to it."""

from tradegecko_bridge.sources.woocommerce.source import WooCommerceSource
from tradegecko_bridge.sources.woocommerce.webhooks import is_woocommerce_webhook

__all__ = ["WooCommerceSource", "is_woocommerce_webhook"]
