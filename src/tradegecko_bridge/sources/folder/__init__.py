"""A folder as an order source: order files go in, tracking, stock, products and receipts come back as files."""

from tradegecko_bridge.sources.folder.declared import Packed, Split
from tradegecko_bridge.sources.folder.format import Format
from tradegecko_bridge.sources.folder.source import FolderSource
from tradegecko_bridge.sources.folder.tables import Layout

__all__ = ["FolderSource", "Format", "Layout", "Packed", "Split"]
