"""What work on an order does to its ledger row."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from tradegecko_bridge.commerce import SourceOrder
from tradegecko_bridge.commerce.clearing import cleared
from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.evolving import evolve
from tradegecko_bridge.ledger import (
    ALLOWED_TRANSITIONS,
    BY_HAND,
    CHANGED_TOO_LATE,
    DELIVERED_STATES,
    ID_IN_USE,
    KEY_USED,
    UNCERTAIN_STATES,
    UNREADABLE,
    Claim,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    Reason,
    Transition,
)
from tradegecko_bridge.stores.row import Change, Row, plain, utc, utc_or_none
from tradegecko_bridge.stores.rules.ingest import apply_update, compared

_S = OrderState
_NEEDS_REASON = frozenset({_S.HELD, _S.SKIPPED, _S.FAILED, _S.CANCELED})
"""States in which an order needs a reason; a person's own words are one."""
REFUSALS = (ClaimLost, LookupError, ValueError, TypeError)
"""What is wrong with one transition, and says nothing of the others."""
_STAY_HELD: Final = frozenset({BY_HAND, UNREADABLE, KEY_USED, ID_IN_USE})
"""Why an order is held that no correction of its content answers."""
_GAP: Final = 1000
_OUTSIDE: Final = ("status", "request_id")
"""What a system said of an exchange, in the detail of an event."""


def claimed(row: Row, worker: str, at: datetime, until: datetime) -> Change:
    """A due order, claimed. One found sending was abandoned by its worker: nobody knows what became of it.

    What was sent at a moment that is still to come, by a clock that has been put right since, counts as sent now.
    """
    entry = row.entry
    claim = Claim(worker=worker, until=until, serial=entry.serial + 1)
    sent_at = None if entry.sent_at is None else min(entry.sent_at, max(at, entry.ingested_at))
    after = evolve(entry, claim=claim, serial=claim.serial, sent_at=sent_at)
    if entry.state is not _S.SENDING:
        return evolve(row, entry=after), ()
    after = evolve(after, state=_S.UNCERTAIN, updated_at=at)  # in the same doubt since it was sent
    event = LedgerEvent(at=at, who=worker, was=entry.state, now=after.state, why=_why_abandoned(entry.claim))
    return evolve(row, entry=after), (event,)


def _why_abandoned(claim: Claim | None) -> str:
    if claim is None:
        return "its worker gave it back while it was being sent"
    return f"{claim.worker} did not report back by {claim.until.isoformat(timespec='seconds')}"


def recorded(row: Row, transition: Transition) -> Change:
    """What a worker did with an order, in words that do not say whose it is.

    Raises:
        ClaimLost: the row was claimed or changed after it was read, or the claim to send it has run out.
        ValueError: the new state cannot follow the present one.
    """
    entry = transition.entry
    present, at = row.entry, utc(entry.updated_at)
    if _identity(entry) != _identity(present):
        raise ClaimLost(f"order {entry.reference}: this ledger has another order in its place; was it restored?")
    if entry.serial != present.serial:
        raise ClaimLost(f"order {present.reference}: somebody else has taken or changed it since it was read")
    _check_follows(present, entry.state)
    sending = entry.state is _S.SENDING
    if sending and not (present.claim_runs(at) and entry.claim_runs(at)):  # nobody revives a claim of his own
        raise ClaimLost(f"order {present.reference}: only a worker whose claim still runs may send it")
    if sending and _worker(entry) != (worker := _worker(present)):
        raise ClaimLost(f"order {present.reference}: {worker} has it; was the ledger restored?")
    why, reason = cleared(transition.why, *_contents(row)), entry.reason
    if reason is not None and reason != present.reason:
        text = why if reason.text == transition.why else cleared(reason.text, *_contents(row))
        reason = evolve(reason, text=text)
    keeps_claim = sending or (bool(entry.pending_actions) and entry.claim is not None)
    after = evolve(
        present,
        state=entry.state,
        reason=reason,
        remote_id=entry.remote_id or None,
        remote_number=entry.remote_number,
        line_ids=dict(entry.line_ids),
        remote_lines=dict(entry.remote_lines),
        pending_actions=entry.pending_actions,
        generation=entry.generation,
        attempts=entry.attempts,
        sent_at=utc_or_none(entry.sent_at),
        next_attempt_at=utc_or_none(entry.next_attempt_at),
        basis=entry.basis,
        updated_at=at,
        in_state_since=present.since(entry.state, at),
        claim=entry.claim if keeps_claim else None,
        serial=present.serial if keeps_claim else present.serial + 1,
    )
    detail = plain(transition.detail)
    detail |= {name: cleared(detail[name], *_contents(row)) for name in _OUTSIDE if isinstance(detail.get(name), str)}
    event = LedgerEvent(at=at, who=transition.who, was=present.state, now=after.state, why=why, detail=detail)
    row = _arrived(evolve(row, entry=after), present.state)
    return _settled(row, (event,) if event.why or event.was is not event.now else ())


def _arrived(row: Row, was: OrderState) -> Row:
    """Of an order that is there from now on is noted what its source says by now."""
    newest = row.pending_update or row.entry.given or row.entry.order
    is_new = row.entry.state in DELIVERED_STATES and was not in DELIVERED_STATES
    return compared(row, newest, row.entry.updated_at) if is_new and newest is not None else row


def serial_gap(backed_up_at: datetime, restored_at: datetime) -> int:
    """By how much serials grow when a ledger is restored, so that no worker that outlived the one before has one of
    them: more than orders can have been claimed since the backup."""
    return _GAP + max(int((restored_at - backed_up_at).total_seconds()), 0)


def _identity(entry: LedgerEntry) -> tuple[str, str, datetime]:
    """What tells a row of one ledger from its like in another one, where it was ingested at another moment."""
    return entry.connection, entry.reference, utc(entry.ingested_at)


def overridden(row: Row, to: OrderState, at: datetime, who: str, why: str, *, retry: bool = False) -> Change:
    """What a person decides, in words that do not say whose order it is.

    Raises:
        ClaimLost: a worker has the order right now.
        ValueError: the new state cannot follow the present one.
    """
    entry = row.entry
    _check_override(entry, to, at)
    why = cleared(why, *_contents(row))
    actions_wait = entry.state in DELIVERED_STATES and not retry
    after = evolve(
        entry,
        state=to,
        reason=entry.reason if actions_wait else _reason(entry, to, why),
        attempts=0 if to is _S.PENDING else entry.attempts,
        next_attempt_at=entry.next_attempt_at if actions_wait else None,
        basis=None,
        updated_at=at,
        in_state_since=entry.since(to, at),
        claim=None,
        serial=entry.serial + 1,
    )
    return _settled(evolve(row, entry=after), (LedgerEvent(at=at, who=who, was=entry.state, now=to, why=why),))


def edited(row: Row, entry: LedgerEntry, at: datetime, who: str, why: str, fields: Sequence[str]) -> Change:
    """A person's correction of a held order: it is planned anew, unless a person holds it.

    Raises:
        ClaimLost: the order was claimed or changed after it was read.
        ValueError: it is not held, or its content has expired or cannot be read.
    """
    present = row.entry
    if _identity(entry) != _identity(present) or entry.serial != present.serial or present.claim_runs(at):
        raise ClaimLost(f"order {present.reference}: somebody else has taken or changed it since it was read")
    if present.state is not _S.HELD or present.expired_at is not None or entry.order is None:
        raise ValueError(f"order {present.reference}: only a held order that can be read is edited")
    stays = present.reason is not None and present.reason.code in _STAY_HELD
    to = _S.HELD if stays else _S.PENDING
    after = evolve(
        present,
        state=to,
        order=entry.order,
        given=entry.given,
        reason=present.reason if stays else None,
        attempts=0,
        next_attempt_at=None,
        basis=None,
        updated_at=at,
        in_state_since=present.since(to, at),
        claim=None,
        serial=present.serial + 1,
    )
    detail = {"edited": list(fields)}
    why = cleared(why, *_contents(row), entry.order)
    return evolve(row, entry=after), (LedgerEvent(at=at, who=who, was=_S.HELD, now=to, why=why, detail=detail),)


def _contents(row: Row) -> tuple[SourceOrder | None, ...]:
    """All that the ledger holds of an order now."""
    return row.entry.order, row.entry.given, row.pending_update


def _worker(entry: LedgerEntry) -> str | None:
    return entry.claim.worker if entry.claim else None


def _check_override(entry: LedgerEntry, to: OrderState, at: datetime) -> None:
    if entry.claim is not None and entry.claim_runs(at):
        raise ClaimLost(
            f"order {entry.reference}: {entry.claim.worker} is working on it "
            f"until {entry.claim.until.isoformat(timespec='seconds')}; try again then"
        )
    _check_follows(entry, to)
    if entry.state in UNCERTAIN_STATES and to in _NEEDS_REASON:
        raise ValueError(f"order {entry.reference}: {entry.state} cannot become {to}: it may be in TradeGecko")
    if to is _S.PENDING and entry.expired_at is not None:
        raise ValueError(
            f"order {entry.reference}: its personal data expired {entry.expired_at:%Y-%m-%d}, so it cannot be sent; "
            "enter it in TradeGecko by hand, or as a new order at the source"
        )
    if to is _S.SENDING:
        raise ValueError(f"order {entry.reference}: only a worker with a claim can send it; make it pending")


def _reason(entry: LedgerEntry, to: OrderState, why: str) -> Reason | None:
    """An uncertain order keeps its reason: a person can only have it looked for earlier."""
    if to in _NEEDS_REASON:
        return Reason(code=BY_HAND, text=why)
    return entry.reason if to is _S.UNCERTAIN else None


def _check_follows(entry: LedgerEntry, to: OrderState) -> None:
    if to not in ALLOWED_TRANSITIONS[entry.state]:
        raise ValueError(f"order {entry.reference}: {entry.state} cannot become {to}")


def _settled(row: Row, events: tuple[LedgerEvent, ...]) -> Change:
    """Once it is known whether the order arrived: what its source said meanwhile is applied, or comes too late."""
    if row.pending_update is None or row.entry.state in UNCERTAIN_STATES:
        return row, events
    if row.entry.state in DELIVERED_STATES:
        too_late = [evolve(event, was=event.now, why=CHANGED_TOO_LATE, detail={}) for event in events]
        return evolve(row, entry=evolve(row.entry, pending_update=None), pending_update=None), (*events, *too_late)
    row, more = apply_update(row, row.pending_update, row.entry.updated_at, known_absent=True)
    return row, (*events, *more)
