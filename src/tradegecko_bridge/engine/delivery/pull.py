"""Asking the source once more for orders it has given, or should have: by name, or from a date on.

What comes goes through ingest like any other order: a known one is never there twice, a changed one is applied or
only noted by the ledger's rules. The cursor stays where it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.first_day import begin
from tradegecko_bridge.engine.delivery.ingest import BATCH, Arrival, checked_arrivals, ingest_batch
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.source_calls import SourceFailed, in_batches
from tradegecko_bridge.engine.source_changes.differences import note_missing
from tradegecko_bridge.ledger import DELIVERED_STATES, IngestCounts
from tradegecko_bridge.ports import GivesOrderAgain, GivesOrdersSince

OPERATION: Final = "pull orders"


def pull_orders(context: Context, names: Sequence[str]) -> Report:
    """Ingest these orders, by number or reference, as the source has them now."""
    source = context.source
    with context.report(OPERATION) as report:
        if not isinstance(source, GivesOrderAgain):
            report.problems.append(f"{source.name}: this source cannot give one order again; {_INSTEAD}")
            return report
        for name in names:
            found = _pull(context, report, lambda name=name: source.fetch_order(name), f"fetching order {name}")  # type: ignore[misc]
            if found == 0:
                report.miss(name, f"{source.name}: has no order {name!r}")
            if found is not None:
                _note_missing(context, name, missing=found == 0)
    return report


def pull_since(context: Context, moment: datetime) -> Report:
    """Ingest everything placed at ``moment`` or later, as the source has it now."""
    source = context.source
    with context.report(OPERATION) as report:
        if not isinstance(source, GivesOrdersSince):
            report.problems.append(f"{source.name}: this source cannot give orders from a date on again; {_INSTEAD}")
            return report
        _pull(context, report, lambda: source.fetch_since(moment), "fetching orders again")
    return report


def _note_missing(context: Context, name: str, *, missing: bool) -> None:
    """That the source has a delivered order no longer is a difference until it has it again."""
    store, connection = context.store, context.connection
    for entry in store.entries(connection, number=name) or store.entries(connection, reference=name):
        if entry.state in DELIVERED_STATES:
            note_missing(context, entry, missing=missing)


_INSTEAD: Final = "change the order there, so that it is given with the next sync"


def _pull(context: Context, report: Report, give: Callable[[], Iterable[Arrival]], doing: str) -> int | None:
    """How many came; None when the source failed."""
    came = 0
    begin(context)
    try:
        for batch in in_batches(checked_arrivals(context, give, doing), BATCH):
            blank = [evolve(arrival, cursor="") for arrival in batch]  # says nothing of how far the source was read
            counts = ingest_batch(context, blank, report)
            for arrival in blank:
                _note(report, arrival, counts)
            came += len(batch)
            context.progress(OPERATION, came)
    except SourceFailed as error:
        report.fail(error)
        return None
    return came


def _note(report: Report, arrival: Arrival, counts: IngestCounts) -> None:
    if isinstance(arrival, UnreadableOrder):
        return  # told by ingest
    if arrival.reference in counts.new:
        next_ = "goes out" if arrival.canceled_at is None else "canceled at the source, and settled"
        report.add(arrival.number, Outcome.INGESTED, f"new; {next_} with the next sync")
    elif arrival.reference in counts.changed:
        report.add(arrival.number, Outcome.INGESTED, "changed at the source since it was ingested")
    else:
        report.add(arrival.number, Outcome.KNOWN, "as the ledger has it")
