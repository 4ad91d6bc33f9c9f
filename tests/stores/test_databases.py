"""Whatever is done to ledgers in memory, in a SQLite file and in PostgreSQL, they answer the same."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

import pytest
from attrs import evolve
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from sqlalchemy import text

from tests.stores import postgres
from tests.stores.process import AT
from tests.support import examples
from tradegecko_bridge.commerce import UnreadableOrder
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import (
    ALLOWED_TRANSITIONS,
    Claim,
    LedgerEntry,
    OrderState,
    Reason,
    ShipmentEntry,
    ShipmentState,
)
from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.row import Row
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.orders import due_orders
from tradegecko_bridge.stores.sql.rows import order_values
from tradegecko_bridge.stores.sql.store import DatabaseStore
from tradegecko_bridge.stores.sql.tables import orders
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


class Three(RuleBasedStateMachine):
    """Stores that are told the same; entries once handed out are used again later, however stale."""

    empty_ledger: ClassVar[Path]
    postgres: ClassVar[SqlStore]

    def __init__(self) -> None:
        super().__init__()
        self.directory = tempfile.TemporaryDirectory()
        path = shutil.copy(self.empty_ledger, f"{self.directory.name}/ledger.db")
        self.file = SqlStore(f"sqlite:///{path}")
        self.memory = MemoryStore()
        with self.postgres._database.writing() as tx:
            written = "ledger_orders, ledger_events, ledger_shipments, ledger_cursors, ledger_new_customers"
            tx.execute(text(f"TRUNCATE {written} RESTART IDENTITY"))
        self.now = AT
        self.entries: list[LedgerEntry] = []
        self.shipments: list[ShipmentEntry] = []

    def teardown(self) -> None:
        self.file.close()
        self.memory.close()
        self.directory.cleanup()

    def all(self, call: Callable[[Store], Any]) -> Any:
        """Do it to each; they answer the same, errors included."""
        first, *others = [_answer(call, store) for store in (self.memory, self.file, self.postgres)]
        assert others == [first, first]
        return first

    @rule(minutes=st.sampled_from([1, 4, 10]))
    def time_passes(self, minutes: int) -> None:
        self.now += timedelta(minutes=minutes)

    @rule(batch=st.lists(arrivals, max_size=4), after=st.sampled_from([None, None, "", "x"]))
    def ingest(self, batch: list[Any], after: str | None) -> None:
        self.all(lambda store: store.ingest("shop", batch, at=self.now, after=after))

    @rule(worker=st.sampled_from(["ann", "bob"]), limit=st.integers(0, 3))
    def claim(self, worker: str, limit: int) -> None:
        until = self.now + timedelta(minutes=5)
        self.entries += self.all(lambda store: store.claim("shop", worker, at=self.now, until=until, limit=limit))

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
        said = {"remote_id": remote_id, "total": f"{pick}"} if remote_id else None
        answer = self.all(lambda store: store.record(moved, who="ann", why=why, detail=said))
        if isinstance(answer, LedgerEntry):
            self.entries.append(answer)

    @precondition(lambda self: self.entries)
    @rule(pick=picks)
    def release_claim(self, pick: int) -> None:
        self.all(lambda store: store.release_claim(self.entries[-1 - pick % len(self.entries)]))

    @rule(entry_id=st.integers(1, 4), to=states, retry=st.booleans())
    def override_state(self, entry_id: int, to: OrderState, retry: bool) -> None:
        answer = self.all(
            lambda store: store.override_state(entry_id, to, at=self.now, who="eve", why="so", retry=retry)
        )
        if isinstance(answer, LedgerEntry):
            self.entries.append(answer)

    @rule(entry_id=st.integers(1, 2), reference=st.sampled_from(["s1", "s2"]), tracked=st.booleans())
    def ingest_shipments(self, entry_id: int, reference: str, tracked: bool) -> None:
        batch = [(entry_id, a_shipment(reference, packages=TRACKED if tracked else ()))]
        self.all(lambda store: store.ingest_shipments("shop", batch, cursor=reference, at=self.now))

    @rule(limit=st.integers(0, 2))
    def claim_shipments(self, limit: int) -> None:
        until = self.now + timedelta(minutes=5)
        claim = self.all(lambda store: store.claim_shipments("shop", "ann", at=self.now, until=until, limit=limit))
        self.shipments += claim

    @precondition(lambda self: self.shipments)
    @rule(pick=picks, state=st.sampled_from(ShipmentState), wait=waits)
    def record_shipment(self, pick: int, state: ShipmentState, wait: int | None) -> None:
        entry = self.shipments[-1 - pick % len(self.shipments)]
        later = None if wait is None else self.now + timedelta(minutes=wait)
        told = evolve(entry, state=state, attempts=entry.attempts + 1, next_attempt_at=later)
        self.all(lambda store: store.record_shipment(told, at=self.now))

    @invariant()
    def they_hold_the_same(self) -> None:
        for entry in self.all(lambda store: list(store.entries())):
            self.all(lambda store, entry_id=entry.id: list(store.history(entry_id)))  # type: ignore[misc]
        self.all(lambda store: list(store.shipments("shop")))
        self.all(lambda store: [store.cursor("shop", stream) for stream in ("orders", "shipments")])
        self.all(lambda store: store.by_remote_ids("shop", ["901", "902"]))
        self.all(lambda store: store.delivered("shop", ["901", "902"]))


def _answer(call: Callable[[Store], Any], store: Store) -> Any:
    try:
        return call(store)
    except (StoreError, ValueError, KeyError) as error:
        return type(error), str(error)


def test_all_answer_the_same(empty_ledger: Path, postgres_ledger: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any sequence of calls, with fresh entries or stale ones, gets the same answers and leaves the same ledger."""
    monkeypatch.setattr(Three, "empty_ledger", empty_ledger, raising=False)
    few = settings(
        max_examples=examples(15), stateful_step_count=25, deadline=None, suppress_health_check=list(HealthCheck)
    )
    with SqlStore(postgres_ledger) as store:
        monkeypatch.setattr(Three, "postgres", store, raising=False)
        run_state_machine_as_test(Three, settings=few)


def test_a_ledger_in_memory_is_its_own() -> None:
    """Each is empty at first and shows how many orders it has; ending one leaves the others as they are."""
    store, other = MemoryStore(), MemoryStore()
    store.ingest("shop", [an_order("1"), an_order("2")], at=AT)
    assert (repr(store), repr(other)) == ("<MemoryStore>", "<MemoryStore>")
    other.close()
    assert store.check().problems == ()


# ── what is due ──────────────────────────────────────────────────────────────────────────────

moments = st.sampled_from([-1, 0, 1]).map(lambda microseconds: AT + timedelta(microseconds=microseconds))
entries = st.builds(
    LedgerEntry,
    id=st.just(0),
    connection=st.just("shop"),
    reference=st.uuids().map(str),
    number=st.just("1"),
    state=states,
    order=st.none(),
    reason=reasons,
    pending_actions=st.sampled_from([(), ("invoice",), ("pay", "pack")]),
    next_attempt_at=st.none() | moments,
    claim=st.none() | st.builds(Claim, worker=st.just("ann"), until=moments, serial=st.just(0)),
    ingested_at=st.just(AT),
    updated_at=st.just(AT),
)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def store(request: pytest.FixtureRequest) -> Iterator[DatabaseStore]:
    """An empty ledger in each database."""
    if request.param == "sqlite":
        with MemoryStore() as memory:
            yield memory
        return
    with postgres.database(request.getfixturevalue("postgres_url")) as url, SqlStore(url) as sql:
        yield sql


@given(some=st.lists(entries, min_size=10, max_size=40))
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_databases_find_what_is_due(store: DatabaseStore, some: list[LedgerEntry]) -> None:
    """A claim takes exactly the orders that ``is_due`` says, whatever may be in a row."""
    with store._database.writing() as tx:
        tx.execute(orders.insert(), [order_values(Row(entry=entry, fingerprint="")) for entry in some])
        found = {row.reference for row in tx.execute(due_orders("shop", AT, len(some)))}
        assert found == {entry.reference for entry in some if entry.is_due(AT)}
        tx.rollback()
