"""After expiry nothing personal is left where the ledger keeps its data: not in the file, its log, or the tables."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import psycopg
import pytest
from attrs import evolve

from tests.stores.test_sql import statements
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import ShipmentState
from tradegecko_bridge.ports import Store
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.testing.store_checks.cases import (
    AT,
    SHOP,
    TRACKED,
    S,
    a_shipment,
    claim_shipments,
    entry_of,
    in_state,
)
from tradegecko_bridge.testing.store_checks.expiry import IN_ORDER, LATER, expire, personal

SECRETS = ("Quist", "z@x.pl", "Aleja", "62-200", "600100200", "Ring twice", "gift for", "token=abc", "1Z999", "ZOE-10")


def live(store: Store) -> None:
    """An order with personal data and a shipment, through its whole life, changed on the way; in earlier words too."""
    store.ingest(SHOP, [personal(note="Ring once")], at=AT)
    entry = in_state(store, S.CONFIRMED, personal())
    store.ingest_shipments(SHOP, [(entry.id, a_shipment(packages=TRACKED))], cursor="1", at=AT)
    (shipment,) = claim_shipments(store)
    store.record_shipment(evolve(shipment, state=ShipmentState.SENT), at=AT)
    store.override_state(entry.id, S.CONFIRMED, at=AT, who="w", why="shipment s1 sent: 2.5 units, 1Z999, complete")
    assert entry_of(store).order is not None


def traces(path: Path) -> list[str]:
    """What can be found in any of the files."""
    data = b"".join(file.read_bytes() for file in path.parent.glob("ledger.db*"))
    return [secret for secret in SECRETS if secret.encode() in data]


def test_nothing_is_left_in_the_file(path: Path) -> None:
    """Neither in the rows nor in free pages nor in the log, while the ledger stays open; before, all of it was."""
    with SqlStore(f"sqlite:///{path}") as store:
        live(store)
        assert traces(path) == list(SECRETS)
        assert expire(store) == 1
        assert store.scrub()
        assert traces(path) == []
        assert expire(store) == 0


def test_many_orders_leave_nothing_in_the_file(path: Path) -> None:
    """Content over many pages, of every size, is overwritten when it is replaced."""
    with SqlStore(f"sqlite:///{path}") as store:
        many = [personal(str(n), note="Ring twice " * (n % 800)) for n in range(1, 300)]
        store.ingest(SHOP, many, at=AT)
        for entry in store.entries():
            store.override_state(entry.id, S.SKIPPED, at=AT, who="bob", why="test")
        store.ingest(SHOP, [evolve(order, note="Ring twice") for order in many[:50]], at=AT)
        while expire(store, limit=70):
            pass
        assert store.scrub()
        assert traces(path) == []


def test_somebody_in_the_way_is_said(path: Path) -> None:
    """While another process reads the old content it cannot be removed from the log: that is told, not assumed."""
    with SqlStore(f"sqlite:///{path}", busy_timeout=0.1) as store, closing(sqlite3.connect(path)) as other:
        live(store)
        other.execute("BEGIN")
        other.execute("SELECT * FROM ledger_orders").fetchall()
        expire(store)
        assert not store.scrub()
        other.rollback()
        assert store.scrub()
        assert traces(path) == []


def test_nothing_is_left_in_the_tables(postgres_ledger: str) -> None:
    """In PostgreSQL no row of any table holds any of it, and no dead row is kept."""
    with SqlStore(postgres_ledger) as store:
        live(store)
        assert expire(store) == 1
        assert store.scrub()
    with psycopg.connect(postgres_ledger) as connection:
        names = connection.execute("SELECT tablename FROM pg_tables WHERE tablename LIKE 'ledger_%'").fetchall()
        rows = [str(connection.execute(f'SELECT * FROM "{name}"').fetchall()) for (name,) in names]
    told = "".join(rows)
    assert "TEA" in told
    assert not [secret for secret in (*SECRETS, *IN_ORDER) if secret in told]


def test_what_is_due_is_found_by_an_index(path: Path, sql_store: SqlStore) -> None:
    """A nightly expiry does not pass by all that has expired in years."""
    with statements(sql_store) as sent:
        expire(sql_store)
    query = next(query for query in sent if query.startswith("SELECT"))
    with closing(sqlite3.connect(path)) as connection:
        plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", [1] * query.count("?")).fetchall()
    assert "ix_ledger_orders_unexpired" in plan[0][-1]


# ── looking the ledger over ──────────────────────────────────────────────────────────────────


def test_a_good_ledger_is_well(ledger_url: str) -> None:
    """Everything is counted and nothing is wrong."""
    with SqlStore(ledger_url) as store:
        live(store)
        expire(store)
        health = store.check()
    assert (health.orders, health.expired, health.shipments, health.alerts, health.problems) == (1, 1, 1, 0, ())
    assert health.events == 8


@pytest.mark.parametrize(
    ("damage", "said"),
    [
        ("UPDATE ledger_orders SET remote_id = NULL", "1 orders are delivered without an id in TradeGecko"),
        ("DELETE FROM ledger_events", "1 orders have no history"),
        ("UPDATE ledger_orders SET content = NULL", "1 orders have neither content nor a reason"),
        ("UPDATE ledger_events SET order_id = 99", "rows belong to orders that are not there"),
    ],
)
def test_what_cannot_be_is_found(path: Path, damage: str, said: str) -> None:
    """A ledger that somebody changed by hand says what is wrong."""
    with SqlStore(f"sqlite:///{path}") as store:
        live(store)
        with closing(sqlite3.connect(path)) as other:
            other.execute(damage)
            other.commit()
        assert [line for line in store.check().problems if said in line]


def test_a_damaged_file_is_found(path: Path) -> None:
    """An index that lost its pages is found before anybody relies on it."""
    with SqlStore(f"sqlite:///{path}") as store:
        live(store)
        store.scrub()
    with closing(sqlite3.connect(path)) as other:
        (page,) = other.execute("SELECT rootpage FROM sqlite_master WHERE name = 'ix_ledger_orders_search'").fetchone()
        size = other.execute("PRAGMA page_size").fetchone()[0]
    with path.open("r+b") as file:
        file.seek((page - 1) * size + 8)
        file.write(b"\xff" * 64)
    with SqlStore(f"sqlite:///{path}") as store:
        try:
            assert "damaged" in store.check().problems[0]
        except StoreError as error:
            assert "damaged" in str(error)  # noqa: PT017


def test_expiry_is_by_age(sql_store: SqlStore) -> None:
    """The whole way over the engine's function: counted first, done in batches, scrubbed."""
    from tradegecko_bridge.engine import expire_personal_data

    live(sql_store)
    options = {"older_than": timedelta(days=89), "who": "nightly", "clock": lambda: LATER}
    assert expire_personal_data(sql_store, SHOP, **options, dry_run=True).orders == 1  # type: ignore[arg-type]
    assert entry_of(sql_store).expired_at is None
    seen: list[int] = []
    done = expire_personal_data(sql_store, SHOP, **options, on_progress=seen.append)  # type: ignore[arg-type]
    assert (done.orders, done.scrubbed, seen) == (1, True, [1])
    assert entry_of(sql_store).expired_at == LATER
    assert expire_personal_data(sql_store, SHOP, **options).orders == 0  # type: ignore[arg-type]
