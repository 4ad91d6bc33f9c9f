"""Random use of every store, compared with a model after each step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any, TypeVar

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    Bundle,
    RuleBasedStateMachine,
    initialize,
    invariant,
    multiple,
    rule,
    run_state_machine_as_test,
)

from tests.stores.model import UNCERTAIN_STATES, Model, Word, same
from tests.support import examples
from tradegecko_bridge.commerce import SourceOrder, UnreadableOrder
from tradegecko_bridge.errors import ClaimLost, CursorMoved, StoreError
from tradegecko_bridge.ledger import (
    ALLOWED_TRANSITIONS,
    DELIVERED_STATES,
    LedgerEntry,
    OrderState,
    Reason,
    ShipmentEntry,
    ShipmentState,
)
from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.testing.store_checks.cases import AT, a_shipment, an_order

T = TypeVar("T")
Opened = Callable[[], Store]

REFUSALS = (ClaimLost, StoreError, ValueError, KeyError)
LEASES = st.sampled_from([timedelta(seconds=30), timedelta(minutes=5)])
WAITS = st.sampled_from([None, timedelta(seconds=30), timedelta(minutes=2)])
references = st.sampled_from(["1", "2", "3"])
words = st.sampled_from([Word(1), Word(2), Word(1, canceled=True), Word(2, canceled=True), Word(None)])
said = st.tuples(references, words) | st.tuples(st.none(), st.just(Word(None)))
"""What a source says of an order; one that has not even a reference cannot be written down."""
_connections = count(1)


class StoreMachine(RuleBasedStateMachine):
    """A store, its model, and a clock. Each run has a connection of its own, so that stores need not be emptied."""

    open: Opened

    claims: Bundle[LedgerEntry] = Bundle("claims")
    shipment_claims: Bundle[ShipmentEntry] = Bundle("shipment_claims")

    def __init__(self) -> None:
        super().__init__()
        self.store = type(self).open()
        self.connection = f"model-{next(_connections)}"
        self.model = Model()
        self.now = AT
        self.serials: dict[str, int] = {}

    # ── orders ───────────────────────────────────────────────────────────────────────────────

    @initialize()
    def there_are_orders(self) -> None:
        """Most of what can happen needs some."""
        self.ingest([(reference, Word(1)) for reference in ("1", "2", "3")], "a")

    @rule(
        batch=st.lists(said, max_size=4),
        cursor=st.sampled_from(["", "a", "b"]),
        after=st.sampled_from([None, None, "", "a", "b"]),
    )
    def ingest(self, batch: list[tuple[str | None, Word]], cursor: str, after: str | None = None) -> None:
        """A batch arrives, read from a cursor; the last arrival carries the next one."""
        arrivals = [_arrival(reference, word) for reference, word in batch]
        if arrivals:
            arrivals[-1] = evolve(arrivals[-1], cursor=cursor)
        if after is not None and after != self.model.cursors.get("orders", ""):
            with pytest.raises(CursorMoved):
                self.store.ingest(self.connection, arrivals, at=self.now, after=after)
            return
        previewed, preview = self.store.preview_ingest(self.connection, arrivals, at=self.now)
        counts = self.store.ingest(self.connection, arrivals, at=self.now, after=after)
        assert previewed == counts
        for entry in preview:
            (found,) = self.store.entries(self.connection, reference=entry.reference)
            assert evolve(entry, id=found.id) == found
        expected = self.model.ingest(batch, cursor if arrivals else "", self.now)
        assert (counts.new, counts.known, counts.changed) == expected

    @rule(target=claims, worker=st.sampled_from(["ann", "bob"]), lease=LEASES, limit=st.integers(1, 3))
    def claim(self, worker: str, lease: timedelta, limit: int) -> Any:
        """A worker takes what is due; what is handed out is how the ledger has it."""
        return multiple(*self._claimed(worker, lease, limit))

    @rule(
        target=claims,
        entry=claims,
        step=st.integers(0, 9),
        transient=st.booleans(),
        wait=WAITS,
        why=st.sampled_from(["", "because"]),
        remote=st.sampled_from(["901", "902"]),
        longer=st.none() | LEASES,
    )
    def record(
        self,
        entry: LedgerEntry,
        step: int,
        transient: bool,
        wait: timedelta | None,
        why: str,
        remote: str,
        longer: timedelta | None,
    ) -> Any:
        """A worker reports what it did with an order it once got, however long ago that was."""
        to = sorted(ALLOWED_TRANSITIONS[entry.state])[step % len(ALLOWED_TRANSITIONS[entry.state])]
        facts: dict[str, Any] = {"next_attempt_at": None if wait is None else self.now + wait}
        if to in DELIVERED_STATES:
            facts["remote_id"] = entry.remote_id or remote
        if to in {OrderState.HELD, OrderState.SKIPPED, OrderState.FAILED, OrderState.CANCELED}:
            facts["reason"] = Reason("code", "text", transient=transient)
        if to is OrderState.SENDING and longer is not None and entry.claim is not None:
            facts["claim"] = evolve(entry.claim, until=self.now + longer)
        moved = entry.transition_to(to, self.now, **facts)
        recorded = self._report(moved, why)
        return multiple() if recorded is None else recorded

    @rule(target=claims, lease=LEASES, late=st.booleans(), word=st.none() | words)
    def send(self, lease: timedelta, late: bool, word: Word | None) -> Any:
        """The usual way: an order is claimed and sent, perhaps too late; its source may say something meanwhile."""
        sent = []
        for entry in self._claimed("cy", lease, 1):
            if late:
                self.now += lease
            sent.append(self._report(entry.transition_to(OrderState.SENDING, self.now)))
            if word is not None:
                self.ingest([(entry.reference, word)], "")
        return multiple(*(entry for entry in sent if entry is not None))

    @rule(entry=claims)
    def release_claim(self, entry: LedgerEntry) -> None:
        """A worker gives an order back, perhaps one it has no more."""
        self.store.release_claim(entry)
        self.model.release_claim(entry)

    @rule(reference=references, to=st.sampled_from(OrderState), retry=st.booleans())
    def override_state(self, reference: str, to: OrderState, retry: bool) -> None:
        """A person decides."""
        (found,) = self.store.entries(self.connection, reference=reference)
        self._alike(
            lambda: self.store.override_state(found.id, to, at=self.now, who="eve", why="so", retry=retry),
            lambda: self.model.override_state(reference, to, self.now, retry=retry),
        )

    @rule(seconds=st.sampled_from([1, 30, 120, 300]))
    def time_passes(self, seconds: int) -> None:
        """Leases run out, waits end."""
        self.now += timedelta(seconds=seconds)

    # ── shipments ────────────────────────────────────────────────────────────────────────────

    @rule(
        batch=st.lists(st.tuples(st.sampled_from(["s1", "s2", "s3"]), references, st.integers(1, 2)), max_size=3),
        cursor=st.sampled_from([None, "c", "d"]),
    )
    def ingest_shipments(self, batch: list[tuple[str, str, int]], cursor: str | None) -> None:
        """Shipments of known orders arrive, new, changed or as they were."""
        ids = {entry.reference: entry.id for entry in self.store.entries(self.connection)}
        known = [(shipment, owner, version) for shipment, owner, version in batch if owner in ids]
        shipments = [
            (ids[owner], a_shipment(shipment, order_reference=owner, carrier=f"carrier {version}"))
            for shipment, owner, version in known
        ]
        news = self.store.ingest_shipments(self.connection, shipments, cursor=cursor, at=self.now)
        by_content = [(shipment, owner, version * 10 + int(owner)) for shipment, owner, version in known]
        assert news == self.model.ingest_shipments(by_content, cursor)

    @rule(target=shipment_claims, lease=LEASES, limit=st.integers(0, 2))
    def claim_shipments(self, lease: timedelta, limit: int) -> Any:
        """A worker takes shipments that are due."""
        until = self.now + lease
        found = self.store.claim_shipments(self.connection, "ann", at=self.now, until=until, limit=limit)
        expected = self.model.claim_shipments(self.now, until, limit)
        assert [entry.shipment.reference for entry in found] == expected
        return multiple(*found)

    @rule(entry=shipment_claims, state=st.sampled_from(ShipmentState), wait=WAITS)
    def record_shipment(self, entry: ShipmentEntry, state: ShipmentState, wait: timedelta | None) -> None:
        """A worker reports what became of a shipment."""
        told = evolve(entry, state=state, next_attempt_at=None if wait is None else self.now + wait)
        self._alike(lambda: self.store.record_shipment(told, at=self.now), lambda: self.model.record_shipment(told))

    # ── what must always hold ────────────────────────────────────────────────────────────────

    @invariant()
    def nothing_is_forgotten_or_doubled(self) -> None:
        """Every order ever taken in is there once, as it should be; serials only grow."""
        entries = self.store.entries(self.connection)
        assert sorted(entry.reference for entry in entries) == sorted(self.model.orders)
        for entry in entries:
            assert same(entry, self.model.orders[entry.reference]) == {}
            assert entry.serial >= self.serials.get(entry.reference, 0)
            self.serials[entry.reference] = entry.serial
            assert not entry.pending_update or entry.state in UNCERTAIN_STATES

    @invariant()
    def cursors_go_with_their_batches(self) -> None:
        """As far as was written, and no further."""
        for stream in ("orders", "shipments"):
            assert self.store.cursor(self.connection, stream) == self.model.cursors.get(stream)

    @invariant()
    def shipments_are_as_told(self) -> None:
        """Every shipment once, as it should be."""
        found = {entry.shipment.reference: entry for entry in self.store.shipments(self.connection)}
        assert list(found) == list(self.model.shipments)
        for reference, known in self.model.shipments.items():
            lease = found[reference].claim
            assert (found[reference].state, lease and lease.until) == (known.state, known.lease)

    def teardown(self) -> None:
        """History is complete: every step of every order, and no other."""
        for entry in self.store.entries(self.connection):
            steps = [(event.was, event.now) for event in self.store.history(entry.id)]
            assert steps == self.model.orders[entry.reference].history

    def _claimed(self, worker: str, lease: timedelta, limit: int) -> Sequence[LedgerEntry]:
        until = self.now + lease
        entries = self.store.claim(self.connection, worker, at=self.now, until=until, limit=limit)
        assert [entry.reference for entry in entries] == self.model.claim(self.now, until, limit)
        for entry in entries:
            assert entry.claim is not None
            assert (entry.claim.worker, entry.claim.until, entry.claim.serial) == (worker, until, entry.serial)
        return entries

    def _report(self, entry: LedgerEntry, why: str = "") -> LedgerEntry | None:
        """What the ledger made of a worker's report; None when it does not count."""
        return self._alike(lambda: self.store.record(entry, who="ann", why=why), lambda: self.model.record(entry, why))

    def _alike(self, really: Callable[[], T], modelled: Callable[[], object]) -> T | None:
        """Do something that may be refused; both must refuse it, and for the same reason."""
        expected: type[Exception] | None = None
        try:
            modelled()
        except REFUSALS as error:
            expected = type(error)
        if expected is None:
            return really()
        with pytest.raises(expected):
            really()
        return None


def _arrival(reference: str | None, word: Word) -> SourceOrder | UnreadableOrder:
    if reference is None or word.version is None:
        return UnreadableOrder(reference=reference, problem="it is garbled")
    order = an_order(reference, canceled_at=AT if word.canceled else None)
    return evolve(order, lines=(evolve(order.lines[0], quantity=Decimal(word.version)),))


def drive(open_store: Opened, *, examples: int, steps: int, **more: Any) -> None:
    """Use a store at random so many times, so many steps each."""
    machine = type("Driven", (StoreMachine,), {"open": staticmethod(open_store)})
    chosen = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        suppress_health_check=list(HealthCheck),
        print_blob=True,
        **more,
    )
    run_state_machine_as_test(machine, settings=chosen)


def test_memory_follows_the_model() -> None:
    """In memory."""
    store = MemoryStore()
    drive(lambda: store, examples=examples(60), steps=30)


def test_sqlite_follows_the_model(sql_store: SqlStore) -> None:
    """In a SQLite file."""
    drive(lambda: sql_store, examples=examples(15), steps=30)


def test_postgresql_follows_the_model(postgres_ledger: str) -> None:
    """In PostgreSQL."""
    with SqlStore(postgres_ledger) as store:
        drive(lambda: store, examples=examples(10), steps=30)
