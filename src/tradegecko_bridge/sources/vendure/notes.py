"""Private notes on orders: where we remember, in the shop itself, what we have told it.

Vendure has no field for somebody else's reference. A private note is seen by shopkeepers only, sends no mail
and moves no clock.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from tradegecko_bridge.commerce import DeliveryReceipt, ItemResult, Verdict
from tradegecko_bridge.errors import SourceRefused
from tradegecko_bridge.sources.toolkit.batch import answer_each
from tradegecko_bridge.sources.vendure.api import Json, VendureApi

# A selection within an order. The newest hundred: shops write a few.
NOTES = 'history(options: {filter: {type: {eq: "ORDER_NOTE"}}, sort: {createdAt: DESC}, take: 100}){items{data}}'

READ = f"query Notes($id: ID!){{order(id: $id){{id {NOTES}}}}}"
ADD = "mutation Note($note: AddNoteToOrderInput!){addNoteToOrder(input: $note){id}}"


def texts(order: Json) -> list[str]:
    """The notes of an order that was read with ``NOTES``."""
    found = (item["data"] or {} for item in order["history"]["items"])
    return [str(data.get("note", "")) for data in found]


def add_note(api: VendureApi, order_id: str, text: str) -> None:
    """Write a private note on an order."""
    api.do(ADD, note={"id": order_id, "note": text, "isPublic": False})


def note_receipts(api: VendureApi, receipts: Sequence[DeliveryReceipt]) -> Iterator[ItemResult]:
    """Note on each order its number in TradeGecko, once."""

    def act(receipt: DeliveryReceipt) -> ItemResult:
        text = f"TradeGecko order {receipt.remote_number} (id {receipt.remote_id})"
        order = api.ask(READ, id=receipt.order_reference)["order"]
        if order is None:
            raise SourceRefused(f"Vendure has no order with the id {receipt.order_reference}")
        if text not in texts(order):
            add_note(api, receipt.order_reference, text)
        return ItemResult(key=receipt.order_reference, verdict=Verdict.ACCEPTED)

    return answer_each(receipts, lambda receipt: receipt.order_reference, act)
