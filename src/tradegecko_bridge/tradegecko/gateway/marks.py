"""By what orders of ours are known, and which of them are alive."""

from __future__ import annotations

from typing import Final

from tradegecko_bridge.tradegecko import records

MARK: Final = "#tgb-"
"""Begins the mark at the end of ``source_url`` by which we know our own orders; the link still works with it."""
GONE: Final = ("void", "deleted")
"""What an order's status is when nothing comes of it any more."""


def marker_of(order: records.Order) -> str | None:
    """The marker of an order of ours; None on others."""
    _, mark, marker = (order.source_url or "").rpartition(MARK)
    return marker if mark else None
