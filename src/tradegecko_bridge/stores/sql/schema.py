"""Bringing a ledger's tables up to date when it is opened.

A new ledger gets the tables as they are now. Alembic is loaded only for one of an earlier version: nearly every opening
needs one small query.
"""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from sqlalchemy import Column, Connection, Index, MetaData, PrimaryKeyConstraint, String, Table, inspect, text
from sqlalchemy.schema import CreateIndex, CreateTable

from tradegecko_bridge.errors import NoLedger, SchemaTooNew, StoreError
from tradegecko_bridge.stores.sql import statistics
from tradegecko_bridge.stores.sql.database import Database, wait_alone
from tradegecko_bridge.stores.sql.tables import HEAD, VERSION_TABLE, metadata

MIGRATIONS = Path(__file__).with_name("migrations")
_one_migration = Lock()  # Alembic's context belongs to the whole process


def bring_up_to_date(database: Database) -> None:
    """Create or migrate the tables where needed; any number of processes may try at once.

    Raises:
        SchemaTooNew: a newer version of this package was here; nothing is changed.
    """
    with database.reading() as tx:
        revision = revision_of(tx)
    if revision not in (HEAD, None):
        _must_be_known(revision, database.name)
    database.use_wal()
    if revision != HEAD:
        with database.writing() as tx, _one_migration:
            wait_alone(tx, "migrate")
            if (revision := revision_of(tx)) is None:
                _create(tx)
            elif revision != HEAD:  # nobody was faster
                _migrate(tx, revision, database.name)


def must_be_up_to_date(database: Database) -> None:
    """Look whether the tables can be read as they are; nothing is changed.

    Raises:
        NoLedger: the database has no ledger in it.
        SchemaTooNew: as for :func:`bring_up_to_date`.
        StoreError: an earlier version wrote it.
    """
    with database.reading() as tx:
        revision = revision_of(tx)
    if revision is None:
        raise NoLedger(f"{database.name}: there is no ledger in it yet")
    if revision != HEAD:
        _must_be_known(revision, database.name)
        raise StoreError(
            f"{database.name}: an earlier version wrote it (schema {revision}), and reading does not migrate it; "
            "run `tgbridge ledger check` or a sync first"
        )


def revision_of(tx: Connection) -> str | None:
    """The newest migration that was carried out; None in a new database."""
    if not inspect(tx).has_table(VERSION_TABLE):
        return None
    return tx.execute(text(f"SELECT version_num FROM {VERSION_TABLE}")).scalar_one_or_none()  # noqa: S608


def create_tables(tx: Connection) -> None:
    """All tables as they are now.

    Of two indexes that serve a statement equally well, as far as SQLite can tell, it takes the one that was made last:
    that is to be the one of some rows only, which is shorter.
    """
    for table in metadata.sorted_tables:
        tx.execute(CreateTable(table))
        for index in sorted(table.indexes, key=_made_last):
            tx.execute(CreateIndex(index))
    statistics.keep_none(tx)


def _made_last(index: Index) -> tuple[bool, str]:
    return index.dialect_options["sqlite"]["where"] is not None, str(index.name)


def _create(tx: Connection) -> None:
    create_tables(tx)
    version = Table(
        VERSION_TABLE,
        MetaData(),
        Column("version_num", String(32), nullable=False),
        PrimaryKeyConstraint("version_num", name=f"{VERSION_TABLE}_pkc"),
    )
    version.create(tx, checkfirst=False)
    tx.execute(version.insert().values(version_num=HEAD))


def _must_be_known(revision: str, name: str) -> None:
    from alembic.script import ScriptDirectory

    known = {script.revision for script in ScriptDirectory(str(MIGRATIONS)).walk_revisions()}
    if revision not in known:
        raise SchemaTooNew(f"{name}: a newer tradegecko-bridge wrote it (schema {revision}); upgrade this one")


def _migrate(tx: Connection, revision: str, name: str) -> None:
    from alembic import command
    from alembic.config import Config

    _must_be_known(revision, name)
    config = Config(attributes={"connection": tx})
    config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
    command.upgrade(config, "head")
