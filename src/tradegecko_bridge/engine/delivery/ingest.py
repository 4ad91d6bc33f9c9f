"""Ingest: from the source into the ledger, in one transaction with the cursor, before anything is delivered."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias

from attrs import evolve

from tradegecko_bridge.bounds import brief
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.outside import within_bounds
from tradegecko_bridge.engine.delivery.splits import held_whole, split
from tradegecko_bridge.engine.keys import lossy_reference, original_reference, storable_reference
from tradegecko_bridge.engine.report import DELIVER, Outcome, Report
from tradegecko_bridge.engine.source_calls import SourceFailed, guarded, in_batches, iterate
from tradegecko_bridge.engine.source_changes import cancellations, changes
from tradegecko_bridge.errors import CursorMoved
from tradegecko_bridge.ledger import Finding, IngestCounts, LedgerEntry, OrderState, Reason, Severity
from tradegecko_bridge.ports import AcknowledgesIngest, TellsNotes

BATCH: Final = 100
_UNREAD: Final = Finding(  # what the source says of it may name somebody, and an alert is kept: the report shows it
    key=f"source {DELIVER} unread",
    severity=Severity.WARNING,
    text="the source has something that cannot be read, which no order stands for; each run's report says what",
)
Arrival: TypeAlias = SourceOrder | UnreadableOrder


def ingest(context: Context, report: Report) -> None:
    """From the source into the ledger, batch by batch; what came before a failure of the source counts.

    Where another worker reads on meanwhile, or the ledger is restored, the rest is left to whoever reads next.
    """
    cursor = _cursor(context)
    try:
        for batch in in_batches(_new_arrivals(context, cursor), BATCH):
            ingest_batch(context, batch, report, after=cursor)
            cursor = batch[-1].cursor or cursor
            _acknowledge(context, batch, report)
            context.progress("ingest orders", report.ingested + report.unchanged)
    except SourceFailed as error:
        report.fail(error)
    except CursorMoved as error:
        report.notes.append(str(error))
    _take_notes(context, report)


def ingest_batch(
    context: Context, batch: Sequence[Arrival], report: Report, *, after: str | None = None
) -> IngestCounts:
    """One batch into the ledger, read from the cursor ``after``; which of it was new, and which had changed.

    Raises:
        CursorMoved: that is not the ledger's cursor (any more).
    """
    parts = split(context, batch)
    cancellations.note(context, parts)
    now = context.clock()
    counts = context.store.ingest(context.connection, parts, at=now, after=after)
    _report(context, parts, counts, partial(_in_ledger, context), report, now)
    return counts


def preview(context: Context, report: Report) -> tuple[Mapping[str, LedgerEntry], Mapping[str, str]]:
    """What :func:`ingest` would do, reported alike, with nothing written: the orders that would be new or changed, as
    they would be, and the cancellations that would be noted; both by reference."""
    after: dict[str, LedgerEntry] = {}
    noted: dict[str, str] = {}

    def entries_of(reference: str | None) -> Sequence[LedgerEntry]:
        return [after[reference]] if reference in after else _in_ledger(context, reference)

    try:
        for batch in in_batches(_new_arrivals(context, _cursor(context)), sys.maxsize):  # one: an order may come twice
            parts = split(context, batch)
            noted |= cancellations.to_note(context, parts)
            now = context.clock()
            counts, entries = context.store.preview_ingest(context.connection, parts, at=now)
            after |= {entry.reference: entry for entry in entries}
            _report(context, parts, counts, entries_of, report, now)
    except SourceFailed as error:
        report.fail(error)
    _take_notes(context, report)
    return after, noted


def _take_notes(context: Context, report: Report) -> None:
    source = context.source
    if isinstance(source, TellsNotes):
        try:
            report.notes += map(brief, guarded(source, "telling its notes", source.take_notes))
        except SourceFailed as error:
            report.fail(error)


def _in_ledger(context: Context, reference: str | None) -> Sequence[LedgerEntry]:
    return context.store.entries(context.connection, reference=reference)


def checked_arrivals(
    context: Context, fetch: Callable[[], Iterable[object]], doing: str
) -> Iterator[SourceOrder | UnreadableOrder]:
    """What the source gives, up to the first thing that is no order at all: that is a fault of the source.

    Of that thing only its type is reported, as it may quote a customer.

    Raises:
        SourceFailed: the source failed, or gave something else.
    """
    for arrival in iterate(context.source, fetch, doing):
        if not isinstance(arrival, (SourceOrder, UnreadableOrder)):
            what = "None" if arrival is None else f"a value of type {type(arrival).__name__}"
            raise SourceFailed(
                f"{context.source.name}: gave {what} that is no SourceOrder and no UnreadableOrder while {doing}: "
                "a fault in the source"
            )
        yield within_bounds(_with_storable_names(context, arrival))


def _with_storable_names(context: Context, arrival: Arrival) -> Arrival:
    """Everything from here on knows the order by this reference alone; cursors are kept in the same way."""
    if (cursor := storable_reference(arrival.cursor)) != arrival.cursor:
        arrival = evolve(arrival, cursor=cursor)
    if arrival.reference is None or (reference := storable_reference(arrival.reference)) == arrival.reference:
        return arrival
    before = _in_ledger(context, lossy_reference(arrival.reference))
    known = (one.reference for one in before if one.order is not None and one.order.reference == arrival.reference)
    return evolve(arrival, reference=next(known, reference))


def _cursor(context: Context) -> str:
    """How far the source has been read; blank: not at all."""
    return context.store.cursor(context.connection, "orders") or ""


def _new_arrivals(context: Context, cursor: str) -> Iterator[Arrival]:
    """What the source has to give from there on; first what it gave before, and is to be split now."""
    yield from held_whole(context)
    yield from checked_arrivals(
        context, lambda: context.source.fetch_orders(original_reference(cursor) or None), "fetching orders"
    )


def _report(
    context: Context,
    batch: Sequence[Arrival],
    counts: IngestCounts,
    entries_of: Callable[[str | None], Sequence[LedgerEntry]],
    report: Report,
    at: datetime,
) -> None:
    report.ingested += len(counts.new)
    report.unchanged += counts.known - len(counts.changed)
    for arrival in batch:
        if isinstance(arrival, UnreadableOrder):
            if arrival.reference is None:
                report.problems.append(arrival.problem)
                report.findings.append(_UNREAD)
            elif any(entry.state is OrderState.HELD for entry in entries_of(arrival.reference)):
                reason = Reason("unreadable", arrival.problem)
                report.add(arrival.number or arrival.reference, Outcome.HELD, reason.text, reason)
    changes.report_changes(context, batch, counts, entries_of, report, before=at)


def _acknowledge(context: Context, batch: Sequence[Arrival], report: Report) -> None:
    source, cursor = context.source, batch[-1].cursor
    if not cursor or not isinstance(source, AcknowledgesIngest):
        return
    try:
        guarded(source, "acknowledging orders", lambda: source.acknowledge_ingest(original_reference(cursor)))
    except SourceFailed as error:
        report.fail(error)
