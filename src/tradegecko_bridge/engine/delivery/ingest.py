"""Ingest: from the source into the ledger, in one transaction with the cursor, before anything is delivered."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, TypeAlias, cast

from attrs import evolve

from tradegecko_bridge.bounds import brief
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.slips import IN_THE_SOURCE, sound
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.delivery.outside import told, within_bounds
from tradegecko_bridge.engine.delivery.splits import held_whole, split
from tradegecko_bridge.engine.keys import lossy_reference, original_reference, storable_reference
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.source_calls import (
    SourceFailed,
    a_kind,
    gives_what_is_handed_over,
    guarded,
    in_batches,
    placed,
    start_from,
)
from tradegecko_bridge.engine.source_changes import cancellations, changes
from tradegecko_bridge.errors import CursorMoved
from tradegecko_bridge.ledger import (
    GIVEN_OTHERWISE,
    INGEST,
    UNREADABLE,
    Finding,
    IngestCounts,
    LedgerEntry,
    OrderState,
    Reason,
    Severity,
    Transition,
)
from tradegecko_bridge.ports import AcknowledgesIngest, TellsNotes

BATCH: Final = 100
MOST_LOST: Final = 20
"""After so many things that are no orders the source is left alone."""
Arrival: TypeAlias = SourceOrder | UnreadableOrder


def ingest(context: Context, report: Report) -> None:
    """From the source into the ledger, batch by batch; what came before a failure of the source counts.

    Where another worker reads on meanwhile, or the ledger is restored, the rest is left to whoever reads next.
    """
    cursor = _cursor(context)
    try:
        start_from(context.source, context.settings.earliest_order)
        stand_ins = _stand_ins(context)
        for batch in in_batches(_new_arrivals(context, cursor), BATCH):
            ingest_batch(context, batch, report, after=cursor)
            _close(context, stand_ins, batch)
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


def _stand_ins(context: Context) -> dict[str, LedgerEntry]:
    """What could not be read of orders in files, and is known by their numbers, as their references were damaged."""
    if not gives_what_is_handed_over(context.source):
        return {}
    held = context.store.entries(context.connection, states={OrderState.HELD}, reasons={UNREADABLE})
    return {entry.number: entry for entry in held if entry.order is None and entry.reference == entry.number}


def _close(context: Context, stand_ins: dict[str, LedgerEntry], batch: Sequence[Arrival]) -> None:
    """The order itself has come, under its own reference: nothing is left of what stood in its place."""
    for arrival in batch if stand_ins else ():
        entry = stand_ins.get(arrival.number or "") if isinstance(arrival, SourceOrder) else None
        if entry is None or arrival.reference == entry.reference:
            continue
        del stand_ins[entry.number]
        reason = Reason(GIVEN_OTHERWISE, f"given since under its own reference, {arrival.reference}")
        skipped = evolve(entry, state=OrderState.SKIPPED, reason=reason, updated_at=context.clock())
        context.store.record_all([Transition(entry=skipped, who=INGEST, why=reason.text)])  # or it was changed by now


def preview(context: Context, report: Report) -> tuple[Mapping[str, LedgerEntry], Mapping[str, str]]:
    """What :func:`ingest` would do, reported alike, with nothing written: the orders that would be new or changed, as
    they would be, and the cancellations that would be noted; both by reference."""
    after: dict[str, LedgerEntry] = {}
    noted: dict[str, str] = {}

    def entries_of(reference: str | None) -> Sequence[LedgerEntry]:
        return [after[reference]] if reference in after else _in_ledger(context, reference)

    try:
        start_from(context.source, context.settings.earliest_order)
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
    """What the source gives, each order as it can be kept: one with a field that holds what it cannot is unreadable.

    What is no order, or has no reference to be kept under, is reported at the line of the source's that gave it, with
    its type only, as it may quote a customer. The orders after it are given without their cursors, so that the source
    gives it again until it is corrected.

    Raises:
        SourceFailed: the source failed, or gave so many of these that it cannot be trusted with the rest.
    """
    lost = 0
    for given, place in placed(context.source, fetch, doing):
        arrival = _checked(context.source.name, given, place, doing)
        if arrival.reference is None and not issubclass(type(given), UnreadableOrder):
            lost += 1
            if lost > MOST_LOST:
                raise SourceFailed(f"{arrival.problem}; so were {MOST_LOST} before it, and nothing more is taken")
        arrival = within_bounds(_with_storable_names(context, arrival))
        yield evolve(arrival, cursor="") if lost and arrival.cursor else arrival


def _checked(source: str, given: object, place: Callable[[], str], doing: str) -> Arrival:
    for kind in (SourceOrder, UnreadableOrder):
        if issubclass(type(given), kind):  # and not what it says of itself
            found = sound(given, kind)
            return found if isinstance(found, kind) else _unsound(source, given, cast("list[str]", found), place())
    said = f"{source}: gave {a_kind(given)} that is no SourceOrder and no UnreadableOrder while {doing}{_at(place())}"
    return UnreadableOrder(problem=f"{said}: a fault in the source")


def _unsound(source: str, given: object, faults: list[str], place: str) -> UnreadableOrder:
    """An order known by what is wrong with it, under the name that it has, if it has one."""
    names = {name: value for name in ("reference", "number", "cursor") if (value := _text(given, name)) is not None}
    said = f"{told(faults)}{_at(place)}; {IN_THE_SOURCE}"
    return UnreadableOrder(problem=said if "reference" in names else f"{source}: {said}", **names)


def _text(given: object, name: str) -> str | None:
    try:
        value = getattr(given, name)
        return str.__str__(value) if isinstance(value, str) and value.strip() else None
    except Exception:  # a property of somebody's own
        return None


def _at(place: str) -> str:
    return f" at {place}" if place else ""


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
                report.findings.append(_unread(report))
            elif any(entry.state is OrderState.HELD for entry in entries_of(arrival.reference)):
                reason = Reason("unreadable", arrival.problem)
                report.add(arrival.number or arrival.reference, Outcome.HELD, reason.text, reason)
            elif any(entry.reason and entry.reason.code == GIVEN_OTHERWISE for entry in entries_of(arrival.reference)):
                report.problems.append(arrival.problem)
                report.findings.append(_unread(report))
    changes.report_changes(context, batch, counts, entries_of, report, before=at)


def _unread(report: Report) -> Finding:
    """What a source says of what cannot be read may name somebody, and an alert is kept: the report shows it."""
    text = "the source has something that cannot be read, which no order stands for; each run's report says what"
    return Finding(key=f"source {report.operation} unread", severity=Severity.WARNING, text=text)


def _acknowledge(context: Context, batch: Sequence[Arrival], report: Report) -> None:
    source, cursor = context.source, batch[-1].cursor
    if not cursor or not isinstance(source, AcknowledgesIngest):
        return
    try:
        guarded(source, "acknowledging orders", lambda: source.acknowledge_ingest(original_reference(cursor)))
    except SourceFailed as error:
        report.fail(error)
