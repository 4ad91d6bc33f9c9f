"""Ledgers that earlier releases wrote, with rows in them, are brought forward with nothing lost."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
import sqlalchemy
from alembic.script import ScriptDirectory

from tests.stores.older import LEDGERS, kept_at, make_at
from tests.stores.test_opening import described
from tradegecko_bridge.errors import StoreError
from tradegecko_bridge.ledger import OrderState
from tradegecko_bridge.stores.rules.digests import keyed
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.schema import MIGRATIONS
from tradegecko_bridge.stores.sql.statistics import UNSAMPLED
from tradegecko_bridge.stores.sql.tables import HEAD
from tradegecko_bridge.testing.store_checks.cases import an_order

AT = datetime(2026, 1, 31, 9, 30, tzinfo=UTC)
_CONTENT = (
    '{"reference":"ref/Ü1","number":"B-1001","placed_at":"2026-01-31T09:30:00+00:00","currency":"EUR",'
    '"lines":[{"reference":"a","sku":"TEA","quantity":"2","price":"4.90"}]}'
)
_SEEN = "5e3f0c8a1b2d4c6e8f901a2b3c4d5e6f"
_COLUMNS = "connection, reference, number, state, content, fingerprint, line_ids, generation, attempts, serial"


def _moment(minutes: int) -> str:
    return f"'{(AT + timedelta(minutes=minutes)).strftime('%Y-%m-%dT%H:%M:%S.000000Z')}'"


WRITTEN = (
    (
        f"INSERT INTO ledger_orders ({_COLUMNS}, remote_id, remote_number, taken_in_at, updated_at) VALUES"
        f" ('shop', 'ref/Ü1', 'B-1001', 'delivered', '{_CONTENT}', '{_SEEN}', '{{\"a\": \"77\"}}', 1, 1, 3,"
        f" '901', 'SO-Ä901', {_moment(0)}, {_moment(7)})"
    ),
    (
        f"INSERT INTO ledger_orders ({_COLUMNS}, reason_code, reason_text, reason_passing, taken_in_at, updated_at)"
        f" VALUES ('shop', '2', '2', 'held', '{_CONTENT}', '{_SEEN}', '{{}}', 0, 1, 1,"
        f" 'unknown_sku', 'no TEA', true, {_moment(1)}, {_moment(9)})"
    ),
    (
        "INSERT INTO ledger_events (order_id, at, who, was, now, why) VALUES"
        f" (1, {_moment(0)}, 'ingest', NULL, 'pending', ''), (1, {_moment(2)}, 'w', 'pending', 'sending', 'key 1'),"
        f" (1, {_moment(3)}, 'w', 'sending', 'delivered', 'order id 901'),"
        f" (1, {_moment(7)}, 'ingest', 'delivered', 'delivered', 'changed at the source after it was sent'),"
        f" (2, {_moment(1)}, 'ingest', NULL, 'pending', ''), (2, {_moment(4)}, 'w', 'pending', 'held', 'no TEA'),"
        f" (2, {_moment(6)}, 'w', 'held', 'held', 'still no TEA')"
    ),
    f"INSERT INTO ledger_cursors VALUES ('shop', 'orders', 'c-2', {_moment(1)})",
)
"""What a program of that time wrote: an order delivered and then changed at the source, and one held."""


@pytest.mark.parametrize("revision", ["0001", "0002", "0003", "0004"])
def test_every_release_s_ledger_comes_forward(revision: str, ledger_url: str) -> None:
    """Orders, history and cursors stay as they were; what is new is filled in from what was known."""
    make_at(revision, ledger_url, *WRITTEN)
    with SqlStore(ledger_url) as store:
        held, delivered = store.entries("shop")
        assert (delivered.state, delivered.remote_id, delivered.line_ids) == (OrderState.DELIVERED, "901", {"a": "77"})
        assert delivered.order is not None
        assert delivered.order.lines[0].price == Decimal("4.90")
        assert delivered.in_state_since == AT + timedelta(minutes=3), "not when it was last touched"
        assert held.in_state_since == AT + timedelta(minutes=4)
        assert (held.expired_at, held.pending_actions) == (None, ())
        history = store.history(delivered.id)
        assert [event.why for event in history][1:3] == ["key 1", "order id 901"]
        assert [event.detail for event in history] == [{}] * 4
        assert store.cursor("shop", "orders") == "c-2"


# ── ledgers that were kept ───────────────────────────────────────────────────────────────────


def kept() -> list[str]:
    """The schemas of which there is one."""
    return sorted(path.stem for path in LEDGERS.glob("*.sql"))


def everything(path: Path, tables: dict[str, list[str]] | None = None) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables (of these columns of these), in the order they were written in."""
    with closing(sqlite3.connect(path)) as connection:
        columns = tables or columns_of(path)
        return {
            table: connection.execute(f"SELECT {', '.join(names)} FROM {table} ORDER BY rowid").fetchall()
            for table, names in columns.items()
        }


def columns_of(path: Path) -> dict[str, list[str]]:
    """The columns of each table but the one that names the schema."""
    query = "SELECT name FROM sqlite_master WHERE type = 'table' AND name <> 'ledger_version'"
    with closing(sqlite3.connect(path)) as connection:
        names = [name for (name,) in connection.execute(query)]
        told = {name: connection.execute(f"PRAGMA table_info({name})").fetchall() for name in names}
        return {name: [f'"{column}"' for _, column, *_ in columns] for name, columns in told.items()}


def test_a_ledger_of_every_schema_is_kept() -> None:
    """Whoever adds a migration keeps a ledger of the schema before it."""
    ours = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    assert {*kept(), HEAD} == ours


@pytest.mark.parametrize("revision", kept())
def test_a_kept_ledger_comes_forward(revision: str, path: Path, tmp_path: Path) -> None:
    """The tables become what they are in a new ledger, and every row keeps every value it had."""
    old = kept_at(revision, tmp_path / "old.db")
    columns, before = columns_of(old), everything(old)
    assert all(before.values()), "rows in every table"
    SqlStore(f"sqlite:///{old}").close()
    assert described(old) == described(path)
    assert everything(old, columns) == before
    with SqlStore(f"sqlite:///{old}") as store:
        health = store.check()
        assert (health.problems, health.orders, health.shipments) == ((), 8, 3)
        entries = store.entries()
        assert [entry.number for entry in entries if entry.order is None] == ["B-1007"]
        assert {entry.number for entry in store.entries(text="REF/ü1")} == {"B-1001"}
        assert [entry.in_state_since for entry in store.entries("shop", number="B-1001")] == [AT + timedelta(minutes=3)]
        told = [(one.shipment.reference, one.state, one.shipment.tracking_numbers) for one in store.shipments("shop")]
        assert told == [("71", "sent", ("1Z71",)), ("72", "refused", ("1Z72",)), ("73", "pending", ("1Z73",))]
        assert store.cursor("shop", "shipments") == "2026-01-31T09:38:00Z"
        assert store.told_values("shop", "stock") == {"TEA": "12", "CUP": "0"}
        if revision >= "0003":
            login = store.tokens.load("default")
            assert login is not None
            assert login.generation == 1
        if revision >= "0004":
            (variant,) = store.mirror.find("http://127.0.0.1:8080 1", "variants", "sku", ["TEA"])
            assert (variant.id, variant.facts) == ("77", {"sku": "TEA"})
            assert [entry.pending_actions for entry in entries if entry.pending_actions] == [("invoice", "pay")]


# ── ledgers with rows of our own ─────────────────────────────────────────────────────────────


def test_old_rows_are_found_like_new_ones(ledger_url: str) -> None:
    """By text, whatever its capitals, by reason and date, and in the summary."""
    make_at("0003", ledger_url, *WRITTEN)
    with SqlStore(ledger_url) as store:
        for text in ("b-1001", "REF/ü", "so-ä", "901"):
            assert [entry.reference for entry in store.entries("shop", text=text)] == ["ref/Ü1"], text
        assert [entry.number for entry in store.entries(reasons=["unknown_sku"])] == ["2"]
        assert [count.count for count in store.summary("shop")] == [1, 1]
        assert [entry.id for entry in store.claim("shop", "w", at=AT, until=AT + timedelta(hours=1), limit=9)] == [2]
        counts = store.ingest("shop", [an_order("ref/Ü1"), an_order("3")], at=AT + timedelta(hours=2))
        assert (counts.new, counts.changed) == (("3",), ("ref/Ü1",))
        later = AT + timedelta(days=90)
        everything = {"before": later, "at": later, "states": {OrderState.DELIVERED}}
        assert store.expire_personal_data("shop", who="w", **everything) == 1  # type: ignore[arg-type]
        assert not store.check().problems


def test_a_large_ledger_comes_forward_whole(tmp_path: Path) -> None:
    """More rows than fit into one page of the migration all get what is new."""
    rows = ", ".join(
        f"('shop', 'r{n}', 'n{n}', 'skipped', NULL, 'x', '{{}}', 0, 0, 0, 'c', 't', false, {_moment(0)}, {_moment(0)})"
        for n in range(1, 2502)
    )
    columns = f"{_COLUMNS}, reason_code, reason_text, reason_passing, taken_in_at, updated_at"
    url = f"sqlite:///{tmp_path}/ledger.db"
    make_at("0003", url, f"INSERT INTO ledger_orders ({columns}) VALUES {rows}")
    with SqlStore(url) as store:
        assert [len(store.entries("shop", text=f"n{n}", number=f"n{n}")) for n in (1, 1000, 1001, 2501)] == [1] * 4
        assert store.summary("shop")[0].count == 2501


def test_a_migration_that_fails_changes_nothing(tmp_path: Path) -> None:
    """All of it or nothing: afterwards the release that wrote the ledger can go on with it."""
    path = tmp_path / "ledger.db"
    make_at("0004", f"sqlite:///{path}", *WRITTEN, "CREATE TABLE ledger_alerts (id INTEGER)")
    with pytest.raises(StoreError, match="ledger_alerts already exists"):
        SqlStore(f"sqlite:///{path}")
    with closing(sqlite3.connect(path)) as connection:
        columns = {name for _, name, *_ in connection.execute("PRAGMA table_info(ledger_orders)")}
        assert connection.execute("SELECT version_num FROM ledger_version").fetchall() == [("0004",)]
        assert not columns & {"in_state_since", "expired_at", "names"}
        assert connection.execute("SELECT count(*) FROM ledger_orders").fetchone() == (2,)
        connection.execute("DROP TABLE ledger_alerts")
        connection.commit()
    with SqlStore(f"sqlite:///{path}") as store:
        assert len(store.entries()) == 2


@pytest.mark.parametrize("in_view", [False, True])
def test_statistics_of_personal_data_go(in_view: bool, postgres_ledger: str) -> None:
    """PostgreSQL keeps samples of a column's values; a view of somebody's keeps no ledger from being opened."""
    make_at("0009", postgres_ledger, *WRITTEN)
    kept = "SELECT tablename, attname FROM pg_stats WHERE tablename LIKE 'ledger%'"
    with psycopg.connect(postgres_ledger, autocommit=True) as connection:
        connection.execute("ANALYZE")
        assert ("ledger_orders", "content") in connection.execute(kept).fetchall()
        if in_view:
            connection.execute("CREATE VIEW mine AS SELECT content FROM ledger_orders")
        SqlStore(postgres_ledger).close()
        found = set(connection.execute(kept).fetchall())
    unsampled = {(table, column) for table, columns in UNSAMPLED.items() for column in columns}
    assert found & unsampled == ({("ledger_orders", "content")} if in_view else set())
    assert ("ledger_orders", "state") in found


def test_what_could_be_guessed_goes(ledger_url: str) -> None:
    """Digests of customers without a key are forgotten, to be read anew; fingerprints of expired orders get the key."""
    expired = _COLUMNS + ", expired_at, taken_in_at, updated_at, in_state_since"
    make_at(
        "0008",
        ledger_url,
        f"INSERT INTO ledger_orders ({expired}) VALUES ('shop', '1', '1', 'skipped', '{_CONTENT}', '{_SEEN}', '{{}}',"
        f" 0, 0, 0, {_moment(1)}, {_moment(0)}, {_moment(0)}, {_moment(0)})",
        "INSERT INTO ledger_mirrors (account, kind, complete) VALUES ('a', 'companies', true), ('a', 'variants', true)",
        "INSERT INTO ledger_mirror_rows VALUES ('a', 'companies', '7', '1', '{\"keys\":[],\"facts\":{}}')",
        "INSERT INTO ledger_mirror_keys VALUES ('a', 'companies', 'email', '0f343b0931126a20', '7')",
    )
    with SqlStore(ledger_url) as store, store._database.reading() as tx:
        (fingerprint,) = tx.execute(sqlalchemy.text("SELECT fingerprint FROM ledger_orders")).scalars()
        assert fingerprint == keyed(_SEEN, store.mirror.key())
        assert store.mirror.find("a", "companies", "email", ["0f343b0931126a20"]) == []
        assert [store.mirror.progress("a", kind).complete for kind in ("companies", "variants")] == [False, True]
