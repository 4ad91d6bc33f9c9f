"""Ingest: from the source into the ledger, in one transaction with the cursor, before anything is delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.engine.context import Context, Interrupted, fenced, in_batches, plugin_fence
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.source_changes import cancellations, changes
from tradegecko_bridge.ports import AcknowledgesIngest

BATCH: Final = 100


def arrivals(context: Context) -> Iterable[SourceOrder | UnreadableOrder]:
    """What the source has to give from the ledger's cursor on; a fault of the source is ``Interrupted``."""
    cursor = context.store.cursor(context.connection, "orders")
    return given(context, lambda: context.source.fetch_orders(cursor), "fetching orders")


def given(
    context: Context, give: Callable[[], Iterable[object]], doing: str
) -> Iterator[SourceOrder | UnreadableOrder]:
    """What the source gives, up to the first thing that is no order at all: that is a fault of the source.

    Of that thing only the kind is told, as it may quote a customer.
    """
    for arrival in fenced(context.source, give, doing):
        if not isinstance(arrival, (SourceOrder, UnreadableOrder)):
            what = "None" if arrival is None else f"a value of type {type(arrival).__name__}"
            raise Interrupted(
                f"{context.source.name}: gave {what} that is no SourceOrder and no UnreadableOrder while {doing}: "
                "a fault in the source"
            )
        yield arrival


def ingest(context: Context, report: Report) -> None:
    """From the source into the ledger, batch by batch; what came before a failure of the source counts."""
    try:
        for batch in in_batches(arrivals(context), BATCH):
            ingest_batch(context, batch, report)
            _acknowledge(context, batch, report)
            context.progress("take in orders", report.ingested + report.unchanged)
    except Interrupted as error:
        report.fail(error)


def ingest_batch(
    context: Context, batch: Sequence[SourceOrder | UnreadableOrder], report: Report
) -> tuple[Sequence[str], Sequence[str]]:
    """One batch into the ledger; the references of those that are new, and of those that changed."""
    cancellations.note(context, batch)
    now = context.clock()
    counts = context.store.ingest(context.connection, batch, at=now)
    report.ingested += len(counts.new)
    report.unchanged += counts.known - len(counts.changed)
    _note_unreadable(batch, report)
    changes.tell(context, batch, counts, report, before=now)
    return counts.new, counts.changed


def _note_unreadable(batch: Sequence[SourceOrder | UnreadableOrder], report: Report) -> None:
    for arrival in batch:
        if isinstance(arrival, UnreadableOrder):
            if arrival.reference is None:
                report.problems.append(arrival.problem)
            else:
                report.add(arrival.number or arrival.reference, Outcome.HELD, arrival.problem)


def _acknowledge(context: Context, batch: Sequence[SourceOrder | UnreadableOrder], report: Report) -> None:
    source, cursor = context.source, batch[-1].cursor
    if not cursor or not isinstance(source, AcknowledgesIngest):
        return
    try:
        with plugin_fence(source, "acknowledging orders"):
            source.acknowledge_ingest(cursor)
    except Interrupted as error:
        report.fail(error)
