"""Returns in the account: looked for by their mark, and created once (reference §5.9)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from itertools import chain
from typing import Any

from tradegecko_bridge.errors import Rejected
from tradegecko_bridge.tradegecko import resources
from tradegecko_bridge.tradegecko.client.sync import TradeGeckoClient
from tradegecko_bridge.tradegecko.gateway.error_mapping import writing
from tradegecko_bridge.tradegecko.gateway.listing import pages
from tradegecko_bridge.tradegecko.gateway.marks import MARK
from tradegecko_bridge.tradegecko.gateway.mirror import Mirror
from tradegecko_bridge.tradegecko.retry import NO_RETRY


def find_return(client: TradeGeckoClient, order_id: str, marker: str) -> str | None:
    """By the mark at the end of its notes; void and deleted ones too, for somebody made them so."""
    call = resources.FULFILLMENT_RETURNS.list(order_id=int(order_id))
    call = call.with_params(status=("returning", "received", "void", "deleted"))
    for one in chain.from_iterable(pages(client, call, whole=True)):
        if (one.notes or "").endswith(f"{MARK}{marker}"):
            return str(one.id)
    return None


def create_return(
    client: TradeGeckoClient,
    mirror: Mirror,
    order_id: str,
    units: Mapping[str, Decimal],
    *,
    status: str,
    marker: str,
    key: str,
) -> str:
    """``POST /fulfillment_returns`` of the order's lines that have these variants."""
    fields: dict[str, Any] = {
        "order_id": int(order_id),
        "status": status,
        "notes": f"{MARK}{marker}",
        "fulfillment_return_line_items": _lines(client, order_id, units),
    }
    call = resources.FULFILLMENT_RETURNS.create(fields, idempotency_key=key)
    with writing():
        return str(client.send(call, retry=NO_RETRY, may_leave=lambda: mirror.is_as_it_was).id)


def _lines(client: TradeGeckoClient, order_id: str, units: Mapping[str, Decimal]) -> list[dict[str, Any]]:
    """The units on the order's lines, of each line as many as it has.

    Raises:
        Rejected: the order has fewer.
    """
    left, found = dict(units), list[dict[str, Any]]()
    items = chain.from_iterable(pages(client, resources.ORDER_LINE_ITEMS.list(order_id=int(order_id)), whole=True))
    for item in items:
        some = min(left.get(str(item.variant_id), Decimal(0)), item.quantity or Decimal(0))
        if some > 0:
            found.append({"order_line_item_id": item.id, "quantity": some})
            left[str(item.variant_id)] -= some
    if any(left.values()):
        raise Rejected("more comes back than the order has of it; create the return by hand")
    return found
