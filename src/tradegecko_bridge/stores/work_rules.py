"""What work on an order does to its ledger row, as pure functions that every store shares.

Each takes a row as it is and gives the row as it shall be, with the events to write beside it. A store finds
and locks rows and writes them down; it decides nothing.
"""

from __future__ import annotations

from datetime import datetime

from attrs import evolve

from tradegecko_bridge.errors import ClaimLost, NumberInUse
from tradegecko_bridge.ledger import (
    ALLOWED_TRANSITIONS,
    BY_HAND,
    DELIVERED_STATES,
    UNCERTAIN_STATES,
    Claim,
    LedgerEntry,
    LedgerEvent,
    OrderState,
    Reason,
    Transition,
)
from tradegecko_bridge.stores.ingest_rules import taken_up
from tradegecko_bridge.stores.row import Change, Row, plain, utc, utc_or_none

_S = OrderState
_NEEDS_REASON = frozenset({_S.HELD, _S.SKIPPED, _S.FAILED, _S.CANCELED})
"""States in which an order needs a reason; a person's own words are one."""
REFUSALS = (ClaimLost, LookupError, ValueError, TypeError)
"""What is wrong with one step, and says nothing of the others."""


MEANWHILE = "changed or canceled at the source while it was on its way; TradeGecko has it as it was sent"


def is_due(entry: LedgerEntry, at: datetime) -> bool:
    """Whether a worker may claim the order now: see :meth:`tradegecko_bridge.ports.Store.claim`."""
    if entry.claim is not None and entry.claim.until > at:
        return False
    if entry.state is _S.SENDING:
        return True
    waits = entry.next_attempt_at is not None and entry.next_attempt_at > at
    transient = entry.reason is not None and entry.reason.transient
    unfinished = entry.state in DELIVERED_STATES and bool(entry.pending_actions) and (entry.reason is None or transient)
    return (
        unfinished or (entry.state is _S.HELD and transient) or entry.state in {_S.PENDING, _S.UNCERTAIN}
    ) and not waits


def claimed(row: Row, worker: str, at: datetime, until: datetime) -> Change:
    """A due order, claimed. One found being sent was left behind by its worker: nobody knows what became of it."""
    entry = row.entry
    claim = Claim(worker=worker, until=until, serial=entry.serial + 1)
    after = evolve(entry, claim=claim, serial=claim.serial)
    if entry.state is not _S.SENDING:
        return evolve(row, entry=after), ()
    since = entry.since(_S.UNCERTAIN, at)
    after = evolve(after, state=_S.UNCERTAIN, updated_at=at, in_state_since=since)
    event = LedgerEvent(at=at, who=worker, was=entry.state, now=after.state, why=_left_behind(entry.claim))
    return evolve(row, entry=after), (event,)


def _left_behind(claim: Claim | None) -> str:
    if claim is None:
        return "its worker gave it back while it was being sent"
    return f"{claim.worker} did not report back by {claim.until.isoformat(timespec='seconds')}"


def in_use(entry: LedgerEntry) -> NumberInUse:
    """What is said to who asked to be the only order under a number, and is not."""
    return NumberInUse(
        f"order {entry.reference}: another order of the ledger is or was sent as {entry.remote_number!r}"
    )


def written(answer: LedgerEntry | Exception) -> LedgerEntry:
    """The entry, or the refusal raised."""
    if isinstance(answer, Exception):
        raise answer
    return answer


def recorded(row: Row, step: Transition) -> Change:
    """What a worker did with an order.

    Raises:
        ClaimLost: the row has passed into other hands, or the lease to send it has run out.
        ValueError: the new state cannot follow the present one.
    """
    entry = step.entry
    present, at = row.entry, utc(entry.updated_at)
    if entry.serial != present.serial:
        raise ClaimLost(f"order {present.reference}: somebody else has taken or changed it since it was read")
    _must_follow(present, entry.state)
    sending = entry.state is _S.SENDING
    if sending and (entry.claim is None or entry.claim.until <= at):
        raise ClaimLost(f"order {present.reference}: only a worker whose claim still runs may send it")
    keeps = sending or (bool(entry.pending_actions) and entry.claim is not None)
    after = evolve(
        present,
        state=entry.state,
        reason=entry.reason,
        remote_id=entry.remote_id or None,
        remote_number=entry.remote_number,
        line_ids=dict(entry.line_ids),
        pending_actions=entry.pending_actions,
        generation=entry.generation,
        attempts=entry.attempts,
        sent_at=utc_or_none(entry.sent_at),
        next_attempt_at=utc_or_none(entry.next_attempt_at),
        updated_at=at,
        in_state_since=present.since(entry.state, at),
        claim=entry.claim if keeps else None,
        serial=present.serial if keeps else present.serial + 1,
    )
    event = LedgerEvent(
        at=at, who=step.who, was=present.state, now=after.state, why=step.why, detail=plain(step.detail)
    )
    return _settled(evolve(row, entry=after), (event,) if event.why or event.was is not event.now else ())


def claim_released(row: Row) -> Row:
    """A row whose claim is given back; a late word from its worker will not count."""
    return evolve(row, entry=evolve(row.entry, claim=None, serial=row.entry.serial + 1))


def overridden(row: Row, to: OrderState, at: datetime, who: str, why: str, *, retry: bool = False) -> Change:
    """What a person decides. Back to pending means: now, and with all patience anew.

    Raises:
        ClaimLost: a worker has the order right now.
        ValueError: the new state cannot follow the present one.
    """
    entry = row.entry
    if entry.claim is not None and entry.claim.until > at:
        raise ClaimLost(
            f"order {entry.reference}: {entry.claim.worker} is working on it "
            f"until {entry.claim.until.isoformat(timespec='seconds')}; try again then"
        )
    _must_follow(entry, to)
    if entry.state in UNCERTAIN_STATES and to in _NEEDS_REASON:
        raise ValueError(f"order {entry.reference}: {entry.state} cannot become {to}: it may be in TradeGecko")
    if to is _S.PENDING and entry.expired_at is not None:
        raise ValueError(
            f"order {entry.reference}: its personal data expired {entry.expired_at:%Y-%m-%d}, so it cannot be sent; "
            "enter it in TradeGecko by hand, or as a new order at the source"
        )
    if to is _S.SENDING:
        raise ValueError(f"order {entry.reference}: only a worker with a claim can send it; make it pending")
    todo_waits = entry.state in DELIVERED_STATES and not retry
    after = evolve(
        entry,
        state=to,
        reason=entry.reason if todo_waits else _reason(entry, to, why),
        attempts=0 if to is _S.PENDING else entry.attempts,
        next_attempt_at=entry.next_attempt_at if todo_waits else None,
        updated_at=at,
        in_state_since=entry.since(to, at),
        claim=None,
        serial=entry.serial + 1,
    )
    return _settled(evolve(row, entry=after), (LedgerEvent(at=at, who=who, was=entry.state, now=to, why=why),))


def _reason(entry: LedgerEntry, to: OrderState, why: str) -> Reason | None:
    """What is in doubt stays in doubt for the reason it is: a person can only have it looked for earlier."""
    if to in _NEEDS_REASON:
        return Reason(code=BY_HAND, text=why)
    return entry.reason if to is _S.UNCERTAIN else None


def remote_taken(entry: LedgerEntry) -> str:
    """Two orders of a connection cannot have become the same one over there."""
    return (
        f"order {entry.reference}: {entry.connection} has another order delivered as {entry.remote_id} already; "
        "find out which of the two it is"
    )


def _must_follow(entry: LedgerEntry, to: OrderState) -> None:
    if to not in ALLOWED_TRANSITIONS[entry.state]:
        raise ValueError(f"order {entry.reference}: {entry.state} cannot become {to}")


def _settled(row: Row, events: tuple[LedgerEvent, ...]) -> Change:
    """An order that comes back undelivered takes up what its source said meanwhile."""
    if row.pending_update is None or row.entry.state in UNCERTAIN_STATES:
        return row, events
    if row.entry.state in DELIVERED_STATES:
        told = [evolve(event, was=event.now, why=MEANWHILE, detail={}) for event in events[-1:]]
        return evolve(row, entry=evolve(row.entry, pending_update=False), pending_update=None), (*events, *told)
    row, more = taken_up(row, row.pending_update, row.entry.updated_at)
    return row, (*events, *more)
