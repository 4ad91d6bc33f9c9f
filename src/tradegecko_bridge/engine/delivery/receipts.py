"""Receipts: telling a source where its orders went. They are owed in the ledger from when an order is delivered."""

from __future__ import annotations

from collections.abc import Sequence

from tradegecko_bridge.commerce import DeliveryReceipt, Verdict
from tradegecko_bridge.commerce.codec import loaded
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.keys import storable_reference
from tradegecko_bridge.engine.report import Report
from tradegecko_bridge.engine.source_calls import offer
from tradegecko_bridge.ledger import RECEIPT
from tradegecko_bridge.ports import AcceptsReceipts


def send_receipts(context: Context, receipts: Sequence[DeliveryReceipt], report: Report) -> None:
    """Tell a source that wants to know all that it is owed: by this run, whose ``receipts`` come in their order, and by
    one that was lost. What it fails to take is told again by the next run; another worker that tells it now goes on."""
    source, store, connection = context.source, context.store, context.connection
    if not isinstance(source, AcceptsReceipts) or not any(store.told_values(connection, RECEIPT).values()):
        return
    until = context.lease_end()
    stream = store.claim_stream(connection, RECEIPT, context.worker, at=context.clock(), until=until)
    if stream is None:
        return
    try:
        owed = {key: text for key, text in store.told_values(connection, RECEIPT).items() if text}
        mine = {storable_reference(receipt.order_reference): receipt for receipt in receipts}
        now = {key: receipt for key, receipt in mine.items() if key in owed}
        told = {key: loaded(text, DeliveryReceipt) for key, text in owed.items() if key not in now} | now
        results = offer(
            source, source.accept_receipts, list(told.values()), lambda r: r.order_reference, "accepting receipts"
        )
        failed = {key for key, one in told.items() if results[one.order_reference].verdict is Verdict.FAILED}
        store.record_told_values(connection, RECEIPT, dict.fromkeys(told.keys() - failed, ""), at=context.clock())
    finally:
        store.release_stream(stream)
    said = {r.message for r in results.values() if r.verdict in (Verdict.FAILED, Verdict.REFUSED)}
    report.problems.extend(f"receipts: {message}" for message in sorted(said))
