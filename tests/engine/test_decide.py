"""What becomes of an order, decision by decision: every rule at its edge, without a system, a source or a ledger."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from attrs import evolve

from tradegecko_bridge.commerce.remote import Presence, RemoteOrder
from tradegecko_bridge.engine.delivery.decide import (
    NOT_TO_BE_FOUND,
    Adopt,
    Decision,
    DueOrder,
    FollowUp,
    GiveUp,
    Hold,
    Requeue,
    Send,
    Settled,
    Skip,
    Wait,
    decide,
    hold,
    id_in_use,
    look_refused,
    may_show_up,
    not_carried_out,
    refused,
    skip,
    stay_uncertain,
    unreadable,
    visible_at,
)
from tradegecko_bridge.engine.delivery.grounds import Grounds
from tradegecko_bridge.engine.mapping.plan import OrderPlan
from tradegecko_bridge.engine.report import Outcome
from tradegecko_bridge.engine.settings.timing import Timing
from tradegecko_bridge.errors import Unavailable
from tradegecko_bridge.ledger import (
    CANCELED_AT_SOURCE,
    NO_CONTENT,
    LedgerEntry,
    OrderState,
    PendingUpdate,
    Reason,
)
from tradegecko_bridge.testing.builders import an_order

S = OrderState
NOW = datetime(2026, 11, 3, 12, tzinfo=UTC)
TIMING = Timing()
TICK = timedelta(microseconds=1)
JUST, LATELY, LONG_AGO = NOW - timedelta(minutes=1), NOW - TIMING.patience, NOW - TIMING.patience - TICK
AT_HORIZON = NOW - TIMING.horizon
PAST_HORIZON = AT_HORIZON - TICK
PLAN = OrderPlan(draft=None, line_ids={}, total=None)  # type: ignore[arg-type]  # nobody looks into it
THERE = RemoteOrder(id="9", number="1001")
UNKNOWN = Reason("unknown_sku", "SKU 'A' is not in TradeGecko", transient=True)
TAKEN = Reason("number_taken", "TradeGecko has another order '1001'", transient=True)
FILTERED = Reason("filtered", "left out by a filter")
PERMANENT = Reason("bad_date", "placed in 1970")
GROUNDS = Grounds(settings="settings", goods="goods", setup="setup")
NO_ANSWER = Reason("no_answer", "nobody knows whether it arrived")
DOUBT, USED = Reason("no_answer", "503 on POST /orders"), Reason("key_used", "400 on POST /orders")
CHANGED, CANCELED = PendingUpdate.CHANGED, PendingUpdate.CANCELED


def an_entry(state: OrderState = S.PENDING, **fields: Any) -> LedgerEntry:
    given = {"id": 1, "connection": "shop", "reference": "1001", "number": "1001", "order": an_order()}
    return LedgerEntry(**{**given, "state": state, "ingested_at": NOW, "updated_at": NOW, **fields})


def uncertain(sent_at: datetime | None = JUST, **fields: Any) -> LedgerEntry:
    """Sent, and nobody knows."""
    given = {"generation": 2, "attempts": 1, "reason": DOUBT, "sent_at": sent_at, "updated_at": PAST_HORIZON}
    return an_entry(S.UNCERTAIN, **{**given, **fields})


def decided(entry: LedgerEntry, found: RemoteOrder | Reason | None = None, **due: Any) -> Decision:
    return decide(
        DueOrder(entry=entry, number="1001", marker="m", **{"plan": PLAN, **due}), found, now=NOW, timing=TIMING
    )


def kept_in_doubt(reason: Reason = DOUBT, seconds: int = 30) -> Wait:
    at = NOW + timedelta(seconds=seconds)
    return Wait(
        state=S.UNCERTAIN,
        reason=reason,
        outcome=Outcome.UNCERTAIN,
        text=f"{reason.text}; next check at {at:%H:%M:%S} UTC",
        changes={"next_attempt_at": at},
    )


def held(reason: Reason, note: str | None = None, **changes: Any) -> Hold:
    """``note`` is the reason's text unless given."""
    return Hold(
        state=S.HELD,
        reason=reason,
        outcome=Outcome.HELD,
        text=reason.text,
        note=reason.text if note is None else note,
        changes={"next_attempt_at": NOW + TICK, **changes},
    )


def skipped(reason: Reason, state: OrderState = S.SKIPPED, outcome: Outcome = Outcome.SKIPPED) -> Skip:
    return Skip(state=state, reason=reason, outcome=outcome, text=reason.text, note=reason.text)


CANCELED_BEFORE = skipped(CANCELED_AT_SOURCE, S.CANCELED, Outcome.CANCELED)


def requeued(generation: int, outcome: Outcome, text: str) -> Requeue:
    return Requeue(
        state=S.PENDING,
        reason=None,
        outcome=outcome,
        text=text,
        note="certainly not there; the source has changed it since",
        changes={"generation": generation, "remote_number": None},
    )


ANEW = (Outcome.WAITING, "changed at the source; goes out anew with the next run")
WITHDRAWN = (Outcome.CANCELED, "canceled at the source; is certainly not in TradeGecko")


def given_up(code: str, text: str) -> GiveUp:
    return GiveUp(state=S.FAILED, reason=Reason(code, text), outcome=Outcome.FAILED, text=text, note=text)


LOST = (
    "gave up after 15 days: nobody knows whether it arrived, it was not found when last looked for; look in "
    "TradeGecko, then retry (looks first), skip or cancel it"
)

# ── the decision ─────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize("state", [S.DELIVERED, S.SHIPPED, S.CONFIRMED])
def test_what_is_delivered_is_followed_up(state: OrderState) -> None:
    """Whatever else is known of it."""
    assert decided(an_entry(state, order=None), TAKEN, skip=FILTERED) == FollowUp()


def test_what_was_never_sent_is_planned_adopted_kept_back_or_sent() -> None:
    """What is there is adopted before anything else is weighed."""
    assert decided(an_entry()) == Send(plan=PLAN, generation=1)
    assert decided(an_entry(generation=3)) == Send(plan=PLAN, generation=3)
    assert decided(an_entry(), THERE, plan=UNKNOWN) == Adopt(remote=THERE)
    assert decided(an_entry(), TAKEN, plan=UNKNOWN) == held(UNKNOWN)
    assert decided(an_entry(), plan=UNKNOWN) == held(UNKNOWN)
    assert decided(an_entry(S.HELD, reason=UNKNOWN), plan=UNKNOWN) == held(UNKNOWN, note="")
    assert decided(an_entry(pending_update=CHANGED, generation=1)) == requeued(2, *ANEW)
    assert decided(an_entry(pending_update=CANCELED, generation=1)) == requeued(2, *WITHDRAWN)


def test_what_is_not_to_be_sent_is_skipped_unless_it_was_sent_before() -> None:
    """By this ledger or by one that was lost. Then it goes on, whatever the settings say now; what was canceled is only
    held where it may be there."""
    assert decided(an_entry(), skip=FILTERED) == skipped(FILTERED)
    assert decided(an_entry(), TAKEN, skip=CANCELED_AT_SOURCE) == CANCELED_BEFORE
    assert decided(an_entry(), THERE, skip=FILTERED) == Adopt(remote=THERE)
    assert decided(an_entry(), THERE, skip=CANCELED_AT_SOURCE) == Adopt(remote=THERE)
    assert decided(an_entry(generation=1), THERE, skip=FILTERED) == Adopt(remote=THERE)
    assert decided(an_entry(generation=1), skip=FILTERED) == Send(plan=PLAN, generation=1)
    assert decided(an_entry(generation=1), plan=CANCELED_AT_SOURCE) == CANCELED_BEFORE
    assert decided(uncertain(LONG_AGO), plan=CANCELED_AT_SOURCE) == held(CANCELED_AT_SOURCE)
    assert decided(uncertain(), plan=CANCELED_AT_SOURCE) == kept_in_doubt()
    shipped = Reason("shipped_before", "shipped at the source")
    assert decided(an_entry(generation=1), plan=shipped) == skipped(shipped, S.SKIPPED, Outcome.SKIPPED)


def test_a_hold_rests_on_what_is_known() -> None:
    """For an hour, or until that changes; what was sent, what a person releases, and what nobody can tell does not."""
    basis = GROUNDS.basis_of("unknown_sku")
    assert basis is not None
    waits = held(UNKNOWN, basis=basis, next_attempt_at=NOW + timedelta(hours=1))
    assert decided(an_entry(), plan=UNKNOWN, grounds=GROUNDS) == waits
    assert decided(an_entry(generation=1), plan=UNKNOWN, grounds=GROUNDS) == held(UNKNOWN)
    assert decided(an_entry(), plan=UNKNOWN, grounds=evolve(GROUNDS, goods=None)) == held(UNKNOWN)
    assert decided(an_entry(), plan=UNKNOWN) == held(UNKNOWN)
    assert decided(an_entry(), plan=PERMANENT, grounds=GROUNDS) == held(PERMANENT)


def test_what_is_wrong_with_an_order_itself_comes_first() -> None:
    """Unless it was sent: then what has its number does."""
    assert decided(an_entry(), TAKEN, plan=UNKNOWN) == held(UNKNOWN)
    assert decided(an_entry(), TAKEN) == held(TAKEN)
    assert decided(an_entry(generation=1), TAKEN, plan=UNKNOWN) == held(TAKEN)


def test_what_was_so_before_is_known() -> None:
    """A hold for the same reason; a skip is told every time."""
    assert held(UNKNOWN, "").known
    assert not held(UNKNOWN).known
    assert not skipped(FILTERED).known


@pytest.mark.parametrize("sent_at", [JUST, LATELY])
def test_what_may_still_show_up_stays_in_doubt(sent_at: datetime) -> None:
    """Nothing that rests on its not being there is done; only the same request, under the same key, is harmless."""
    assert decided(uncertain(sent_at)) == Send(plan=PLAN, generation=2)
    assert decided(uncertain(sent_at), THERE) == Adopt(remote=THERE)
    assert decided(uncertain(sent_at), TAKEN) == kept_in_doubt()
    assert decided(uncertain(sent_at, reason=None), plan=UNKNOWN) == kept_in_doubt(NO_ANSWER)
    assert decided(uncertain(sent_at, reason=USED)) == kept_in_doubt(USED)
    assert decided(uncertain(sent_at, pending_update=CHANGED)) == kept_in_doubt()
    over = uncertain(sent_at, attempts=12, ingested_at=PAST_HORIZON)
    assert decided(over) == kept_in_doubt(seconds=3600)


def test_what_can_no_longer_show_up_is_certainly_not_there() -> None:
    """The same request, the source's change, a hold or the end follow. The next key is a person's decision."""
    assert decided(uncertain(LONG_AGO)) == Send(plan=PLAN, generation=2)
    assert decided(uncertain(LONG_AGO), TAKEN) == held(TAKEN)
    assert decided(uncertain(LONG_AGO), plan=UNKNOWN) == held(UNKNOWN)
    assert decided(uncertain(LONG_AGO, reason=USED)) == held(NOT_TO_BE_FOUND, generation=3)
    assert (NOT_TO_BE_FOUND.code, NOT_TO_BE_FOUND.transient) == ("key_used", False)
    assert "look there, then release it, and it goes out under a new key" in NOT_TO_BE_FOUND.text
    assert decided(an_entry(generation=3, reason=NOT_TO_BE_FOUND)) == Send(plan=PLAN, generation=3), "released"
    assert decided(uncertain(LONG_AGO, reason=USED, pending_update=CHANGED)) == held(NOT_TO_BE_FOUND, generation=3)
    assert decided(uncertain(LONG_AGO, reason=USED), THERE) == Adopt(remote=THERE)
    assert decided(uncertain(LONG_AGO, pending_update=CHANGED)) == requeued(3, *ANEW)
    over = uncertain(LONG_AGO, attempts=12, ingested_at=PAST_HORIZON)
    assert decided(over) == given_up("gave_up_in_doubt", f"{LOST}; last: 503 on POST /orders")
    assert decided(evolve(over, reason=None)) == given_up("gave_up_in_doubt", LOST)
    assert decided(evolve(over, pending_update=CHANGED)) == requeued(3, *ANEW)
    assert decided(evolve(over, attempts=11)) == Send(plan=PLAN, generation=2)
    assert decided(evolve(over, ingested_at=AT_HORIZON)) == Send(plan=PLAN, generation=2)
    assert decided(an_entry(generation=2, attempts=12, ingested_at=PAST_HORIZON)) == Send(plan=PLAN, generation=2)


def test_since_when_it_may_show_up() -> None:
    """Since it was last sent, or since it came into doubt; and only what is in doubt does."""
    assert may_show_up(uncertain(LATELY), NOW, TIMING)
    assert not may_show_up(uncertain(LONG_AGO, updated_at=NOW), NOW, TIMING)
    assert may_show_up(uncertain(None, updated_at=LATELY), NOW, TIMING)
    assert not may_show_up(uncertain(None, updated_at=LONG_AGO), NOW, TIMING)
    assert not may_show_up(an_entry(sent_at=JUST), NOW, TIMING)


def test_after_a_restore_no_absence_is_believed_too_soon() -> None:
    """Not before all is shown that may have been sent until then; what is there is there at once."""
    span = (LONG_AGO, JUST)
    until = JUST + TIMING.patience
    why = "the ledger was restored, and an order sent shortly before may show up in TradeGecko late"
    waits = Wait(
        state=S.PENDING,
        reason=Reason("restored", why),
        outcome=Outcome.WAITING,
        text=f"{why}; next try at {until:%H:%M:%S} UTC",
        note=why,
        changes={"next_attempt_at": until},
    )
    for more in ({}, {"plan": UNKNOWN}, {"skip": FILTERED}):
        assert decided(an_entry(), not_known=span, **more) == waits
    assert decided(uncertain(reason=None), not_known=span) == kept_in_doubt(NO_ANSWER)
    assert decided(uncertain(reason=USED), not_known=span) == kept_in_doubt(USED)
    assert decided(an_entry(), THERE, not_known=span) == Adopt(remote=THERE)
    assert decided(an_entry(), not_known=(LONG_AGO, LATELY)) == decided(an_entry()), "it would be shown by now"
    assert decided(an_entry(), not_known=(LONG_AGO, LATELY + TICK)) != decided(an_entry())


def test_when_all_that_was_sent_is_visible() -> None:
    """By the last request that may have left."""
    due = DueOrder(entry=an_entry(), number="1001", marker="m")
    assert visible_at(due, TIMING) is None
    assert visible_at(evolve(due, not_known=(LONG_AGO, JUST)), TIMING) == JUST + TIMING.patience
    sent = evolve(due, entry=uncertain(LATELY))
    assert visible_at(sent, TIMING) == NOW
    assert visible_at(evolve(sent, entry=uncertain(None)), TIMING) == PAST_HORIZON + TIMING.patience
    assert visible_at(evolve(sent, not_known=(LONG_AGO, JUST)), TIMING) == JUST + TIMING.patience
    assert visible_at(evolve(sent, not_known=(LONG_AGO, LONG_AGO)), TIMING) == NOW


@pytest.mark.parametrize(
    ("entry", "due", "must"),
    [
        (an_entry(), {"plan": PLAN}, True),
        (an_entry(), {"plan": PLAN, "presence": Presence.ABSENT}, False),
        (an_entry(), {"plan": PLAN, "presence": Presence.FREE}, False),
        (an_entry(), {"plan": PLAN, "presence": Presence.KNOWN}, True),
        (an_entry(), {"plan": UNKNOWN}, False),
        (an_entry(), {"plan": UNKNOWN, "presence": Presence.KNOWN}, True),
        (an_entry(), {}, False),
        (an_entry(), {"skip": CANCELED_AT_SOURCE, "presence": Presence.ABSENT}, False),
        (an_entry(), {"skip": CANCELED_AT_SOURCE, "presence": Presence.KNOWN}, True),
        (an_entry(generation=1), {"plan": PLAN, "presence": Presence.ABSENT}, True),
        (an_entry(generation=1), {"plan": PLAN, "presence": Presence.FREE}, True),
        (an_entry(generation=1), {"plan": UNKNOWN}, True),
        (an_entry(generation=1), {}, False),
    ],
)
def test_what_must_be_looked_for(entry: LedgerEntry, due: dict[str, Any], must: bool) -> None:
    """Whatever may be there, and whatever was sent."""
    assert DueOrder(entry=entry, number="1001", marker="m", **due).must_look is must
    before = DueOrder(entry=entry, number="1001", marker="m", not_known=(NOW, NOW), **due)
    assert before.must_look, "it may have been sent in a time the ledger does not know of"


# ── after a request, or a look, that came to nothing ─────────────────────────────────────────


def test_a_refusal_settles_only_its_own_request() -> None:
    """An earlier one may have made the order: while it may show up, the doubt stays, whatever was refused."""
    sent = an_entry(S.SENDING, generation=2)
    assert refused(an_entry(), sent, UNKNOWN, NOW, TIMING) == held(UNKNOWN)
    assert refused(uncertain(LONG_AGO), sent, UNKNOWN, NOW, TIMING) == held(UNKNOWN)
    assert refused(uncertain(), sent, UNKNOWN, NOW, TIMING) == kept_in_doubt()
    assert refused(uncertain(reason=None), sent, UNKNOWN, NOW, TIMING) == kept_in_doubt(NO_ANSWER)
    assert look_refused(an_entry(), UNKNOWN, NOW, TIMING) == held(UNKNOWN)
    assert look_refused(uncertain(LONG_AGO), UNKNOWN, NOW, TIMING) == kept_in_doubt()
    assert look_refused(uncertain(LONG_AGO, reason=None), UNKNOWN, NOW, TIMING) == kept_in_doubt(NO_ANSWER)


def test_an_id_another_order_has_settles_no_doubt() -> None:
    """What was never in doubt is held, for a person."""
    reason = Reason("id_in_use", "shop has another order delivered as 100")
    assert id_in_use(an_entry(), reason.text, NOW, TIMING) == held(reason)
    assert id_in_use(uncertain(LONG_AGO), reason.text, NOW, TIMING) == kept_in_doubt(reason)
    sent = an_entry(S.SENDING, attempts=1)
    assert id_in_use(sent, reason.text, NOW, TIMING) == evolve(kept_in_doubt(reason), note=reason.text)


def waits(state: OrderState, reason: Reason, attempts: int, seconds: int) -> Wait:
    at = NOW + timedelta(seconds=seconds)
    return Wait(
        state=state,
        reason=reason,
        outcome=Outcome.WAITING,
        text=f"429; next {'check' if state is S.UNCERTAIN else 'try'} at {at:%H:%M:%S} UTC",
        note="429",
        changes={"attempts": attempts, "next_attempt_at": at},
    )


def test_what_was_not_carried_out_waits() -> None:
    """Longer each time, at least as long as the account asks, and up to the horizon; what is in doubt stays so."""
    why, busy = Reason("unavailable", "429"), Unavailable("429")
    assert not_carried_out(an_entry(), busy, NOW, TIMING) == waits(S.PENDING, why, 1, 30)
    assert not_carried_out(an_entry(attempts=3), busy, NOW, TIMING) == waits(S.PENDING, why, 4, 240)
    assert not_carried_out(an_entry(S.SENDING, attempts=3), busy, NOW, TIMING) == waits(S.PENDING, why, 3, 120)
    assert not_carried_out(uncertain(), busy, NOW, TIMING) == waits(S.UNCERTAIN, DOUBT, 2, 60)
    assert not_carried_out(uncertain(reason=None), busy, NOW, TIMING) == waits(S.UNCERTAIN, why, 2, 60)
    asked = Unavailable("429", NOW + timedelta(seconds=90))
    assert not_carried_out(an_entry(reason=UNKNOWN), asked, NOW, TIMING) == waits(S.PENDING, why, 1, 90)
    assert not_carried_out(an_entry(attempts=3), asked, NOW, TIMING) == waits(S.PENDING, why, 4, 240)


def test_what_was_not_carried_out_for_long_enough_is_given_up() -> None:
    """After twelve tries and the horizon, both; an order in doubt is given up only where it is certainly not there."""
    old = an_entry(attempts=11, ingested_at=PAST_HORIZON)
    assert not_carried_out(old, Unavailable("429"), NOW, TIMING) == given_up("gave_up", "gave up after 15 days: 429")
    for entry in (
        evolve(old, attempts=10),
        evolve(old, ingested_at=AT_HORIZON),
        evolve(old, state=S.SENDING),
        uncertain(attempts=20, ingested_at=PAST_HORIZON),
    ):
        assert isinstance(not_carried_out(entry, Unavailable("429"), NOW, TIMING), Wait)


def test_no_answer_is_looked_into_later() -> None:
    """The first look after half a minute; that it came into doubt is an event, that it stays is none."""
    assert stay_uncertain(uncertain(attempts=0), USED, NOW, TIMING) == kept_in_doubt(USED)
    assert stay_uncertain(uncertain(attempts=2), USED, NOW, TIMING) == kept_in_doubt(USED, seconds=60)
    sent = an_entry(S.SENDING, attempts=1)
    assert stay_uncertain(sent, USED, NOW, TIMING) == evolve(kept_in_doubt(USED), note=USED.text)


# ── reasons ──────────────────────────────────────────────────────────────────────────────────


def test_a_hold_is_an_event_once() -> None:
    """For another reason, or from another state, it is one again."""
    assert hold(an_entry(S.HELD, reason=UNKNOWN), UNKNOWN, NOW) == held(UNKNOWN, note="")
    assert hold(an_entry(S.HELD, reason=TAKEN), UNKNOWN, NOW) == held(UNKNOWN)
    assert hold(an_entry(reason=UNKNOWN), UNKNOWN, NOW) == held(UNKNOWN)
    assert skip(FILTERED) == skipped(FILTERED)
    assert skip(CANCELED_AT_SOURCE) == CANCELED_BEFORE


def test_what_cannot_be_read_is_held_or_left_for_whoever_can() -> None:
    """Where there is a reason it stays, with its state, and does not stand in others' way."""
    assert decided(an_entry(order=None), THERE) == held(Reason("unreadable", NO_CONTENT))
    for attempts, seconds in ((0, 30), (1, 30), (2, 60)):
        entry = an_entry(S.UNCERTAIN, order=None, reason=DOUBT, attempts=attempts)
        at = NOW + timedelta(seconds=seconds)
        assert unreadable(entry, NOW, TIMING) == Wait(
            state=S.UNCERTAIN,
            reason=DOUBT,
            outcome=Outcome.HELD,
            text=DOUBT.text,
            changes={"next_attempt_at": at},
        )


def test_what_is_settled_is_applied() -> None:
    """State, reason and changes; the reason ends where the decision has none."""
    settled = Settled(state=S.PENDING, reason=None, outcome=Outcome.WAITING, text="", changes={"attempts": 7})
    after = settled.applied_to(an_entry(S.HELD, reason=UNKNOWN), NOW)
    assert (after.state, after.reason, after.attempts, after.updated_at) == (S.PENDING, None, 7, NOW)
    assert held(TAKEN).applied_to(an_entry(), NOW).reason == TAKEN
