"""A ledger's database and its transactions. All that SQLite and PostgreSQL do differently is here."""

from __future__ import annotations

import logging
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import closing, contextmanager
from itertools import islice
from pathlib import Path
from threading import Lock
from typing import Any, Final, Self, TypeVar
from urllib.parse import unquote

from sqlalchemy import Connection, Engine, Table, event, make_url, text
from sqlalchemy import create_engine as sqlalchemy_engine
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError

from tradegecko_bridge.errors import ConfigError, NoLedger, StoreBusy, StoreError
from tradegecko_bridge.foreign import discreet, without_frames
from tradegecko_bridge.forks import Forked, OfThisProcess
from tradegecko_bridge.ports.logins import Secret
from tradegecko_bridge.private_files import folder_fault, make_private
from tradegecko_bridge.stores.sql.faults import as_store_error, busy
from tradegecko_bridge.stores.sql.gate import Gate
from tradegecko_bridge.visible import log

T = TypeVar("T")
_LOGGED_AS: Final = "tradegecko_bridge"
logging.getLogger(f"sqlalchemy.engine.Engine.{_LOGGED_AS}").addFilter(lambda record: record.levelno > logging.DEBUG)
_WRITES = "ledger_writes"
_ATTEMPTS = 20
_OF_SQLITE: Final = frozenset({"timeout", "isolation_level", "detect_types", "check_same_thread", "cached_statements"})
"""What an address may say. It says nothing: what a ledger needs is set whatever it says."""
_OLDEST_SQLITE = (3, 35)  # has RETURNING


class Database(Forked):
    """One database: ``reading()`` and ``writing()`` are its transactions, ``name`` is what errors call it.

    Any number of threads may use it; each transaction has a connection of its own from the pool. With ``read_only``
    the database refuses to be written to. While a process is forked no connection is open: SQLite in the child would
    think that it holds the parent's locks, and lose what it writes once the parent closes the file.
    """

    def __init__(
        self, engine: Engine, name: str, url: str, busy_timeout: float = 30.0, *, read_only: bool = False
    ) -> None:
        self.is_sqlite: bool = engine.dialect.name == "sqlite"
        self.url = url
        self.name = name
        self._busy_timeout = busy_timeout
        self._engine = engine
        self._read_only = read_only
        self._one_writer = Lock()
        self._gate = Gate()
        self._writer = engine.execution_options(**{_WRITES: True})

    @classmethod
    def at(cls, url: Secret, busy_timeout: float, *, read_only: bool = False) -> Self:
        """The database of this address; a SQLite file is created unless it is only to be read.

        Raises:
            ConfigError: the address cannot work.
            NoLedger: a SQLite file is only to be read and is not there.
        """
        address = ledger_address(url.reveal())
        is_sqlite = address.get_backend_name() == "sqlite"
        shown = address.set(query={}).render_as_string(hide_password=True)  # a query may hold a password, too
        name = f"ledger {address.database if is_sqlite else shown}"
        make = _sqlite_engine if is_sqlite else _postgresql_engine
        return cls(
            make(address, name, busy_timeout, read_only=read_only), name, shown, busy_timeout, read_only=read_only
        )

    @property
    def path(self) -> Path | None:
        """The SQLite file."""
        file = make_url(self.url).database if self.is_sqlite else None
        return Path(file).absolute() if file else None

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction that only reads."""
        with self._connected(), self._engine.begin() as tx:
            yield tx

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """A transaction that reads what there is at one moment, however long it takes; nobody waits for it."""
        options = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        with self._connected(), self._engine.execution_options(**options).begin() as tx:
            yield tx

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction that writes: all of it or nothing, durable when the block ends."""
        if self._read_only:
            raise StoreError(f"{self.name}: it was opened only to be read")
        with self._connected(), self._our_turn(), self._writer.begin() as tx:
            yield tx

    def use_wal(self) -> None:
        """SQLite: let readers and a writer work side by side. The file remembers it.

        Raises:
            StoreError: the file lies where that does not work.
        """
        if not self.is_sqlite:
            return
        with self._connected(), self._engine.connect() as connection:
            for _ in range(_ATTEMPTS):
                if _in_wal(connection.connection.driver_connection):
                    return
        raise StoreError(f"{self.name}: this file system cannot hold a ledger; put it on a local disk")

    def scrub(self, *tables: str, first: Callable[[Connection], bool]) -> bool:
        """Empty the log that still holds what was replaced, or write these tables anew, as their pages hold what was
        replaced even after it is vacuumed, ``first`` of all doing that; whether nobody was in the way."""
        alone = self._engine.execution_options(isolation_level="AUTOCOMMIT")
        try:
            with self._connected(), alone.connect() as connection:
                if self.is_sqlite:
                    busy_now, _, _ = connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
                    return not busy_now
                done = first(connection)
                for table in tables:
                    connection.exec_driver_sql(f"VACUUM (FULL) {table}")
        except StoreBusy:
            return False
        return done

    def close(self) -> None:
        """Close the connections."""
        self._engine.dispose()

    def before_fork(self) -> None:
        if not self._gate.shut(self._busy_timeout):
            log.warning(
                "%s: a process is forked in the middle of a transaction; it must not use this ledger", self.name
            )
        self._engine.dispose()

    def after_fork(self) -> None:
        self._gate.open()

    def after_fork_in_child(self) -> None:
        self._engine.dispose(close=False)
        self._one_writer = Lock()
        self._gate.open()

    @contextmanager
    def _our_turn(self) -> Iterator[None]:
        """SQLite lets one writer in at a time, and those who wait retry at random: our threads queue here."""
        if not self.is_sqlite:
            yield
            return
        turn = self._one_writer
        if not turn.acquire(timeout=self._busy_timeout):
            raise busy(self.name, self._busy_timeout)
        try:
            yield
        finally:
            turn.release()

    @contextmanager
    def _connected(self) -> Iterator[None]:
        """While a connection is used. Errors have one line."""
        try:
            with self._gate.inside():
                yield
        except (SQLAlchemyError, sqlite3.Error) as error:
            without_frames(error)
            raise as_store_error(error, self.name, self._busy_timeout) from None


class InDatabase(OfThisProcess):
    """What is kept in a database: the base of every part of a store."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self._database.url!r})"


def insert(tx: Connection, table: Table) -> sqlite.Insert | postgresql.Insert:
    """An INSERT that knows ON CONFLICT: both databases have it, SQLAlchemy under two names."""
    return postgresql.insert(table) if tx.dialect.name == "postgresql" else sqlite.insert(table)


def wait_alone(tx: Connection, what: str) -> None:
    """Let one process at a time do ``what`` until its transaction ends. In SQLite every writer is alone anyway."""
    if tx.dialect.name == "postgresql":
        tx.execute(text("SELECT pg_advisory_xact_lock(7230513, hashtext(:what))"), {"what": what})


def chunks(values: Iterable[T], size: int = 500) -> Iterator[list[T]]:
    """Parts of a long list: databases limit how many values one statement may carry."""
    rest = iter(values)
    while part := list(islice(rest, size)):
        yield part


@discreet
def ledger_address(url: str) -> URL:
    """Where a ledger is, with the driver we use. The path of a SQLite file is percent-encoded, as in every URL.

    Raises:
        ConfigError: it is no address, or of a database that cannot hold one.
    """
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        raise ConfigError("the ledger's address is not one; write e.g. sqlite:///ledger.db") from None
    if "\0" in unquote(url):
        raise ConfigError("the ledger's address has a NUL character in it; take it out")
    backend = address.get_backend_name()
    if backend == "postgresql":
        return address.set(drivername="postgresql+psycopg")
    if backend != "sqlite":
        raise ConfigError(f"a ledger cannot live in {backend}; use sqlite:///… or postgresql://…")
    path = unquote(url.partition(":///")[2].partition("?")[0])
    address = address.set(database=path)  # SQLAlchemy decodes it only from 2.1 on: another file
    if not path or path == ":memory:" or path.startswith("file:") or "\0" in path:
        raise ConfigError("a SQLite ledger is a file: write e.g. sqlite:///ledger.db")
    if unknown := address.query.keys() - _OF_SQLITE:
        raise _unknown_option(unknown)
    return address


def _unknown_option(names: Iterable[str]) -> ConfigError:
    return ConfigError(
        f"the ledger's address has an option that its database does not know: {min(names)!r}; correct it"
    )


def has_password(url: str) -> bool:
    """Whether an address holds a password, also in its query."""
    try:
        address = make_url(url)
    except (ArgumentError, ValueError):
        return "@" in url
    return bool(address.password) or any("password" in name.lower() for name in address.query)


def create_engine(address: URL | str, **settings: Any) -> Engine:
    """SQLAlchemy's engine, which puts nothing of what is stored into errors and logs, at whatever level.

    At DEBUG it would log every row it reads; ``hide_parameters`` is for what is written.
    """
    return sqlalchemy_engine(address, hide_parameters=True, logging_name=_LOGGED_AS, **settings)


def _postgresql_engine(address: URL, _name: str, busy_timeout: float, *, read_only: bool) -> Engine:
    patience = int(busy_timeout * 1000)
    # A process that stops in the middle of a transaction loses it before those who wait for its rows give up.
    options = f"-c lock_timeout={patience} -c idle_in_transaction_session_timeout={patience}"
    options += " -c synchronous_commit=on"  # what was acknowledged is on the disk, whatever the database's default
    options += " -c default_transaction_read_only=on" if read_only else ""
    try:
        from psycopg.pq import Conninfo

        if unknown := address.query.keys() - {option.keyword.decode() for option in Conninfo.get_defaults()}:
            raise _unknown_option(unknown)
        if not str(address.query.get("connect_timeout", 0)).isdecimal():
            raise ConfigError("the ledger's address: connect_timeout has to be a number of seconds")
        return create_engine(
            address,
            pool_pre_ping=True,
            pool_timeout=busy_timeout,
            connect_args={"options": options},
        )
    except ModuleNotFoundError:
        raise ConfigError("PostgreSQL needs its driver: pip install 'tradegecko-bridge[postgres]'") from None


def _sqlite_engine(address: URL, name: str, busy_timeout: float, *, read_only: bool) -> Engine:
    path = Path(str(address.database))
    if not path.parent.is_dir():
        raise StoreError(f"{name}: the directory {path.parent} does not exist; create it first")
    if fault := folder_fault(path.resolve().parent):
        raise StoreError(f"{name}: {fault}")
    if not read_only:
        _create_private(path, name)
    elif not path.exists():
        raise NoLedger(f"{name}: there is none yet")
    _must_be_sqlite(path, name)
    _close_to_others(path, name)
    # isolation_level None: the driver starts no transactions on its own, we do (below)
    settings: dict[str, Any] = {"timeout": busy_timeout, "isolation_level": None}
    made_from = _to_read(path) if read_only else address
    engine = prepare(create_engine(made_from, pool_timeout=busy_timeout, connect_args=settings))
    if read_only:
        event.listen(engine, "connect", _refuse_writes)
    return engine


def prepare(engine: Engine) -> Engine:
    """A SQLite engine whose connections are set up and whose transactions begin as ours must."""
    if sqlite3.sqlite_version_info < _OLDEST_SQLITE:
        raise StoreError(f"a ledger needs SQLite 3.35 or newer; this Python has {sqlite3.sqlite_version}")
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def _to_read(path: Path) -> URL:
    """A file as it has to be opened so that reading it leaves no trace.

    SQLite makes a log beside it even to read. Who may write removes an empty one at the end; but one that was there
    he would carry over into the file if nobody else has it open, and who may only read leaves that one as it is.
    """
    mode = "ro" if Path(f"{path}-wal").exists() else "rw"
    return URL.create("sqlite", database=path.absolute().as_uri(), query={"mode": mode, "uri": "true"})


def _refuse_writes(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA query_only=ON")


def _create_private(path: Path, name: str) -> None:
    """A new ledger is its owner's alone: it holds names and addresses. SQLite's side files follow suit."""
    try:
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))
    except FileExistsError:
        pass
    except OSError as error:
        raise StoreError(f"{name}: cannot create the file ({error.strerror})") from None


def _must_be_sqlite(path: Path, name: str) -> None:
    """Before anything is done to a file. SQLite itself looks into it, without a lock: what of ours has it open would
    lose its locks if we closed it."""
    if not path.is_file() or path.stat().st_size == 1:  # one byte counts as none with SQLite
        raise StoreError(f"{name}: cannot open the file: this is not a SQLite database; name another one")
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro&immutable=1", uri=True)) as looking:
            looking.execute("PRAGMA schema_version")
    except sqlite3.DatabaseError as error:
        if error.sqlite_errorcode == sqlite3.SQLITE_NOTADB:
            raise as_store_error(error, name, 0) from None


def _close_to_others(path: Path, name: str) -> None:
    """Also a ledger that was there before, and what SQLite keeps beside it."""
    for file in (path, *(Path(f"{path}{ending}") for ending in ("-wal", "-shm", "-journal"))):
        if not make_private(file):
            raise StoreError(
                f"{name}: others can use the file {file}, and it is not ours; its owner runs: chmod 600 {file}"
            )


def _set_up(connection: sqlite3.Connection, _record: object) -> None:
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    connection.execute("PRAGMA secure_delete=ON")  # what is replaced is overwritten, not only freed


def _begin(tx: Connection) -> None:
    """Ask for the right to write before reading what it depends on: asking later can fail half-way."""
    writes = tx.get_execution_options().get(_WRITES)
    tx.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")


def _in_wal(driver: Any) -> bool:
    """Whether the file is in WAL mode now. Asked for by two processes at once, SQLite turns one away unwaited."""
    if driver.execute("PRAGMA journal_mode").fetchone()[0] == "wal":
        return True
    try:
        return bool(driver.execute("PRAGMA journal_mode=WAL").fetchone()[0] == "wal")
    except sqlite3.OperationalError:
        driver.execute("BEGIN IMMEDIATE")  # this does wait for the other one
        driver.execute("ROLLBACK")
        return False
