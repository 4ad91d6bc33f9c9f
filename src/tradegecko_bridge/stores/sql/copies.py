"""Copies of whole ledgers: into a backup, back from one, and from one database into another.

A backup is a SQLite ledger in one file, whatever database it comes from. Logins and rate-limit windows belong to the
place where a ledger is and to the moment. A refresh token works once, so it must never live in two places: of a login
only its counters are copied, and where the target has it already it stays as it is. So do its windows.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory, mkstemp
from typing import Any, Final

from attrs import frozen
from sqlalchemy import URL, Connection, Table, delete, func, select, text, update
from sqlalchemy import insert as plain_insert

from tradegecko_bridge.errors import ConfigError, StoreBusy, StoreError
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.private_files import folder_fault
from tradegecko_bridge.stores.row import utc
from tradegecko_bridge.stores.sql.database import Database, insert
from tradegecko_bridge.stores.sql.places import outdate_claims
from tradegecko_bridge.stores.sql.schema import bring_up_to_date, must_be_up_to_date, revision_of
from tradegecko_bridge.stores.sql.tables import HEAD, events, keys, metadata, orders, permits, restores, tokens

_OF_THE_PLACE: Final = (tokens, permits, keys)
_AT_ONCE: Final = 1000
Counts = Mapping[str, int]


@frozen(kw_only=True)
class LedgerCopy:
    """A copy that was made and checked: what it holds (rows by table), as of ``at`` (UTC)."""

    at: datetime
    rows: Counts

    @property
    def orders(self) -> int:
        """How many orders it holds."""
        return self.rows[orders.name]


# ── into a backup ────────────────────────────────────────────────────────────────────────────


def back_up(database: Database, path: Path, *, at: datetime, replace: bool = False) -> LedgerCopy:
    """Write the ledger as it is at one moment into a file that only its owner can read; workers may go on meanwhile.

    The file appears when it is whole and checked, or not at all. It is ``at`` (aware) by its own account: give the
    moment before the call.

    Raises:
        ConfigError: the file cannot be written there, or is there and is not to be replaced.
        StoreError: the ledger cannot be read, or the copy is not what the ledger was.
    """
    at = utc(at)
    with _new_file(path, database, replace=replace) as temporary:
        with database.snapshot() as tx:
            counts = _counts(tx)
            if database.is_sqlite:
                _copy_pages(tx, temporary)
            else:
                with _database(temporary) as target:
                    bring_up_to_date(target)
                    with target.writing() as into:
                        _copy_rows(tx, into)
        _make_backup(temporary, at)
        _check(temporary, {**counts, restores.name: counts[restores.name] + 1})
    return LedgerCopy(at=at, rows=counts)


def _copy_pages(tx: Connection, path: Path) -> None:
    driver: Any = tx.connection.driver_connection
    with closing(sqlite3.connect(path)) as target:
        driver.backup(target)


def _make_backup(path: Path, at: datetime) -> None:
    """No tokens, the moment it is of, and one file without a log beside it."""
    with _database(path) as backup, backup.writing() as tx:
        tx.execute(update(tokens).values(content=None))
        tx.execute(plain_insert(restores).values(backed_up_at=at))
    with closing(sqlite3.connect(path)) as file:
        file.execute("PRAGMA journal_mode=DELETE")


def _check(path: Path, counts: Counts) -> None:
    """That it is the ledger it was made from.

    Raises:
        StoreError: it is not.
    """
    with _database(path, read_only=True) as backup, backup.reading() as tx:
        found = _counts(tx)
        damage = _damage(tx)
    if found != counts or damage:
        raise StoreError(f"{path}: the copy is not what the ledger is ({damage or 'rows are missing'}); check the disk")


def _damage(tx: Connection) -> str:
    lines = [str(line) for (line,) in tx.exec_driver_sql("PRAGMA quick_check(1)") if line != "ok"]
    return "".join(lines) or (
        "rows belong to nothing" if tx.exec_driver_sql("PRAGMA foreign_key_check").first() else ""
    )


@contextmanager
def _new_file(path: Path, database: Database, *, replace: bool) -> Iterator[Path]:
    """A file to write, which becomes ``path`` when the block ends well."""
    _must_be_another(path, database)
    if fault := folder_fault(path.resolve().parent):
        raise ConfigError(f"{path} cannot be written: {fault}")
    try:
        handle, name = mkstemp(dir=path.parent, prefix=f".{path.name}.")  # mode 0600
        os.close(handle)
    except OSError as error:
        raise ConfigError(f"{path} cannot be written ({error.strerror})") from None
    temporary = Path(name)
    try:
        if not replace:
            os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except OSError as error:
        temporary.unlink()
        there = f"{path} is there already; name another file, or use --force to replace it"
        raise ConfigError(there if path.exists() else f"{path} cannot be written ({error.strerror})") from None
    try:
        yield temporary
        _sync(temporary)
        temporary.replace(path)
        _sync(path.parent)
    except BaseException:
        for leftover in [temporary] if replace else [temporary, path]:
            leftover.unlink(missing_ok=True)
        raise


def _must_be_another(path: Path, database: Database) -> None:
    if database.path is not None and path.resolve() == database.path.resolve():
        raise ConfigError(f"{path} is the ledger itself; name another file")


def _sync(path: Path) -> None:
    with suppress(OSError):  # a directory cannot be opened everywhere
        handle = os.open(path, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)


# ── back from one, and from one database into another ────────────────────────────────────────


def restore(database: Database, path: Path, *, at: datetime, set_aside: Path | None = None) -> LedgerCopy:
    """Make the ledger what it was when the backup was made, all of it or nothing, and note that ``at`` (aware).

    What the ledger holds already is written into the backup ``set_aside`` first; without one, it has to be empty.

    Raises:
        ConfigError: there is no such backup, the ledger is not empty, or ``set_aside`` is there already.
        StoreBusy: a worker has an order of the ledger right now.
        StoreError: the backup is damaged, or the ledger fails; nothing was changed.
    """
    at = utc(at)
    _must_be_another(path, database)
    with _backup(path) as source, source.snapshot() as tx, database.writing() as into:
        if damage := _damage(tx):
            raise StoreError(f"{path}: the backup is damaged ({damage}); use another one")
        _lock(into)
        _must_be_free(into, database.name, at)
        if not _is_empty(into):
            if set_aside is None:
                raise ConfigError(f"{database.name}: it is not empty; use --force to replace what it holds")
            back_up(database, set_aside, at=at)
            _clear(into)
        made = _made(tx, at)
        counts = _copy_rows(tx, into)
        noted = insert(into, restores).values(backed_up_at=made, restored_at=at)
        into.execute(noted.on_conflict_do_update(index_elements=["backed_up_at"], set_={"restored_at": at}))
        into.execute(update(restores).where(restores.c.restored_at.is_(None)).values(restored_at=at))
        outdate_claims(into, made, at)
    return LedgerCopy(at=made, rows=counts)


def copy(source: Database, target: Database, *, at: datetime) -> LedgerCopy:
    """Copy a whole ledger into an empty one, all of it or nothing.

    Raises:
        ConfigError: the target is not empty.
        StoreBusy: a worker has an order of the source right now.
        StoreError: one of them fails; nothing was written.
    """
    at = utc(at)
    with source.snapshot() as tx, target.writing() as into:
        _must_be_free(tx, source.name, at)
        if not _is_empty(into):
            raise ConfigError(f"{target.name}: it is not empty; a ledger is copied into an empty one")
        return LedgerCopy(at=at, rows=_copy_rows(tx, into))


@contextmanager
def _backup(path: Path) -> Iterator[Database]:
    """A backup, or any ledger in a file; one of an earlier version is brought up to date in a copy."""
    if not path.is_file():
        raise ConfigError(f"{path}: there is no such backup")
    with _database(path, read_only=True) as database:
        with database.reading() as tx:
            revision = revision_of(tx)
        if revision == HEAD:
            yield database
            return
        if revision is None:
            must_be_up_to_date(database)
    with TemporaryDirectory(prefix="tgbridge-") as home:
        newer = Path(shutil.copy(path, home))
        with _database(newer) as database:
            bring_up_to_date(database)
            yield database


@contextmanager
def _database(path: Path, *, read_only: bool = False) -> Iterator[Database]:
    """A SQLite ledger, closed at the end."""
    url = URL.create("sqlite", database=str(path.absolute())).render_as_string()
    database = Database.at(Secret(url), 30.0, read_only=read_only)
    try:
        yield database
    finally:
        database.close()


def _made(tx: Connection, at: datetime) -> datetime:
    """The moment a backup is of. A ledger's own file does not say it: then the last thing that happened in it."""
    said = tx.execute(select(func.max(restores.c.backed_up_at)).where(restores.c.restored_at.is_(None))).scalar_one()
    if said is None:
        said = tx.execute(select(func.max(events.c.at))).scalar_one()
    return said or at


def _must_be_free(tx: Connection, name: str, at: datetime) -> None:
    claimed = select(func.count(), func.max(orders.c.claim_until)).where(orders.c.claim_until > at)
    count, until = tx.execute(claimed).one()
    if count:
        raise StoreBusy(
            f"{name}: workers have {count} of its orders, until {until:%H:%M:%S} UTC at most; stop them, and try again "
            "then; nothing was changed"
        )


def _is_empty(tx: Connection) -> bool:
    return not any(tx.execute(select(table).limit(1)).first() for table in _tables())


def _tables() -> list[Table]:
    """All that is copied as it is, what others refer to first."""
    return [table for table in metadata.sorted_tables if table not in _OF_THE_PLACE]


def _lock(tx: Connection) -> None:
    """Keep everybody else from writing until the transaction ends; in SQLite they are kept from it anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(text(f"LOCK TABLE {', '.join(table.name for table in _tables())} IN EXCLUSIVE MODE"))


def _clear(tx: Connection) -> None:
    for table in reversed(_tables()):
        tx.execute(delete(table))


def _copy_rows(tx: Connection, into: Connection) -> Counts:
    """All rows with their ids; what is numbered from then on follows on them."""
    counts = {str(table.name): _copy_table(tx, into, table) for table in _tables()}
    for row in tx.execute(select(tokens)):
        login = insert(into, tokens).values({**row._mapping, "content": None})
        into.execute(login.on_conflict_do_nothing())
    for row in tx.execute(select(keys)):  # the digests that were copied are made with it
        into.execute(delete(keys).where(keys.c.name == row.name))
        into.execute(plain_insert(keys).values(row._mapping))
    for row in tx.execute(select(permits)):
        into.execute(insert(into, permits).values(row._mapping).on_conflict_do_nothing())
    if into.dialect.name == "postgresql":
        for table in _tables():
            if table.autoincrement_column is not None:
                _number_on(into, table)
    if (found := _counts(into, _tables())) != counts:
        raise StoreError(f"rows were lost on the way ({found} of {counts}); nothing was written")
    return counts


def _copy_table(tx: Connection, into: Connection, table: Table) -> int:
    count = 0
    rows = tx.execute(select(table).order_by(*table.primary_key), execution_options={"yield_per": _AT_ONCE})
    for part in rows.mappings().partitions():
        into.execute(plain_insert(table), [dict(row) for row in part])
        count += len(part)
    return count


def _number_on(tx: Connection, table: Table) -> None:
    """PostgreSQL numbers rows by a sequence, which knows nothing of rows that came with their numbers."""
    highest = func.coalesce(func.max(table.c.id), 0) + 1
    sequence = func.pg_get_serial_sequence(table.name, "id")
    tx.execute(select(func.setval(sequence, select(highest).scalar_subquery(), False)))


def _counts(tx: Connection, tables: Iterable[Table] = metadata.sorted_tables) -> Counts:
    return {str(table.name): int(tx.execute(select(func.count()).select_from(table)).scalar_one()) for table in tables}
