"""What is unsafe about where a ledger is stored and how its database writes."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import create_engine

from tradegecko_bridge.stores.memory import MemoryStore
from tradegecko_bridge.stores.sql import SqlStore, database, storage
from tradegecko_bridge.stores.sql.database import Database, prepare


def mounts(path: Path, monkeypatch: pytest.MonkeyPatch, *lines: str) -> None:
    """What the operating system says is mounted: ``PLACE TYPE`` each, in this order."""
    said = path / "mountinfo"
    form = "{n} 1 0:{n} / {place} rw,relatime shared:1 master:2 - {kind} /dev/x rw\n"
    told = (line.rpartition(" ") for line in lines)
    said.write_text("".join(form.format(n=n, place=place, kind=kind) for n, (place, _, kind) in enumerate(told)))
    monkeypatch.setattr(storage, "MOUNTS", said)


@pytest.fixture
def ledger(path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqlStore]:
    """A SQLite ledger on a local disk."""
    mounts(path.parent, monkeypatch, "/ ext4")
    with SqlStore(f"sqlite:///{path}") as store:
        yield store


# ── where a file lies ────────────────────────────────────────────────────────────────────────


def test_the_file_system_that_is_nearest_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The deepest one, the latest of several in one place; blanks in its path are written as octal."""
    given_ = ("/ ext4", f"{tmp_path}/a nfs", f"{tmp_path}/a/b xfs", f"{tmp_path}/a/b cifs", "/sys/my\\040disk zfs")
    mounts(tmp_path, monkeypatch, *given_)
    found = [storage.file_system(tmp_path / name) for name in ("ledger.db", "a/ledger.db", "a/b/c.db", "ab/c.db")]
    assert found == ["ext4", "nfs", "cifs", "ext4"]
    assert storage.file_system(Path("/sys/my disk/ledger.db")) == "zfs"


def test_a_link_is_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger lies where the link leads."""
    (tmp_path / "share").mkdir()
    (tmp_path / "ledger.db").symlink_to(tmp_path / "share" / "ledger.db")
    mounts(tmp_path, monkeypatch, "/ ext4", f"{tmp_path}/share nfs4")
    assert storage.file_system(tmp_path / "ledger.db") == "nfs4"


@given(place=st.lists(st.text("a \t\\é\n", min_size=1), min_size=1, max_size=3))
def test_any_name_of_a_mount_is_read(tmp_path_factory: pytest.TempPathFactory, place: list[str]) -> None:
    """As the kernel writes it."""
    where = Path("/", *place)
    escaped = "".join(f"\\{ord(letter):03o}" if letter in " \t\n\\" else letter for letter in str(where))
    with pytest.MonkeyPatch.context() as patch:
        mounts(tmp_path_factory.mktemp("mounts"), patch, "/ ext4", f"{escaped} xfs")
        assert storage.file_system(where / "ledger.db") == "xfs"


def test_this_machine_says_it() -> None:
    """In Linux the root at least has one."""
    if storage.MOUNTS.exists():
        assert storage.file_system(Path("/"))


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        *(
            (kind, "put the ledger on a local disk")
            for kind in ("nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "fuse", "9p")
        ),
        *((kind, "is in memory") for kind in ("tmpfs", "ramfs")),
        *((kind, None) for kind in ("ext4", "xfs", "btrfs", "zfs", "overlay", "fuseblk")),
    ],
)
def test_file_systems(ledger: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, said: str) -> None:
    """Shared ones damage a ledger; what is in memory is gone after a restart."""
    mounts(tmp_path, monkeypatch, f"/ {kind}")
    found = ledger.storage()
    assert f" on {kind}, journal wal, synchronous FULL" in found.described
    assert [said in problem for problem in found.problems] == ([True] if said else [])


def test_what_nobody_knows_is_said(ledger: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is no problem."""
    monkeypatch.setattr(storage, "MOUNTS", tmp_path / "not Linux")
    found = ledger.storage()
    assert "on a file system of unknown type" in found.described
    assert found.problems == ()


def test_a_ledger_in_memory_is_what_it_says() -> None:
    """Nobody takes it for a durable one."""
    with MemoryStore() as store:
        assert "on memory" in store.storage().described
        assert store.storage().problems == ()


# ── how it is written ────────────────────────────────────────────────────────────────────────


def test_a_session_that_does_not_wait_for_the_disk(ledger: SqlStore, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever makes it so."""
    real = database._set_up

    def careless(connection: sqlite3.Connection, record: object) -> None:
        real(connection, record)
        connection.execute("PRAGMA synchronous=NORMAL")

    monkeypatch.setattr(database, "_set_up", careless)
    with SqlStore(f"sqlite:///{ledger._database.path}") as store:
        (problem,) = store.storage().problems
    assert "is written with synchronous = NORMAL, so a power cut can lose orders that were acknowledged" in problem


def test_a_file_without_a_journal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is damaged by a crash."""
    mounts(tmp_path, monkeypatch, "/ ext4")
    url = f"sqlite:///{tmp_path}/plain.db"
    engine = prepare(create_engine(url, connect_args={"isolation_level": None}))
    with engine.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("PRAGMA journal_mode=OFF")
    found = storage.storage_of(Database(engine, "ledger", url))
    engine.dispose()
    assert [problem.split(":")[0].split(" is ")[1] for problem in found.problems] == ["written without a journal (off)"]


def test_a_server_that_does_not_wait_for_the_disk(postgres_ledger: str) -> None:
    """The server of these tests is one; and a pooler may drop what our sessions ask for."""
    with SqlStore(postgres_ledger) as store:
        found = store.storage()
        assert found.described.startswith("PostgreSQL ")
        assert found.described.endswith("fsync off, full_page_writes on, synchronous_commit on")
        assert [problem.partition(",")[0] for problem in found.problems] == ["PostgreSQL runs with fsync = off"]
        with store._database.reading() as tx:
            tx.exec_driver_sql("SET LOCAL synchronous_commit = off")
            dropped = storage._postgresql(tx)
        assert "something in between (a pooler) drops that" in dropped.problems[-1]
        with psycopg.connect(postgres_ledger, autocommit=True) as server:
            server.execute("ALTER SYSTEM SET full_page_writes = off")
            server.execute("SELECT pg_reload_conf()")
            try:
                while store.storage().described.count("full_page_writes off") == 0:
                    pass
                assert "full_page_writes = off: a power cut can damage tables" in store.storage().problems[1]
            finally:
                server.execute("ALTER SYSTEM RESET full_page_writes")
                server.execute("SELECT pg_reload_conf()")
