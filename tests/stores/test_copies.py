"""Copies of whole ledgers: backups that are taken under load, restores, and moves between the databases."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Boolean, Column, Integer, Table, select

from tests.stores import postgres
from tests.stores.older import kept_at
from tests.stores.process import AT, batch
from tests.stores.running import running, start
from tradegecko_bridge.errors import ConfigError, StoreBusy, StoreError
from tradegecko_bridge.ledger import OrderState, Restore, ShipmentState
from tradegecko_bridge.outbox import OutboxState, Wanted
from tradegecko_bridge.ports.mirrors import MirrorProgress
from tradegecko_bridge.runs import JobRun
from tradegecko_bridge.stores.sql import SqlStore, copies
from tradegecko_bridge.stores.sql.columns import UtcTime
from tradegecko_bridge.stores.sql.tables import events, metadata, orders, outbox, restores, shipments, tokens
from tradegecko_bridge.testing.store_checks.accounts import ANNS
from tradegecko_bridge.testing.store_checks.cases import (
    AFTER,
    LEASE,
    SHOP,
    TRACKED,
    S,
    a_shipment,
    an_order,
    claim_one,
    in_state,
)
from tradegecko_bridge.testing.store_checks.mirrors import a_row
from tradegecko_bridge.testing.store_checks.tokens import a_pair

LATER = AT + timedelta(days=1)
Rows = dict[str, list[dict[str, Any]]]


def contents(store: SqlStore, *without: Table) -> Rows:
    """All rows of all tables, by their keys."""
    with store._database.reading() as tx:
        return {
            table.name: [dict(row._mapping) for row in tx.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
            if table not in without
        }


def without_serials(rows: Rows) -> Rows:
    """All but what tells whether a claim still holds."""
    return {
        name: [{key: value for key, value in row.items() if key != "serial"} for row in table]
        for name, table in rows.items()
    }


def sqlite_url(path: Path) -> str:
    return f"sqlite:///{path}"


def fill(store: SqlStore) -> None:
    """Something in every table."""
    entry = in_state(store, S.DELIVERED)
    store.ingest_shipments(SHOP, [(entry.id, a_shipment(packages=TRACKED))], cursor="s1", at=AT)
    store.ingest(SHOP, [an_order("2", cursor="2"), an_order("ref/Ü\ud800")], at=AT)
    store.override_state(entry.id + 1, S.HELD, at=AT, who="ann", why="wait for 'Ü'")
    store.record_told_values(SHOP, "stock", {"TEA": "3"}, at=AT)
    stream = store.claim_stream(SHOP, "stock", "ann", at=AT, until=LEASE)
    assert stream is not None
    store.want(stream, [Wanted(key="TEA", value="3", content="{}", name="Tea")], at=AT)
    store.release_stream(stream)
    store.record_run(JobRun(connection=SHOP, job="sync tracking", started_at=AT, finished_at=AT, ok=True))
    store.remember_account(SHOP, ANNS, at=AT)
    store.permits.take("app/shop", AT, 3, up_to=300)
    store.mirror.key()
    store.mirror.write("7@shop", "orders", [a_row("1", "1", "A")], progress=MirrorProgress(complete=True))
    store.tokens.save("default", a_pair(), at=AT)
    store.note_restore(AT - timedelta(days=3), at=AT - timedelta(days=2))
    with store._database.writing() as tx:
        tx.execute(metadata.tables["ledger_alerts"].insert().values(AN_ALERT))
        tx.execute(metadata.tables["ledger_new_customers"].insert().values(digest="f00", order_id=entry.id, at=AT))


AN_ALERT = {
    "connection": SHOP,
    "key": "failed",
    "severity": "error",
    "text": "1 order is given up",
    "count": 1,
    "opened_at": AT,
    "last_seen_at": AT,
}


@pytest.fixture
def filled(ledger_url: str) -> Iterator[SqlStore]:
    """A ledger in each database with something in every table."""
    with SqlStore(ledger_url) as store:
        fill(store)
        assert all(contents(store).values())
        yield store


# ── any ledger there and back ────────────────────────────────────────────────────────────────

words = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=8)
moments = st.datetimes(datetime(1000, 1, 1), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001 - with it
STATES = {orders.c.state: OrderState, shipments.c.state: ShipmentState, outbox.c.state: OutboxState}


def value(column: Column[Any]) -> st.SearchStrategy[Any]:
    """Whatever a column may hold."""
    found: st.SearchStrategy[Any] = words
    if column in STATES:
        found = st.sampled_from([state.value for state in STATES[column]])
    elif isinstance(column.type, UtcTime):
        found = moments
    elif isinstance(column.type, Boolean):
        found = st.booleans()
    elif isinstance(column.type, Integer):
        found = st.integers(-(2**31), 2**31 - 1)
    return st.none() | found if column.nullable else found


@st.composite
def ledgers(draw: st.DrawFn) -> Rows:
    """Rows of every table that the constraints allow, and no login."""
    rows: Rows = {}
    for table in metadata.sorted_tables:
        few = draw(st.integers(0, 4))
        made = [draw(st.fixed_dictionaries({column.name: value(column) for column in table.c})) for _ in range(few)]
        rows[table.name] = [_allowed(table, number, row, draw) for number, row in enumerate(made, 1)]
    referred = [row["id"] for row in rows[orders.name]]
    for key in (key for table in metadata.sorted_tables for key in table.foreign_keys):
        some = rows[key.parent.table.name] if referred else []
        rows[key.parent.table.name] = [{**row, key.parent.name: draw(st.sampled_from(referred))} for row in some]
    rows[tokens.name] = [{**row, "content": None} for row in rows[tokens.name]]
    return rows


def _allowed(table: Table, number: int, row: dict[str, Any], draw: st.DrawFn) -> dict[str, Any]:
    """The row with ids of its own, a claim that is whole, and what has to be unique made so."""
    if table.autoincrement_column is not None:
        row["id"] = number * draw(st.sampled_from([1, 7]))
    if "claim_until" in row:
        row["claim_until"] = row["claim_until"] if row["claim_worker"] is not None else None
        row["claim_worker"] = row["claim_worker"] if row["claim_until"] is not None else None
    for name in ("reference", "key", "name", "connection", "account", "row_id", "digest"):
        if name in row:
            row[name] = f"{row[name]}{number}"
    if row.get("remote_id") is not None:
        row["remote_id"] += str(number)
    if table is restores:
        row["backed_up_at"] = AT + timedelta(seconds=number)
    return row


def _empty(store: SqlStore) -> None:
    with store._database.writing() as tx:
        for table in reversed(metadata.sorted_tables):
            tx.execute(table.delete())


@pytest.fixture(scope="module")
def three(tmp_path_factory: pytest.TempPathFactory, postgres_url: str) -> Iterator[tuple[SqlStore, SqlStore, SqlStore]]:
    """Two ledgers in SQLite, and between them one in PostgreSQL."""
    home = tmp_path_factory.mktemp("copies")
    with (
        postgres.database(postgres_url) as url,
        SqlStore(sqlite_url(home / "from.db")) as first,
        SqlStore(url) as between,
        SqlStore(sqlite_url(home / "to.db")) as last,
    ):
        yield first, between, last


@given(rows=ledgers())
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_any_ledger_there_and_back_is_the_same(three: tuple[SqlStore, SqlStore, SqlStore], rows: Rows) -> None:
    """SQLite → PostgreSQL → SQLite: table by table, row by row; and whoever writes next gets the next number."""
    first, between, last = three
    for store in three:
        _empty(store)
    with first._database.writing() as tx:
        for table in metadata.sorted_tables:
            if rows[table.name]:
                tx.execute(table.insert(), rows[table.name])
    after = datetime.max.replace(tzinfo=UTC)
    first.copy_to(between, at=after)
    between.copy_to(last, at=after)
    assert contents(between) == contents(first)
    assert contents(last) == contents(first)
    for store in (between, last):
        before = max((row["id"] for row in rows[orders.name]), default=0)
        store.ingest("a shop of its own", [an_order("new")], at=AT)
        assert store.entries("a shop of its own")[0].id == before + 1


def test_a_copied_ledger_works_on(filled: SqlStore, tmp_path: Path) -> None:
    """Its orders are claimed and recorded as if nothing had happened; logins were left behind."""
    with SqlStore(sqlite_url(tmp_path / "to.db")) as copied:
        made = filled.copy_to(copied, at=AFTER)
        assert (made.orders, made.at) == (3, AFTER)
        assert contents(copied, tokens) == contents(filled, tokens)
        assert copied.tokens.load("default") is None
        assert copied.tokens.save("default", a_pair(), at=AT).generation == 2, "generations never repeat"
        entry = claim_one(copied, at=AFTER)
        copied.record(entry.transition_to(S.SENDING, AFTER, generation=1, sent_at=AFTER), who="ann")
        assert not copied.check().problems


def test_a_ledger_is_copied_only_into_an_empty_one(filled: SqlStore, tmp_path: Path) -> None:
    """Of which logins and rate-limit windows may be there already: they stay."""
    with SqlStore(sqlite_url(tmp_path / "to.db")) as target:
        target.tokens.save("default", a_pair(2), at=AT)
        target.permits.take("app/shop", AT, 20, up_to=300)
        filled.copy_to(target, at=AFTER)
        login = target.tokens.load("default")
        assert login is not None
        assert login.pair == a_pair(2)
        assert target.permits.take("app/shop", AT, 0, up_to=300).use.taken == 20
        before = contents(target)
        with pytest.raises(ConfigError, match=r"to\.db: it is not empty; a ledger is copied into an empty one"):
            filled.copy_to(target, at=AFTER)
        assert contents(target) == before


def test_nothing_is_copied_while_a_worker_has_an_order(filled: SqlStore, tmp_path: Path) -> None:
    """Two ledgers would send it."""
    filled.claim(SHOP, "ann", at=AFTER, until=AFTER + timedelta(minutes=10), limit=1)
    with SqlStore(sqlite_url(tmp_path / "to.db")) as target:
        with pytest.raises(StoreBusy, match=r"workers have 1 of its orders, until 09:50:01 UTC at most; stop them"):
            filled.copy_to(target, at=AFTER)
        assert not any(contents(target).values())


def test_a_copy_that_fails_leaves_nothing(filled: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the middle of it or at its end."""

    def lose(tx: Any, into: Any, table: Table, real: Callable[..., int] = copies._copy_table) -> int:
        return real(tx, into, table) + (table is events)

    monkeypatch.setattr(copies, "_copy_table", lose)
    with SqlStore(sqlite_url(tmp_path / "to.db")) as target:
        with pytest.raises(StoreError, match="rows were lost on the way"):
            filled.copy_to(target, at=AFTER)
        assert not any(contents(target).values())


# ── backups ──────────────────────────────────────────────────────────────────────────────────


def test_a_backup_holds_everything_but_tokens(filled: SqlStore, tmp_path: Path) -> None:
    """In one file, its owner's alone, a ledger in SQLite like any other; the tokens are not even in its bytes."""
    path = tmp_path / "backup.db"
    made = filled.back_up(path, at=LATER)
    assert (made.orders, made.at) == (3, LATER)
    assert sorted(file.name for file in tmp_path.iterdir() if "backup" in file.name) == ["backup.db"]
    assert path.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("delete",), "it can be read on a read-only disk"
    pair = a_pair()
    assert pair.refresh_token is not None
    for secret in (pair.access_token, pair.refresh_token):
        assert secret.reveal().encode() not in path.read_bytes()
    with SqlStore(sqlite_url(path)) as backup:
        assert contents(backup, tokens, restores) == contents(filled, tokens, restores)
        assert backup.tokens.load("default") is None
        assert backup.restored() == Restore(backed_up_at=LATER, restored_at=None), "used as it is, it says what it is"
        assert not backup.check().problems
    login = filled.tokens.load("default")
    assert login is not None
    assert login.pair == pair


def test_a_backup_never_takes_the_place_of_another_file(filled: SqlStore, tmp_path: Path) -> None:
    """Unless it is told to; and never that of the ledger."""
    path = tmp_path / "backup.db"
    path.write_text("mine")
    with pytest.raises(ConfigError, match=r"backup\.db is there already; name another file, or use --force"):
        filled.back_up(path, at=AT)
    assert path.read_text() == "mine"
    filled.back_up(path, at=AT, replace=True)
    with closing(sqlite3.connect(path)) as file:
        assert file.execute("SELECT count(*) FROM ledger_orders").fetchone() == (3,)
    with pytest.raises(ConfigError, match="cannot be written"):
        filled.back_up(tmp_path / "nowhere" / "backup.db", at=AT)
    if ledger := filled._database.path:
        with pytest.raises(ConfigError, match="is the ledger itself"):
            filled.back_up(ledger, at=AT, replace=True)


@pytest.mark.parametrize("replace", [False, True])
def test_a_backup_that_is_not_whole_does_not_appear(
    filled: SqlStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, replace: bool
) -> None:
    """It is looked over before it gets its name; what had the name before still has it."""
    path = tmp_path / "backup.db"
    if replace:
        path.write_text("an older one")
    real = copies._make_backup

    def damage(file: Path, at: datetime) -> None:
        real(file, at)
        with closing(sqlite3.connect(file)) as backup:
            backup.execute("DELETE FROM ledger_events WHERE id = 1")
            backup.commit()

    monkeypatch.setattr(copies, "_make_backup", damage)
    with pytest.raises(StoreError, match="the copy is not what the ledger is"):
        filled.back_up(path, at=AT, replace=replace)
    left = [file.name for file in tmp_path.iterdir() if "backup" in file.name]
    assert left == (["backup.db"] if replace else [])
    assert not replace or path.read_text() == "an older one"


def test_backups_while_two_workers_write(ledger_url: str, tmp_path: Path) -> None:
    """Each is the ledger of one moment: every order up to the newest, each with its event, and nothing half done."""
    SqlStore(ledger_url).close()
    with ExitStack() as stack:
        workers = [stack.enter_context(running("take_in_forever", ledger_url)) for _ in range(2)]
        start(*workers)
        with SqlStore(ledger_url) as store:
            sizes = [_whole(store, tmp_path / f"{number}.db") for number in range(6)]
        assert all(worker.poll() is None for worker in workers), "they went on meanwhile"
    assert sizes == sorted(sizes)
    assert sizes[-1] > sizes[0]


def _whole(store: SqlStore, path: Path) -> int:
    made = store.back_up(path, at=AT)
    with SqlStore(sqlite_url(path)) as backup:
        assert backup.check().problems == ()
        found = sorted(int(entry.reference) for entry in backup.entries("shop"))
        assert found == list(range(1, len(found) + 1))
        assert int(backup.cursor("shop", "orders") or 0) in {0, *found}
        assert (made.orders, made.rows[events.name]) == (len(found), len(found))
    return len(found)


# ── restores ─────────────────────────────────────────────────────────────────────────────────


def test_a_restored_ledger_is_what_it_was_and_says_so(filled: SqlStore, tmp_path: Path, ledger_url: str) -> None:
    """All of it, into a new ledger or over another one, in either database; what it held is set aside first."""
    path, aside = tmp_path / "backup.db", tmp_path / "aside.db"
    before = contents(filled, restores)
    filled.back_up(path, at=AFTER)
    filled.ingest(SHOP, batch(10, 5), at=AFTER)
    (entry,) = filled.claim(SHOP, "ann", at=AFTER, until=AFTER + timedelta(minutes=10), limit=1)
    filled.record(entry.transition_to(S.SENDING, AFTER, generation=1, sent_at=AFTER), who="ann")
    late = AFTER + timedelta(hours=1)
    changed = contents(filled)
    with pytest.raises(ConfigError, match="it is not empty; use --force to replace what it holds"):
        filled.restore(path, at=late)
    assert contents(filled) == changed
    made = filled.restore(path, at=late, set_aside=aside)
    assert (made.at, made.orders) == (AFTER, 3)
    assert without_serials(contents(filled, restores)) == without_serials(before), "with the login that it has now"
    gap = 1000 + 3600
    assert [row["serial"] - gap for row in contents(filled)[orders.name]] == [
        row["serial"] for row in before[orders.name]
    ]
    assert filled.restored() == Restore(backed_up_at=AFTER, restored_at=late)
    with SqlStore(sqlite_url(aside)) as kept:
        assert contents(kept, tokens, restores) == {
            name: rows for name, rows in changed.items() if name not in (tokens.name, restores.name)
        }
    with SqlStore(sqlite_url(tmp_path / "new.db")) as new:
        new.restore(path, at=late)
        assert contents(new, tokens, restores) == contents(filled, tokens, restores)
        assert new.restored() == filled.restored()
        assert not new.check().problems
    filled.ingest(SHOP, [an_order("next")], at=late)
    assert filled.entries(SHOP, reference="next")[0].id == 4


def test_what_is_set_aside_is_never_lost(filled: SqlStore, tmp_path: Path) -> None:
    """Where it cannot be kept, nothing is replaced."""
    path, aside = tmp_path / "backup.db", tmp_path / "aside.db"
    filled.back_up(path, at=AFTER)
    aside.write_text("mine")
    before = contents(filled)
    with pytest.raises(ConfigError, match=r"aside\.db is there already"):
        filled.restore(path, at=AFTER, set_aside=aside)
    assert (contents(filled), aside.read_text()) == (before, "mine")


def test_nothing_is_restored_while_a_worker_has_an_order(filled: SqlStore, tmp_path: Path) -> None:
    """It would write on, into another ledger than it read."""
    path = tmp_path / "backup.db"
    filled.back_up(path, at=AFTER)
    filled.claim(SHOP, "ann", at=AFTER, until=AFTER + timedelta(minutes=10), limit=1)
    with pytest.raises(StoreBusy, match="stop them, and try again then; nothing was changed"):
        filled.restore(path, at=AFTER, set_aside=tmp_path / "aside.db")
    assert not (tmp_path / "aside.db").exists()


def test_nobody_writes_into_a_ledger_that_is_being_restored(
    filled: SqlStore, tmp_path: Path, ledger_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From what is set aside to the end: else something would be neither here nor there."""
    path = tmp_path / "backup.db"
    filled.back_up(path, at=AFTER)
    real, turned_away = copies.back_up, []

    def back_up(*args: Any, **options: Any) -> copies.LedgerCopy:
        with SqlStore(ledger_url, busy_timeout=0.3) as other:
            try:
                other.ingest("other", [an_order("1")], at=AFTER)
            except StoreBusy as error:
                turned_away.append(error)
            assert len(other.entries()) == 3, "reading goes on"
        return real(*args, **options)

    monkeypatch.setattr(copies, "back_up", back_up)
    filled.restore(path, at=AFTER, set_aside=tmp_path / "aside.db")
    assert len(turned_away) == 1


def test_a_damaged_backup_is_not_restored(filled: SqlStore, tmp_path: Path) -> None:
    """Nor what is none; the ledger stays as it is."""
    path = tmp_path / "backup.db"
    filled.back_up(path, at=AFTER)
    with path.open("r+b") as file:
        file.seek(8192)
        file.write(os.urandom(path.stat().st_size - 8192))
    before = contents(filled)
    other = tmp_path / "orders.csv"
    other.write_text("number,sku\n" * 200)
    empty = tmp_path / "empty.db"
    sqlite3.connect(empty).close()
    for wrong, said in (
        (path, "damaged"),
        (other, "is not a SQLite database"),
        (empty, "there is no ledger in it"),
        (tmp_path / "none.db", "there is no such backup"),
    ):
        with pytest.raises((ConfigError, StoreError), match=said):
            filled.restore(wrong, at=AFTER, set_aside=tmp_path / "aside.db")
        assert contents(filled) == before


@pytest.mark.parametrize("revision", ["0001", "0003", "0005"])
def test_a_backup_of_an_earlier_version_is_restored(revision: str, ledger_url: str, tmp_path: Path) -> None:
    """Or any ledger's file: of the last moment that something happened in it. The file stays as it is."""
    path = kept_at(revision, tmp_path / "old.db")
    before = path.read_bytes()
    with SqlStore(ledger_url) as store:
        store.restore(path, at=LATER)
        restored = store.restored()
        assert restored is not None
        assert restored.restored_at == LATER
        newest = max(event.at for entry in store.entries() for event in store.history(entry.id))
        assert restored.backed_up_at == newest
        assert len(store.entries()) > 5
    assert path.read_bytes() == before


def test_a_backup_put_in_place_by_hand_is_known(filled: SqlStore, tmp_path: Path) -> None:
    """Until it is restored properly over itself; the last restore counts."""
    path = tmp_path / "backup.db"
    filled.back_up(path, at=AFTER)
    with SqlStore(sqlite_url(path)) as by_hand:
        assert by_hand.restored() == Restore(backed_up_at=AFTER, restored_at=None)
        second = tmp_path / "second.db"
        by_hand.back_up(second, at=LATER)
        by_hand.restore(second, at=LATER, set_aside=tmp_path / "aside.db")
        assert by_hand.restored() == Restore(backed_up_at=LATER, restored_at=LATER)


def test_a_restore_by_other_means_can_be_noted(ledger_url: str) -> None:
    """By whoever did it: from a dump of the database, or a snapshot of the machine."""
    with SqlStore(ledger_url) as store:
        store.note_restore(AT, at=LATER)
        assert store.restored() == Restore(backed_up_at=AT, restored_at=LATER)
        store.note_restore(AT, at=LATER + timedelta(days=1))
        assert store.restored() == Restore(backed_up_at=AT, restored_at=LATER + timedelta(days=1))


def test_every_table_is_copied() -> None:
    """A table that is added later, too; other tables of the database are none of the ledger's."""
    assert {table.name for table in copies._tables()} | {"ledger_tokens", "ledger_permits", "ledger_keys"} == set(
        metadata.tables
    )
    assert isinstance(metadata, sqlalchemy.MetaData)
