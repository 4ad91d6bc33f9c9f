"""Where orders come from: one package or module for each source we ship, and what a source of your own can do.

A source is any class with the methods of ``OrderSource``; each method of the other protocols is one more thing it can
do. Each name loads when it is first used.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from tradegecko_bridge.lazy import lazily

if TYPE_CHECKING:
    from tradegecko_bridge.ports import (
        AcceptsAllStock,
        AcceptsProducts,
        AcceptsReceipts,
        AcceptsStock,
        AcceptsTracking,
        AcknowledgesIngest,
        CancelsOrders,
        GivesOrderAgain,
        GivesOrdersSince,
        GivesReturns,
        GivesStock,
        HasIdentity,
        HasStockLocations,
        OrderSource,
        TellsNotes,
        WithdrawsProducts,
        WithdrawsTracking,
    )
    from tradegecko_bridge.sources.folder import FolderSource, Format, Layout, Packed, Split
    from tradegecko_bridge.sources.medusa import MedusaSource
    from tradegecko_bridge.sources.shopify import OrderNudge, ShopifySource, ShopifyWebhooks
    from tradegecko_bridge.sources.vendure import VendureSource
    from tradegecko_bridge.sources.woocommerce import WooCommerceSource, is_woocommerce_webhook

_HOMES: Final = {
    "AcceptsAllStock": "ports",
    "AcceptsProducts": "ports",
    "AcceptsReceipts": "ports",
    "AcceptsStock": "ports",
    "AcceptsTracking": "ports",
    "AcknowledgesIngest": "ports",
    "CancelsOrders": "ports",
    "FolderSource": "sources.folder",
    "Format": "sources.folder",
    "GivesOrderAgain": "ports",
    "GivesOrdersSince": "ports",
    "GivesReturns": "ports",
    "GivesStock": "ports",
    "HasIdentity": "ports",
    "HasStockLocations": "ports",
    "Layout": "sources.folder",
    "MedusaSource": "sources.medusa",
    "OrderNudge": "sources.shopify",
    "OrderSource": "ports",
    "Packed": "sources.folder",
    "ShopifySource": "sources.shopify",
    "ShopifyWebhooks": "sources.shopify",
    "Split": "sources.folder",
    "TellsNotes": "ports",
    "VendureSource": "sources.vendure",
    "WithdrawsProducts": "ports",
    "WithdrawsTracking": "ports",
    "WooCommerceSource": "sources.woocommerce",
    "is_woocommerce_webhook": "sources.woocommerce",
}

__all__ = [
    "AcceptsAllStock",
    "AcceptsProducts",
    "AcceptsReceipts",
    "AcceptsStock",
    "AcceptsTracking",
    "AcknowledgesIngest",
    "CancelsOrders",
    "FolderSource",
    "Format",
    "GivesOrderAgain",
    "GivesOrdersSince",
    "GivesReturns",
    "GivesStock",
    "HasIdentity",
    "HasStockLocations",
    "Layout",
    "MedusaSource",
    "OrderNudge",
    "OrderSource",
    "Packed",
    "ShopifySource",
    "ShopifyWebhooks",
    "Split",
    "TellsNotes",
    "VendureSource",
    "WithdrawsProducts",
    "WithdrawsTracking",
    "WooCommerceSource",
    "is_woocommerce_webhook",
]

if not TYPE_CHECKING:
    __getattr__, __dir__ = lazily(__name__, _HOMES)
