"""What Shopify is told of an order beside its shipments: where it went, and that it was canceled."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from tradegecko_bridge.commerce import DeliveryReceipt, ItemResult
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.shopify import queries
from tradegecko_bridge.sources.shopify.api import ShopifyApi, gid
from tradegecko_bridge.sources.shopify.parcels import NAMESPACE

ORDER = "order"
AT_ONCE = 25
"""Metafields that one call may set."""


def note_receipts(api: ShopifyApi, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
    """A metafield of each order with its number in TradeGecko; told twice, it is the same one."""

    def write(some: Sequence[DeliveryReceipt]) -> Mapping[str, str]:
        rows = [
            {
                "ownerId": gid("Order", one.order_reference),
                "namespace": NAMESPACE,
                "key": ORDER,
                "type": "single_line_text_field",
                "value": f"{one.remote_number} (id {one.remote_id})",
            }
            for one in some
        ]
        api.do(queries.NOTE, repeatable=True, metafields=rows)
        return {}

    for some in tk.in_chunks(receipts, AT_ONCE):
        yield from tk.write_together(some, lambda receipt: receipt.order_reference, write)


def cancel(api: ShopifyApi, references: Sequence[str]) -> Iterator[ItemResult]:
    """Each order canceled and its goods restocked; nobody is refunded, and no customer is told."""

    def act(reference: str) -> ItemResult:
        whole = gid("Order", reference)
        order = api.ask(queries.STATE, id=whole)["order"]
        if order is None:
            return tk.refused(reference, "the order is not in Shopify: was it deleted there?")
        if order["cancelledAt"] is None:
            api.do(queries.CANCEL, id=whole)
        return tk.accepted(reference)

    return tk.answer_each(references, str, act)
