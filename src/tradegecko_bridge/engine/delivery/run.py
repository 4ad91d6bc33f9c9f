"""A run of deliveries: everything that is due, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Final

from tradegecko_bridge.commerce import DeliveryReceipt, Verdict
from tradegecko_bridge.engine.context import Context, offer
from tradegecko_bridge.engine.delivery.catalog_lookup import catalog_of
from tradegecko_bridge.engine.delivery.ingest import ingest
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.engine.delivery.partitions import partitions, run_partitions
from tradegecko_bridge.engine.delivery.sender import Sender
from tradegecko_bridge.engine.mapping.order_numbers import remote_number
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.source_changes.cancellations import void_canceled
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ledger import DELIVERED_STATES, OPEN_STATES, LedgerEntry, OrderState
from tradegecko_bridge.ports import AcceptsReceipts

BATCH: Final = 200
OPERATION: Final = "deliver orders"


def deliver_orders(context: Context) -> Report:
    """Take in what is new, then deliver what is due."""
    with context.report(OPERATION) as report:
        ingest(context, report)
        void_canceled(context, report)
        outcomes = Outcomes(context, report)
        try:
            _deliver_all(context, outcomes)
        except GatewayError as error:
            report.fail(error)
        _send_receipts(context, outcomes.receipts, report)
        _note_claimed(context, report)
    return report


def _deliver_all(context: Context, outcomes: Outcomes) -> None:
    """Claim and deliver until nothing is due that was due when the run began: what is put off waits for the next run.

    Raises:
        AccessDenied, Unavailable: nothing can be delivered now; what was claimed is given back.
    """
    sender, started, done = Sender(context, outcomes), context.clock(), set[int]()
    while claimed := _claim(context, started, done):
        try:
            _deliver_batch(context, sender, claimed, done)
        finally:
            outcomes.tell(claimed)
        context.gateway.remember()


def _deliver_batch(context: Context, sender: Sender, claimed: Sequence[LedgerEntry], done: set[int]) -> None:
    waiting, one_at_a_time = {entry.id: entry for entry in claimed}, Lock()
    try:
        orders = {entry.id: entry.order for entry in claimed if entry.order and entry.state not in DELIVERED_STATES}
        catalog = catalog_of(context, list(orders.values()))
        context.gateway.expect(
            [_number(context, entry) for entry in claimed if entry.id in orders],
            [(order.customer, order.billing_address or order.shipping_address) for order in orders.values()],
        )

        def deliver(entries: Sequence[LedgerEntry], going_on: Callable[[], bool]) -> None:
            sender.deliver(entries, catalog, going_on)
            with one_at_a_time:
                for entry in entries if going_on() else ():
                    done.add(waiting.pop(entry.id).id)
                    context.progress(OPERATION, len(done))

        run_partitions(partitions(claimed, lambda entry: _number(context, entry)), deliver, context.in_flight)
    finally:
        for entry in waiting.values():
            context.store.release_claim(entry)


def _number(context: Context, entry: LedgerEntry) -> str:
    return entry.remote_number or remote_number(entry.number, context.settings)


def _claim(context: Context, started: datetime, done: set[int]) -> Sequence[LedgerEntry]:
    """The next orders, each at most once a run."""
    until = context.until(context.clock())
    claimed = context.store.claim(context.connection, context.worker, at=started, until=until, limit=BATCH)
    for entry in claimed:
        if entry.id in done:
            context.store.release_claim(entry)
    return [entry for entry in claimed if entry.id not in done]


def _send_receipts(context: Context, receipts: Sequence[DeliveryReceipt], report: Report) -> None:
    """Tell a source that wants to know where its orders went; not essential, so a failure is only reported."""
    source = context.source
    if not receipts or not isinstance(source, AcceptsReceipts):
        return
    results = offer(source, source.accept_receipts, receipts, lambda r: r.order_reference, "accepting receipts")
    failed = {r.message for r in results.values() if r.verdict in (Verdict.FAILED, Verdict.REFUSED)}
    report.problems.extend(f"receipts: {message}" for message in sorted(failed))


def _note_claimed(context: Context, report: Report) -> None:
    """Orders this run left alone because somebody else has them, or died with them."""
    now = context.clock()
    for entry in context.store.entries(context.connection, states=OPEN_STATES - {OrderState.HELD}):
        if entry.claim is not None and entry.claim.until > now:
            until = f"{entry.claim.until:%H:%M:%S} UTC"
            report.add(entry.number, Outcome.CLAIMED, f"{entry.claim.worker} is working on it, until {until} at most")
