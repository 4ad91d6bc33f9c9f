"""A run of deliveries: everything that is due, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from threading import Lock
from typing import Final

from tradegecko_bridge.commerce import DeliveryReceipt, Verdict
from tradegecko_bridge.engine.cancellations import void_canceled
from tradegecko_bridge.engine.catalog import catalog_of
from tradegecko_bridge.engine.intake import take_in
from tradegecko_bridge.engine.lanes import lanes, side_by_side
from tradegecko_bridge.engine.numbers import remote_number
from tradegecko_bridge.engine.outcomes import Outcomes
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.sending import Sender
from tradegecko_bridge.engine.wiring import Wiring, offer
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ledger import AT_REMOTE, OPEN, LedgerEntry, OrderState
from tradegecko_bridge.ports import AcceptsReceipts

BATCH: Final = 200
OPERATION: Final = "deliver orders"


def deliver_orders(wiring: Wiring) -> Report:
    """Take in what is new, then deliver what is due."""
    with wiring.report(OPERATION) as report:
        take_in(wiring, report)
        void_canceled(wiring, report)
        outcomes = Outcomes(wiring, report)
        try:
            _deliver_all(wiring, outcomes)
        except GatewayError as error:
            report.fail(error)
        _send_receipts(wiring, outcomes.receipts, report)
        _note_claimed(wiring, report)
    return report


def _deliver_all(wiring: Wiring, outcomes: Outcomes) -> None:
    """Claim and deliver until nothing is due that was due when the run began: what is put off waits for the next run.

    Raises:
        AccessDenied, Unavailable: nothing can be delivered now; what was claimed is given back.
    """
    sender, started, done = Sender(wiring, outcomes), wiring.clock(), set[int]()
    while claimed := _claim(wiring, started, done):
        try:
            _deliver_batch(wiring, sender, claimed, done)
        finally:
            outcomes.tell(claimed)
        wiring.gateway.remember()


def _deliver_batch(wiring: Wiring, sender: Sender, claimed: Sequence[LedgerEntry], done: set[int]) -> None:
    waiting, one_at_a_time = {entry.id: entry for entry in claimed}, Lock()
    try:
        orders = {entry.id: entry.order for entry in claimed if entry.order and entry.state not in AT_REMOTE}
        catalog = catalog_of(wiring, list(orders.values()))
        wiring.gateway.expect(
            [_number(wiring, entry) for entry in claimed if entry.id in orders],
            [(order.customer, order.billing_address or order.shipping_address) for order in orders.values()],
        )

        def deliver(entries: Sequence[LedgerEntry], going_on: Callable[[], bool]) -> None:
            sender.deliver(entries, catalog, going_on)
            with one_at_a_time:
                for entry in entries if going_on() else ():
                    done.add(waiting.pop(entry.id).id)
                    wiring.progress(OPERATION, len(done))

        side_by_side(lanes(claimed, lambda entry: _number(wiring, entry)), deliver, wiring.in_flight)
    finally:
        for entry in waiting.values():
            wiring.store.unclaim(entry)


def _number(wiring: Wiring, entry: LedgerEntry) -> str:
    return entry.remote_number or remote_number(entry.number, wiring.settings)


def _claim(wiring: Wiring, started: datetime, done: set[int]) -> Sequence[LedgerEntry]:
    """The next orders, each at most once a run."""
    until = wiring.until(wiring.clock())
    claimed = wiring.store.claim(wiring.connection, wiring.worker, at=started, until=until, limit=BATCH)
    for entry in claimed:
        if entry.id in done:
            wiring.store.unclaim(entry)
    return [entry for entry in claimed if entry.id not in done]


def _send_receipts(wiring: Wiring, receipts: Sequence[DeliveryReceipt], report: Report) -> None:
    """Tell a source that wants to know where its orders went; not essential, so a failure is only reported."""
    source = wiring.source
    if not receipts or not isinstance(source, AcceptsReceipts):
        return
    results = offer(source, source.accept_receipts, receipts, lambda r: r.order_reference, "accepting receipts")
    failed = {r.message for r in results.values() if r.verdict in (Verdict.FAILED, Verdict.REFUSED)}
    report.problems.extend(f"receipts: {message}" for message in sorted(failed))


def _note_claimed(wiring: Wiring, report: Report) -> None:
    """Orders this run left alone because somebody else has them, or died with them."""
    now = wiring.clock()
    for entry in wiring.store.entries(wiring.connection, states=OPEN - {OrderState.HELD}):
        if entry.claim is not None and entry.claim.until > now:
            until = f"{entry.claim.until:%H:%M:%S} UTC"
            report.add(entry.number, Outcome.CLAIMED, f"{entry.claim.worker} is working on it, until {until} at most")
