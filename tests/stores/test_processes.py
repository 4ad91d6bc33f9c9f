"""One ledger file, several processes, and processes that are killed."""

from __future__ import annotations

import random
import sqlite3
import time
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from tests.stores.process import AT, BATCH, batch
from tests.stores.running import running, said, start
from tradegecko_bridge.errors import StoreBusy
from tradegecko_bridge.stores.sql import SqlStore


def url(path: Path) -> str:
    return f"sqlite:///{path}"


def rows(path: Path, query: str) -> list[Any]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(query).fetchall()


def assert_whole(path: Path) -> int:
    """All orders up to the cursor are there with their events, and nothing else; tells how many."""
    with SqlStore(url(path)) as store:
        cursor = int(store.cursor("shop", "orders") or 0)
        entries = store.entries("shop")
        assert sorted(int(entry.reference) for entry in entries) == list(range(1, cursor + 1))
    assert rows(path, "SELECT count(*) FROM ledger_events") == [(cursor,)]
    assert rows(path, "PRAGMA integrity_check") == [("ok",)]
    return cursor


def test_four_processes_never_claim_the_same_order(path: Path) -> None:
    """Four processes that claim from one file at once share the orders: each goes to exactly one."""
    with SqlStore(url(path)) as store:
        store.ingest("shop", batch(0, 400), at=AT)
    with ExitStack() as stack:
        workers = [stack.enter_context(running("claim_all", url(path), f"worker-{n}")) for n in range(4)]
        start(*workers)
        shares = [[order for some in said(worker) for order in some] for worker in workers]
    claimed = sorted(order for share in shares for order in share)
    assert claimed == list(range(1, 401))
    assert sum(bool(share) for share in shares) > 1


def test_eight_processes_open_a_new_ledger(tmp_path: Path) -> None:
    """Eight processes that open a file which is not there yet all find it ready."""
    path = tmp_path / "new.db"
    with ExitStack() as stack:
        processes = [stack.enter_context(running("open_it", url(path))) for _ in range(8)]
        start(*processes)
        assert [said(process) for process in processes] == [[0]] * 8
    assert rows(path, "SELECT count(*) FROM ledger_version") == [(1,)]


@pytest.mark.parametrize(("when", "written"), [("inside", 0), ("after", BATCH)])
def test_killed_while_taking_in(path: Path, when: str, written: int) -> None:
    """A process killed before its batch and cursor are written leaves nothing; right after, everything."""
    with running("die_taking_in", url(path), when) as process:
        assert process.wait() == -9
    assert assert_whole(path) == written


def test_killed_at_any_moment(path: Path) -> None:
    """Wherever a process is killed, orders, events and cursor agree, and the next one goes on from there."""
    chance = random.Random(20260131)
    reached = [0]
    for _ in range(4):
        with running("take_in_forever", url(path)) as process:
            start(process)
            time.sleep(chance.uniform(0.05, 0.25))
            process.kill()
            process.wait()
        reached.append(assert_whole(path))
    assert reached == sorted(reached)
    assert reached[-1] > 0


def test_busy_names_the_file_and_what_to_do(path: Path) -> None:
    """While another process holds the right to write, writing waits, then says so; reading goes on."""
    with running("hold", url(path)) as holder, SqlStore(url(path), busy_timeout=0.2) as store:
        assert holder.stdout is not None
        holder.stdout.readline()
        before = time.monotonic()
        with pytest.raises(StoreBusy, match=r"ledger .*ledger\.db: somebody else has held it for 0\.2 s.*try again"):
            store.ingest("shop", batch(0), at=AT)
        assert 0.2 <= time.monotonic() - before < 5
        assert list(store.entries()) == []
        holder.kill()
        holder.wait()
        assert len(store.ingest("shop", batch(0), at=AT).new) == BATCH
