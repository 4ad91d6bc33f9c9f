"""Recording what became of an order, and being refused when the order is no longer one's own."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from attrs import evolve

from tradegecko_bridge.errors import ClaimLost, CustomerInUse, NumberInUse, RemoteIdInUse, StoreError
from tradegecko_bridge.ledger import ALLOWED_TRANSITIONS, LedgerEntry, NewCustomer, OrderState, Reason, Transition
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    LEASE,
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
    orders,
)


class RecordChecks:
    """Records."""

    def test_a_record_is_written_whole(self, store: Store) -> None:
        """Everything a worker found out stands in the ledger, and is what ``record`` gives back.

        *Troubleshooting:* compare field by field; moments in other zones are the same moments.
        """
        entry = in_state(store, S.SENDING)
        delivered = entry.transition_to(
            S.DELIVERED,
            SOON.astimezone(timezone(timedelta(hours=9))),
            remote_id="901",
            remote_number="SO0901",
            line_ids={"a": "77", "b": "78"},
            generation=2,
            attempts=3,
            sent_at=SOON.astimezone(timezone(timedelta(hours=-3))),
            next_attempt_at=AFTER,
        )
        returned = store.record(delivered, who="ann", why="found it")
        assert entry_of(store) == returned
        assert evolve(returned, serial=delivered.serial) == delivered
        assert {moment.utcoffset() for moment in (returned.updated_at, returned.sent_at) if moment} == {timedelta(0)}
        event = history_of(store)[-1]
        assert (event.at, event.who, event.why) == (SOON, "ann", "found it")
        assert (event.was, event.now) == (S.SENDING, S.DELIVERED)

    def test_a_reason_is_kept_and_forgotten(self, store: Store) -> None:
        """A reason comes back as it was given, and goes when the next record has none.

        *Troubleshooting:* ``transient`` is part of it.
        """
        reason = Reason(code="unknown_sku", text="nobody carries “TEA”", transient=True)
        store.ingest(SHOP, [an_order()], at=AT)
        held = store.record(claim_one(store).transition_to(S.HELD, AT, reason=reason), who="ann")
        assert (held.reason, entry_of(store).reason) == (reason, reason)
        store.record(claim_one(store, SOON).transition_to(S.PENDING, SOON), who="ann")
        assert entry_of(store).reason is None

    @pytest.mark.parametrize("to", [S.PENDING, S.HELD, S.FAILED, S.SENDING])
    def test_the_claim_lasts_while_sending_only(self, store: Store, to: OrderState) -> None:
        """A record gives the claim back, except of an order being sent.

        *Troubleshooting:* an order going back to pending is free for the next worker at once.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        entry = store.record(claim_one(store).transition_to(to, AT), who="ann")
        assert (entry.claim is not None) is (to is S.SENDING)
        assert len(claim(store, SOON, "bob")) == (to is S.PENDING)

    def test_no_event_when_there_is_nothing_to_say(self, store: Store) -> None:
        """The same state again is an event only with a why.

        *Troubleshooting:* the row is written either way.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        store.record(claim_one(store).transition_to(S.PENDING, SOON, attempts=1), who="ann")
        assert len(history_of(store)) == 1
        assert entry_of(store).attempts == 1
        store.record(claim_one(store).transition_to(S.PENDING, SOON, attempts=2), who="ann", why="rate limit")
        assert history_of(store)[-1].why == "rate limit"

    def test_what_was_said_is_kept(self, store: Store) -> None:
        """A detail comes back with its event as JSON gives it back; without an event it goes nowhere.

        *Troubleshooting:* any text, also with halves of characters and NULs; other events have an empty one.
        """
        entry = in_state(store, S.SENDING)
        detail = {"lines": [{"quantity": "2", "price": "4.90"}], "number": "#1 \0 \ud800", "status": 201, "id": None}
        entry = store.record(entry.transition_to(S.SENDING, SOON, generation=2), who="ann", detail={"lost": 1})
        store.record(entry.transition_to(S.DELIVERED, SOON, remote_id="901"), who="ann", detail=detail)
        detail["lines"] = []
        ingested, sending, delivered = history_of(store)
        assert (ingested.detail, sending.detail) == ({}, {})
        assert delivered.detail == {**detail, "lines": [{"quantity": "2", "price": "4.90"}]}

    def test_one_claim_serves_the_whole_delivery(self, store: Store) -> None:
        """Sending, sending again, delivered: each from the entry the last one gave back.

        *Troubleshooting:* a record of ``sending`` leaves the serial as it is.
        """
        entry = in_state(store, S.SENDING)
        entry = store.record(entry.transition_to(S.SENDING, SOON, generation=2), who="ann")
        entry = store.record(entry.transition_to(S.DELIVERED, SOON, remote_id="901"), who="ann")
        assert (entry.state, entry.generation, entry.remote_id) == (S.DELIVERED, 2, "901")

    def test_nobody_writes_over_the_next_worker(self, store: Store) -> None:
        """A worker that comes back after another one claimed the order is refused, and changes nothing.

        *Troubleshooting:* compare the serial the entry was read with to the row's.
        """
        late = in_state(store, S.SENDING)
        taken = claim_one(store, AFTER, "bob")
        events = history_of(store)
        for to in (S.DELIVERED, S.PENDING, S.UNCERTAIN):
            with pytest.raises(ClaimLost):
                store.record(late.transition_to(to, AFTER), who="ann")
        assert entry_of(store) == taken
        assert history_of(store) == events

    def test_nobody_writes_over_finished_work(self, store: Store) -> None:
        """Nor is it written over once the next worker has finished and given the order back.

        *Troubleshooting:* an order without a claim is not anybody's who once had one.
        """
        late = in_state(store, S.SENDING)
        settled = store.record(claim_one(store, AFTER, "bob").transition_to(S.PENDING, AFTER), who="bob")
        with pytest.raises(ClaimLost):
            store.record(late.transition_to(S.FAILED, AFTER), who="ann")
        assert entry_of(store) == settled

    def test_the_same_word_is_not_taken_twice(self, store: Store) -> None:
        """A record from an entry that was recorded already is refused.

        *Troubleshooting:* giving the claim back grows the serial.
        """
        entry = in_state(store, S.SENDING)
        store.record(entry.transition_to(S.PENDING, SOON), who="ann")
        with pytest.raises(ClaimLost):
            store.record(entry.transition_to(S.DELIVERED, SOON), who="ann")

    def test_coming_late_is_fine_while_nobody_took_over(self, store: Store) -> None:
        """What became of an order may be recorded after the claim ran out, as long as nobody took the order.

        *Troubleshooting:* a worker that knows the answer must not be turned away.
        """
        entry = in_state(store, S.SENDING)
        assert store.record(entry.transition_to(S.DELIVERED, AFTER, remote_id="901"), who="ann").state is S.DELIVERED

    def test_sending_needs_a_claim_that_runs(self, store: Store) -> None:
        """Nothing may leave under a claim that has run out, or under none: another worker could be sending it too.

        *Troubleshooting:* compare the end of the row's own claim with the entry's ``updated_at``; a longer one may come
        with it while that runs, and never after: whoever stood still that long may not go on as if nothing had been.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        claim_released = entry_of(store)
        with pytest.raises(ClaimLost):
            store.record(claim_released.transition_to(S.SENDING, AT), who="ann")
        entry = claim_one(store)
        with pytest.raises(ClaimLost):
            store.record(entry.transition_to(S.SENDING, LEASE), who="ann")
        assert entry.claim is not None
        longer = evolve(entry.claim, until=AFTER + timedelta(minutes=5))
        with pytest.raises(ClaimLost):
            store.record(entry.transition_to(S.SENDING, LEASE, claim=longer), who="ann")
        assert store.record(entry.transition_to(S.SENDING, SOON, claim=longer), who="ann").claim == longer
        assert claim(store, AFTER, "bob") == []

    def test_one_order_at_a_time_makes_a_customer(self, store: Store) -> None:
        """While an order that makes a customer is on its way, or was delivered a moment ago, no other one that makes
        one known by the same goes out, and ``customer_makers`` says which order that is.

        *Troubleshooting:* note the digests with the intent, in its transaction; one in common is enough. Which state
        the order is in, and since when, says whether it counts.
        """
        store.ingest(SHOP, orders(2), at=AT)
        first, second = claim(store, AT, limit=2)
        new = NewCustomer(digests=frozenset({"d", "e"}), since=AT)

        def intent(entry: LedgerEntry, since: datetime = AT) -> Transition:
            going = entry.transition_to(S.SENDING, SOON, generation=1)
            again = evolve(new, since=since, digests=frozenset({"e", "f"}) if entry is second else new.digests)
            return Transition(entry=going, who="ann", new_customer=again)

        assert list(store.customer_makers(new)) == []
        sending, refusal = store.record_all([intent(first), intent(second)])
        assert isinstance(sending, LedgerEntry)
        assert isinstance(refusal, CustomerInUse)
        assert list(store.customer_makers(new)) == [first.id]
        assert list(store.customer_makers(evolve(new, digests=frozenset({"f"})))) == []
        store.record(sending.transition_to(S.DELIVERED, SOON, remote_id="9"), who="ann")
        assert list(store.customer_makers(evolve(new, since=SOON))) == [first.id]
        assert list(store.customer_makers(evolve(new, since=AFTER))) == []
        (answer,) = store.record_all([intent(second, since=AFTER)])
        assert isinstance(answer, LedgerEntry)

    def test_an_entry_of_another_ledger_writes_on_no_row(self, store: Store) -> None:
        """A worker that outlives its ledger has ids that other orders have by now.

        *Troubleshooting:* compare connection, reference and ``ingested_at`` before anything else: a restored ledger
        may have the same order, ingested at another moment.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        mine = claim_one(store)
        others: list[dict[str, Any]] = [{"reference": "another"}, {"connection": "another"}, {"ingested_at": SOON}]
        for other in (evolve(mine, **one) for one in others):
            with pytest.raises(ClaimLost):
                store.record(other.transition_to(S.HELD, SOON), who="ann")
        assert entry_of(store) == mine

    @pytest.mark.parametrize("state", STATES)
    def test_only_what_can_follow_is_recorded(self, store: Store, state: OrderState) -> None:
        """A state that cannot follow the present one is refused, and changes nothing.

        *Troubleshooting:* check against ``ledger.ALLOWED_TRANSITIONS`` with the row's state, not the entry's.
        """
        entry = in_state(store, state)
        for to in not_after(state):
            with pytest.raises(ValueError, match="cannot become"):
                store.record(evolve(entry, state=to), who="ann")
        assert entry_of(store) == entry

    @pytest.mark.parametrize(
        ("state", "to"),
        [
            (state, to)
            for state in (S.DELIVERED, S.SHIPPED, S.CONFIRMED)
            for to in sorted(ALLOWED_TRANSITIONS[state])
            if to is not state
        ],
    )
    def test_after_delivery_no_claim_is_needed(self, store: Store, state: OrderState, to: OrderState) -> None:
        """Shipping is recorded on the entry as it was read; of two who do so, the second is refused.

        *Troubleshooting:* without a claim the serial still tells whether the row changed since.
        """
        entry = in_state(store, state)
        assert store.record(entry.transition_to(to, SOON), who="tracking").state is to
        with pytest.raises(ClaimLost):
            store.record(entry.transition_to(state, SOON), who="tracking")

    def test_two_orders_never_become_one(self, store: Store) -> None:
        """A remote order belongs to one order of a connection; a second one is refused with a StoreError.

        *Troubleshooting:* a unique key on (connection, remote_id), which allows any number of blanks.
        """
        store.ingest(SHOP, orders(2), at=AT)
        store.ingest("other", orders(1), at=AT)
        first, second = claim(store)
        store.record(first.transition_to(S.DELIVERED, AT, remote_id="901"), who="ann")
        with pytest.raises(StoreError, match="901"):
            store.record(second.transition_to(S.DELIVERED, AT, remote_id="901"), who="ann")
        assert entry_of(store, "2") == second
        (elsewhere,) = store.claim("other", "ann", at=AT, until=LEASE, limit=1)
        assert store.record(elsewhere.transition_to(S.DELIVERED, AT, remote_id="901"), who="ann").remote_id == "901"

    @pytest.mark.parametrize("state", [S.SENDING, S.UNCERTAIN, S.DELIVERED, S.SHIPPED, S.CONFIRMED])
    def test_a_number_in_use_is_told(self, store: Store, state: OrderState) -> None:
        """Who wants to be the only order under a number is refused when any order is or was sent under it.

        *Troubleshooting:* compare ``remote_number`` across all connections, but not with the entry itself, in the very
        transaction that writes; states that were never sent, or are known not to be there, do not count.
        """
        number = in_state(store, state).remote_number or "1001"
        if state in (S.SENDING, S.UNCERTAIN):
            entry = entry_of(store)
            store.record(entry.transition_to(state, AT, remote_number=number), who="ann", why="its number")
        store.ingest("other", orders(2), at=AT)
        first, second = store.claim("other", "bob", at=AT, until=LEASE, limit=2)
        with pytest.raises(NumberInUse, match=number):
            store.record(
                first.transition_to(S.SENDING, AT, remote_number=number), who="bob", require_unique_number=True
            )
        assert entry_of(store, "1").state is state
        assert store.record(first.transition_to(S.SENDING, AT, remote_number=number), who="bob").remote_number == number
        assert (
            store.record(
                second.transition_to(S.SENDING, AT, remote_number="X"), who="bob", require_unique_number=True
            ).state
            is S.SENDING
        )

    @pytest.mark.parametrize("state", [S.PENDING, S.HELD, S.SKIPPED, S.CANCELED, S.FAILED])
    def test_a_number_not_in_use_is_free(self, store: Store, state: OrderState) -> None:
        """An order that is not on its way has no number over there; nor does an order stand in its own way.

        *Troubleshooting:* only states in which it is, or may be, known over there count.
        """
        in_state(store, state)
        store.ingest("other", orders(1), at=AT)
        (entry,) = store.claim("other", "bob", at=AT, until=LEASE, limit=1)
        sending = store.record(
            entry.transition_to(S.SENDING, AT, remote_number="#1"), who="bob", require_unique_number=True
        )
        assert (
            store.record(
                sending.transition_to(S.SENDING, AT, attempts=2), who="bob", require_unique_number=True
            ).attempts
            == 2
        )

    def test_several_steps_are_judged_one_by_one(self, store: Store) -> None:
        """What was good is written whole, with its event; what was not says why, and spoils nothing.

        *Troubleshooting:* one transaction, but an answer for each step, in their order; refusals are given back, not
        raised.
        """
        store.ingest(SHOP, orders(5), at=AT)
        first, second, late, wrong, unknown = claim(store)
        store.release_claim(late)
        entries = [
            first.transition_to(S.SENDING, AT),
            second.transition_to(S.DELIVERED, AT, remote_id="7"),
            late.transition_to(S.SENDING, AT),
            evolve(wrong, state=S.SHIPPED),
            evolve(unknown.transition_to(S.SENDING, AT), id=unknown.id + 100),
        ]
        answers = store.record_all([Transition(entry=entry, who="ann", why="so it is") for entry in entries])
        assert answers[:2] == [entry_of(store, "1"), entry_of(store, "2")]
        assert [type(answer) for answer in answers[2:]] == [ClaimLost, ValueError, ClaimLost]
        states = [entry_of(store, str(n)).state for n in range(1, 6)]
        assert states == [S.SENDING, S.DELIVERED, S.PENDING, S.PENDING, S.PENDING]
        assert [history_of(store, str(n))[-1].why == "so it is" for n in range(1, 6)] == [True, True] + [False] * 3

    def test_no_steps_are_nothing(self, store: Store) -> None:
        """Writing nothing is no fault.

        *Troubleshooting:* an empty list in a statement.
        """
        assert list(store.record_all([])) == []

    def test_two_orders_never_become_one_in_one_write(self, store: Store) -> None:
        """The second of two that say they were delivered as the same order is refused, those beside them are not.

        *Troubleshooting:* where the database refuses all of them together, write them one by one.
        """
        store.ingest(SHOP, orders(4), at=AT)
        ids = ("7", "8", "7", "9")
        steps = [
            Transition(entry=entry.transition_to(S.DELIVERED, AT, remote_id=id_), who="ann")
            for entry, id_ in zip(claim(store), ids, strict=True)
        ]
        answers = store.record_all(steps)
        assert [type(answer) is RemoteIdInUse for answer in answers] == [False, False, True, False]
        assert "7" in str(answers[2])
        assert [entry_of(store, str(n)).remote_id for n in range(1, 5)] == ["7", "8", None, "9"]

    def test_of_two_steps_of_one_order_the_second_is_late(self, store: Store) -> None:
        """Also in one write: a transition is judged by what the one before it left.

        *Troubleshooting:* hold the second against the row as the first changed it, not as it was read.
        """
        entry = in_state(store, S.SENDING)
        steps = [Transition(entry=entry.transition_to(S.DELIVERED, AT, remote_id=id_), who="ann") for id_ in ("7", "9")]
        first, second = store.record_all(steps)
        assert first == entry_of(store)
        assert isinstance(second, ClaimLost)
        assert [event.now for event in history_of(store)].count(S.DELIVERED) == 1

    def test_of_two_that_want_a_number_the_first_gets_it(self, store: Store) -> None:
        """Also in one write.

        *Troubleshooting:* count the number as in use from the step on that is written under it.
        """
        store.ingest(SHOP, orders(2), at=AT)
        steps = [
            Transition(
                entry=entry.transition_to(S.SENDING, AT, remote_number="X"), who="ann", require_unique_number=True
            )
            for entry in claim(store)
        ]
        first, second = store.record_all(steps)
        assert first == entry_of(store, "1")
        assert isinstance(second, NumberInUse)
        assert entry_of(store, "2").state is S.PENDING

    def test_the_ledger_is_not_changed_through_an_entry(self, store: Store) -> None:
        """Changing the mapping of an entry that was handed out, or recorded, changes nothing in the ledger.

        *Troubleshooting:* copy ``line_ids``: it is the one part of an entry that can be changed.
        """
        ids = {"a": "77"}
        returned = store.record(in_state(store, S.SENDING).transition_to(S.DELIVERED, AT, line_ids=ids), who="ann")
        ids["b"] = returned.line_ids["c"] = entry_of(store).line_ids["d"] = "0"
        assert entry_of(store).line_ids == {"a": "77"}
