"""Notes on orders: what people in the shop read, and customers where they are to be told."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence

from tradegecko_bridge.commerce import DeliveryReceipt, ItemResult
from tradegecko_bridge.sources import toolkit as tk
from tradegecko_bridge.sources.woocommerce.api import WooApi


def note_once(api: WooApi, order: str, text: str, *, to_customer: bool = False) -> None:
    """Write a note if the order has none like it. A customer gets theirs as an e-mail."""
    path = f"orders/{order}/notes"
    if text not in (html.unescape(str(note.get("note"))) for note in api.get(path).rows):
        api.post(path, {"note": text, "customer_note": to_customer})


def note_receipts(api: WooApi, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
    """On each order, once, its number in TradeGecko."""

    def act(receipt: DeliveryReceipt) -> ItemResult:
        text = f"TradeGecko order {receipt.remote_number} (id {receipt.remote_id})"
        note_once(api, receipt.order_reference, text)
        return tk.accepted(receipt.order_reference)

    return tk.answer_each(receipts, lambda receipt: receipt.order_reference, act)
