"""Ledgers as earlier releases left them."""

from __future__ import annotations

from pathlib import Path

import sqlalchemy
from alembic import command
from alembic.config import Config

from tradegecko_bridge.stores.sql.schema import MIGRATIONS


def ledger_at(revision: str, path: Path) -> Path:
    """A SQLite ledger as the release with this schema made it."""
    make_at(revision, f"sqlite:///{path}")
    return path


def make_at(revision: str, url: str, *statements: str) -> None:
    """A ledger as the release with this schema made it, in either database, with rows that were written then."""
    engine = sqlalchemy.create_engine(url.replace("postgresql://", "postgresql+psycopg://"))
    with engine.begin() as connection:
        config = Config(attributes={"connection": connection})
        config.set_main_option("script_location", str(MIGRATIONS).replace("%", "%%"))
        command.upgrade(config, revision)
        for statement in statements:
            connection.exec_driver_sql(statement)
    engine.dispose()
