"""What taking an order in does to its ledger row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from itertools import pairwise
from typing import Any

from attrs import define, evolve, field, frozen

from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.commerce.card_numbers import without_card_numbers
from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.commerce.codec import fingerprint_of, to_plain
from tradegecko_bridge.commerce.differences import Difference, at_source
from tradegecko_bridge.commerce.edits import merged
from tradegecko_bridge.commerce.progress import is_paid
from tradegecko_bridge.commerce.reuse import is_another, references
from tradegecko_bridge.ledger import (
    BY_HAND,
    CANCELED_AT_SOURCE,
    DELIVERED_STATES,
    EDIT_OUTDATED,
    GAVE_UP_IN_DOUBT,
    INGEST,
    KEY_USED,
    PROGRESS_FIELDS,
    SENT_STATES,
    UNREADABLE,
    IngestCounts,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    PendingUpdate,
    Reason,
)
from tradegecko_bridge.stores.row import Arrival, Change, Row, storable

STREAM = "orders"
"""The stream whose cursor goes with orders."""
GIVEN_IN_PART = "the source can no longer give it whole"
"""How the text of an event begins that goes on with the source's words."""

_S = OrderState


@define
class Batch:
    """What a batch does: the rows to write by reference, their events, and the counts.

    ``plain`` are the orders of new rows as JSON values, where they were kept.
    """

    rows: dict[str, Row] = field(factory=dict)
    plain: dict[str, Mapping[str, Any]] = field(factory=dict)
    events: list[tuple[str, LedgerEvent]] = field(factory=list)
    new: list[str] = field(factory=list)
    changed: list[str] = field(factory=list)
    known: int = 0

    @property
    def counts(self) -> IngestCounts:
        """For the report."""
        return IngestCounts(new=tuple(self.new), known=self.known, changed=tuple(self.changed))

    def add(self, reference: str, change: Change) -> None:
        """One row's change."""
        self.rows[reference], events = change
        self.events.extend((reference, event) for event in events)


@frozen
class Identified:
    """An arrival the ledger can hold: it has a reference. With its fingerprint, and if wanted as JSON values."""

    reference: str
    arrival: Arrival
    fingerprint: str
    plain: Mapping[str, Any] | None = None


def identify(arrivals: Iterable[Arrival], *, keep: bool = False) -> list[Identified]:
    """The arrivals that have a reference, without card numbers: the ledger has none, so none is sent on.

    ``keep``: with their JSON values, for whoever writes them.
    """
    identified = []
    for arrival in map(without_card_numbers, arrivals):
        if arrival.reference:
            plain = to_plain(arrival)
            kept = plain if keep else None
            identified.append(Identified(storable(arrival.reference), arrival, fingerprint_of(plain), kept))
    return identified


def told_apart(arrivals: Sequence[Identified], known: Mapping[str, Row]) -> list[Identified]:
    """The arrivals, another order under the reference of a known one, or of one before it, by its next reference.

    ``known`` holds the rows of those whose content the ledger has otherwise, by reference.
    """
    first = {reference: row.entry.order for reference, row in known.items()}
    told = []
    for one in arrivals:
        order = one.arrival if isinstance(one.arrival, SourceOrder) else None
        before = first.setdefault(one.reference, order)
        if order is not None and before is not None and before is not order and is_another(before, order):
            names = map(storable, references(order))
            one = evolve(one, reference=next(after for name, after in pairwise(names) if name == one.reference))
        told.append(one)
    return told


def ingest(connection: str, arrivals: Iterable[Identified], known: Mapping[str, Row], at: datetime) -> Batch:
    """Take arrivals in, one after the other; ``known`` holds the rows of those the ledger has, by reference."""
    batch = Batch()
    for one in arrivals:
        row = batch.rows.get(one.reference) or known.get(one.reference)
        if row is None:
            batch.new.append(one.reference)
            batch.add(one.reference, new_row(connection, one, at))
            if one.plain is not None and isinstance(one.arrival, SourceOrder):
                batch.plain[one.reference] = one.plain
            continue
        batch.known += 1
        if row.fingerprint != one.fingerprint:
            batch.changed.append(one.reference)
            batch.plain.pop(one.reference, None)
            batch.add(one.reference, changed_row(evolve(row, fingerprint=one.fingerprint), one.arrival, at))
    return batch


def new_row(connection: str, one: Identified, at: datetime) -> Change:
    """A new order. Its id is 0 until the store gives it one."""
    order = one.arrival if isinstance(one.arrival, SourceOrder) else None
    reason = _unreadable(one.arrival) if isinstance(one.arrival, UnreadableOrder) else None
    state = _S.HELD if reason else _S.PENDING
    entry = LedgerEntry(
        id=0,
        connection=connection,
        reference=one.reference,
        number=storable(one.arrival.number or one.reference),
        state=state,
        order=order,
        reason=reason,
        ingested_at=at,
        updated_at=at,
    )
    event = LedgerEvent(at=at, who=INGEST, was=None, now=state, why=reason.text if reason else "")
    return Row(entry=entry, fingerprint=one.fingerprint), (event,)


def changed_row(row: Row, arrival: Arrival, at: datetime) -> Change:
    """A known order that its source now gives differently. One whose data has expired gets no new content."""
    entry, state = row.entry, row.entry.state
    if state in DELIVERED_STATES and isinstance(arrival, SourceOrder):
        row = compared(row, arrival, at)
    if entry.expired_at is not None:
        why = f"{_what_changed(entry, arrival)}; not applied, because its personal data has expired"
        return row, (LedgerEvent(at=at, who=INGEST, was=state, now=state, why=why),)
    if state not in SENT_STATES:
        return apply_update(row, arrival, at)
    why = f"{_what_changed(entry, arrival)} after it was sent"
    event = LedgerEvent(at=at, who=INGEST, was=state, now=state, why=why, detail=_progress(arrival))
    update = arrival if isinstance(arrival, SourceOrder) and state not in DELIVERED_STATES else row.pending_update
    return evolve(row, entry=evolve(entry, pending_update=PendingUpdate.of(update)), pending_update=update), (event,)


def compared(row: Row, newest: SourceOrder, at: datetime) -> Row:
    """The row of a delivered order with what its source says differently noted, if there is or was anything."""
    entry = row.entry
    if entry.order is None:
        return row
    before, expired = Difference.of(row.differs), entry.expired_at is not None
    found = at_source(newest, entry.order, entry.given, at=at, before=before, expired=expired)
    number = storable(entry.number)
    noted = found.parts or before is not None or found.was_paid is not is_paid(entry.order)
    return evolve(row, differs=evolve(found, number=number).as_text()) if noted else row


def apply_update(row: Row, arrival: Arrival, at: datetime, *, known_absent: bool = False) -> Change:
    """New content for an order that was not sent, or is ``known_absent``. Whoever has claimed it read the old content:
    the claim ends."""
    entry, contested = row.entry, ""
    order = arrival if isinstance(arrival, SourceOrder) else entry.order
    given = entry.given
    if isinstance(arrival, SourceOrder) and entry.order is not None and given is not None:
        both = merged(arrival, entry.order, given)
        order, given, contested = both.order, both.given, ", ".join(both.contested)
    to, reason = _state_after(entry, arrival, known_absent=known_absent)
    if to is _S.PENDING and given is not None and given.canceled_at is None:
        to, reason = _after_edit(entry, contested)
    canceled = isinstance(arrival, SourceOrder) and arrival.canceled_at is not None
    starts_over = to is _S.PENDING and (canceled or entry.state is not _S.PENDING)
    after = evolve(
        entry,
        state=to,
        reason=reason,
        number=storable(arrival.number or entry.number),
        order=order,
        given=given,
        attempts=0 if starts_over else entry.attempts,
        next_attempt_at=None if starts_over else entry.next_attempt_at,
        basis=None,
        updated_at=at,
        in_state_since=entry.since(to, at),
        pending_update=None,
        claim=None,
        serial=entry.serial + 1,
    )
    event = LedgerEvent(at=at, who=INGEST, was=entry.state, now=to, why=_what_changed(entry, arrival))
    return evolve(row, entry=after, pending_update=None), (event,)


def _state_after(entry: LedgerEntry, arrival: Arrival, *, known_absent: bool) -> tuple[OrderState, Reason | None]:
    """Where new content takes an order. What a person decided or the retry horizon has ended stays as it is.

    One that its source has canceled is pending, too, unless it is ``known_absent``: whether an earlier ledger has
    delivered it, a run finds out.
    """
    stays = entry.state, entry.reason
    if entry.reason is not None and entry.reason.code in {BY_HAND, GAVE_UP_IN_DOUBT, KEY_USED}:
        return stays
    if isinstance(arrival, UnreadableOrder):
        return (_S.HELD, _unreadable(arrival, entry.order)) if entry.state in {_S.PENDING, _S.HELD} else stays
    if arrival.canceled_at is not None and (known_absent or entry.state is _S.FAILED):
        return _S.CANCELED, CANCELED_AT_SOURCE
    return stays if entry.state is _S.FAILED else (_S.PENDING, None)


def _after_edit(entry: LedgerEntry, contested: str) -> tuple[OrderState, Reason | None]:
    """Where new content takes an edited order: on, unless the source has changed what a person edited."""
    if contested:
        text = f"the source has changed what was edited here ({contested}); edit it again, or release it as it is"
        return _S.HELD, Reason(EDIT_OUTDATED, text)
    is_outdated = entry.reason is not None and entry.reason.code == EDIT_OUTDATED
    return (_S.HELD, entry.reason) if is_outdated else (_S.PENDING, None)


def _unreadable(arrival: UnreadableOrder, order: SourceOrder | None = None) -> Reason:
    return Reason(code=UNREADABLE, text=storable(cleared(arrival.problem, order)))


def _progress(arrival: Arrival) -> dict[str, Any]:
    """How far the order is at its source, in the source's words."""
    return {name: getattr(arrival, name) for name in PROGRESS_FIELDS} if isinstance(arrival, SourceOrder) else {}


def _what_changed(entry: LedgerEntry, arrival: Arrival) -> str:
    if isinstance(arrival, UnreadableOrder):
        return f"{GIVEN_IN_PART} ({cleared(arrival.problem, entry.order)})"
    return "canceled at the source" if arrival.canceled_at is not None else "changed at the source"
