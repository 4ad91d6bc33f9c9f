"""Ledgers as earlier releases left them.

``ledgers/`` holds what programs of each schema wrote, as SQL for SQLite. It is never changed: a migration that was
edited since shows in that it no longer leads from there to here. Where PostgreSQL or rows of a test's own are needed,
a ledger is made by the migrations as they are now.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config

from tradegecko_bridge.stores.sql.schema import MIGRATIONS

LEDGERS = Path(__file__).with_name("ledgers")


def kept_at(revision: str, path: Path) -> Path:
    """A SQLite ledger that a program with this schema wrote."""
    with closing(sqlite3.connect(path)) as connection:
        connection.executescript((LEDGERS / f"{revision}.sql").read_text(encoding="utf-8"))
    return path


def ledger_at(revision: str, path: Path) -> Path:
    """An empty SQLite ledger with this schema."""
    make_at(revision, f"sqlite:///{path}")
    return path


def make_at(revision: str, url: str, *statements: str) -> None:
    """A ledger with this schema, in either database, and rows as they were written then."""
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, revision)
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
