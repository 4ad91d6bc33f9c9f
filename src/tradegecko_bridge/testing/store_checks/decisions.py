"""What a person decides about an order: hold, release, skip, cancel, retry."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

import pytest

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import ALLOWED_TRANSITIONS, OrderState, Reason
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    SHOP,
    SOON,
    STATES,
    S,
    an_order,
    claim,
    claim_one,
    entry_of,
    history_of,
    in_state,
    not_after,
)
from tradegecko_bridge.testing.store_checks.resupply import CANCELED, CHANGED


class DecisionChecks:
    """Decisions."""

    @pytest.mark.parametrize("state", STATES)
    def test_a_decision_stands(self, store: Store, state: OrderState) -> None:
        """Any state that can follow may be decided on, and the history says who did and why.

        *Troubleshooting:* a claim that has run out does not stand in the way.
        """
        entry = in_state(store, state)
        to = min(ALLOWED_TRANSITIONS[state] - {S.SENDING, state})
        overridden = store.override_state(entry.id, to, at=AFTER, who="bob", why="the customer called")
        event = history_of(store)[-1]
        assert overridden == entry_of(store)
        assert (overridden.state, overridden.claim, overridden.updated_at) == (to, None, AFTER)
        assert (event.at, event.who, event.why, event.was, event.now) == (
            AFTER,
            "bob",
            "the customer called",
            state,
            to,
        )

    @pytest.mark.parametrize("to", [S.HELD, S.SKIPPED, S.CANCELED])
    def test_a_person_s_words_are_the_reason(self, store: Store, to: OrderState) -> None:
        """An order that a person holds, skips or cancels says why, and is not due.

        *Troubleshooting:* the reason is not transient: no worker may undo it.
        """
        overridden = store.override_state(
            in_state(store, S.PENDING).id, to, at=SOON, who="bob", why="waiting for payment"
        )
        assert overridden.reason is not None
        assert (overridden.reason.text, overridden.reason.transient) == ("waiting for payment", False)
        assert claim(store, AFTER) == []

    @pytest.mark.parametrize("state", [S.PENDING, S.HELD, S.FAILED, S.SKIPPED, S.CANCELED, S.UNCERTAIN])
    def test_released_means_now(self, store: Store, state: OrderState) -> None:
        """An order sent back to pending is due at once, without a reason, with all patience anew.

        *Troubleshooting:* clear ``next_attempt_at`` and ``attempts``; generation and ``sent_at`` stay.
        """
        entry = in_state(store, state)
        released = store.override_state(entry.id, S.PENDING, at=SOON, who="bob", why="try again")
        assert (released.reason, released.attempts, released.next_attempt_at) == (None, 0, None)
        assert (released.generation, released.sent_at) == (entry.generation, entry.sent_at)
        assert claim_one(store, SOON).state is S.PENDING

    @pytest.mark.parametrize("retry", [False, True])
    def test_what_is_left_to_be_done_waits_unless_it_is_retried(self, store: Store, retry: bool) -> None:
        """That an order has been shipped says nothing of the invoice that was refused.

        *Troubleshooting:* keep reason and ``next_attempt_at`` of an order that is there, except with ``retry``.
        """
        reason = Reason("action_refused", "invoice was refused")
        facts = {"remote_id": "9", "pending_actions": ("invoice",), "reason": reason, "next_attempt_at": SOON}
        entry = store.record(in_state(store, S.SENDING).transition_to(S.DELIVERED, AT, **facts), who="ann")
        store.release_claim(entry)
        overridden = store.override_state(entry.id, S.SHIPPED, at=AT, who="bob", why="shipped", retry=retry)
        assert (overridden.reason, overridden.next_attempt_at) == ((None, None) if retry else (reason, SOON))
        assert overridden.pending_actions == ("invoice",)

    def test_waiting_can_be_cut_short(self, store: Store) -> None:
        """A pending order that waits for its next attempt can be tried now.

        *Troubleshooting:* pending may follow pending.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        entry = store.record(
            claim_one(store).transition_to(S.PENDING, AT, attempts=4, next_attempt_at=AFTER), who="ann"
        )
        store.override_state(entry.id, S.PENDING, at=SOON, who="bob", why="the outage is over")
        assert claim_one(store, SOON).attempts == 0

    def test_looking_can_be_hastened(self, store: Store) -> None:
        """An order in doubt can be looked for now; why it is in doubt, and under which key, stays.

        *Troubleshooting:* uncertain may follow uncertain; only the wait ends.
        """
        doubt = Reason("key_used", "used before")
        entry = in_state(store, S.UNCERTAIN)
        entry = store.record(
            claim_one(store).transition_to(S.UNCERTAIN, AT, reason=doubt, next_attempt_at=AFTER), who="ann"
        )
        hastened = store.override_state(entry.id, S.UNCERTAIN, at=SOON, who="bob", why="look now")
        assert (hastened.reason, hastened.generation, hastened.next_attempt_at) == (doubt, entry.generation, None)
        assert claim_one(store, SOON).state is S.UNCERTAIN

    @pytest.mark.parametrize("state", STATES)
    def test_what_cannot_follow_is_refused(self, store: Store, state: OrderState) -> None:
        """A person cannot make an order skip a state either.

        *Troubleshooting:* ``ledger.ALLOWED_TRANSITIONS``; nothing may be written.
        """
        entry, events = in_state(store, state), history_of(store)
        for to in not_after(state):
            with pytest.raises(ValueError, match="cannot become"):
                store.override_state(entry.id, to, at=AFTER, who="bob", why="because")
        assert (entry_of(store), history_of(store)) == (entry, events)

    def test_sending_cannot_be_decided(self, store: Store) -> None:
        """Only a worker with a claim sends: a person says pending.

        *Troubleshooting:* a ValueError although ``sending`` can follow ``pending``.
        """
        entry = in_state(store, S.PENDING)
        with pytest.raises(ValueError, match="claim"):
            store.override_state(entry.id, S.SENDING, at=SOON, who="bob", why="go")
        assert entry_of(store) == entry

    def test_an_unknown_entry_is_a_key_error(self, store: Store) -> None:
        """Nothing can be decided about an order that is not there.

        *Troubleshooting:* KeyError, not a StoreError.
        """
        with pytest.raises(KeyError):
            store.override_state(4711, S.HELD, at=AT, who="bob", why="because")

    @pytest.mark.parametrize("sending", [False, True])
    def test_nobody_interferes_with_a_worker(self, store: Store, sending: bool) -> None:
        """While a worker has the order, a person has to wait.

        *Troubleshooting:* ClaimLost as long as the claim runs at ``at``.
        """
        entry = in_state(store, S.SENDING if sending else S.PENDING)
        if not sending:
            entry = claim_one(store)
        with pytest.raises(ClaimLost):
            store.override_state(entry.id, S.HELD, at=SOON, who="bob", why="wait")
        assert entry_of(store) == entry

    def test_a_decision_ends_an_old_claim(self, store: Store) -> None:
        """A worker that comes back after a person decided is refused.

        *Troubleshooting:* a decision grows the serial.
        """
        late = in_state(store, S.SENDING)
        decided = store.override_state(late.id, S.PENDING, at=AFTER, who="bob", why="look for it now")
        with pytest.raises(ClaimLost):
            store.record(late.transition_to(S.DELIVERED, AFTER), who="ann")
        assert entry_of(store) == decided

    @pytest.mark.parametrize("state", [S.SENDING, S.UNCERTAIN])
    @pytest.mark.parametrize("to", [S.HELD, S.FAILED])
    def test_what_is_in_doubt_is_not_put_aside(self, store: Store, state: OrderState, to: OrderState) -> None:
        """An order that may be over there can be looked for again, but not held by hand as if it were not.

        *Troubleshooting:* judge by the state the row has now, not by the one the person saw.
        """
        entry = in_state(store, state)
        with pytest.raises(ValueError, match="may be in TradeGecko"):
            store.override_state(entry.id, to, at=AFTER, who="bob", why="looks lost")
        assert entry_of(store) == entry

    def test_a_released_order_takes_up_what_changed_meanwhile(self, store: Store) -> None:
        """Sending an uncertain order again by hand sends what its source says now.

        *Troubleshooting:* the same as when a worker takes it back to pending.
        """
        entry = in_state(store, S.UNCERTAIN)
        store.ingest(SHOP, [CHANGED], at=SOON)
        assert store.override_state(entry.id, S.PENDING, at=SOON, who="bob", why="not there").order == CHANGED

    def test_a_released_order_may_turn_out_canceled(self, store: Store) -> None:
        """An order canceled at its source while uncertain is not sent again, whoever asks for it.

        *Troubleshooting:* the entry given back says what it became.
        """
        entry = in_state(store, S.UNCERTAIN)
        store.ingest(SHOP, [CANCELED], at=SOON)
        assert store.override_state(entry.id, S.PENDING, at=SOON, who="bob", why="not there").state is S.CANCELED
