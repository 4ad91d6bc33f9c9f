"""Intake: from the source into the ledger, in one transaction with the cursor, before anything is delivered."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Final

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.engine import cancellations, changes
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.wiring import Interrupted, Wiring, fenced, in_batches, plugin_fence
from tradegecko_bridge.ports import AcknowledgesIntake

BATCH: Final = 100


def arrivals(wiring: Wiring) -> Iterable[SourceOrder | UnreadableOrder]:
    """What the source has to give from the ledger's cursor on; a fault of the source is ``Interrupted``."""
    cursor = wiring.store.cursor(wiring.connection, "orders")
    return given(wiring, lambda: wiring.source.fetch_orders(cursor), "fetching orders")


def given(wiring: Wiring, give: Callable[[], Iterable[object]], doing: str) -> Iterator[SourceOrder | UnreadableOrder]:
    """What the source gives, up to the first thing that is no order at all: that is a fault of the source.

    Of that thing only the kind is told, as it may quote a customer.
    """
    for arrival in fenced(wiring.source, give, doing):
        if not isinstance(arrival, (SourceOrder, UnreadableOrder)):
            what = "None" if arrival is None else f"a value of type {type(arrival).__name__}"
            raise Interrupted(
                f"{wiring.source.name}: gave {what} that is no SourceOrder and no UnreadableOrder while {doing}: "
                "a fault in the source"
            )
        yield arrival


def take_in(wiring: Wiring, report: Report) -> None:
    """From the source into the ledger, batch by batch; what came before a failure of the source counts."""
    try:
        for batch in in_batches(arrivals(wiring), BATCH):
            take_in_batch(wiring, batch, report)
            _acknowledge(wiring, batch, report)
            wiring.progress("take in orders", report.taken_in + report.unchanged)
    except Interrupted as error:
        report.fail(error)


def take_in_batch(
    wiring: Wiring, batch: Sequence[SourceOrder | UnreadableOrder], report: Report
) -> tuple[Sequence[str], Sequence[str]]:
    """One batch into the ledger; the references of those that are new, and of those that changed."""
    cancellations.note(wiring, batch)
    now = wiring.clock()
    counts = wiring.store.take_in(wiring.connection, batch, at=now)
    report.taken_in += len(counts.new)
    report.unchanged += counts.known - len(counts.changed)
    _note_unreadable(batch, report)
    changes.tell(wiring, batch, counts, report, before=now)
    return counts.new, counts.changed


def _note_unreadable(batch: Sequence[SourceOrder | UnreadableOrder], report: Report) -> None:
    for arrival in batch:
        if isinstance(arrival, UnreadableOrder):
            if arrival.reference is None:
                report.problems.append(arrival.problem)
            else:
                report.add(arrival.number or arrival.reference, Outcome.HELD, arrival.problem)


def _acknowledge(wiring: Wiring, batch: Sequence[SourceOrder | UnreadableOrder], report: Report) -> None:
    source, cursor = wiring.source, batch[-1].cursor
    if not cursor or not isinstance(source, AcknowledgesIntake):
        return
    try:
        with plugin_fence(source, "acknowledging orders"):
            source.acknowledge_intake(cursor)
    except Interrupted as error:
        report.fail(error)
