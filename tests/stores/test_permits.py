"""The rate limit's use, in every store that keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import delete, event, func, select

from tests.stores.process import AT
from tests.stores.running import running, said, start
from tradegecko_bridge.ports import RateLedger
from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore
from tradegecko_bridge.stores.sql.tables import permits as table
from tradegecko_bridge.testing.stores import RateLedgerSuite
from tradegecko_bridge.tradegecko.limits.permits import PermitBook


def emptied(store: SqlStore) -> Iterator[RateLedger]:
    yield store.permits
    with store._database.writing() as tx:
        tx.execute(delete(table))


@pytest.fixture(scope="module")
def postgres_store(postgres_url: str) -> Iterator[SqlStore]:
    with closing(SqlStore(postgres_url)) as store:
        yield store


class TestPermitBook(RateLedgerSuite):
    """In a process's memory, without a ledger."""

    @pytest.fixture
    def permits(self) -> RateLedger:
        return PermitBook()


class TestMemory(RateLedgerSuite):
    """In a ledger in memory."""

    @pytest.fixture
    def permits(self) -> RateLedger:
        return MemoryStore().permits


class TestSqlite(RateLedgerSuite):
    """In a SQLite file."""

    @pytest.fixture
    def permits(self, sql_store: SqlStore) -> RateLedger:
        return sql_store.permits


class TestPostgreSQL(RateLedgerSuite):
    """In PostgreSQL, emptied after each check."""

    @pytest.fixture
    def permits(self, postgres_store: SqlStore) -> Iterator[RateLedger]:
        yield from emptied(postgres_store)


def test_a_permit_book_forgets() -> None:
    """A limiter that runs for years keeps an hour's windows, not all of them."""
    book = PermitBook()
    for number in range(1000):
        book.take("app/shop", AT + number * timedelta(minutes=5), 1, up_to=300)
    assert len(book._accounts["app/shop"]) == 13


def test_a_ledger_forgets(sql_store: SqlStore) -> None:
    """A ledger does not grow with the windows; other accounts' rows are left alone."""
    sql_store.permits.take("app/other", AT, 1, up_to=300)
    for number in range(40):
        sql_store.permits.take("app/shop", AT + number * timedelta(minutes=5), 1, up_to=300)
    with sql_store._database.reading() as tx:
        rows = tx.execute(select(table.c.account, func.count()).group_by(table.c.account)).all()
    assert {tuple(row) for row in rows} == {("app/shop", 13), ("app/other", 1)}


def test_a_refusal_writes_nothing(sql_store: SqlStore) -> None:
    """Whoever asks and gets nothing leaves the row as it was."""
    sql_store.permits.take("app/shop", AT, 5, up_to=5)
    seen: list[str] = []
    engine = sql_store._database._engine
    event.listen(engine, "before_cursor_execute", lambda _c, _cursor, statement, *_: seen.append(statement))
    assert sql_store.permits.take("app/shop", AT, 5, up_to=5).granted == 0
    assert [statement.split()[0] for statement in seen] == ["BEGIN", "SELECT"]


def share(url: str) -> list[int]:
    """What each of four processes got of one window."""
    with ExitStack() as stack:
        processes = [stack.enter_context(running("take_permits", url)) for _ in range(4)]
        start(*processes)
        return [sum(said(process)) for process in processes]


def test_four_processes_share_one_file(path: Path) -> None:
    """Four processes that take from one SQLite ledger at once get 300 permits together, not one more or less."""
    got = share(f"sqlite:///{path}")
    assert sum(got) == 300
    assert sum(map(bool, got)) > 1


def test_four_processes_share_one_server(postgres_url: str) -> None:
    """The same in PostgreSQL, where the row is locked instead of the whole ledger."""
    with closing(SqlStore(postgres_url)) as store, store._database.writing() as tx:
        tx.execute(delete(table))
    got = share(postgres_url)
    assert sum(got) == 300
    assert sum(map(bool, got)) > 1


def test_permits_of_a_killed_process_end_with_the_window(path: Path) -> None:
    """What a killed process had in hand stays taken in its window and is there again in the next."""
    with running("take_permits", f"sqlite:///{path}") as process:
        start(process)
        assert process.stdout is not None
        process.stdout.readline()
        process.kill()
        process.wait()
    with SqlStore(f"sqlite:///{path}") as store:
        taken = store.permits.take("app/shop", AT, 300, up_to=300)
        assert taken.use.taken == 300
        assert taken.granted <= 297
        assert store.permits.take("app/shop", AT + timedelta(minutes=5), 300, up_to=300).granted == 300
