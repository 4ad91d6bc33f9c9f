"""What orders refer to in the account, asked for a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.engine.mapping import LONGEST_SKU, Catalog
from tradegecko_bridge.engine.rules import dressed
from tradegecko_bridge.engine.wiring import Wiring


def catalog_of(wiring: Wiring, orders: Sequence[SourceOrder]) -> Catalog:
    """The variants and currencies of these orders.

    Raises:
        AccessDenied, Unavailable: the account cannot be asked.
    """
    lines = (line for order in orders for line in dressed(order, wiring.settings).lines)
    skus = {line.sku for line in lines if line.sku and len(line.sku) <= LONGEST_SKU}
    gateway = wiring.gateway
    currencies = gateway.currencies({order.currency for order in orders})
    return Catalog(variants=gateway.find_variants(skus) if skus else {}, currencies=currencies)
