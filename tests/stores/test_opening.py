"""Opening a ledger: new, old, too new, or no ledger at all."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
import pytest
import sqlalchemy
from alembic.script import ScriptDirectory

from tests.stores import postgres
from tests.stores.older import ledger_at, make_at
from tests.stores.process import AT, batch
from tradegecko_bridge.errors import ConfigError, NoLedger, SchemaTooNew, StoreError
from tradegecko_bridge.stores.sql import SqlStore, database
from tradegecko_bridge.stores.sql.schema import MIGRATIONS
from tradegecko_bridge.stores.sql.tables import HEAD
from tradegecko_bridge.testing.store_checks.cases import an_order
from tradegecko_bridge.testing.store_checks.tokens import a_pair


def described(path: Path) -> dict[str, set[str]]:
    """A database's tables and indexes, in its own words, column by column: their sequence means nothing."""
    query = "SELECT name, sql FROM sqlite_master WHERE name NOT LIKE 'ledger_version' AND sql IS NOT NULL"
    with closing(sqlite3.connect(path)) as connection:
        return {name: set(parts(sql)) for name, sql in connection.execute(query)}


def parts(sql: str) -> list[str]:
    """A statement, cut at the commas between its columns and constraints (an added column has no line of its own)."""
    found, depth = [""], 0
    for letter in " ".join(sql.split()):
        depth += {"(": 1, ")": -1}.get(letter, 0)
        if letter == "," and depth == 1:
            found.append("")
        else:
            found[-1] += letter
    return [part.strip(" ()") if part is not found[0] else part.replace("( ", "(") for part in found]


def test_a_migrated_ledger_is_like_a_new_one(path: Path, tmp_path: Path) -> None:
    """One that the first version made has exactly the tables of one that is made now."""
    SqlStore(f"sqlite:///{ledger_at('0001', tmp_path / 'old.db')}").close()
    assert described(path) == described(tmp_path / "old.db")


def test_a_migrated_ledger_is_like_a_new_one_in_postgresql(postgres_url: str) -> None:
    """Columns with their types, constraints and indexes."""
    with postgres.database(postgres_url) as new, postgres.database(postgres_url) as old:
        make_at("0001", old)
        for url in (new, old):
            SqlStore(url).close()
        assert said_by_postgresql(new) == said_by_postgresql(old)


def said_by_postgresql(url: str) -> list[set[Any]]:
    """A database's columns, constraints and indexes, in its own words."""
    here = "table_schema = current_schema()"
    queries = (
        (
            "SELECT table_name, column_name, data_type, character_maximum_length, is_nullable, column_default"
            f" FROM information_schema.columns WHERE {here}"
        ),
        (
            "SELECT conrelid::regclass::text, conname, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE connamespace = current_schema()::regnamespace"
        ),
        "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = current_schema()",
        "SELECT attrelid::regclass::text, attname FROM pg_attribute WHERE attstattarget = 0 AND attnum > 0",
    )
    with psycopg.connect(url) as connection:
        return [set(connection.execute(query).fetchall()) for query in queries]


def test_head_is_the_newest_migration() -> None:
    """The revision that is checked on opening is the one the migrations end at."""
    assert ScriptDirectory(str(MIGRATIONS)).get_current_head() == HEAD


def test_a_newer_ledger_is_not_touched(path: Path) -> None:
    """A ledger written by a newer version is refused with what to do, and not a byte changes."""
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE ledger_version SET version_num = '0999'")
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(SchemaTooNew, match=r"ledger\.db: a newer tradegecko-bridge.*0999.*upgrade"):
        SqlStore(f"sqlite:///{path}")
    assert path.read_bytes() == before


def test_a_new_ledger_is_its_owner_s_alone(tmp_path: Path) -> None:
    """Nobody else on the machine can read names and addresses, whatever the umask."""
    before = os.umask(0)
    try:
        with SqlStore(f"sqlite:///{tmp_path}/ledger.db") as store:
            store.record_told_values("shop", "stock", {}, at=AT)
            modes = {file.name: oct(file.stat().st_mode & 0o777) for file in tmp_path.iterdir()}
    finally:
        os.umask(before)
    assert modes == dict.fromkeys(["ledger.db", "ledger.db-wal", "ledger.db-shm"], "0o600")


@pytest.mark.parametrize("written", ["ledger 1.db", "ledger%201.db", "%6Cedger%201.db"])
def test_odd_paths_work(tmp_path: Path, written: str) -> None:
    """Spaces, percent signs and letters of any script are fine in a path, encoded or not, with any SQLAlchemy."""
    directory = tmp_path / "my 100% Bücher"
    directory.mkdir()
    url = f"sqlite:///{quote(str(directory))}/{written}"
    for _ in range(2):
        with SqlStore(url) as store:
            assert list(store.entries()) == []
    assert (directory / "ledger 1.db").exists()


def test_every_connection_is_durable_and_checked(sql_store: SqlStore) -> None:
    """Every transaction is on disk when it ends (FULL), in WAL mode, with foreign keys enforced."""
    with sql_store._database.writing() as tx:
        pragmas = {name: tx.exec_driver_sql(f"PRAGMA {name}").scalar() for name in ("journal_mode", "synchronous")}
        assert pragmas == {"journal_mode": "wal", "synchronous": 2}
        assert tx.exec_driver_sql("PRAGMA foreign_keys").scalar() == 1


def test_wal_is_asked_for_by_two_at_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SQLite turns one of two away, without waiting, who change the journal mode at the same moment: it asks again."""
    turned_away: list[str] = []

    class Contended:
        def __init__(self, driver: sqlite3.Connection) -> None:
            self._driver = driver

        def execute(self, statement: str) -> sqlite3.Cursor:
            if statement == "PRAGMA journal_mode=WAL" and not turned_away:
                turned_away.append(statement)
                raise sqlite3.OperationalError("database is locked")
            return self._driver.execute(statement)

    ask = database._in_wal
    monkeypatch.setattr(database, "_in_wal", lambda driver: ask(Contended(driver)))
    SqlStore(f"sqlite:///{tmp_path}/ledger.db").close()
    assert turned_away
    with closing(sqlite3.connect(tmp_path / "ledger.db")) as connection:
        assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_only_to_be_read(ledger_url: str) -> None:
    """All can be read and nothing written; a login that is refreshed is kept all the same."""
    with pytest.raises(NoLedger):
        SqlStore(ledger_url, read_only=True)
    with SqlStore(ledger_url) as store:
        store.ingest("shop", batch(0, 2), at=AT)
    with SqlStore(ledger_url, read_only=True) as store:
        assert len(store.entries()) == 2
        counts, entries = store.preview_ingest("shop", [an_order("1"), an_order("3")], at=AT)
        assert (counts.new, counts.changed, [entry.id for entry in entries]) == (("3",), ("1",), [1, 0])
        with pytest.raises(StoreError, match="opened only to be read"):
            store.ingest("shop", batch(2, 1), at=AT)
        with pytest.raises(StoreError), store._database.reading() as tx:
            tx.execute(sqlalchemy.text("DELETE FROM ledger_cursors"))
        store.tokens.save("default", a_pair(), at=AT)
        assert store.tokens.load("default") is not None
        assert store.cursor("shop", "orders") == "2"


def test_reading_leaves_no_trace(tmp_path: Path) -> None:
    """In a path of any letters, whether or not somebody else has the ledger open, and nobody is kept from writing."""
    directory = tmp_path / "my 100% Bücher?"
    directory.mkdir()
    url = f"sqlite:///{quote(str(directory / 'ledger #1.db'))}"
    with SqlStore(url) as writer:
        writer.ingest("shop", batch(0, 1), at=AT)
        with SqlStore(url, read_only=True) as store:
            assert len(store.entries()) == 1
            writer.ingest("shop", batch(1, 1), at=AT)
            assert len(store.entries()) == 2
    (file,) = directory.iterdir()
    before = file.read_bytes()
    with SqlStore(url, read_only=True) as store:
        assert len(store.entries()) == 2
    assert [path.name for path in directory.iterdir()] == ["ledger #1.db"]
    assert file.read_bytes() == before


def test_not_a_database(tmp_path: Path) -> None:
    """A file that is something else is refused with a line that names it."""
    (tmp_path / "orders.csv").write_text("number,sku\n" * 200)
    with pytest.raises(StoreError, match=r"orders\.csv: this file is not a SQLite database; name another one"):
        SqlStore(f"sqlite:///{tmp_path}/orders.csv")


def test_no_directory(tmp_path: Path) -> None:
    """A directory that is not there is named, and not made."""
    with pytest.raises(StoreError, match=r"the directory .*nowhere does not exist; create it"):
        SqlStore(f"sqlite:///{tmp_path}/nowhere/ledger.db")
    assert not (tmp_path / "nowhere").exists()


def test_a_directory_is_no_ledger(tmp_path: Path) -> None:
    """Naming a directory says that it cannot be opened."""
    with pytest.raises(StoreError, match="cannot open the file"):
        SqlStore(f"sqlite:///{tmp_path}")


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ledger.db", "sqlite:///ledger.db"),
        ("sqlite://", "is a file"),
        ("sqlite:///:memory:", "is a file"),
        ("mysql://bob:hunter2@host/db", "cannot live in mysql"),
        ("sqlite:///ledger.db?fast=hunter2", "does not know: 'fast'"),
        ("sqlite:///ledger.db?uri=true&mode=hunter2", "does not know: 'mode'"),
        ("postgresql://bob:hunter2@127.0.0.1:1/db?tempo=hunter2", "does not know: 'tempo'"),
        ("postgresql://bob:hunter2@127.0.0.1:1/db?autocommit=hunter2", "does not know: 'autocommit'"),
        ("postgresql://bob:hunter2@127.0.0.1:1/db?connect_timeout=hunter2", "connect_timeout has to be a number"),
        ("sqlite:///led\0ger.db", "a NUL character"),
        ("sqlite:///led%00ger.db", "a NUL character"),
        ("postgresql://bob:hunter2@127.0.0.1:1/d%00b", "a NUL character"),
        ("\0", "a NUL character|is not one"),
    ],
)
def test_addresses_that_cannot_work(url: str, said: str) -> None:
    """An address that cannot work is answered with one that can, never with its password."""
    with pytest.raises(ConfigError, match=said) as caught:
        SqlStore(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("code", "absent"),
    [
        ("import tradegecko_bridge.stores.tokens", "sqlalchemy"),
        ("from tradegecko_bridge.stores.memory import MemoryStore; MemoryStore()", "alembic"),
        ("from tradegecko_bridge.stores.sql import SqlStore; SqlStore({url!r}).close()", "alembic"),
    ],
)
def test_nothing_is_loaded_that_is_not_needed(path: Path, code: str, absent: str) -> None:
    """Logins in a file need no database library; a ledger in memory, or one that is up to date, needs no migrations."""
    code = f"{code.format(url=f'sqlite:///{path}')}\nimport sys; sys.exit({absent!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
