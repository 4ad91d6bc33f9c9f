"""Whatever is done to a ledger in memory and to one in a database, they answer the same."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import evolve
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from tests.stores.process import AT
from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import ALLOWED_TRANSITIONS, LedgerEntry, OrderState, Reason, ShipmentEntry, ShipmentState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.testing.store_checks.cases import TRACKED, a_shipment, an_order

few_references = st.sampled_from(["1", "2", "3"])
arrivals = st.one_of(
    st.builds(an_order, few_references, currency=st.sampled_from(["EUR", "USD"]), cursor=st.sampled_from(["", "x"])),
    st.builds(an_order, few_references, canceled_at=st.just(AT)),
    st.builds(UnreadableOrder, reference=few_references, problem=st.sampled_from(["no lines", "no price"])),
)
states = st.sampled_from(OrderState)
reasons = st.none() | st.builds(Reason, code=st.just("c"), text=st.just("t"), transient=st.booleans())
waits = st.sampled_from([None, -1, 0, 1, 30])
picks = st.integers(0, 20)


class Both(RuleBasedStateMachine):
    """Two stores that are told the same; entries once handed out are used again later, however stale."""

    empty_ledger: ClassVar[Path]

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        path = shutil.copy(self.empty_ledger, f"{self.directory.name}/ledger.db")
        self.sql = SqlStore(f"sqlite:///{path}")
        self.memory = MemoryStore()
        self.now = AT
        self.entries: list[LedgerEntry] = []
        self.shipments: list[ShipmentEntry] = []

    def teardown(self) -> None:
        self.sql.close()
        self.directory.cleanup()

    def both(self, call: Callable[[Store], Any]) -> Any:
        """Do it to both; they answer the same, errors included."""
        answers = [_answer(call, store) for store in (self.memory, self.sql)]
        assert answers[0] == answers[1]
        return answers[0]

    @rule(minutes=st.sampled_from([1, 4, 10]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(batch=st.lists(arrivals, max_size=4))
    def ingest(self, batch: list[Any]) -> None:
        self.both(lambda store: store.ingest("shop", batch, at=self.now))

    @rule(worker=st.sampled_from(["ann", "bob"]), limit=st.integers(0, 3))
    def claim(self, worker: str, limit: int) -> None:
        until = self.now + timedelta(minutes=5)
        self.entries += self.both(lambda store: store.claim("shop", worker, at=self.now, until=until, limit=limit))

    @precondition(lambda self: self.entries)
    @rule(
        pick=picks,
        to=states,
        reason=reasons,
        wait=waits,
        remote_id=st.sampled_from([None, "901", "902"]),
        why=st.sampled_from(["", "so"]),
    )
    def record(
        self, pick: int, to: OrderState, reason: Reason | None, wait: int | None, remote_id: str | None, why: str
    ) -> None:
        entry = self.entries[-1 - pick % len(self.entries)]
        following = sorted(ALLOWED_TRANSITIONS[entry.state])
        to = to if pick % 4 == 0 else following[pick % len(following)]  # mostly what can follow
        later = None if wait is None else self.now + timedelta(minutes=wait)
        moved = evolve(
            entry,
            state=to,
            reason=reason,
            next_attempt_at=later,
            remote_id=remote_id,
            updated_at=self.now,
            claim=entry.claim if to is OrderState.SENDING else None,
        )
        answer = self.both(lambda store: store.record(moved, who="ann", why=why))
        if isinstance(answer, LedgerEntry):
            self.entries.append(answer)

    @precondition(lambda self: self.entries)
    @rule(pick=picks)
    def release_claim(self, pick: int) -> None:
        self.both(lambda store: store.release_claim(self.entries[-1 - pick % len(self.entries)]))

    @rule(entry_id=st.integers(1, 4), to=states, retry=st.booleans())
    def override_state(self, entry_id: int, to: OrderState, retry: bool) -> None:
        answer = self.both(
            lambda store: store.override_state(entry_id, to, at=self.now, who="eve", why="so", retry=retry)
        )
        if isinstance(answer, LedgerEntry):
            self.entries.append(answer)

    @rule(entry_id=st.integers(1, 2), reference=st.sampled_from(["s1", "s2"]), tracked=st.booleans())
    def ingest_shipments(self, entry_id: int, reference: str, tracked: bool) -> None:
        batch = [(entry_id, a_shipment(reference, packages=TRACKED if tracked else ()))]
        self.both(lambda store: store.ingest_shipments("shop", batch, cursor=reference, at=self.now))

    @rule(limit=st.integers(0, 2))
    def claim_shipments(self, limit: int) -> None:
        until = self.now + timedelta(minutes=5)
        claim = self.both(lambda store: store.claim_shipments("shop", "ann", at=self.now, until=until, limit=limit))
        self.shipments += claim

    @precondition(lambda self: self.shipments)
    @rule(pick=picks, state=st.sampled_from(ShipmentState), wait=waits)
    def record_shipment(self, pick: int, state: ShipmentState, wait: int | None) -> None:
        entry = self.shipments[-1 - pick % len(self.shipments)]
        later = None if wait is None else self.now + timedelta(minutes=wait)
        told = evolve(entry, state=state, attempts=entry.attempts + 1, next_attempt_at=later)
        self.both(lambda store: store.record_shipment(told, at=self.now))

    @invariant()
    def they_hold_the_same(self) -> None:
        for entry in self.both(lambda store: list(store.entries())):
            self.both(lambda store, entry_id=entry.id: list(store.history(entry_id)))  # type: ignore[misc]
        self.both(lambda store: list(store.shipments("shop")))
        self.both(lambda store: [store.cursor("shop", stream) for stream in ("orders", "shipments")])
        self.both(lambda store: store.by_remote_ids("shop", ["901", "902"]))


def _answer(call: Callable[[Store], Any], store: Store) -> Any:
    try:
        return call(store)
    except (StoreError, ValueError, KeyError) as error:
        return type(error), str(error)


def test_both_answer_the_same(empty_ledger: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any sequence of calls, with fresh entries or stale ones, gets the same answers and leaves the same ledger."""
    monkeypatch.setattr(Both, "empty_ledger", empty_ledger, raising=False)
    few = settings(max_examples=40, stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Both, settings=few)
