"""What sources are to be told."""
# ruff: noqa: S101  these are tests

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from attrs import evolve

from tradegecko_bridge.errors import ClaimLost
from tradegecko_bridge.outbox import AT_REST, OutboxEntry, OutboxState, Stream, Wanted
from tradegecko_bridge.ports import Store
from tradegecko_bridge.testing.store_checks.cases import AFTER, AT, LEASE, SHOP, SOON

TEA = Wanted(key="TEA", value="3", content='{"a": 1}', name="Tea")
CUP = Wanted(key="CUP", value="0")


def the_stream(store: Store, worker: str = "ann") -> Stream:
    """The right to tell stock levels until ``LEASE``."""
    stream = store.claim_stream(SHOP, "stock", worker, at=AT, until=LEASE)
    assert stream is not None
    return stream


def entry(store: Store, key: str = "TEA") -> OutboxEntry:
    """The entry of a key."""
    (found,) = store.outbox(SHOP, "stock", key=key)
    return found


def told(store: Store, stream: Stream, state: OutboxState = OutboxState.ACCEPTED) -> OutboxEntry:
    """Tell what is due, and have the source take it."""
    (taken,) = store.take_to_tell(stream, at=AT, limit=1)
    after = evolve(taken, state=state, reason="so")
    if state is OutboxState.ACCEPTED:
        after = evolve(after, told=taken.value, accepted=taken.value)
    store.record_told(stream, [after], at=SOON)
    return entry(store)


class OutboxChecks:
    """What a source is to be told: written first, told by one worker, never forgotten."""

    def test_one_worker_tells_a_stream(self, store: Store) -> None:
        """Whoever has the stream has it until it is given back or its time is over; other streams are others.

        *Troubleshooting:* one row for each connection and kind; ``serial`` counts claims.
        """
        stream = the_stream(store)
        assert (stream.connection, stream.kind, stream.worker, stream.until) == (SHOP, "stock", "ann", LEASE)
        assert store.claim_stream(SHOP, "stock", "ben", at=SOON, until=AFTER) is None
        assert store.claim_stream(SHOP, "products", "ben", at=SOON, until=AFTER) is not None
        assert store.claim_stream("other", "stock", "ben", at=SOON, until=AFTER) is not None
        store.release_stream(stream)
        again = store.claim_stream(SHOP, "stock", "ben", at=SOON, until=LEASE)
        assert again is not None
        store.renew_stream(again, until=AFTER + timedelta(hours=1))
        assert store.claim_stream(SHOP, "stock", "ann", at=AFTER, until=AFTER) is None
        with pytest.raises(ClaimLost):
            store.renew_stream(stream, until=AFTER)
        store.release_stream(stream)  # which was lost: harmless
        assert store.claim_stream(SHOP, "stock", "ann", at=SOON, until=AFTER) is None

    def test_of_many_workers_one_gets_the_stream(self, store: Store) -> None:
        """All ask at once.

        *Troubleshooting:* lock the row before looking whether it is free.
        """
        with ThreadPoolExecutor(8) as pool:
            asked = [pool.submit(store.claim_stream, SHOP, "stock", f"w{n}", at=AT, until=LEASE) for n in range(8)]
            assert sum(one.result() is not None for one in asked) == 1

    def test_what_is_wanted_is_pending(self, store: Store) -> None:
        """It is kept whole, found by its key, and told nobody yet.

        *Troubleshooting:* nothing of it is told before it is durable.
        """
        stream = the_stream(store)
        assert store.want(stream, [TEA, CUP], at=AT) == 2
        found = entry(store)
        assert found.as_wanted == TEA
        assert (found.state, found.told, found.generation, found.attempts) == (OutboxState.PENDING, None, 1, 0)
        assert (found.wanted_at, found.told_at, found.next_attempt_at, found.reason) == (AT, None, None, "")
        assert store.outbox(SHOP, "products") == store.outbox("other", "stock") == []

    @pytest.mark.parametrize("state", sorted(AT_REST))
    def test_the_same_value_is_not_told_again(self, store: Store, state: OutboxState) -> None:
        """Whatever the source said of it: taken, refused, not its business. Another value is.

        *Troubleshooting:* compare values; a new one counts ``generation`` on and begins anew.
        """
        stream = the_stream(store)
        store.want(stream, [TEA], at=AT)
        before = told(store, stream, state)
        assert (before.state, before.reason, before.told_at) == (state, "so", SOON)
        assert store.want(stream, [TEA], at=SOON) == 0
        assert entry(store) == before
        assert store.take_to_tell(stream, at=SOON, limit=9) == []
        assert store.want(stream, [evolve(TEA, value="2")], at=SOON) == 1
        after = entry(store)
        assert (after.state, after.value, after.generation, after.told) == ("pending", "2", 2, before.told)
        assert (after.wanted_at, after.attempts, after.next_attempt_at) == (SOON, 0, None)

    @pytest.mark.parametrize("state", [OutboxState.REFUSED, OutboxState.IGNORED, OutboxState.FAILED])
    def test_what_was_accepted_last_is_kept(self, store: Store, state: OutboxState) -> None:
        """A newer value that is not taken leaves ``accepted``; what the source has is not known (``told``), so the old
        value is told again once it is wanted.

        *Troubleshooting:* keep both; only a value in ``told`` spares telling it.
        """
        stream = the_stream(store)
        store.want(stream, [TEA], at=AT)
        assert (told(store, stream).told, entry(store).accepted) == (TEA.value, TEA.value)
        store.want(stream, [evolve(TEA, value="2")], at=SOON)
        after = told(store, stream, state)
        assert (after.told, after.accepted, after.state) == (None, TEA.value, state)
        store.want(stream, [TEA], at=SOON)
        assert (entry(store).told, entry(store).accepted, entry(store).state) == (None, TEA.value, "pending")

    def test_other_words_for_the_same_value_are_kept_and_not_told(self, store: Store) -> None:
        """A name that changed, or that it is gone, changes nothing the source has.

        *Troubleshooting:* only ``value`` decides what is told.
        """
        stream = the_stream(store)
        store.want(stream, [TEA], at=AT)
        before = told(store, stream)
        gone = evolve(TEA, name="Green tea", gone=True)
        assert store.want(stream, [gone], at=SOON) == 0
        assert entry(store) == evolve(before, name="Green tea", gone=True)

    def test_back_to_what_the_source_has(self, store: Store) -> None:
        """A value that changes and changes back before anybody was told needs no telling.

        *Troubleshooting:* only where ``told`` is known; while it is being told, nobody knows.
        """
        stream = the_stream(store)
        store.want(stream, [TEA], at=AT)
        told(store, stream)
        store.want(stream, [evolve(TEA, value="2")], at=SOON)
        assert store.want(stream, [TEA], at=SOON) == 1
        assert entry(store).state is OutboxState.ACCEPTED
        store.want(stream, [evolve(TEA, value="2")], at=SOON)
        store.take_to_tell(stream, at=SOON, limit=9)
        store.want(stream, [TEA], at=SOON)
        assert (entry(store).state, entry(store).told) == (OutboxState.PENDING, None)

    @pytest.mark.parametrize("state", sorted(AT_REST))
    def test_again_tells_it_whatever_was_said(self, store: Store, state: OutboxState) -> None:
        """``again`` is for a person who knows better.

        *Troubleshooting:* pending, with nothing known of what the source has.
        """
        stream = the_stream(store)
        store.want(stream, [TEA], at=AT)
        told(store, stream, state)
        assert store.want(stream, [TEA], at=SOON, again=True) == 1
        assert (entry(store).state, entry(store).told, entry(store).generation) == (OutboxState.PENDING, None, 2)

    def test_what_is_told_is_marked_before(self, store: Store) -> None:
        """Entries are taken oldest first, page by page, when they are due; what is being told is known by nobody.

        *Troubleshooting:* ``telling`` is durable before anybody is told.
        """
        stream = the_stream(store)
        many = [Wanted(key=f"K{n}", value="1") for n in range(5)]
        store.want(stream, many, at=AT)
        (first, second) = store.take_to_tell(stream, at=AT, limit=2)
        assert [first.key, second.key] == ["K0", "K1"]
        assert entry(store, "K0").state is first.state is OutboxState.TELLING
        later = evolve(first, state=OutboxState.PENDING, attempts=1, next_attempt_at=AFTER, failing_since=AT)
        store.record_told(stream, [later], at=AT)
        assert entry(store, "K0") == evolve(later, told_at=entry(store, "K0").told_at)
        rest = store.take_to_tell(stream, at=SOON, limit=9, after=second.id)
        assert [one.key for one in rest] == ["K2", "K3", "K4"]
        assert store.take_to_tell(stream, at=SOON, limit=9) == []
        assert [one.key for one in store.take_to_tell(stream, at=AFTER, limit=9)] == ["K0"]

    def test_a_lost_worker_s_telling_is_told_again(self, store: Store) -> None:
        """The next one to have the stream tells it, though it may be told twice.

        *Troubleshooting:* on a new claim, what is ``telling`` becomes pending, and ``told`` unknown.
        """
        store.want(stream := the_stream(store), [TEA], at=AT)
        told(store, stream)
        store.want(stream, [evolve(TEA, value="2")], at=SOON)
        store.take_to_tell(stream, at=SOON, limit=1)
        other = store.claim_stream(SHOP, "stock", "ben", at=AFTER, until=AFTER + timedelta(minutes=9))
        assert other is not None
        assert (entry(store).state, entry(store).told) == (OutboxState.PENDING, None)
        assert store.want(other, [TEA], at=AFTER) == 1
        assert entry(store).state is OutboxState.PENDING, "the source may have the other value by now"

    def test_a_worker_that_comes_too_late_writes_nothing_and_hides_nothing(self, store: Store) -> None:
        """What it told may have come after what the next one told: so it is told once more.

        *Troubleshooting:* every write looks at the stream's ``serial`` in its own transaction.
        """
        store.want(late := the_stream(store), [TEA], at=AT)
        (taken,) = store.take_to_tell(late, at=AT, limit=1)
        until = AFTER + timedelta(minutes=9)
        stream = store.claim_stream(SHOP, "stock", "ben", at=AFTER, until=until)
        assert stream is not None
        store.want(stream, [evolve(TEA, value="2")], at=AFTER)
        (theirs,) = store.take_to_tell(stream, at=AFTER, limit=1)
        store.record_told(stream, [evolve(theirs, state=OutboxState.ACCEPTED, told="2")], at=AFTER)
        for refused in (
            lambda: store.want(late, [TEA], at=AFTER),
            lambda: store.take_to_tell(late, at=AFTER, limit=1),
            lambda: store.record_told(late, [evolve(taken, state=OutboxState.ACCEPTED, told="3")], at=AFTER),
        ):
            with pytest.raises(ClaimLost):
                refused()
        assert (entry(store).value, entry(store).state, entry(store).told) == ("2", OutboxState.PENDING, None)

    def test_a_value_that_came_while_it_was_told_is_still_told(self, store: Store) -> None:
        """The answer is to the value before.

        *Troubleshooting:* compare ``generation``.
        """
        store.want(stream := the_stream(store), [TEA], at=AT)
        (taken,) = store.take_to_tell(stream, at=AT, limit=1)
        store.want(stream, [evolve(TEA, value="2")], at=SOON)
        store.record_told(stream, [evolve(taken, state=OutboxState.ACCEPTED, told="3")], at=SOON)
        assert (entry(store).state, entry(store).value, entry(store).told) == (OutboxState.PENDING, "2", "3")

    def test_counts_of_what_is_not_accepted(self, store: Store) -> None:
        """By kind and state, with the first failure.

        *Troubleshooting:* accepted entries are many and not counted.
        """
        store.want(stream := the_stream(store), [TEA, CUP], at=AT)
        tea, cup = store.take_to_tell(stream, at=AT, limit=2)
        failing = evolve(tea, state=OutboxState.PENDING, failing_since=AT, attempts=1, next_attempt_at=SOON)
        store.record_told(stream, [failing, evolve(cup, state=OutboxState.ACCEPTED, told="0")], at=AT)
        (count,) = store.outbox_counts(SHOP)
        assert (count.kind, count.state, count.count, count.failing_since) == ("stock", "pending", 1, AT)
        assert [one.key for one in store.outbox(SHOP, "stock", states={OutboxState.ACCEPTED})] == ["CUP"]
        assert [one.key for one in store.outbox(SHOP, "stock", after=tea.id)] == ["CUP"]
        assert [one.key for one in store.outbox(SHOP, "stock", limit=1)] == ["TEA"]

    def test_a_spool_gives_back_what_it_was_given(self, store: Store) -> None:
        """By key, rows of a key together and in their order, as often as is asked; nothing of it lasts.

        *Troubleshooting:* it is no part of the ledger: a temporary file will do.
        """
        with store.spool() as spool:
            spool.add([("b", "1"), ("a", "2")])
            spool.add((str(key), str(n)) for n, key in enumerate(("b", "A", "a")))
            first = list(spool.groups())
            assert first == list(spool.groups())
            assert sorted(first) == [("A", ["1"]), ("a", ["2", "2"]), ("b", ["1", "0"])]
        with store.spool() as spool:
            assert list(spool.groups()) == []
