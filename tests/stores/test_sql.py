"""What only a database can get wrong: errors that talk, slow statements, the other database's words."""

from __future__ import annotations

import sqlite3
import threading
import traceback
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Dialect, event
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateIndex, CreateTable

from tests.stores.older import ledger_at
from tests.stores.process import AT, batch
from tradegecko_bridge.commerce import Address, Customer
from tradegecko_bridge.errors import StoreBusy, StoreError
from tradegecko_bridge.ledger import LedgerEntry, OrderState
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore, orders
from tradegecko_bridge.stores.sql.columns import UtcTime
from tradegecko_bridge.stores.sql.faults import as_store_error
from tradegecko_bridge.stores.sql.tables import metadata
from tradegecko_bridge.testing.store_checks.cases import an_order

UNTIL = AT + timedelta(minutes=5)
POSTGRESQL: Dialect = postgresql.dialect()  # type: ignore[no-untyped-call]
SECRETS = ("Zoë", "z@x.pl", "Ring twice")


def personal() -> list[object]:
    someone = Address(first_name="Zoë", email="z@x.pl")
    return [an_order(customer=Customer(email="z@x.pl"), shipping_address=someone, note="Ring twice")]


@contextmanager
def statements(store: SqlStore) -> Iterator[list[str]]:
    """The statements a store sends."""
    seen: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        seen.append(statement)

    engine = store._database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


def test_errors_hold_no_personal_data(path: Path, sql_store: SqlStore) -> None:
    """A database error is one line without statement or parameters, down to its traceback."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE ledger_events")
    with pytest.raises(StoreError, match="no such table") as caught:
        sql_store.ingest("shop", personal(), at=AT)  # type: ignore[arg-type]
    shown = "".join(traceback.format_exception(caught.value)) + repr(caught.value)
    assert not [secret for secret in SECRETS if secret in shown]
    assert "INSERT" not in str(caught.value)
    assert "\n" not in str(caught.value)
    assert list(sql_store.entries()) == []


def test_reprs_hold_no_personal_data(sql_store: SqlStore) -> None:
    """Neither a store nor an entry shows whom it is about."""
    sql_store.ingest("shop", personal(), at=AT)  # type: ignore[arg-type]
    shown = repr(sql_store) + repr(sql_store.entries()) + repr(MemoryStore())
    assert not [secret for secret in SECRETS if secret in shown]


class _Said(Exception):
    """What a PostgreSQL driver raises: a state, and words that quote values."""

    def __init__(self, sqlstate: str | None) -> None:
        super().__init__("duplicate key value\nDETAIL: Key (email)=(z@x.pl) already exists.")
        self.sqlstate = sqlstate


class OperationalError(_Said):
    """Its name when there is no connection."""


@pytest.mark.parametrize(
    ("cause", "kind", "words"),
    [
        (_Said("23505"), StoreError, "SQLSTATE 23505"),
        (_Said("55P03"), StoreBusy, "held it for 30 s"),
        (_Said("40P01"), StoreBusy, "had to give way to another one; nothing was written, try again"),
        (_Said("40001"), StoreBusy, "had to give way to another one; nothing was written, try again"),
        (OperationalError(None), StoreError, "no connection to the database"),
    ],
)
def test_postgresql_s_own_words_stay_inside(cause: _Said, kind: type[StoreError], words: str) -> None:
    """PostgreSQL quotes values in its messages: of those only the state gets out."""
    error = as_store_error(DBAPIError("INSERT", {"email": "z@x.pl"}, cause), "ledger pg", 30)
    assert type(error) is kind
    assert str(error).startswith("ledger pg: ")
    assert words in str(error)
    assert "z@x.pl" not in str(error)


def test_content_that_cannot_be_read_stops_only_its_own_order(path: Path, sql_store: SqlStore) -> None:
    """An order whose content went bad is handed out without content and with a reason; the others go on."""
    sql_store.ingest("shop", batch(0, 3), at=AT)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("""UPDATE ledger_orders SET content = '{"reference": 2}' WHERE reference = '2'""")
        connection.execute("UPDATE ledger_orders SET content = '{' WHERE reference = '3'")
        connection.commit()
    first, *bad = sql_store.claim("shop", "ann", at=AT, until=UNTIL, limit=10)
    assert first.order is not None
    assert [(entry.order, entry.reason and entry.reason.code) for entry in bad] == [(None, "unreadable")] * 2


def test_a_damaged_file_says_so(path: Path) -> None:
    """A ledger that lost bytes is not worked with."""
    with SqlStore(f"sqlite:///{path}") as store:
        store.ingest("shop", batch(0, 200), at=AT)
    content = path.read_bytes()
    path.write_bytes(content[: len(content) // 3])
    with pytest.raises(StoreError, match=r"ledger\.db: the file is damaged; restore it"):  # noqa: SIM117
        with SqlStore(f"sqlite:///{path}") as store:
            store.entries()


def test_a_thread_does_not_wait_forever_for_its_turn(path: Path) -> None:
    """A thread waits for the others of its process no longer than for other processes."""
    with SqlStore(f"sqlite:///{path}", busy_timeout=0.1) as store, store._database.writing():
        outcome: list[BaseException] = []

        def write() -> None:
            try:
                store.ingest("shop", batch(0), at=AT)
            except StoreBusy as error:
                outcome.append(error)

        thread = threading.Thread(target=write)
        thread.start()
        thread.join()
        assert len(outcome) == 1


def test_a_thousand_orders_take_few_statements(sql_store: SqlStore) -> None:
    """Taking in 1,000 orders and claiming 100 of them are a few statements each, not one per order."""
    with statements(sql_store) as sent:
        sql_store.ingest("shop", batch(0, 1000), at=AT)
    assert len(sent) <= 10
    with statements(sql_store) as sent:
        sql_store.ingest("shop", batch(0, 1000), at=AT)
    assert len(sent) <= 5
    with statements(sql_store) as sent:
        sql_store.claim("shop", "ann", at=AT, until=UNTIL, limit=100)
    assert len(sent) <= 5


def _first(store: SqlStore) -> int:
    store.ingest("shop", batch(0, 1), at=AT)
    return store.entries("shop")[0].id


LOOKS: dict[str, Callable[[SqlStore], object]] = {
    "claim": lambda store: store.claim("shop", "ann", at=AT, until=UNTIL, limit=10),
    "entries": lambda store: store.entries(limit=50),
    "number": lambda store: store.entries("shop", number="#7"),
    "reference": lambda store: store.entries("shop", reference="7"),
    "remote ids": lambda store: store.by_remote_ids("shop", ["901"]),
    "delivered": lambda store: store.delivered("shop", ["901"]),
    "history": lambda store: store.history(1),
    "newest": lambda store: store.entries("shop", limit=50),
    "a page": lambda store: store.entries("shop", limit=50, before=_first(store)),
    "state": lambda store: store.entries("shop", states=[OrderState.HELD], limit=50),
    "state everywhere": lambda store: store.entries(states=[OrderState.HELD], limit=50),
    "reason": lambda store: store.entries("shop", reasons=["unknown_sku"], limit=50),
    "text": lambda store: store.entries("shop", text="7", limit=50),
    "dates": lambda store: store.entries("shop", entered=(AT, None), ingested=(AT, UNTIL), limit=50),
    "summary": lambda store: store.summary("shop"),
    "take in": lambda store: store.ingest("shop", batch(0), at=AT),
    "shipments": lambda store: store.shipments("shop", [1]),
    "shipments of orders in a state": lambda store: store.shipments("shop", states=[OrderState.DELIVERED]),
    "claim shipments": lambda store: store.claim_shipments("shop", "ann", at=AT, until=UNTIL, limit=10),
}


@pytest.mark.parametrize("look", LOOKS)
def test_no_look_reads_the_whole_ledger(path: Path, sql_store: SqlStore, look: str) -> None:
    """Everything is found by an index: a ledger of years is as quick as a new one."""
    with statements(sql_store) as sent:
        LOOKS[look](sql_store)
    queries = [statement for statement in sent if statement.startswith("SELECT")]
    assert queries
    with closing(sqlite3.connect(path)) as connection:
        for query in queries:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", [1] * query.count("?")).fetchall()
            steps = [step[-1] for step in plan]
            assert not [step for step in steps if "SCAN" in step and "ledger_" in step and " INDEX " not in step]


def test_a_search_passes_over_content(path: Path, sql_store: SqlStore) -> None:
    """What a search finds is read from an index that holds all it asks for, not from a table full of content."""
    with statements(sql_store) as sent:
        sql_store.entries("shop", text="7", reasons=["c"], states=[OrderState.HELD], entered=(AT, None), limit=50)
        sql_store.entries(text="7", limit=50)
        sql_store.summary("shop")
    with closing(sqlite3.connect(path)) as connection:
        for query in (query for query in sent if query.startswith("SELECT")):
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", [1] * query.count("?")).fetchall()
            assert "COVERING INDEX ix_ledger_orders_search" in " ".join(step[-1] for step in plan)


def test_a_claim_reads_open_orders_only(path: Path, sql_store: SqlStore, tmp_path: Path) -> None:
    """A worker does not pass by all that was ever delivered to find what is due, in a new ledger or an old one."""
    with statements(sql_store) as sent:
        LOOKS["claim"](sql_store)
    query = next(query for query in sent if query.startswith("SELECT"))
    old = ledger_at("0001", tmp_path / "old.db")
    SqlStore(f"sqlite:///{old}").close()
    for ledger in (path, old):
        with closing(sqlite3.connect(ledger)) as connection:
            plan = connection.execute(f"EXPLAIN QUERY PLAN {query}", [1] * query.count("?")).fetchall()
        assert "ix_ledger_orders_open" in plan[0][-1]


def test_postgresql_passes_over_what_others_hold() -> None:
    """The same claim, said to PostgreSQL, locks its rows and skips locked ones."""
    query = orders.due_orders("shop", AT, 10)
    assert str(query.compile(dialect=POSTGRESQL)).endswith("FOR UPDATE SKIP LOCKED")


def test_the_tables_can_be_said_to_postgresql() -> None:
    """Every table and index has words in PostgreSQL; moments are moments there."""
    for table in metadata.sorted_tables:
        said = str(CreateTable(table).compile(dialect=POSTGRESQL))
        moments = [column for column in table.columns if isinstance(column.type, UtcTime)]
        assert said.count("TIMESTAMP WITH TIME ZONE") == len(moments)
        for index in table.indexes:
            assert str(CreateIndex(index).compile(dialect=POSTGRESQL))


Stores = MemoryStore | SqlStore
NAIVE: dict[str, Callable[[Stores, datetime, LedgerEntry], object]] = {
    "ingest": lambda store, at, _: store.ingest("shop", [], at=at),
    "claim": lambda store, at, _: store.claim("shop", "ann", at=at, until=at, limit=1),
    "record": lambda store, at, entry: store.record(entry.transition_to(entry.state, at), who="ann"),
    "next attempt": lambda store, at, entry: store.record(
        entry.transition_to(entry.state, AT, next_attempt_at=at), who="ann"
    ),
    "override_state": lambda store, at, entry: store.override_state(entry.id, entry.state, at=at, who="bob", why=""),
    "ingest_shipments": lambda store, at, _: store.ingest_shipments("shop", [], cursor=None, at=at),
    "claim_shipments": lambda store, at, _: store.claim_shipments("shop", "ann", at=at, until=at, limit=1),
    "record_told_values": lambda store, at, _: store.record_told_values("shop", "stock", {}, at=at),
}


@pytest.mark.parametrize("call", NAIVE)
@pytest.mark.parametrize("kind", ["memory", "sql"])
def test_a_time_without_a_zone_is_refused(sql_store: SqlStore, kind: str, call: str) -> None:
    """A moment that means another moment on every machine never gets into a ledger."""
    store: Stores = sql_store if kind == "sql" else MemoryStore()
    store.ingest("shop", batch(0, 1), at=AT)
    with pytest.raises(ValueError, match="no time zone"):
        NAIVE[call](store, AT.replace(tzinfo=None), store.entries()[0])
