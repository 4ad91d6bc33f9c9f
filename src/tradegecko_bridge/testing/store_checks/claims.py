"""Claiming orders: who gets what, when, and nobody else."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from itertools import chain

import pytest

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.ledger import LONGEST_WAIT, Claim, OrderState, Reason
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    LEASE,
    SHOP,
    SOON,
    S,
    an_order,
    claim,
    claim_one,
    entry_of,
    history_of,
    in_state,
    orders,
    references,
)

NEXT_YEAR, TICK = AT + timedelta(days=365), timedelta(microseconds=1)
TRANSIENT = Reason(code="unknown_sku", text="nobody carries TEA", transient=True)


class ClaimChecks:
    """Claims."""

    def test_a_claim_names_worker_and_end(self, store: Store) -> None:
        """A claimed order is handed out with its claim, and stands so in the ledger.

        *Troubleshooting:* claiming is no event and changes neither state nor ``updated_at``.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        entry = claim_one(store)
        assert entry.claim == Claim(worker="ann", until=LEASE, serial=entry.serial)
        assert (entry.state, entry.order, entry.updated_at) == (S.PENDING, an_order(), AT)
        assert entry_of(store) == entry
        assert len(history_of(store)) == 1

    def test_oldest_first_and_no_more_than_asked_for(self, store: Store) -> None:
        """Orders come in the sequence of their ingest, up to the limit.

        *Troubleshooting:* within one batch the sequence of arrival counts.
        """
        store.ingest(SHOP, [an_order("late")], at=SOON)
        store.ingest(SHOP, orders(12), at=AT)
        assert references(claim(store, SOON, limit=5)) == ["1", "2", "3", "4", "5"]
        assert references(claim(store, SOON, limit=100)) == ["6", "7", "8", "9", "10", "11", "12", "late"]
        assert claim(store, SOON, limit=0) == []

    def test_a_claim_keeps_others_away_until_it_runs_out(self, store: Store) -> None:
        """Nobody, not even the same worker, gets a claimed order before ``until``; from then on anybody does.

        *Troubleshooting:* at ``until`` itself the claim has run out.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        claim_one(store)
        assert claim(store, LEASE - timedelta(microseconds=1), "bob") == []
        assert claim(store, LEASE - timedelta(microseconds=1), "ann") == []
        assert claim_one(store, LEASE, "bob").claim == Claim(
            worker="bob", until=LEASE + timedelta(minutes=10), serial=2
        )

    def test_connections_are_claimed_apart(self, store: Store) -> None:
        """A worker gets orders of the connection it asks for.

        *Troubleshooting:* the limit counts them alone.
        """
        store.ingest("other", orders(3), at=AT)
        store.ingest(SHOP, orders(1), at=AT)
        assert [entry.connection for entry in claim(store, limit=2)] == [SHOP]

    @pytest.mark.parametrize("state", [s for s in OrderState if s not in {S.PENDING, S.UNCERTAIN, S.SENDING}])
    def test_what_is_not_due_is_not_claimed(self, store: Store, state: OrderState) -> None:
        """Orders that are held for good reason, ended, or delivered are nobody's work.

        *Troubleshooting:* of the held ones, only those whose reason is transient are due.
        """
        in_state(store, state)
        assert claim(store, AFTER) == []

    def test_uncertain_orders_are_due(self, store: Store) -> None:
        """Somebody has to find out what became of an order.

        *Troubleshooting:* recording ``uncertain`` gave the claim back.
        """
        in_state(store, S.UNCERTAIN)
        entry = claim_one(store, SOON, "bob")
        assert (entry.state, entry.generation, entry.sent_at) == (S.UNCERTAIN, 1, AT)

    def test_orders_held_for_a_passing_reason_are_due(self, store: Store) -> None:
        """What may have gone away by itself is looked at again.

        *Troubleshooting:* it stays held, with its reason, until its worker has decided.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        store.record(claim_one(store).transition_to(S.HELD, AT, reason=TRANSIENT), who="ann")
        entry = claim_one(store, SOON)
        assert (entry.state, entry.reason) == (S.HELD, TRANSIENT)

    @pytest.mark.parametrize("state", [S.PENDING, S.UNCERTAIN, S.HELD])
    def test_nothing_is_claimed_before_its_next_attempt(self, store: Store, state: OrderState) -> None:
        """An order that waits is left to wait, and due from ``next_attempt_at`` on.

        *Troubleshooting:* at that very moment it is due.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        entry = claim_one(store)
        if state is S.UNCERTAIN:
            entry = store.record(entry.transition_to(S.SENDING, AT), who="ann")
        reason = TRANSIENT if state is S.HELD else None
        store.record(entry.transition_to(state, AT, reason=reason, next_attempt_at=SOON), who="ann")
        assert claim(store, SOON - timedelta(microseconds=1)) == []
        assert claim_one(store, SOON).state is state

    @pytest.mark.parametrize(
        ("basis", "bases", "due"),
        [
            ("a", {"unknown_sku": "b"}, True),
            ("a", {"unknown_sku": None}, True),
            ("a", {"unknown_sku": "a"}, False),
            ("a", {"no_sku": "b"}, False),
            ("a", {}, False),
            (None, {"unknown_sku": "b"}, False),
            (None, {"unknown_sku": None}, False),
        ],
    )
    def test_held_orders_are_due_when_their_cause_may_have_gone(
        self, store: Store, basis: str | None, bases: dict[str, str | None], due: bool
    ) -> None:
        """Those held on another basis than the present one; no others, and nobody else's.

        *Troubleshooting:* compare ``basis`` where there is one; make ``next_attempt_at`` None.
        """
        held = {"reason": TRANSIENT, "basis": basis, "next_attempt_at": LEASE}
        for connection in (SHOP, "other"):
            store.ingest(connection, [an_order()], at=AT)
            (entry,) = store.claim(connection, "ann", at=AT, until=SOON, limit=1)
            assert store.record(entry.transition_to(S.HELD, AT, **held), who="ann").basis == basis
        store.look_again(SHOP, bases)
        assert [entry.basis for entry in store.entries(SHOP)] == [basis]
        assert len(claim(store, SOON)) == due
        assert store.claim("other", "ann", at=SOON, until=LEASE, limit=1) == []

    def test_only_orders_held_for_a_passing_reason_have_a_cause_to_go(self, store: Store) -> None:
        """Not those that wait for a person, nor those in another state.

        *Troubleshooting:* new content, and a person's decision, leave no basis behind.
        """
        store.ingest(SHOP, [an_order("1"), an_order("2"), an_order("3")], at=AT)
        lasting, released, changed = claim(store)
        reason = Reason(code="unknown_sku", text="nobody carries TEA")
        store.record(lasting.transition_to(S.HELD, AT, reason=reason, basis="a", next_attempt_at=LEASE), who="ann")
        for entry in (released, changed):
            held = entry.transition_to(S.HELD, AT, reason=TRANSIENT, basis="a", next_attempt_at=LEASE)
            store.record(held, who="ann")
        store.override_state(released.id, S.PENDING, at=AT, who="bob", why="is there now")
        store.ingest(SHOP, [an_order("3", note="another")], at=AT)
        store.look_again(SHOP, {"unknown_sku": "b"})
        assert {entry.reference: entry.basis for entry in claim(store, SOON)} == {"2": None, "3": None}

    @pytest.mark.parametrize("state", [S.PENDING, S.UNCERTAIN, S.HELD])
    def test_a_wait_longer_than_any_is_none(self, store: Store, state: OrderState) -> None:
        """A clock that was a year ahead once puts no order off for a year, nor a shipment.

        *Troubleshooting:* a moment further ahead than ``LONGEST_WAIT`` counts as past.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        entry = claim_one(store)
        if state is S.UNCERTAIN:
            entry = store.record(entry.transition_to(S.SENDING, AT), who="ann")
        reason = TRANSIENT if state is S.HELD else None
        store.record(entry.transition_to(state, AT, reason=reason, next_attempt_at=NEXT_YEAR), who="ann")
        assert claim(store, NEXT_YEAR - LONGEST_WAIT) == []
        assert claim_one(store, NEXT_YEAR - LONGEST_WAIT - TICK).state is state

    def test_a_claim_longer_than_any_is_none(self, store: Store) -> None:
        """A worker whose clock was a year ahead keeps no order for a year after its death.

        *Troubleshooting:* what it had sent, by its clock, counts as sent when somebody else takes the order.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        entry = claim_one(store, NEXT_YEAR)
        store.record(entry.transition_to(S.SENDING, NEXT_YEAR, generation=1, sent_at=NEXT_YEAR), who="ann")
        until = NEXT_YEAR + (LEASE - AT)
        assert claim(store, until - LONGEST_WAIT, "bob") == []
        taken = claim_one(store, SOON, "bob")
        assert (taken.state, taken.sent_at) == (S.UNCERTAIN, SOON)
        assert entry_of(store) == taken

    def test_now_is_told_by_a_clock_that_all_share(self, store: Store) -> None:
        """Or by none: then each has its own.

        *Troubleshooting:* the database's, not that of the process that asks.
        """
        now = store.now()
        assert now is None or abs(now - datetime.now(UTC)) < timedelta(minutes=1)

    def test_a_running_claim_protects_sending(self, store: Store) -> None:
        """While its worker has time left, an order being sent is left to it.

        *Troubleshooting:* recording ``sending`` keeps the claim.
        """
        assert in_state(store, S.SENDING).claim is not None
        assert claim(store, SOON, "bob") == []

    def test_sending_whose_claim_ran_out_is_uncertain(self, store: Store) -> None:
        """A worker that died while sending leaves an uncertain order and an event that names it.

        *Troubleshooting:* never pending: the order may have arrived. ``next_attempt_at`` does not matter here.
        """
        in_state(store, S.SENDING)
        entry = claim_one(store, AFTER, "bob")
        event = history_of(store)[-1]
        assert (entry.state, entry.updated_at, entry.generation, entry.sent_at) == (S.UNCERTAIN, AFTER, 1, AT)
        assert entry.claim is not None
        assert entry.claim.worker == "bob"
        assert (event.at, event.was, event.now) == (AFTER, S.SENDING, S.UNCERTAIN)
        assert "ann" in event.why
        assert entry_of(store) == entry

    def test_a_claim_that_ran_out_before_sending_is_no_event(self, store: Store) -> None:
        """A worker that died before sending anything leaves the order as it found it.

        *Troubleshooting:* only ``sending`` tells that something may have left.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        claim_one(store)
        assert claim_one(store, AFTER, "bob").state is S.PENDING
        assert len(history_of(store)) == 1

    def test_serials_only_grow(self, store: Store) -> None:
        """Every claim has a serial above all earlier ones of the row, also after the row was given back.

        *Troubleshooting:* do not clear the serial with the claim.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        serials = []
        for n in range(4):
            entry = claim_one(store, AT + n * timedelta(hours=1))
            serials.append(entry.serial)
            if n == 1:
                store.record(entry.transition_to(S.PENDING, AT), who="ann")
            if n == 2:
                store.release_claim(entry)
        assert serials == sorted(set(serials))

    def test_threads_never_claim_the_same_order(self, store: Store) -> None:
        """Workers that claim at once share the orders between them: each goes to exactly one.

        *Troubleshooting:* finding due rows and marking them must be one step.
        """
        store.ingest(SHOP, orders(120), at=AT)

        def work(worker: str) -> list[str]:
            mine: list[str] = []
            while some := claim(store, AT, worker, limit=7):
                mine += references(some)
            return mine

        with ThreadPoolExecutor(6) as pool:
            shares = list(pool.map(work, [f"worker-{n}" for n in range(6)]))
        assert sorted(chain.from_iterable(shares), key=int) == [str(n) for n in range(1, 121)]

    def test_a_claim_given_back_is_free_at_once(self, store: Store) -> None:
        """After ``release_claim`` the next worker need not wait, and nothing else has changed.

        *Troubleshooting:* state, times and history stay.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        claimed = claim_one(store)
        store.release_claim(claimed)
        entry = entry_of(store)
        assert (entry.claim, entry.state, entry.updated_at) == (None, S.PENDING, AT)
        assert len(history_of(store)) == 1
        assert claim_one(store, AT, "bob").claim is not None

    def test_giving_back_a_lost_claim_is_harmless(self, store: Store) -> None:
        """A worker that comes too late does not take the order from the one that has it now.

        *Troubleshooting:* compare serials.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        lost = claim_one(store)
        taken = claim_one(store, AFTER, "bob")
        store.release_claim(lost)
        assert entry_of(store) == taken

    def test_a_claim_given_back_no_longer_counts(self, store: Store) -> None:
        """Who gave a claim back cannot write under it.

        *Troubleshooting:* giving back grows the serial, too.
        """
        store.ingest(SHOP, [an_order()], at=AT)
        claimed = claim_one(store)
        store.release_claim(claimed)
        with pytest.raises(ClaimLost):
            store.record(claimed.transition_to(S.SENDING, AT), who="ann")
