"""What becomes of an order: one decision, by pure functions, which a run carries out and a dry run prints.

::

    an entry, its plan, what was found, the time
        -> Send, Adopt, FollowUp                    something is done in the order-management system
        -> Hold, Skip, Wait, GiveUp, Requeue        only the ledger changes
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeAlias

from attrs import field, frozen

from tradegecko_bridge.commerce.remote import Presence, RemoteOrder
from tradegecko_bridge.engine.delivery.grounds import Grounds
from tradegecko_bridge.engine.mapping.plan import OrderPlan
from tradegecko_bridge.engine.report import Outcome
from tradegecko_bridge.engine.settings.timing import Timing
from tradegecko_bridge.errors import CustomerInUse, Unavailable
from tradegecko_bridge.ledger import (
    CANCELED_AT_SOURCE,
    DELIVERED_STATES,
    GAVE_UP_IN_DOUBT,
    ID_IN_USE,
    KEY_USED,
    NO_CONTENT,
    OVER_AT_SOURCE,
    UNCERTAIN_STATES,
    LedgerEntry,
    OrderState,
    PendingUpdate,
    Reason,
)

_S = OrderState
TRIES_TO_GIVE_UP: Final = 12
"""However old an order is: one that a person sends out again gets all its tries again."""
NO_ANSWER: Final = Reason("no_answer", "nobody knows whether it arrived")
NOT_TO_BE_FOUND: Final = Reason(
    KEY_USED,
    "TradeGecko has had a request under this order's key, and no order of ours is to be found there, neither by its "
    "number nor by its marker; look there, then release it, and it goes out under a new key",
)
"""Sent for certain, and certainly not there any more, or never made."""
RESTORED: Final = Reason(
    "restored", "the ledger was restored, and an order sent shortly before may show up in TradeGecko late"
)


@frozen(kw_only=True)
class DueOrder:
    """An order to decide on. ``number`` and ``marker`` are what it is looked for and sent as; ``plan`` is None where
    nothing is sent.

    ``skip`` is why the settings or its source keep it from being sent; an order that was sent before goes on all the
    same, unless it is over at its source. ``line_ids`` are the variants its lines are known by in the account.
    ``presence``: whether it, or another with its number, is there, as of ``looked_at`` (UTC). ``not_known`` is the span
    (UTC) in which it may have been sent without the ledger's knowing, which was restored; None where it is of later.
    ``grounds`` is what a hold would rest on, as of before it was planned; None where it is to be looked at with every
    run.
    """

    entry: LedgerEntry
    number: str
    marker: str
    skip: Reason | None = None
    plan: OrderPlan | Reason | None = None
    line_ids: dict[str, str] | None = None
    presence: Presence = Presence.POSSIBLE
    looked_at: datetime | None = None
    not_known: tuple[datetime, datetime] | None = None
    grounds: Grounds | None = None

    @property
    def must_look(self) -> bool:
        """Whether the order has to be looked for before anything is decided.

        One that was sent, or may have been, is looked for in any case; one that is not going to be, only where
        something is known to be there: the ledger it was sent from may be lost.
        """
        if self.not_known is not None:
            return True
        if self.entry.generation:
            return self.plan is not None
        return self.presence is Presence.KNOWN or (self.presence is Presence.POSSIBLE and self.is_planned)

    @property
    def is_planned(self) -> bool:
        """Whether there is something to send."""
        return isinstance(self.plan, OrderPlan)


@frozen(kw_only=True)
class Send:
    """Create it, under the key of this generation."""

    plan: OrderPlan
    generation: int


@frozen(kw_only=True)
class Adopt:
    """It is there already, as this order."""

    remote: RemoteOrder


@frozen(kw_only=True)
class FollowUp:
    """It is delivered; its pending actions are to be carried out."""


@frozen(kw_only=True)
class Settled:
    """Nothing is sent. ``state`` and ``changes`` are the entry's next ones; ``outcome`` and ``text`` go into the
    report, ``note`` into the history (blank: nothing worth an event)."""

    state: OrderState
    reason: Reason | None
    outcome: Outcome
    text: str
    note: str = ""
    changes: Mapping[str, Any] = field(factory=dict)

    @property
    def known(self) -> bool:
        """Whether it was so before, and nobody has to be told anew."""
        return False

    def applied_to(self, entry: LedgerEntry, at: datetime) -> LedgerEntry:
        """The entry as it shall be."""
        return entry.transition_to(self.state, at, reason=self.reason, **self.changes)


class Hold(Settled):
    """Not sent yet: a person, or a cause that goes away, releases it."""

    @property
    def known(self) -> bool:
        return not self.note


class Skip(Settled):
    """Not to be sent: by a setting, or because its source canceled it."""


class Wait(Settled):
    """Left as it is until its next try or check."""


class GiveUp(Settled):
    """Tried for long enough."""


class Requeue(Settled):
    """Certainly not there, and the source has changed it since: back to pending, where the change is applied."""


Decision: TypeAlias = Send | Adopt | FollowUp | Settled


def decide(due: DueOrder, found: RemoteOrder | Reason | None, *, now: datetime, timing: Timing) -> Decision:
    """What becomes of an order; ``found`` is what is in the order-management system under its number or its marker.

    The marker of an order in doubt was looked for, too, if all its last request may have made is visible ``now``.
    """
    entry = due.entry
    if entry.state in DELIVERED_STATES:
        return FollowUp()
    if entry.order is None:
        return unreadable(entry, now, timing)
    if isinstance(found, RemoteOrder):
        return Adopt(remote=found)
    if due.not_known is not None and now < due.not_known[1] + timing.patience:
        return wait_after_restore(entry, due.not_known[1] + timing.patience, now, timing)
    if due.skip is not None and not entry.generation:
        return skip(due.skip)
    own = due.plan if isinstance(due.plan, Reason) else None
    kept_back = (found or own) if entry.generation else (own or found)
    uncertain = entry.state is _S.UNCERTAIN
    over = uncertain and _is_over(entry, entry.attempts, now, timing)
    used_up = entry.reason is not None and entry.reason.code == KEY_USED
    if may_show_up(entry, now, timing) and (kept_back or used_up or entry.pending_update or over):
        return stay_uncertain(entry, entry.reason or NO_ANSWER, now, timing)
    if uncertain and used_up:
        return hold(entry, NOT_TO_BE_FOUND, now, generation=entry.generation + 1)
    if kept_back is not None and kept_back.code in OVER_AT_SOURCE and not uncertain:
        return skip(kept_back)
    if kept_back is not None:
        return hold(entry, kept_back, now, **_next_look(due, kept_back, now, timing))
    if entry.pending_update:
        return _requeue(entry)
    if over:
        return _give_up_in_doubt(entry, timing)
    assert isinstance(due.plan, OrderPlan)  # noqa: S101 - else it was kept back
    return Send(plan=due.plan, generation=max(entry.generation, 1))


def may_show_up(entry: LedgerEntry, now: datetime, timing: Timing) -> bool:
    """Whether a request that could have made the order left so lately that the order may yet become visible."""
    return entry.state is _S.UNCERTAIN and now - (entry.sent_at or entry.updated_at) <= timing.patience


def visible_at(due: DueOrder, timing: Timing) -> datetime | None:
    """When all that requests may have made of it is visible; None where none can have left."""
    entry = due.entry
    sent = [entry.sent_at or entry.updated_at] if entry.state is _S.UNCERTAIN else []
    unknown = [due.not_known[1]] if due.not_known else []
    last = max(sent + unknown, default=None)
    return None if last is None else last + timing.patience


def wait_after_restore(entry: LedgerEntry, until: datetime, now: datetime, timing: Timing) -> Wait:
    """That it is not to be seen says nothing yet."""
    if entry.state is _S.UNCERTAIN:
        return stay_uncertain(entry, entry.reason or NO_ANSWER, now, timing)
    return Wait(
        state=_S.PENDING,
        reason=RESTORED,
        outcome=Outcome.WAITING,
        text=f"{RESTORED.text}; next try at {_clock_time(until)}",
        note=RESTORED.text,
        changes={"next_attempt_at": until},
    )


def refused(entry: LedgerEntry, sent: LedgerEntry, reason: Reason, now: datetime, timing: Timing) -> Settled:
    """The request was refused, so it certainly made nothing; an earlier one of which nobody knows may still have.

    ``entry`` is the order before the request, ``sent`` as it was recorded to leave.
    """
    if may_show_up(entry, now, timing):
        return stay_uncertain(entry, entry.reason or NO_ANSWER, now, timing)
    return hold(sent, reason, now)


def look_refused(entry: LedgerEntry, reason: Reason, now: datetime, timing: Timing) -> Settled:
    """A look-up was refused, for something about this order; that settles no doubt."""
    if entry.state is _S.UNCERTAIN:
        return stay_uncertain(entry, entry.reason or NO_ANSWER, now, timing)
    return hold(entry, reason, now)


def not_carried_out(entry: LedgerEntry, error: Unavailable, now: datetime, timing: Timing) -> Settled:
    """Nothing was written: try later, and give up only at the horizon. What is in doubt stays in doubt."""
    uncertain = entry.state is _S.UNCERTAIN
    attempts = entry.attempts + (entry.state is not _S.SENDING)  # the intent has counted already
    if not uncertain and _is_over(entry, attempts, now, timing):
        return _give_up(Reason("gave_up", f"gave up after {timing.horizon.days} days: {error}"))
    retry_at = timing.retry_at(now, attempts, error.retry_at)
    return Wait(
        state=_S.UNCERTAIN if uncertain else _S.PENDING,
        reason=(entry.reason if uncertain else None) or Reason("unavailable", str(error)),
        outcome=Outcome.WAITING,
        text=f"{error}; next {'check' if uncertain else 'try'} at {_clock_time(retry_at)}",
        note=str(error),
        changes={"attempts": attempts, "next_attempt_at": retry_at},
    )


def wait_for_customer(entry: LedgerEntry, error: CustomerInUse, now: datetime, timing: Timing) -> Settled:
    """Another order is making its customer."""
    return not_carried_out(entry, Unavailable(str(error)), now, timing)


def stay_uncertain(entry: LedgerEntry, reason: Reason, now: datetime, timing: Timing) -> Wait:
    """Nobody knows whether it is there: it is looked for again later."""
    retry_at = timing.retry_at(now, max(entry.attempts, 1))
    return Wait(
        state=_S.UNCERTAIN,
        reason=reason,
        outcome=Outcome.UNCERTAIN,
        text=f"{reason.text}; next check at {_clock_time(retry_at)}",
        note="" if entry.state is _S.UNCERTAIN else reason.text,
        changes={"next_attempt_at": retry_at},
    )


def id_in_use(entry: LedgerEntry, text: str, now: datetime, timing: Timing) -> Settled:
    """It was answered as, or found to be, what another order of the connection was delivered as."""
    reason = Reason(ID_IN_USE, text)
    if entry.state in UNCERTAIN_STATES:
        return stay_uncertain(entry, reason, now, timing)
    return hold(entry, reason, now)


def _next_look(due: DueOrder, reason: Reason, now: datetime, timing: Timing) -> dict[str, Any]:
    """Where it shows when the cause may have gone, an order is left alone until then, for some time at most.

    One that was sent may yet be found, so it is looked for with every run.
    """
    if due.grounds is None or due.entry.generation or not reason.transient:
        return {}
    basis = due.grounds.basis_of(reason.code)
    return {} if basis is None else {"basis": basis, "next_attempt_at": now + timing.held_again}


def hold(entry: LedgerEntry, reason: Reason, now: datetime, **changes: Any) -> Hold:
    """Held for a transient reason an order is looked at on every run, but only once in each; unless ``changes`` say
    otherwise."""
    known = entry.state is _S.HELD and entry.reason == reason
    return Hold(
        state=_S.HELD,
        reason=reason,
        outcome=Outcome.HELD,
        text=reason.text,
        note="" if known else reason.text,
        changes={"next_attempt_at": now + timedelta(microseconds=1), **changes},
    )


def skip(reason: Reason) -> Skip:
    """Not to be sent, for this reason."""
    canceled = reason == CANCELED_AT_SOURCE
    state, outcome = (_S.CANCELED, Outcome.CANCELED) if canceled else (_S.SKIPPED, Outcome.SKIPPED)
    return Skip(state=state, reason=reason, outcome=outcome, text=reason.text, note=reason.text)


def unreadable(entry: LedgerEntry, now: datetime, timing: Timing) -> Settled:
    """The ledger holds no content of it. Where there is a reason it stays as it is, so that whoever can read it still
    can, but later, so that it does not stand in others' way."""
    if entry.reason is None:
        return hold(entry, Reason("unreadable", NO_CONTENT), now)
    retry_at = timing.retry_at(now, max(entry.attempts, 1))
    changes = {"next_attempt_at": retry_at}
    return Wait(state=entry.state, reason=entry.reason, outcome=Outcome.HELD, text=entry.reason.text, changes=changes)


def _requeue(entry: LedgerEntry) -> Requeue:
    outcome, text = Outcome.WAITING, "changed at the source; goes out anew with the next run"
    if entry.pending_update is PendingUpdate.CANCELED:
        outcome, text = Outcome.CANCELED, "canceled at the source; is certainly not in TradeGecko"
    return Requeue(
        state=_S.PENDING,
        reason=None,
        outcome=outcome,
        text=text,
        note="certainly not there; the source has changed it since",
        changes={"generation": entry.generation + 1, "remote_number": None},
    )


def _give_up_in_doubt(entry: LedgerEntry, timing: Timing) -> GiveUp:
    """Sent as often as it may be, never answered, not to be found: only a person can find out more."""
    last = f"; last: {entry.reason.text}" if entry.reason else ""
    text = (
        f"gave up after {timing.horizon.days} days: nobody knows whether it arrived, it was not found when "
        f"last looked for; look in TradeGecko, then retry (looks first), skip or cancel it{last}"
    )
    return _give_up(Reason(GAVE_UP_IN_DOUBT, text))


def _give_up(reason: Reason) -> GiveUp:
    return GiveUp(state=_S.FAILED, reason=reason, outcome=Outcome.FAILED, text=reason.text, note=reason.text)


def _is_over(entry: LedgerEntry, attempts: int, now: datetime, timing: Timing) -> bool:
    """Whether an order has had all its time and tries."""
    return attempts >= TRIES_TO_GIVE_UP and now - entry.ingested_at > timing.horizon


def _clock_time(moment: datetime) -> str:
    return f"{moment:%H:%M:%S} UTC"
