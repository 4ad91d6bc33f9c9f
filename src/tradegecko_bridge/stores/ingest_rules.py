"""What taking an order in does to its ledger row, as pure functions that every store shares.

Each takes a row as it is and gives the row as it shall be, with the events to write beside it. A store finds
and locks rows and writes them down; it decides nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from attrs import define, evolve, field, frozen

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.codec import fingerprint
from tradegecko_bridge.ledger import (
    ALLOWED_TRANSITIONS,
    BY_HAND,
    CANCELED_AT_SOURCE,
    DELIVERED_STATES,
    GAVE_UP_IN_DOUBT,
    INGEST,
    PROGRESS_FIELDS,
    SENT_STATES,
    IngestCounts,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    Reason,
)
from tradegecko_bridge.stores.row import Arrival, Change, Row, storable

STREAM = "orders"
"""Whose cursor goes with orders."""

_S = OrderState


@define
class Batch:
    """What taking in a batch does: rows to write by reference, their events, and the counts."""

    rows: dict[str, Row] = field(factory=dict)
    events: list[tuple[str, LedgerEvent]] = field(factory=list)
    new: list[str] = field(factory=list)
    changed: list[str] = field(factory=list)
    known: int = 0

    @property
    def counts(self) -> IngestCounts:
        """For the report."""
        return IngestCounts(new=tuple(self.new), known=self.known, changed=tuple(self.changed))

    def note(self, reference: str, change: Change) -> None:
        """Add one row's change."""
        self.rows[reference], events = change
        self.events.extend((reference, event) for event in events)


@frozen
class Signed:
    """An arrival the ledger can hold, and its fingerprint."""

    reference: str
    arrival: Arrival
    seen: str


def signed(arrivals: Iterable[Arrival]) -> list[Signed]:
    """The arrivals that have a reference, with their fingerprints."""
    return [Signed(storable(a.reference), a, fingerprint(a)) for a in arrivals if a.reference]


def ingest(connection: str, arrivals: Iterable[Signed], known: Mapping[str, Row], at: datetime) -> Batch:
    """Take arrivals in, one after the other; ``known`` holds the rows of those the ledger has, by reference."""
    batch = Batch()
    for one in arrivals:
        reference, arrival, seen = one.reference, one.arrival, one.seen
        row = batch.rows.get(reference) or known.get(reference)
        if row is None:
            batch.new.append(reference)
            batch.note(reference, first(connection, reference, arrival, seen, at))
            continue
        batch.known += 1
        if row.seen != seen:
            batch.changed.append(reference)
            batch.note(reference, again(row, arrival, seen, at))
    return batch


def last_cursor(arrivals: Iterable[Arrival]) -> str:
    """The cursor of the last arrival; blank where there is none."""
    cursor = ""
    for arrival in arrivals:
        cursor = arrival.cursor
    return cursor


def first(connection: str, reference: str, arrival: Arrival, seen: str, at: datetime) -> Change:
    """A new order's row. Its id is 0 until the store gives it one."""
    order = arrival if isinstance(arrival, SourceOrder) else None
    reason = _reason(arrival)
    state = _S.PENDING if reason is None else _S.CANCELED if order else _S.HELD
    entry = LedgerEntry(
        id=0,
        connection=connection,
        reference=reference,
        number=storable(arrival.number or reference),
        state=state,
        order=order,
        reason=reason,
        ingested_at=at,
        updated_at=at,
    )
    why = reason.text if reason else ""
    return Row(entry=entry, seen=seen), (LedgerEvent(at=at, who=INGEST, was=None, now=state, why=why),)


def again(row: Row, arrival: Arrival, seen: str, at: datetime) -> Change:
    """A known order that its source now gives differently. One whose data expired takes nothing up any more."""
    state = row.entry.state
    if row.entry.expired_at is not None:
        why = f"{_said(arrival)}; not taken up, its personal data has expired"
        return evolve(row, seen=seen), (LedgerEvent(at=at, who=INGEST, was=state, now=state, why=why),)
    if state not in SENT_STATES:
        return taken_up(evolve(row, seen=seen), arrival, at)
    pending_update = (
        arrival if isinstance(arrival, SourceOrder) and state not in DELIVERED_STATES else row.pending_update
    )
    event = LedgerEvent(
        at=at, who=INGEST, was=state, now=state, why=f"{_said(arrival)} after it was sent", detail=_standing(arrival)
    )
    entry = evolve(row.entry, pending_update=pending_update is not None)
    return evolve(row, entry=entry, seen=seen, pending_update=pending_update), (event,)


def taken_up(row: Row, arrival: Arrival, at: datetime) -> Change:
    """New content for an order that is not out. Whoever has it claimed read the old content: the claim ends."""
    entry = row.entry
    to, reason = _state_after(entry, arrival)
    afresh = to is _S.PENDING and entry.state is not _S.PENDING
    entry = evolve(
        entry,
        state=to,
        reason=reason,
        number=storable(arrival.number or entry.number),
        order=arrival if isinstance(arrival, SourceOrder) else entry.order,
        attempts=0 if afresh else entry.attempts,
        next_attempt_at=None if afresh else entry.next_attempt_at,
        updated_at=at,
        in_state_since=entry.since(to, at),
        pending_update=False,
        claim=None,
        serial=entry.serial + 1,
    )
    event = LedgerEvent(at=at, who=INGEST, was=row.entry.state, now=to, why=_said(arrival))
    return evolve(row, entry=entry, pending_update=None), (event,)


def _state_after(entry: LedgerEntry, arrival: Arrival) -> tuple[OrderState, Reason | None]:
    """Where new content takes an order. What a person decided or the retry horizon has ended stays as it is."""
    stays = entry.state, entry.reason
    if entry.reason is not None and entry.reason.code in {BY_HAND, GAVE_UP_IN_DOUBT}:
        return stays
    reason = _reason(arrival)
    if isinstance(arrival, UnreadableOrder):
        return (_S.HELD, reason) if entry.state in {_S.PENDING, _S.HELD} else stays
    if reason is not None:
        return (_S.CANCELED, reason) if _S.CANCELED in ALLOWED_TRANSITIONS[entry.state] else stays
    return stays if entry.state is _S.FAILED else (_S.PENDING, None)


def _reason(arrival: Arrival) -> Reason | None:
    """Why an order that arrives like this cannot be delivered; None when it can."""
    if isinstance(arrival, UnreadableOrder):
        return Reason(code="unreadable", text=storable(arrival.problem))
    if arrival.canceled_at is not None:
        return CANCELED_AT_SOURCE
    return None


def _standing(arrival: Arrival) -> dict[str, Any]:
    """How far the order is at its source, in the source's words."""
    return {name: getattr(arrival, name) for name in PROGRESS_FIELDS} if isinstance(arrival, SourceOrder) else {}


def _said(arrival: Arrival) -> str:
    if isinstance(arrival, UnreadableOrder):
        return f"the source can no longer give it whole ({arrival.problem})"
    return "canceled at the source" if arrival.canceled_at is not None else "changed at the source"
