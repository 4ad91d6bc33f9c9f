"""A run of deliveries: everything that is due, batch by batch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from threading import Lock
from typing import Final

from tradegecko_bridge.commerce import DeliveryReceipt
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery import first_day, holds
from tradegecko_bridge.engine.delivery.decide import DueOrder
from tradegecko_bridge.engine.delivery.doubles import find_doubles
from tradegecko_bridge.engine.delivery.ingest import ingest
from tradegecko_bridge.engine.delivery.outcomes import Outcomes
from tradegecko_bridge.engine.delivery.partitions import partition, run_partitions
from tradegecko_bridge.engine.delivery.planner import Planner
from tradegecko_bridge.engine.delivery.receipts import send_receipts
from tradegecko_bridge.engine.delivery.restores import after_restore
from tradegecko_bridge.engine.delivery.sender import Sender
from tradegecko_bridge.engine.report import DELIVER, Outcome, Report
from tradegecko_bridge.engine.source_changes.cancellations import void_canceled
from tradegecko_bridge.engine.source_changes.differences import look_at_system
from tradegecko_bridge.engine.source_changes.returns import take_returns
from tradegecko_bridge.engine.source_changes.told_voids import tell_voids
from tradegecko_bridge.errors import GatewayError
from tradegecko_bridge.ledger import OPEN_STATES, LedgerEntry, OrderState

BATCH: Final = 200
"""Orders claimed at a time, and twice as many where the batch before was quick."""
QUICK: Final = 1 / 8
"""Of a lease, this part at most: when a lease is over, others may take what still waits in a batch."""


def deliver_orders(context: Context) -> Report:
    """Ingest what is new, then deliver what is due."""
    with context.report(DELIVER) as report:
        first_day.begin(context)
        after_restore(context, report)
        ingest(context, report)
        receipts: list[DeliveryReceipt] = []
        outcomes = Outcomes(context, report)
        try:
            void_canceled(context, report)
            look_at_system(context, report)
            tell_voids(context, report)
            _prepare(context, report)
            _deliver_all(context, outcomes, receipts)
            take_returns(context, report)
        except GatewayError as error:
            report.fail(error)
        report.findings += find_doubles(context)
        send_receipts(context, receipts, report)
        first_day.sum_up(report)
        holds.report_kept(context, report, outcomes.newly_held)
        reported = {item.name for item in report.items}
        for entry in context.store.entries(context.connection, states=OPEN_STATES - {OrderState.HELD}):
            report_left_alone(entry, context.clock(), report, reported)
    return report


def _prepare(context: Context, report: Report) -> None:
    """Give the gateway the occasion to read ahead, as far as that pays for what there is to deliver.

    Raises:
        AccessDenied, Rejected, Unavailable: nothing can be delivered.
    """
    pending = context.store.summary(context.connection, states=(OrderState.PENDING,))
    orders = sum(group.count for group in pending)
    report.notes += context.gateway.prepare(orders, lambda done, total: context.progress("read ahead", done, total))


def _deliver_all(context: Context, outcomes: Outcomes, receipts: list[DeliveryReceipt]) -> None:
    """Claim and deliver until nothing is due that was due when the run began: what is put off waits for the next run.

    Raises:
        AccessDenied, Unavailable: nothing can be delivered now; what was claimed is given back.
    """
    planner = Planner(context)
    holds.look_again(context, planner)
    sender, done, limit = Sender(context, outcomes, planner), set[int](), BATCH
    started = began = context.clock()
    while claimed := _claim(context, started, done, limit):
        try:
            _deliver_batch(context, sender, outcomes, planner, claimed, done)
        finally:
            receipts += outcomes.flush(claimed)
        took, began = context.clock() - began, context.clock()
        limit = BATCH * 2 if took <= context.timing.lease * QUICK else BATCH


def _deliver_batch(
    context: Context,
    sender: Sender,
    outcomes: Outcomes,
    planner: Planner,
    claimed: Sequence[LedgerEntry],
    done: set[int],
) -> None:
    waiting, lock = {entry.id: entry for entry in claimed}, Lock()

    def finish(ids: Collection[int]) -> None:
        with lock:
            for id_ in ids:
                done.add(waiting.pop(id_).id)
                context.progress(DELIVER, len(done))

    def deliver(chunk: Sequence[DueOrder], going_on: Callable[[], bool]) -> None:
        sender.deliver(chunk, going_on)
        finish([due.entry.id for due in chunk] if going_on() else ())

    try:
        to_deliver = sender.settle_unlooked(planner.plan(claimed))
        finish(waiting.keys() - {due.entry.id for due in to_deliver})
        try:
            run_partitions(partition(to_deliver, context.settings), deliver, context.in_flight, context.concurrency)
        finally:
            outcomes.write()
    finally:
        for entry in waiting.values():
            context.store.release_claim(entry)


def _claim(context: Context, started: datetime, done: set[int], limit: int) -> Sequence[LedgerEntry]:
    """The next orders, each at most once a run."""
    context.synchronize()
    until = context.lease_end()
    claimed = context.store.claim(context.connection, context.worker, at=started, until=until, limit=limit)
    for entry in claimed:
        if entry.id in done:
            context.store.release_claim(entry)
    return [entry for entry in claimed if entry.id not in done]


def report_left_alone(entry: LedgerEntry, now: datetime, report: Report, reported: Collection[str]) -> None:
    """Report an order that no run takes now: another worker has it, or died with it; or its next attempt is later,
    which those ``reported`` have said."""
    if entry.claim is not None and entry.claim_runs(now):
        until = f"{entry.claim.until:%H:%M:%S} UTC"
        report.add(entry.number, Outcome.CLAIMED, f"{entry.claim.worker} is working on it, until {until} at most")
    elif entry.number not in reported and entry.next_attempt_at is not None and entry.waits(now):
        uncertain = entry.state is OrderState.UNCERTAIN
        outcome, what = (Outcome.UNCERTAIN, "check") if uncertain else (Outcome.WAITING, "try")
        why = f"{entry.reason.text}; " if entry.reason else ""
        report.add(entry.number, outcome, f"{why}next {what} at {entry.next_attempt_at:%H:%M:%S} UTC", entry.reason)
