"""Shipments on their way back to the source."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta, timezone
from itertools import chain

import pytest
from attrs import evolve

from tradegecko_bridge.errors import ClaimLost, CursorMoved
from tradegecko_bridge.ledger import Claim, ShipmentState, Wait
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    AT,
    LEASE,
    SHOP,
    SOON,
    TRACKED,
    S,
    a_shipment,
    claim_shipments,
    in_state,
    with_shipments,
)


class ShipmentChecks:
    """Shipments."""

    def test_a_new_shipment_is_pending(self, store: Store) -> None:
        """A shipment is written whole, for the order it belongs to, and counted.

        *Troubleshooting:* content as text made by ``commerce.codec``, as with orders.
        """
        order = in_state(store, S.DELIVERED)
        written = store.ingest_shipments(SHOP, [(order.id, a_shipment(packages=TRACKED))], cursor=None, at=AT)
        (entry,) = store.shipments(SHOP)
        assert written == 1
        assert (entry.entry_id, entry.connection, entry.state) == (order.id, SHOP, ShipmentState.PENDING)
        assert (entry.shipment, entry.reason, entry.attempts) == (a_shipment(packages=TRACKED), "", 0)
        assert (entry.next_attempt_at, entry.claim) == (None, None)
        assert str(entry.shipment.items[0].quantity) == "2.50"

    @pytest.mark.parametrize("state", ShipmentState)
    def test_a_known_shipment_is_left_as_it_is(self, store: Store, state: ShipmentState) -> None:
        """The same shipment again changes nothing, whatever has become of it, and is not counted.

        *Troubleshooting:* compare content, not when it was seen.
        """
        (entry,) = with_shipments(store, a_shipment())
        (claimed,) = claim_shipments(store)
        store.record_shipment(evolve(claimed, state=state, reason="because", attempts=1), at=AT)
        before = list(store.shipments(SHOP))
        again = [(entry.entry_id, a_shipment())]
        assert store.ingest_shipments(SHOP, again, cursor=None, at=SOON) == 0
        assert list(store.shipments(SHOP)) == before

    @pytest.mark.parametrize("state", ShipmentState)
    def test_a_changed_shipment_is_pending_again(self, store: Store, state: ShipmentState) -> None:
        """A tracking number that was added later is told, too: at once and with all patience.

        *Troubleshooting:* reason, attempts and ``next_attempt_at`` belonged to the old content.
        """
        (entry,) = with_shipments(store, a_shipment())
        (claimed,) = claim_shipments(store)
        store.record_shipment(evolve(claimed, state=state, reason="x", attempts=9, next_attempt_at=AFTER), at=AT)
        changed = [(entry.entry_id, a_shipment(packages=TRACKED))]
        assert store.ingest_shipments(SHOP, changed, cursor=None, at=SOON) == 1
        (now,) = claim_shipments(store, SOON)
        assert (now.id, now.shipment) == (entry.id, a_shipment(packages=TRACKED))
        assert (now.reason, now.attempts, now.next_attempt_at) == ("", 0, None)

    def test_the_cursor_goes_with_the_batch(self, store: Store) -> None:
        """Shipments and how far they were read are written together; None leaves the cursor.

        *Troubleshooting:* stream ``"shipments"``.
        """
        with_shipments(store, a_shipment(), cursor="c1")
        assert store.cursor(SHOP, "shipments") == "c1"
        store.ingest_shipments(SHOP, [], cursor=None, at=AT)
        assert store.cursor(SHOP, "shipments") == "c1"
        store.ingest_shipments(SHOP, [], cursor="c2", at=AT)
        assert store.cursor(SHOP, "shipments") == "c2"
        assert store.cursor("other", "shipments") is None

    def test_the_cursor_only_moves_on_from_where_it_was_read(self, store: Store) -> None:
        """Shipments that were read from another cursor than the ledger's are refused, and none is written.

        *Troubleshooting:* as for orders, and before the entries are looked up: a restored ledger may lack them.
        """
        order = in_state(store, S.DELIVERED)
        store.ingest_shipments(SHOP, [], cursor="c1", at=AT, after="")
        for entry_id in (order.id, 4711):
            with pytest.raises(CursorMoved):
                store.ingest_shipments(SHOP, [(entry_id, a_shipment())], cursor="c3", at=AT, after="c2")
        assert (list(store.shipments(SHOP)), store.cursor(SHOP, "shipments")) == ([], "c1")
        store.ingest_shipments(SHOP, [], cursor="c2", at=AT, after="c1")
        assert store.cursor(SHOP, "shipments") == "c2"

    def test_a_shipment_of_no_order_is_refused(self, store: Store) -> None:
        """A shipment for an entry that is not there, or another connection's, is a KeyError; nothing is written.

        *Troubleshooting:* one transaction around all shipments and the cursor.
        """
        order = in_state(store, S.DELIVERED)
        for connection, entry_id in ((SHOP, 4711), ("other", order.id)):
            batch = [(order.id, a_shipment()), (entry_id, a_shipment("s2"))]
            with pytest.raises(KeyError):
                store.ingest_shipments(connection, batch, cursor="c1", at=AT)
            assert list(store.shipments(connection)) == []
            assert store.cursor(connection, "shipments") is None

    def test_a_reference_twice_in_a_batch_is_one_shipment(self, store: Store) -> None:
        """Listings overlap: the same shipment twice is one row, and the later word counts.

        *Troubleshooting:* rows written earlier in the batch are known to the rest of it.
        """
        (entry,) = with_shipments(store, a_shipment(), a_shipment(packages=TRACKED))
        assert entry.shipment.packages == TRACKED

    def test_shipments_of_entries(self, store: Store) -> None:
        """Shipments come oldest first, those of the entries asked for.

        *Troubleshooting:* None means all; an empty collection means none.
        """
        first, second = with_shipments(store, a_shipment("s2"), a_shipment("s1"))
        assert [first.shipment.reference, second.shipment.reference] == ["s2", "s1"]
        assert list(store.shipments(SHOP, [first.entry_id])) == [first, second]
        assert list(store.shipments(SHOP, [4711])) == []
        assert list(store.shipments(SHOP, [])) == []
        assert list(store.shipments("other")) == []

    def test_shipments_of_orders_in_a_state(self, store: Store) -> None:
        """By the state their order is in now, together with which orders are meant.

        *Troubleshooting:* the order's own state, not the shipment's; no state at all means none.
        """
        (shipment,) = with_shipments(store, a_shipment())
        assert [one.id for one in store.shipments(SHOP, states=[S.DELIVERED, S.HELD])] == [shipment.id]
        assert [one.id for one in store.shipments(SHOP, [shipment.entry_id], states=[S.DELIVERED])] == [shipment.id]
        assert list(store.shipments(SHOP, states=[S.SHIPPED])) == []
        assert list(store.shipments(SHOP, states=[])) == []
        assert list(store.shipments("other", states=[S.DELIVERED])) == []
        store.override_state(shipment.entry_id, S.SHIPPED, at=AT, who="bob", why="it left")
        assert list(store.shipments(SHOP, states=[S.DELIVERED])) == []
        assert [one.id for one in store.shipments(SHOP, states=[S.SHIPPED])] == [shipment.id]

    def test_shipments_since(self, store: Store) -> None:
        """By when they were last ingested or recorded, the moment itself included.

        *Troubleshooting:* a claim alone is no news; the moment may be in any time zone.
        """
        first, second = with_shipments(store, a_shipment("s1"), a_shipment("s2"))
        assert list(store.shipments(SHOP, since=AT)) == [first, second]
        assert list(store.shipments(SHOP, since=SOON)) == []
        claimed, _ = claim_shipments(store, SOON)
        assert list(store.shipments(SHOP, since=SOON)) == []
        store.record_shipment(evolve(claimed, state=ShipmentState.SENT), at=LEASE)
        elsewhere = LEASE.astimezone(timezone(timedelta(hours=9)))
        assert [one.id for one in store.shipments(SHOP, since=elsewhere)] == [first.id]
        assert list(store.shipments(SHOP, states=[S.SHIPPED], since=LEASE)) == []
        assert list(store.shipments(SHOP, [second.entry_id], since=LEASE + timedelta(seconds=1))) == []

    def test_claims_oldest_first_up_to_the_limit(self, store: Store) -> None:
        """A worker gets pending shipments in the sequence they came, and nobody else does until the claim ends.

        *Troubleshooting:* the claim is part of the entry handed out.
        """
        with_shipments(store, a_shipment("s2"), a_shipment("s1"), a_shipment("s3"))
        first, second = claim_shipments(store, limit=2)
        assert [first.shipment.reference, second.shipment.reference] == ["s2", "s1"]
        assert first.claim is not None
        assert first.claim == Claim(worker="ann", until=LEASE, serial=first.claim.serial)
        assert [one.shipment.reference for one in claim_shipments(store, SOON, "bob")] == ["s3"]
        assert claim_shipments(store, LEASE - timedelta(microseconds=1), "bob") == []
        assert len(claim_shipments(store, LEASE, "bob", limit=2)) == 2
        assert list(store.claim_shipments("other", "bob", at=AFTER, until=AFTER, limit=9)) == []

    def test_only_pending_shipments_that_are_due_are_claimed(self, store: Store) -> None:
        """What was sent or refused is done; what waits is left to wait until ``next_attempt_at``.

        *Troubleshooting:* at that very moment it is due.
        """
        with_shipments(store, a_shipment("s1"), a_shipment("s2"), a_shipment("s3"))
        sent, refused, waits = claim_shipments(store)
        store.record_shipment(evolve(sent, state=ShipmentState.SENT), at=AT)
        store.record_shipment(evolve(refused, state=ShipmentState.REFUSED, reason="no such order"), at=AT)
        store.record_shipment(evolve(waits, attempts=1, next_attempt_at=SOON), at=AT)
        assert claim_shipments(store, SOON - timedelta(microseconds=1)) == []
        (due,) = claim_shipments(store, SOON)
        assert (due.id, due.attempts) == (waits.id, 1)

    def test_a_record_gives_the_claim_back(self, store: Store) -> None:
        """What became of a shipment stands in the ledger, without a claim.

        *Troubleshooting:* moments come back aware and in UTC.
        """
        with_shipments(store, a_shipment())
        (claimed,) = claim_shipments(store)
        told = evolve(claimed, state=ShipmentState.REFUSED, reason="no such order", attempts=2, next_attempt_at=AFTER)
        store.record_shipment(told, at=SOON)
        (entry,) = store.shipments(SHOP)
        assert entry == evolve(told, claim=None)
        assert entry.next_attempt_at is not None
        assert entry.next_attempt_at.utcoffset() == timedelta(0)

    def test_nobody_writes_over_the_next_worker_s_shipment(self, store: Store) -> None:
        """A worker that comes back too late, twice, or without a claim is refused.

        *Troubleshooting:* compare serials; giving back grows them, too.
        """
        (claim_released,) = with_shipments(store, a_shipment())
        (late,) = claim_shipments(store)
        (taken,) = claim_shipments(store, AFTER, "bob")
        for entry in (late, claim_released):
            with pytest.raises(ClaimLost):
                store.record_shipment(evolve(entry, state=ShipmentState.SENT), at=AFTER)
        assert list(store.shipments(SHOP)) == [taken]
        store.record_shipment(evolve(taken, next_attempt_at=AFTER), at=AFTER)
        with pytest.raises(ClaimLost):
            store.record_shipment(evolve(taken, state=ShipmentState.SENT), at=AFTER)

    def test_a_change_while_it_is_told_is_told_next(self, store: Store) -> None:
        """A shipment that changes while a worker tells the source is not marked as sent by that worker.

        *Troubleshooting:* new content ends the claim and grows the serial.
        """
        (entry,) = with_shipments(store, a_shipment())
        (claimed,) = claim_shipments(store)
        store.ingest_shipments(SHOP, [(entry.entry_id, a_shipment(packages=TRACKED))], cursor=None, at=SOON)
        with pytest.raises(ClaimLost):
            store.record_shipment(evolve(claimed, state=ShipmentState.SENT), at=SOON)
        (due,) = claim_shipments(store, SOON)
        assert due.shipment.packages == TRACKED

    def test_threads_never_claim_the_same_shipment(self, store: Store) -> None:
        """Workers that claim at once share the shipments between them.

        *Troubleshooting:* finding due rows and marking them must be one step.
        """
        everything = with_shipments(store, *(a_shipment(f"s{n}") for n in range(60)))

        def work(worker: str) -> list[int]:
            mine: list[int] = []
            while some := claim_shipments(store, AT, worker, limit=7):
                mine += [entry.id for entry in some]
            return mine

        with ThreadPoolExecutor(4) as pool:
            shares = list(pool.map(work, [f"worker-{n}" for n in range(4)]))
        assert sorted(chain.from_iterable(shares)) == [entry.id for entry in everything]

    def test_what_the_source_was_told_stays_known(self, store: Store) -> None:
        """A shipment that changed since is to be told again, and what its source accepted is still there.

        *Troubleshooting:* ``told`` and ``told_at`` are what :meth:`record_shipment` was given last, whatever else of
        the shipment changes.
        """
        first, changed = a_shipment(packages=TRACKED), a_shipment(carrier="UPS")
        (entry,) = with_shipments(store, first)
        (claimed,) = claim_shipments(store)
        assert (claimed.told, claimed.told_at) == (None, None)
        told = evolve(claimed, state=ShipmentState.SENT, told=claimed.shipment, told_at=AT)
        store.record_shipment(told, at=AT)
        store.ingest_shipments(SHOP, [(entry.entry_id, changed)], cursor=None, at=SOON)
        (claimed,) = claim_shipments(store)
        assert (claimed.shipment, claimed.told, claimed.told_at) == (changed, first, AT)
        store.record_shipment(evolve(claimed, state=ShipmentState.REFUSED), at=SOON)
        (entry,) = store.shipments(SHOP)
        assert (entry.told, entry.told_at) == (first, AT)

    @pytest.mark.parametrize("waiting", Wait)
    def test_one_that_waits_is_not_due(self, store: Store, waiting: Wait) -> None:
        """Neither now nor later, until whoever it waits for is released, or its content changes.

        *Troubleshooting:* ``waits_for`` keeps a pending shipment from being claimed; release it by its word alone.
        """
        with_shipments(store, a_shipment(), a_shipment("72"))
        for claimed in claim_shipments(store):
            store.record_shipment(evolve(claimed, waits_for=waiting), at=AT)
        assert claim_shipments(store, at=AFTER + timedelta(days=1)) == []
        (other,) = set(Wait) - {waiting}
        assert store.release_shipments(SHOP, other) == 0
        assert store.release_shipments("other", waiting) == 0
        (first, _) = store.shipments(SHOP)
        assert first.waits_for is waiting
        store.ingest_shipments(SHOP, [(first.entry_id, a_shipment(carrier="UPS"))], cursor=None, at=SOON)
        (claimed,) = claim_shipments(store)
        assert claimed.shipment.carrier == "UPS"
        assert store.release_shipments(SHOP, waiting) == 1
        assert [one.shipment.reference for one in claim_shipments(store)] == ["72"]

    def test_the_rest_of_an_order_releases_what_waits_for_it(self, store: Store) -> None:
        """With the entries that are complete, in the same transaction; what waits for a number waits on.

        *Troubleshooting:* ``complete`` names entries, not shipments.
        """
        (entry, _) = with_shipments(store, a_shipment(), a_shipment("72"))
        waits = (Wait.REST, Wait.NUMBER)
        for claimed, waiting in zip(claim_shipments(store), waits, strict=True):
            store.record_shipment(evolve(claimed, waits_for=waiting), at=AT)
        store.ingest_shipments(SHOP, [], cursor=None, at=SOON, complete=[entry.entry_id])
        assert [one.shipment.reference for one in claim_shipments(store)] == [entry.shipment.reference]

    def test_a_shipment_is_told_once_more_when_somebody_says_so(self, store: Store) -> None:
        """Whatever its source has said; a worker that is telling it now does not make it told.

        *Troubleshooting:* pending, due at once, with its attempts counted anew, and a new serial.
        """
        first, second = with_shipments(store, a_shipment(), a_shipment("72"))
        claimed = {one.id: one for one in claim_shipments(store)}
        refused = evolve(claimed[first.id], state=ShipmentState.REFUSED, reason="no", attempts=3)
        store.record_shipment(refused, at=AT)
        assert store.resend_shipments("other", [first.id, second.id], at=SOON) == 0
        assert store.resend_shipments(SHOP, [first.id, second.id], at=SOON) == 2
        with pytest.raises(ClaimLost):
            store.record_shipment(evolve(claimed[second.id], state=ShipmentState.SENT), at=SOON)
        again = claim_shipments(store)
        assert [(one.id, one.attempts, one.reason) for one in again] == [(first.id, 0, ""), (second.id, 0, "")]
