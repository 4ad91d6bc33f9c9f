"""What a source says anew of orders it gave before, told to people: nothing is edited silently.

That an order goes on at its source (paid, packed, closed) is no news. That it is taken back is: canceled, refunded,
no longer paid. So is any other change of an order that was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Final

from attrs import evolve

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.progress import STATUSES, is_paid, plain_status, says_paid, undone
from tradegecko_bridge.commerce.statuses import FIELDS, Standing
from tradegecko_bridge.engine.context import Context
from tradegecko_bridge.engine.report import Outcome, Report
from tradegecko_bridge.engine.source_changes.own_words import taken_back
from tradegecko_bridge.ledger import (
    CANCELED_AT_SOURCE,
    DELIVERED_STATES,
    EDIT_OUTDATED,
    INGEST_ACTORS,
    PROGRESS_FIELDS,
    SENT_STATES,
    IngestCounts,
    LedgerEntry,
    OrderState,
)

Arrival = SourceOrder | UnreadableOrder
_LONGEST: Final = 40
"""How much of a source's own word is told."""


def report_changes(
    context: Context,
    batch: Sequence[Arrival],
    counts: IngestCounts,
    entries_of: Callable[[str | None], Sequence[LedgerEntry]],
    report: Report,
    *,
    before: datetime,
) -> None:
    """Report what a batch says of orders that were sent, which were canceled, and which edits it is at odds with.

    ``entries_of`` gives the ledger's entries of a reference after the batch, which was ingested at ``before``.
    """
    for arrival in batch:
        changed = arrival.reference in counts.changed
        if not changed and not (arrival.reference in counts.new and _is_canceled(arrival)):
            continue
        for entry in entries_of(arrival.reference):
            if entry.state in SENT_STATES:
                if text := _since_sent(context, arrival, entry, before):
                    report.add(entry.number, Outcome.CHANGED, text)
            elif _is_canceled(arrival) and entry.state is not OrderState.PENDING:  # of which the run will tell
                report.add(entry.number, Outcome.CANCELED, _canceled(entry), entry.reason)
            elif entry.reason is not None and entry.reason.code == EDIT_OUTDATED:
                report.add(entry.number, Outcome.HELD, entry.reason.text, entry.reason)


def _since_sent(context: Context, arrival: Arrival, entry: LedgerEntry, before: datetime) -> str:
    """What is different about an order since it was sent; blank where it only went on at its source.

    It is compared with what the source last said of it (``before`` a moment).
    """
    when = "after it was delivered" if entry.state in DELIVERED_STATES else "while nobody knows whether it arrived"
    known = _last_heard(context, entry, before)
    if _is_canceled(arrival):
        return f"canceled at the source {when}"
    if not isinstance(arrival, SourceOrder) or known is None:
        return f"changed at the source {when}"
    if taken_back := "; ".join(_taken_back(arrival, known, context.words)):
        return f"changed at the source {when}: {taken_back}"
    went_on = evolve(
        known, **{name: getattr(arrival, name) for name in (*PROGRESS_FIELDS, "fulfillment_status", "payment_method")}
    )
    remedy = "; correct it in TradeGecko if need be" if entry.state in DELIVERED_STATES else ""
    return "" if went_on == arrival else f"changed at the source {when}{remedy}"


def _last_heard(context: Context, entry: LedgerEntry, before: datetime) -> SourceOrder | None:
    """The order as it was sent, but as far on as its source last said."""
    if entry.order is None:
        return None
    events = [event for event in context.store.history(entry.id) if event.at < before]
    heard = [event.detail for event in events if event.who in INGEST_ACTORS and event.detail]
    return evolve(entry.order, **{name: heard[-1][name] for name in PROGRESS_FIELDS}) if heard else entry.order


def _taken_back(arrival: SourceOrder, before: SourceOrder, words: Mapping[str, Standing]) -> list[str]:
    """What of the order's progress was undone, in the source's words."""
    found = []
    if before.paid and arrival.paid is False:
        found.append("was paid, and is not any more")
    for name in FIELDS:
        was, now = getattr(before, name), getattr(arrival, name)
        if plain_status(was) == plain_status(now):
            continue
        unpaid = name == "payment_status" and is_paid(before) and bool(plain_status(now)) and not says_paid(now)
        if unpaid or taken_back(now, words) or (name in STATUSES and undone(now)):
            found.append(f"{name.replace('_', ' ')} is {(now or '')[:_LONGEST]!r}, was {(was or '')[:_LONGEST]!r}")
    return found


def _is_canceled(arrival: Arrival) -> bool:
    return isinstance(arrival, SourceOrder) and arrival.canceled_at is not None


def _canceled(entry: LedgerEntry) -> str:
    """What a cancellation does to an order that is not out."""
    if entry.state is OrderState.CANCELED:
        return CANCELED_AT_SOURCE.text
    unsent = "" if entry.generation else ", and is not sent"
    return f"canceled at the source; it stays {entry.state}{unsent}"
