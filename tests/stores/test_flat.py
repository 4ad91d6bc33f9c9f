"""Idle runs and look-ups take as long in a ledger of years as in a new one.

What a statement reads is counted: by SQLite as it goes, by PostgreSQL where it explains what it did. Which plans they
are is looked at besides, for a scan of a small table costs little.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any, Final

import psycopg
import pytest
from sqlalchemy import event

from benchmarks.full_ledger import LOOKS, fill, idle_run
from tests.stores import postgres
from tradegecko_bridge.ledger import LedgerEntry, NewCustomer, OrderState, Transition
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.store import DatabaseStore
from tradegecko_bridge.testing.builders import an_order

BIG: Final = ("ledger_orders", "ledger_events", "ledger_shipments")
"""Tables that grow with every order."""
FEW, MANY = 50, 1500
Statement = tuple[str, Any]
CHUNK = 16
_numbers = count(1)


def deliver_some(store: DatabaseStore) -> None:
    """New orders come, their intents are written together, they arrive; then they are found by their ids."""
    at, run = datetime.now(UTC), next(_numbers)
    store.ingest("shop", [an_order(f"new-{run}-{n}") for n in range(CHUNK)], at=at)
    claimed = store.claim("shop", "w", at=at, until=at + timedelta(minutes=5), limit=CHUNK)
    sent = store.record_all([_intent(entry, at) for entry in claimed])
    arrived = [_arrived(entry, at) for entry in sent if isinstance(entry, LedgerEntry)]
    assert not [one for one in store.record_all(arrived) if isinstance(one, Exception)]
    assert len(store.by_remote_ids("shop", [f"new {entry.id}" for entry in claimed])) == CHUNK


def _intent(entry: LedgerEntry, at: datetime) -> Transition:
    sending = entry.transition_to(OrderState.SENDING, at, sent_at=at, remote_number=entry.number, generation=1)
    customer = NewCustomer(digests=frozenset({entry.reference}), since=at - timedelta(minutes=5))
    return Transition(entry=sending, who="w", require_unique_number=True, new_customer=customer)


def _arrived(entry: LedgerEntry, at: datetime) -> Transition:
    return Transition(entry=entry.transition_to(OrderState.DELIVERED, at, remote_id=f"new {entry.id}"), who="w")


MORE: dict[str, Callable[[DatabaseStore], object]] = {
    **LOOKS,
    "a number in every filter": lambda store: store.entries(
        "shop", number="#7", states=list(OrderState), text="7", reasons=["c"], limit=50
    ),
    "a page of a reference": lambda store: store.entries("shop", reference="r7", states=list(OrderState), limit=50),
    "what is held to be looked at again": lambda store: store.look_again("shop", {"unknown_sku": "b", "no_sku": None}),
    "orders that are delivered": deliver_some,
    "reasons of what is delivered": lambda store: store.summary(
        "shop", states=[OrderState.DELIVERED], with_reason=True
    ),
}


@contextmanager
def said(store: DatabaseStore) -> Iterator[list[Statement]]:
    """The statements a store sends that read or change rows, with their values."""
    seen: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, values: Any, *_: object) -> None:
        if statement.split()[0] in ("SELECT", "UPDATE", "DELETE", "WITH"):
            seen.append((statement, values[0] if isinstance(values, list) else values))

    engine = store._database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture(params=MORE)
def look(request: pytest.FixtureRequest) -> Callable[[DatabaseStore], object]:
    """Something done with a ledger all day long."""
    return MORE[request.param]


# ── SQLite ───────────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def filled(empty_ledger: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A ledger of few orders and one of many; an idle run has seen both."""
    folder = tmp_path_factory.mktemp("filled")
    paths = folder / "few.db", folder / "many.db"
    for path, number in zip(paths, (FEW, MANY), strict=True):
        path.write_bytes(empty_ledger.read_bytes())
        with SqlStore(f"sqlite:///{path}") as store:
            fill(store, number)
            idle_run(store)
    return paths


def steps(path: Path, look: Callable[[DatabaseStore], object]) -> tuple[int, list[Statement]]:
    """How many steps of SQLite's machine a look takes, in hundreds; and what it says."""
    taken = 0

    def tick() -> int:
        nonlocal taken
        taken += 1
        return 0

    with SqlStore(f"sqlite:///{path}") as store:
        look(store)
        with store._database.reading() as tx:
            driver = tx.connection.driver_connection
            assert isinstance(driver, sqlite3.Connection)
            driver.set_progress_handler(tick, 100)
        with said(store) as statements:
            look(store)
    return taken, statements


def test_sqlite_reads_as_little_in_a_ledger_of_years(
    filled: tuple[Path, Path], look: Callable[[DatabaseStore], object]
) -> None:
    """Thirty times the orders, the same steps: neither rows nor entries of an index are gone through."""
    (few, _), (many, statements) = steps(filled[0], look), steps(filled[1], look)
    assert statements
    assert many <= few + 2
    with closing(sqlite3.connect(filled[1])) as connection:
        for statement, values in statements:
            for *_, step in connection.execute(f"EXPLAIN QUERY PLAN {statement}", values):
                assert not ("SCAN" in step and any(table in step for table in BIG)), f"{step}: {statement}"


def test_the_count_of_steps_would_show_it(filled: tuple[Path, Path]) -> None:
    """Counting all that is delivered is going through an index."""
    (few, _), (many, _) = (steps(path, lambda store: store.summary("shop")) for path in filled)
    assert many > few + 50


# ── PostgreSQL ───────────────────────────────────────────────────────────────────────────────


@pytest.fixture(scope="module")
def in_postgresql(postgres_url: str) -> Iterator[SqlStore]:
    """A ledger of many orders; its statistics are up to date, and it prefers an index where one serves at all."""
    with postgres.database(postgres_url) as url:
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(f'ALTER DATABASE "{url.rpartition("/")[2]}" SET enable_seqscan = off')
        with SqlStore(url) as store:
            fill(store, MANY)
            idle_run(store)
            yield store


def test_postgresql_reads_as_little(in_postgresql: SqlStore, look: Callable[[DatabaseStore], object]) -> None:
    """No statement reads more than a few of many rows of a table that grows."""
    with said(in_postgresql) as statements:
        look(in_postgresql)
    assert statements
    for statement, values in statements:
        for node in _explained(in_postgresql, statement, values):
            if node.get("Relation Name") in BIG:
                assert node["Node Type"] != "Seq Scan", statement
                read = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
                assert read * node["Actual Loops"] <= FEW, statement


def _explained(store: SqlStore, statement: str, values: Any) -> Iterator[dict[str, Any]]:
    """The nodes of the plan a statement was carried out by; what it changes is undone."""
    with store._database._engine.connect() as connection:
        found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}", values).scalar_one()
        connection.rollback()
    waiting = [one["Plan"] for one in (json.loads(found) if isinstance(found, str) else found)]
    while waiting:
        node = waiting.pop()
        yield node
        waiting += node.get("Plans", [])
