"""Threads that write at the same moment share a synced commit, and nothing else."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, event, text

from tradegecko_bridge.errors import StoreBusy, StoreError
from tradegecko_bridge.stores.sql.database import Database


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    """A database with one table that refuses negative numbers."""
    with closing(Database(f"sqlite:///{tmp_path / 'some.db'}", 0.5)) as database:
        database.use_wal()
        with database.writing() as tx:
            tx.execute(text("CREATE TABLE said (number INTEGER PRIMARY KEY CHECK (number >= 0))"))
        yield database


@pytest.fixture
def begun(database: Database) -> Iterator[list[str]]:
    """Every transaction that begins to write."""
    begun: list[str] = []

    def note(_c: object, _cursor: object, statement: str, *_: object) -> None:
        if statement.startswith("BEGIN IMMEDIATE"):
            begun.append(statement)

    engine: Engine = database._engine
    event.listen(engine, "before_cursor_execute", note)
    yield begun
    event.remove(engine, "before_cursor_execute", note)


def say(number: int) -> Callable[[Connection], int]:
    """Write a number down and give it back."""

    def work(tx: Connection) -> int:
        tx.execute(text("INSERT INTO said VALUES (:number)"), {"number": number})
        return number

    return work


def say_and_fail(number: int) -> Callable[[Connection], int]:
    """Write a number down and find out that it was wrong to."""

    def work(tx: Connection) -> int:
        say(number)(tx)
        raise KeyError(number)

    return work


def said(database: Database) -> list[int]:
    """What is written."""
    with database.reading() as tx:
        return list(tx.execute(text("SELECT number FROM said ORDER BY number")).scalars())


def all_at_once(database: Database, *works: Callable[[Connection], int]) -> list[Future[int]]:
    """All of these, held up until all of them wait."""
    with ThreadPoolExecutor(len(works)) as pool:
        with database._our_turn():
            futures = [pool.submit(database.write, work) for work in works]
            until = monotonic() + 0.4
            while len(database._together._waiting) < len(works):
                assert monotonic() < until
                sleep(0.001)
        return futures


def test_those_who_wait_share_one_transaction(database: Database, begun: list[str]) -> None:
    """However many they are; each gets its own answer."""
    futures = all_at_once(database, *(say(n) for n in range(8)))
    assert [future.result() for future in futures] == list(range(8))
    assert said(database) == list(range(8))
    assert len(begun) == 1


def test_what_fails_takes_nothing_with_it(database: Database, begun: list[str]) -> None:
    """Neither those beside it, nor leaves it anything of its own; each failure is raised where it belongs."""
    futures = all_at_once(database, say(1), say_and_fail(2), say(-1), say(1), say(3))
    errors = [future.exception() for future in futures]
    assert [type(error) for error in errors[:3]] == [type(None), KeyError, StoreError]
    assert isinstance(errors[3], StoreError)
    assert errors[4] is None
    assert said(database) == [1, 3]
    assert len(begun) == 1


def test_alone_nothing_stays_either(database: Database) -> None:
    """A transaction of its own, given up."""
    with pytest.raises(KeyError):
        database.write(say_and_fail(2))
    assert said(database) == []


def test_who_gave_up_waiting_is_not_written_after_all(database: Database) -> None:
    """A caller that was told it could not be done must be able to believe it."""
    with ThreadPoolExecutor(1) as pool:
        with database._our_turn():
            future = pool.submit(database.write, say(1))
            assert isinstance(future.exception(5), StoreBusy)
        assert database.write(say(2)) == 2
    assert said(database) == [2]


def test_another_process_in_the_way_is_told_to_everyone(database: Database, tmp_path: Path) -> None:
    """SQLite's own wait for the other one ends for all who share the transaction."""
    with closing(sqlite3.connect(tmp_path / "some.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        futures = all_at_once(database, say(1), say(2))
        assert {type(future.exception()) for future in futures} == {StoreBusy}
    assert said(database) == []


def test_a_commit_that_fails_fails_for_everyone(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody is told that something is durable which is not."""

    def full(_dialect: Any, _connection: Any) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(database._engine.dialect, "do_commit", full.__get__(database._engine.dialect))
        futures = all_at_once(database, say(1), say(2))
        assert {type(future.exception()) for future in futures} == {StoreError}
    assert said(database) == []
