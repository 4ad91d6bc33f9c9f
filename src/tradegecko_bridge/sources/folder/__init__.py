"""A folder as an order source: order files go in, tracking, stock, products and receipts come back as files."""

from tradegecko_bridge.sources.folder.source import FolderSource

__all__ = ["FolderSource"]
